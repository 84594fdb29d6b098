"""`@operation("CreateDigitalAsset")`: ties a route function to an operation of the catalogue.

A route function takes `context: Context` and, by these names and annotations, what it needs of the request:

    body: SomeWireModel      the JSON body, validated (or `list[str]` for the array bodies)
    query: SomeQuery         the query, validated
    request: Request         the raw request, for multipart bodies and unusual headers
    asset_id: str            a path parameter of the same name

It returns a wire model (or a list of them), None for an empty answer, or a Response for a stream.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from pydantic import TypeAdapter

import greenroom
from greenroom.api.catalogue import CatalogueEntry, UnknownOperationError
from greenroom.api.extensions import all_entries
from greenroom.runtime import Runtime, Scope

Handler = Callable[..., Awaitable[Any]]
AnyHandler = TypeVar("AnyHandler", bound=Handler)

OpenLink = Callable[[Runtime, Mapping[str, str]], Awaitable[Scope]]
"""Whose data a link opens, by its query. Raises GreenroomError: nobody's."""

_ATTRIBUTE = "greenroom_operation"
_OPENS = "greenroom_opens"
_SPECIAL = {"context", "desk", "body", "query", "request"}


class OperationTableError(Exception):
    """The route functions and the catalogue do not fit together."""


def operation(name: str, opens: OpenLink | None = None) -> Callable[[AnyHandler], AnyHandler]:
    """Mark the function that does the operation `name` of the catalogue.

    `opens`: a request without any credentials is let in to the data that this says of its query.
    """

    def mark(handler: AnyHandler) -> AnyHandler:
        setattr(handler, _ATTRIBUTE, name)
        setattr(handler, _OPENS, opens)
        return handler

    return mark


class RouteFunction:
    """A function that answers requests, and what its signature says it needs of them."""

    handler: Handler

    @cached_property
    def _hints(self) -> dict[str, Any]:
        return get_type_hints(self.handler)

    @cached_property
    def body(self) -> TypeAdapter[Any] | None:
        return TypeAdapter(self._hints["body"]) if "body" in self._hints else None

    @cached_property
    def query(self) -> Any | None:
        """The query's model class."""
        return self._hints.get("query")

    @cached_property
    def answer(self) -> Any:
        """The annotation of what it returns."""
        return self._hints.get("return")

    @cached_property
    def wants_request(self) -> bool:
        return "request" in self._hints

    @cached_property
    def path_parameters(self) -> tuple[str, ...]:
        return tuple(name for name in inspect.signature(self.handler).parameters if name not in _SPECIAL)

    @property
    def location(self) -> str:
        """file:line of the function, relative to the working folder where possible."""
        path = Path(inspect.getsourcefile(self.handler) or "?")
        line = inspect.getsourcelines(self.handler)[1]
        if path.is_relative_to(Path.cwd()):
            path = path.relative_to(Path.cwd())
        return f"{path}:{line}"


@dataclass(frozen=True)
class BoundOperation(RouteFunction):
    """An operation of the catalogue with the function that does it."""

    entry: CatalogueEntry
    handler: Handler

    @property
    def opens(self) -> OpenLink | None:
        """See `operation`."""
        found: OpenLink | None = getattr(self.handler, _OPENS, None)
        return found


def context_names() -> list[str]:
    """Every folder of greenroom that has routes; adding one is adding its files."""
    root = Path(greenroom.__path__[0])
    found = [
        path.name
        for path in root.iterdir()
        if (path / "routes.py").is_file() or (path / "routes" / "__init__.py").is_file()
    ]
    return sorted(found)


def load_operations() -> Mapping[str, BoundOperation]:
    """Import the routes of every context and bind them to the catalogue, by operation id.

    Raises:
        OperationTableError: an unknown operation, one with two functions, or wrong path parameters.
    """
    handlers = [
        handler
        for name in context_names()
        for handler in vars(importlib.import_module(f"greenroom.{name}.routes")).values()
        if callable(handler) and hasattr(handler, _ATTRIBUTE)
    ]
    return bind(handlers)


def bind(handlers: list[Handler]) -> Mapping[str, BoundOperation]:
    """The handlers by operation id; see `load_operations` for the errors."""
    bound: dict[str, BoundOperation] = {}
    for handler in handlers:
        name = getattr(handler, _ATTRIBUTE)
        try:
            entry = all_entries()[name]
        except KeyError:
            raise OperationTableError(f"{handler.__name__}: no operation is called {name}") from None
        if name in bound and bound[name].handler is not handler:
            raise OperationTableError(
                f"{name} has two functions: {bound[name].location} "
                f"and {BoundOperation(entry, handler).location}"
            )
        bound[name] = BoundOperation(entry, handler)
        unknown = [
            parameter for parameter in bound[name].path_parameters if f"{{{parameter}}}" not in entry.path
        ]
        if unknown:
            raise OperationTableError(f"{name}: {', '.join(unknown)} is not in the path {entry.path}")
    return bound


__all__ = [
    "BoundOperation",
    "OperationTableError",
    "UnknownOperationError",
    "bind",
    "context_names",
    "load_operations",
    "operation",
]
