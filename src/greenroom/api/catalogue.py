"""The catalogue: every operation of the wire contract, as tools/catalogue.py wrote it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(slots=True, frozen=True)
class CatalogueEntry:
    """One operation as the contract has it."""

    id: str
    """CreateDigitalAsset"""
    python: str
    """The SDK's method, create_digital_asset."""
    method: str
    path: str
    """With {name} for each path parameter."""
    context: str
    """The folder below src/greenroom that does it."""
    group: str
    """The contract's own grouping."""
    request: str | None
    """Model of the JSON body, or None."""
    multipart: bool
    response: str
    stream: bool
    """The answer is binary, not JSON."""
    status: int
    """HTTP status of success."""
    rates: Mapping[str, int | None] | None
    """Calls a second by region (and `system_wide`), or None where the contract states none."""


class UnknownOperationError(Exception):
    """The catalogue has no operation of this name."""


@cache
def catalogue() -> Mapping[str, CatalogueEntry]:
    """All operations by id."""
    text = files("greenroom.api").joinpath("catalogue.json").read_text(encoding="utf-8")
    entries: list[dict[str, Any]] = json.loads(text)
    return {entry["id"]: CatalogueEntry(**entry) for entry in entries}


def find_entry(name: str) -> CatalogueEntry:
    """By id (CreateDigitalAsset) or by the SDK's method (create_digital_asset).

    Raises:
        UnknownOperationError: no such operation.
    """
    for entry in catalogue().values():
        if name in (entry.id, entry.python):
            return entry
    raise UnknownOperationError(name)
