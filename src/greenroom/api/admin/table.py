"""`@administers("POST", "/admin/v1/tenants", "tenant:create")`: ties a function to a path.

Such a function takes `desk: Desk`, and by these names and annotations what it needs of the request:

    body: SomeWireModel      the JSON body, validated
    query: SomeQuery         the query, validated
    tenant: str              a path parameter of the same name

It returns a dict for JSON, None for an empty answer, or a Response.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from greenroom.api.operations import AnyHandler, Handler, OperationTableError, RouteFunction
from greenroom.iam.changes import Actor
from greenroom.runtime import Runtime

ROOT = "/admin/v1"
_ATTRIBUTE = "greenroom_admin_route"
_MODULES = ("tenants", "people", "permissions", "content", "money", "record")


class Audience(StrEnum):
    """Who may be allowed at all; a policy must allow it too."""

    OPERATOR = "operator"
    """Users of the operator's tenant, by the actions `operator:...`."""
    TENANT = "tenant"
    """The operator, and users of the tenant that the path names, by the actions `iam:...`."""


@dataclass(slots=True, frozen=True)
class Desk:
    """What a function works with."""

    runtime: Runtime
    actor: Actor
    """For the record of changes."""


@dataclass(frozen=True)
class AdminRoute(RouteFunction):
    """A path, the function behind it, and who may use it."""

    method: str
    path: str
    handler: Handler
    action: str
    """`user:create`, after `operator:` or `iam:`."""
    audience: Audience
    while_disabled: bool
    """A tenant may use it while it is frozen or disabled."""

    @property
    def id(self) -> str:
        """Unlike any operation of the catalogue: those begin with a capital letter."""
        return self.handler.__name__

    @property
    def reads(self) -> bool:
        return self.method == "GET"

    @property
    def group(self) -> str:
        return self.action.partition(":")[0]


def administers(
    method: str,
    path: str,
    action: str,
    audience: Audience = Audience.OPERATOR,
    *,
    while_disabled: bool = False,
) -> Callable[[AnyHandler], AnyHandler]:
    """Mark the function that answers a method and a path below `ROOT`."""

    def mark(handler: AnyHandler) -> AnyHandler:
        route = AdminRoute(method, ROOT + path, handler, action, audience, while_disabled)
        setattr(handler, _ATTRIBUTE, route)
        return handler

    return mark


@cache
def admin_routes() -> Sequence[AdminRoute]:
    """All of them.

    Raises:
        OperationTableError: a function takes a path parameter that its path has not, or the other way round.
    """
    routes = [
        getattr(function, _ATTRIBUTE)
        for name in _MODULES
        for _, function in inspect.getmembers(importlib.import_module(f"{__package__}.{name}"))
        if hasattr(function, _ATTRIBUTE)
    ]
    for route in routes:
        if sorted(route.path_parameters) != sorted(re.findall(r"{(\w+)}", route.path)):
            raise OperationTableError(f"{route.id} does not take the parameters of {route.path}")
        if route.audience is Audience.TENANT and "{tenant}" not in route.path:
            raise OperationTableError(f"{route.id} is for tenants, but {route.path} names none")
    return routes
