from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from greenroom.storage.links import OBJECTS_PATH, LinkError, LinkSigner


class VirtualClock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def signer(clock: VirtualClock) -> LinkSigner:
    return LinkSigner(b"k" * 32, clock)


def parts(url: str) -> tuple[str, dict[str, str]]:
    split = urlsplit(url)
    return unquote(split.path).removeprefix(OBJECTS_PATH), dict(parse_qsl(split.query))


def test_a_link_holds_until_it_expires(signer: LinkSigner, clock: VirtualClock) -> None:
    url = signer.download_url("http://host/", "a/b c", life_s=60, file_name="é.png")
    assert url.startswith("http://host/objects/a/b%20c?")
    signer.verify("get", *parts(url))
    clock.now += timedelta(seconds=60)
    signer.verify("get", *parts(url))
    clock.now += timedelta(seconds=1)
    with pytest.raises(LinkError, match="expired at 2026-03-01T12:01:00Z"):
        signer.verify("get", *parts(url))


def test_no_part_of_it_can_change(signer: LinkSigner) -> None:
    key, given = parts(signer.upload_url("http://host", "k", life_s=60, max_bytes=5, md5="m"))
    signer.verify("put", key, given)
    for name in given:
        with pytest.raises(LinkError, match="signature"):
            signer.verify("put", key, {**given, name: given[name] + "0"})
        with pytest.raises(LinkError, match="signature"):
            signer.verify("put", key, {other: value for other, value in given.items() if other != name})
    with pytest.raises(LinkError, match="signature"):
        signer.verify("put", "other", given)
    with pytest.raises(LinkError, match="signature"):
        signer.verify("put", key, {**given, "exact": "1"})


def test_parameters_cannot_be_shifted_into_one_another(signer: LinkSigner) -> None:
    """A line break in a value must not look like another parameter."""
    key, given = parts(signer.download_url("http://host", "k", life_s=60, file_name="a\nop=put"))
    forged = {**given, "name": "a", "op": "get\nop=put"}
    with pytest.raises(LinkError):
        signer.verify("get", key, forged)
    signer.verify("get", key, given)


def test_each_is_for_one_operation_and_one_key(signer: LinkSigner, clock: VirtualClock) -> None:
    url = signer.download_url("http://host", "k", life_s=60)
    with pytest.raises(LinkError, match="for GET only"):
        signer.verify("put", *parts(url))
    with pytest.raises(LinkError, match="signature"):
        LinkSigner(b"x" * 32, clock).verify("get", *parts(url))
