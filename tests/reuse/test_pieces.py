"""The cache itself: it is bounded, heals itself and is never needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.video.workshop import Workshop

from greenroom.jobs.running import JobRunner
from greenroom.reuse.repository import PieceRepository
from greenroom.reuse.service import Pieces
from greenroom.reuse.sweep import sweep_pieces
from greenroom.runtime import Context

KEY = "{:064x}".format


class Shelf:
    """The pieces of one project of a small cache, on a clock that a test moves."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        self.workshop = Workshop(folder / "data", **settings)
        self._now = self.workshop.runtime.clock()
        self.workshop.runtime.clock = lambda: self._now

        async def step(name: str, function: Callable[[], Any]) -> Any:
            return await function()

        runner = JobRunner(self.workshop.runtime, self.workshop.scope, "job", step)
        self.pieces = Pieces(runner)

    def wait(self, **time: float) -> None:
        self._now += timedelta(**time)

    def keep(self, number: int, size: int = 400_000) -> None:
        path = self.folder / "made"
        path.write_bytes(bytes([number]) * size)
        self.workshop.do(self.pieces.keep(KEY(number), path, "segment"))

    def fetch(self, number: int) -> bytes | None:
        path = self.folder / "fetched"
        path.unlink(missing_ok=True)
        found = self.workshop.do(self.pieces.fetch(KEY(number), path))
        assert found == path.exists()
        return path.read_bytes()[:1] if found else None

    def objects(self) -> set[str]:
        root = self.workshop.settings.objects_dir / "reuse"
        return {path.name for path in root.rglob("*") if path.is_file()}

    def rows(self) -> set[str]:
        async def read(context: Context) -> set[str]:
            return {row.id for row in await PieceRepository(context).longest_unused(100)}

        return self.workshop.inside(read)


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    opened = Shelf(tmp_path, reuse_mb=1)
    yield opened
    opened.workshop.close()


def test_what_was_not_used_for_longest_makes_room(shelf: Shelf) -> None:
    for number in (1, 2):
        shelf.keep(number)
        shelf.wait(minutes=20)
    assert shelf.fetch(1) == b"\x01"
    shelf.wait(minutes=20)
    shelf.keep(3)
    assert shelf.rows() == shelf.objects() == {KEY(1), KEY(3)}
    assert shelf.fetch(2) is None
    shelf.keep(4, size=1_500_000)
    assert shelf.fetch(4) is None and shelf.fetch(1) == b"\x01", "too large a piece pushes nothing out"


def test_kept_twice_is_kept_once(shelf: Shelf) -> None:
    shelf.keep(1)
    shelf.keep(1)
    assert shelf.rows() == {KEY(1)} and shelf.fetch(1) == b"\x01"


def test_a_damaged_or_missing_object_is_no_piece(shelf: Shelf) -> None:
    for number in (1, 2):
        shelf.keep(number)
    paths = {p.name: p for p in shelf.workshop.settings.objects_dir.rglob("reuse/**/*") if p.is_file()}
    paths[KEY(1)].write_bytes(b"x" * 400_000)
    paths[KEY(2)].unlink()
    assert shelf.fetch(1) is None and shelf.fetch(2) is None
    assert shelf.rows() == set()
    shelf.keep(1)
    assert shelf.fetch(1) == b"\x01"


def test_the_sweep_forgets_what_is_old_and_what_nobody_knows(shelf: Shelf) -> None:
    shelf.keep(1)
    stray = shelf.workshop.settings.objects_dir / "reuse" / "project" / "ab" / "stray"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"left by a crash")
    shelf.wait(days=20)
    shelf.keep(2)
    shelf.wait(days=20)
    shelf.workshop.do(sweep_pieces(shelf.workshop.runtime))
    assert shelf.rows() == shelf.objects() == {KEY(2)}


def test_switched_off_it_keeps_nothing(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, reuse_mb=0)
    try:
        shelf.keep(1)
        assert shelf.fetch(1) is None and shelf.objects() == set()
    finally:
        shelf.workshop.close()


def test_a_store_that_fails_is_passed_over(shelf: Shelf) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    shelf.pieces._job = SimpleNamespace(  # type: ignore[assignment]
        job_id="job", runtime=shelf.workshop.runtime, scope=shelf.workshop.scope, transaction=broken
    )
    shelf.keep(1)
    assert shelf.fetch(1) is None
