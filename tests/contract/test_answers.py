"""What the comparison with the contract finds, so that it does not pass everything."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from tests.answers import CONTRACT, assert_answer

RIGHT = {"count": 1, "assets": [{"asset_id": "a1", "asset_state": "ACTIVED", "tags": ["x"]}]}


@pytest.fixture(autouse=True)
def _contract() -> None:
    if not CONTRACT.is_file():
        pytest.skip(f"the contract's models are not here: put them into {CONTRACT}")


def compare(sent: dict[str, Any], **decoded: Any) -> None:
    assert_answer("ListAssetsResponse", sent, SimpleNamespace(**{"count": 1, "assets": [1]} | decoded))


def test_a_right_answer_passes() -> None:
    compare(RIGHT)


@pytest.mark.parametrize(
    ("asset", "words"),
    [
        ({"asset_ID": "a1"}, "asset_ID, which the contract does not know"),
        ({"asset_id": 1}, "asset_id is 1, not a str"),
        ({"asset_id": None}, "asset_id is null"),
        ({"asset_id": ""}, "asset_id has 0 characters"),
        ({"asset_state": "HAPPY"}, "asset_state is 'HAPPY'"),
        ({"create_time": "2026-01-01"}, "create_time has 10 characters"),
        ({"tags": "x"}, "tags is 'x'"),
        ({"tags": [1]}, "tags is 1, not a str"),
        ({"asset_extra_meta": []}, r"asset_extra_meta is \[\]"),
    ],
)
def test_a_wrong_member_is_found(asset: dict[str, Any], words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        compare({"count": 1, "assets": [asset]})


def test_what_the_sdk_does_not_find() -> None:
    with pytest.raises(AssertionError, match="the SDK did not find it"):
        compare(RIGHT, count=None)
