"""The catalogue: every operation of the wire contract, as tools/catalogue.py wrote it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from greenroom.iam.system_policies import READING


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
    resource_type: str = field(init=False)
    """What policies call the group: digitalAsset."""
    action: str = field(init=False)
    """What policies call the operation: metastudio:digitalAsset:createDigitalAsset."""
    reads: bool = field(init=False)
    """It changes nothing, whatever its method is."""
    changes_unnamed: bool = field(init=False)
    """It changes things that its path does not name, such as those of a list of ids in its body."""
    identifier: str | None = field(init=False)
    """The path parameter that names the thing, the last one."""

    def __post_init__(self) -> None:
        words = re.sub(r"\(.*\)", "", self.group).strip().split("-")
        kind = words[0] + "".join(word.capitalize() for word in words[1:])
        names = [name for name in re.findall(r"\{(\w+)\}", self.path) if name != "project_id"]
        identifier = names[-1] if names else None
        reads = self.method == "GET" or self.id.lower().startswith(READING)
        is_new = self.id.startswith(("Create", "Import", "Start"))
        object.__setattr__(self, "resource_type", kind)
        object.__setattr__(self, "action", f"metastudio:{kind}:{self.id[0].lower()}{self.id[1:]}")
        object.__setattr__(self, "identifier", identifier)
        object.__setattr__(self, "reads", reads)
        object.__setattr__(self, "changes_unnamed", not reads and identifier is None and not is_new)


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
