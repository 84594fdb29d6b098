"""Finds the operation of a path in a trie of segments: the cost grows with the path, not with 299 routes.

A literal segment wins over a parameter: `/digital-assets/summarys` over `/digital-assets/{asset_id}`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar
from urllib.parse import unquote

from greenroom.errors import MethodNotAllowedError, UnknownPathError


class Routed(Protocol):
    """What a router finds: an entry of the catalogue, or a route of the administration."""

    @property
    def id(self) -> str: ...

    @property
    def method(self) -> str: ...

    @property
    def path(self) -> str: ...


Entry = TypeVar("Entry", bound=Routed)


@dataclass(slots=True, frozen=True)
class Match(Generic[Entry]):
    """The operation of a request and its path parameters, percent-decoded."""

    entry: Entry
    parameters: dict[str, str]


@dataclass(slots=True)
class _Node(Generic[Entry]):
    literals: dict[str, _Node[Entry]] = field(default_factory=dict)
    parameter: _Node[Entry] | None = None
    entries: dict[str, Entry] = field(default_factory=dict)
    """By method: the operations whose path ends here."""


class Router(Generic[Entry]):
    def __init__(self, entries: Iterable[Entry]) -> None:
        self._root: _Node[Entry] = _Node()
        for entry in entries:
            self._add(entry)

    def _add(self, entry: Entry) -> None:
        node = self._root
        for segment in entry.path.strip("/").split("/"):
            if segment.startswith("{"):
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.literals.setdefault(segment, _Node())
        if entry.method in node.entries:
            raise ValueError(f"{entry.id} and {node.entries[entry.method].id} have the same method and path")
        node.entries[entry.method] = entry

    def find(self, method: str, raw_path: str) -> Match[Entry]:
        """The operation of a method and a still percent-encoded path; one trailing slash is let pass.

        Raises:
            UnknownPathError: no operation has this path.
            MethodNotAllowedError: it has other methods.
        """
        path = raw_path.removeprefix("/").removesuffix("/")
        segments = [unquote(segment) for segment in path.split("/")]
        found = list(_walk(self._root, segments, 0))
        for node in found:
            if method in node.entries:
                return _match(node.entries[method], segments)
        if found:
            methods = ", ".join(sorted({name for node in found for name in node.entries}))
            raise MethodNotAllowedError(f"{method} is not a method of {raw_path}: it takes {methods}")
        raise UnknownPathError(
            f"no operation has the path {raw_path}: check the path and the endpoint (the API is at its root)"
        )


def _walk(node: _Node[Entry], segments: list[str], depth: int) -> Iterable[_Node[Entry]]:
    """Nodes that match all segments, the most literal first."""
    if depth == len(segments):
        if node.entries:
            yield node
        return
    segment = segments[depth]
    child = node.literals.get(segment)
    if child is not None:
        yield from _walk(child, segments, depth + 1)
    if node.parameter is not None and segment:
        yield from _walk(node.parameter, segments, depth + 1)


def _match(entry: Entry, segments: list[str]) -> Match[Entry]:
    names = entry.path.strip("/").split("/")
    parameters = {
        name[1:-1]: segment for name, segment in zip(names, segments, strict=True) if name.startswith("{")
    }
    return Match(entry, parameters)
