"""The receiving end of an upload link, given what no honest client sends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from tests.prepared import migrate_new

from greenroom.errors import InvalidParameterError
from greenroom.runtime import Runtime
from greenroom.settings import Settings
from greenroom.storage.transfers import UploadMismatchError, UploadTooLargeError, transfer_object


@pytest.fixture
async def runtime(tmp_path: Path) -> AsyncIterator[Runtime]:
    settings = Settings(data=tmp_path)
    migrate_new(settings)
    opened = Runtime.open(settings)
    yield opened
    await opened.close()


def _put(runtime: Runtime, chunks: list[bytes] | None, **headers: str) -> Request:
    """A PUT to a link for at most 1,000 bytes; None sends without end."""
    url = runtime.links.upload_url("http://host", "uploads/one", life_s=60, max_bytes=1000)
    path, _, query = url.removeprefix("http://host").partition("?")
    sent = 0

    async def receive() -> dict[str, Any]:
        nonlocal sent
        sent += 1
        assert sent < 50, "the server goes on reading what it must not take"
        if chunks is None:
            return {"type": "http.request", "body": bytes(100), "more_body": True}
        if sent > len(chunks):
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": chunks[sent - 1], "more_body": sent < len(chunks)}

    fields = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {
        "type": "http", "method": "PUT", "path": path, "query_string": query.encode(), "headers": fields,
    }  # fmt: skip
    return Request(scope, receive)


async def test_an_endless_body_is_cut_off_at_the_limit(runtime: Runtime) -> None:
    with pytest.raises(UploadTooLargeError, match="1000 bytes"):
        await transfer_object(runtime, _put(runtime, None))
    assert not await runtime.objects.exists("uploads/one")


async def test_up_to_the_limit_is_fine_and_nothing_at_all_is_not(runtime: Runtime) -> None:
    answer = await transfer_object(runtime, _put(runtime, [bytes(999), b"x"]))
    assert answer.status_code == 200
    assert (await runtime.objects.head("uploads/one")).size == 1000
    with pytest.raises(UploadMismatchError, match="0 bytes"):
        await transfer_object(runtime, _put(runtime, [b""]))
    assert (await runtime.objects.head("uploads/one")).size == 1000, "a failed attempt keeps what was there"


@pytest.mark.parametrize("value", ["abc", "d41d8cd98f00b204e9800998ecf8427e", "===="])
async def test_content_md5_that_is_no_digest(runtime: Runtime, value: str) -> None:
    with pytest.raises(InvalidParameterError, match="Content-MD5"):
        await transfer_object(runtime, _put(runtime, [b"x"], **{"content-md5": value}))
