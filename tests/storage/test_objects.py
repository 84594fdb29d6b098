from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from greenroom.storage.objects import ObjectNotFoundError, ObjectStore, open_object_store


@pytest.fixture(params=["local", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    """The local folder, and a store without files such as S3 is."""
    if request.param == "local":
        return open_object_store(None, tmp_path / "objects")
    return open_object_store("memory:///", tmp_path / "objects")


async def _chunks(*parts: bytes, fail: bool = False) -> AsyncIterator[bytes]:
    for part in parts:
        yield part
    if fail:
        raise RuntimeError("the sender left")


async def _keys(store: ObjectStore, prefix: str) -> list[str]:
    return sorted([info.key async for info in store.list(prefix)])


async def test_written_in_pieces_and_read_in_ranges(store: ObjectStore) -> None:
    await store.put_stream("a/b", _chunks(b"0123", b"45678", b"9"))
    assert (await store.head("a/b")).size == 10
    assert await store.read_bytes("a/b") == b"0123456789"
    assert b"".join([chunk async for chunk in store.read("a/b", 2, 5)]) == b"234"
    assert b"".join([chunk async for chunk in store.read("a/b", 7)]) == b"789"


async def test_a_broken_write_leaves_nothing_and_keeps_what_was_there(
    store: ObjectStore, tmp_path: Path
) -> None:
    with pytest.raises(RuntimeError):
        await store.put_stream("a/new", _chunks(bytes(20_000_000), fail=True))
    assert await _keys(store, "a") == []
    await store.put_bytes("a/old", b"old")
    with pytest.raises(RuntimeError):
        await store.put_stream("a/old", _chunks(b"half", fail=True))
    assert await store.read_bytes("a/old") == b"old"
    assert [path.name for path in (tmp_path / "objects").rglob("*") if path.is_file()] in ([], ["old"])


async def test_missing_objects(store: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(ObjectNotFoundError):
        await store.head("nothing")
    with pytest.raises(ObjectNotFoundError):
        await store.read_bytes("nothing")
    with pytest.raises(ObjectNotFoundError):
        await store.rename("nothing", "a")
    with pytest.raises(ObjectNotFoundError):
        async with store.local_copy("nothing", tmp_path):
            pass
    await store.delete("nothing")


async def test_rename_join_and_delete(store: ObjectStore, tmp_path: Path) -> None:
    for number in range(3):
        await store.put_bytes(f"up/{number}", str(number).encode())
    await store.join(["up/2", "up/0", "up/1"], "whole")
    assert await store.read_bytes("whole") == b"201"
    await store.rename("up/0", "up2/zero")
    assert await _keys(store, "up") == ["up/1", "up/2"]
    await store.delete_prefix("up")
    assert await _keys(store, "up") == []
    assert await _keys(store, "up2") == ["up2/zero"]
    assert not (tmp_path / "objects" / "up").exists()


async def test_a_local_copy_has_the_bytes(store: ObjectStore, tmp_path: Path) -> None:
    await store.put_bytes("clips/one", b"content")
    async with store.local_copy("clips/one", tmp_path / "work") as path:
        assert path.read_bytes() == b"content"
    assert await store.read_bytes("clips/one") == b"content"
