"""Compares what the server sent, and what the public SDK made of it, with the contract's models.

The SDK decodes leniently and drops what it does not know; so the JSON itself is looked at: every member is in
the contract, has its type and keeps its limits, and the SDK found it.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from greenroom.api.catalogue import catalogue

CONTRACT = Path(__file__).resolve().parents[2] / "shared" / "contract" / "models.json"
"""Not part of the repository; without it nothing is compared."""
_TYPES: dict[str, Any] = {"str": str, "int": int, "float": (int, float), "bool": bool}
_FREE = {"object", "dict", "dict(str, object)", "dict[str,str]", "dict(str, str)"}


@cache
def _models() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(CONTRACT.read_text())["models"]
    return found


@cache
def _entries() -> dict[str, Any]:
    return {entry.python: entry for entry in catalogue().values()}


class CheckedClient:
    """The public SDK's client; every answer of an operation is compared with the contract."""

    def __init__(self, client: Any) -> None:
        self._wrapped = client

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._wrapped, name)
        entry = _entries().get(name)
        if entry is None or entry.stream or not CONTRACT.is_file():
            return found

        def call(request: Any) -> Any:
            answer = found(request)
            sent = json.loads(answer.raw_content) if answer.raw_content else None
            if isinstance(sent, dict):
                assert_answer(entry.response, sent, answer)
            return answer

        return call


_EXTENSION = {"x_greenroom"}
_QUEUE = {"queue_position", "remaining_time", "progress"}
EXTRA = {
    "Show2dModelTrainingJobResponse": {"error_info"},
    "DigitalHumanVideo": _QUEUE,
    "Show2DDigitalHumanVideoResponse": _QUEUE | _EXTENSION,
    "ShowPhotoDigitalHumanVideoResponse": _QUEUE | _EXTENSION,
    "ShowDigitalHumanBusinessCardResponse": _EXTENSION,
    "PPTAssetMeta": {"fonts", "notices"},
    "CreateTrainingJobRspSegmentUploadingUrl": {"segment_texts"},
    "ShowJobUploadingAddressRspSegmentUrl": {"segment_texts"},
    "ConfirmTrainingSegmentResponse": {"faults"},
}
"""By model: members that we add; SDKs pass over them. See the guides queue, slides and voice-modeling."""
DOCUMENTED = {"job_type": ("PHOTO_DIGITAL_HUMAN_VIDEO",)}
"""By member: values of the public documents that one SDK spells in another way (contract: flows.md)."""


def assert_answer(model: str, sent: dict[str, Any], decoded: Any) -> None:
    """The body of an answer, and the SDK's object that it became."""
    _check_object(model, sent, model)
    fields = {field["name"]: field["attr"] for field in _models()[model]["fields"]}
    for name in sent.keys() & fields.keys():
        assert getattr(decoded, fields[name]) is not None, f"{model}.{name}: the SDK did not find it"


def _check_object(model: str, value: Any, place: str) -> None:
    if _models()[model]["kind"] == "enum":
        assert value in _models()[model]["enum"], f"{place} is {value!r}"
        return
    assert isinstance(value, dict), f"{place} is {value!r}"
    fields = {
        field["name"]: field for field in _models()[model]["fields"] if field.get("in") != "response-header"
    }
    unknown = sorted(set(value) - set(fields) - EXTRA.get(model, set()))
    assert not unknown, f"{place} has {', '.join(unknown)}, which the contract does not know"
    for name, one in value.items():
        if name in fields:
            _check_value(fields[name]["type"], one, fields[name], f"{place}.{name}")


def _check_value(kind: str, value: Any, field: dict[str, Any], place: str) -> None:
    assert value is not None, f"{place} is null: it should be left out"
    listed = re.fullmatch(r"list\[(.+)\]", kind)
    if listed:
        assert isinstance(value, list), f"{place} is {value!r}"
        for one in value:
            _check_value(listed.group(1), one, {} if listed.group(1) in _TYPES else field, place)
    elif kind in _TYPES:
        is_right = isinstance(value, _TYPES[kind]) and (kind == "bool" or not isinstance(value, bool))
        assert is_right, f"{place} is {value!r}, not a {kind}"
        _check_limits(value, field, place)
    elif kind in _models():
        _check_object(kind, value, place)
    else:
        assert kind in _FREE, f"{place}: the contract's type {kind} is not known here"


def _check_limits(value: Any, field: dict[str, Any], place: str) -> None:
    if isinstance(value, str):
        low, high = field.get("min_length") or 0, field.get("max_length") or 10**9
        assert low <= len(value) <= high, f"{place} has {len(value)} characters"
        if field.get("enum"):
            known = [*field["enum"], *DOCUMENTED.get(field["name"], ())]
            assert value in known, f"{place} is {value!r}"
    elif not isinstance(value, bool):
        low, high = field.get("min"), field.get("max")
        assert (low is None or value >= low) and (high is None or value <= high), f"{place} is {value}"
