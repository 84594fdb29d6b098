"""MSS_A: the contract's own example, and what a receiver does to check a callback."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from greenroom.callbacks.service import LONGEST_PAUSE_S, Receiver, pause_after
from greenroom.callbacks.signing import signature, signed_url

KEY = "GCTbw44s6MPLh4GqgDpnfuFHgy25Enly"
"""From the public SDK's documentation of `CustomPlatformAuthConfig.key`, with all that belongs to it."""


def test_the_example_of_the_contract() -> None:
    url = "https://api.example.com/v1/products?limit=10&live_id=111&offset=0"
    expected = "5e7fe8869a12a87ea966d9edbc02e38cd4ce62c73b8b05c638f15835e78902d7"
    assert signature(url, KEY, "66df9308") == expected


def test_the_two_parameters_join_those_of_the_url() -> None:
    at = datetime(2024, 9, 10, 0, 30, tzinfo=UTC)
    signed = signed_url("https://lamps.example/done?shop=7#top", KEY, at)
    query = parse_qs(urlsplit(signed).query)
    assert query["shop"] == ["7"] and query["time_stamp"] == ["66df9308"]
    message = b"lamps.example/done?shop=766df9308"
    assert query["secret"] == [hmac.new(KEY.encode(), message, hashlib.sha256).hexdigest()]
    assert signed_url("https://lamps.example/done", KEY, at).startswith("https://lamps.example/done?secret=")


def test_pauses_grow_to_an_hour() -> None:
    assert [pause_after(failures, 10) for failures in (1, 2, 3, 4)] == [10, 30, 90, 270]
    assert pause_after(10_000, 10) == LONGEST_PAUSE_S


def test_the_key_is_not_shown() -> None:
    assert KEY not in repr(Receiver("https://lamps.example/done", "MSS_A", KEY))
