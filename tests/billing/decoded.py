"""Compares what the public SDK decoded with the contract's models, field by field."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

CONTRACT = Path(__file__).resolve().parents[3] / "shared" / "contract" / "models.json"
_TYPES: dict[str, Any] = {"str": str, "int": int, "float": (int, float), "bool": bool}


@cache
def _models() -> dict[str, Any]:
    if not CONTRACT.is_file():
        pytest.skip(f"the contract's models are not here: put them into {CONTRACT}")
    found: dict[str, Any] = json.loads(CONTRACT.read_text())["models"]
    return found


def assert_fits(answer: Any, needed: set[str] | None = None) -> None:
    """Every field that the SDK's model has fits the contract; `needed` must be there, all of them if None."""
    name = type(answer).__name__
    fields = [field for field in _models()[name]["fields"] if field.get("in") != "response-header"]
    for field in fields:
        value = getattr(answer, field["attr"])
        place = f"{name}.{field['name']}"
        if value is None:
            assert needed is not None and field["attr"] not in needed, f"{place} is missing"
            continue
        _check(value, field["type"], field, place)


def _check(value: Any, kind: str, field: dict[str, Any], place: str) -> None:
    listed = re.fullmatch(r"list\[(\w+)\]", kind)
    if listed:
        assert isinstance(value, list), place
        for one in value:
            _check(one, listed.group(1), field, place)
    elif kind in _TYPES:
        assert isinstance(value, _TYPES[kind]), f"{place} is {value!r}"
        _check_limits(value, field, place)
    elif _models()[kind]["kind"] == "enum":
        assert value in _models()[kind]["enum"], f"{place} is {value!r}"
    else:
        assert type(value).__name__ == kind, f"{place} is {value!r}"
        assert_fits(value, needed=set())


def _check_limits(value: Any, field: dict[str, Any], place: str) -> None:
    if isinstance(value, str):
        low, high = field.get("min_length") or 0, field.get("max_length") or 10**9
        assert low <= len(value) <= high, f"{place} has {len(value)} characters"
        if field.get("enum"):
            assert value in field["enum"], f"{place} is {value!r}"
    elif not isinstance(value, bool):
        assert (field.get("min") or 0) <= value <= (field.get("max") or 2**63), f"{place} is {value}"
