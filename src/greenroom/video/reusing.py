"""Speech and rendered parts that a video shares with earlier ones of the same tenant."""

from __future__ import annotations

import asyncio
import json
import os
import zipfile
from pathlib import Path
from typing import Any

from greenroom.engines.registry import EFFORT_VARIABLE, QUICK
from greenroom.jobs.engine import JobContext
from greenroom.reuse.keys import piece_key
from greenroom.reuse.service import Pieces
from greenroom.video.segments import KIND as SEGMENT

KEYS_FILE = "keys.json"
"""Beside the render plan: `segments.segment_keys`."""
_SPEECH = "speech"
_PLACES = ("wav", "timing")
"""Members of a speech order that say where its files go, not what they hold."""
_SEGMENT_MEMBER, _FIGURES_MEMBER = "segment", "figures"


class Reusing:
    """Of one video job."""

    def __init__(self, job: JobContext) -> None:
        self._owner = job.scope.project_id
        self._folder = job.work_dir
        self._pieces = Pieces(job)

    async def fetch_speech(self, order: dict[str, Any]) -> bool:
        """`order` is what `rendering.speech` takes; True: its files lie where they should."""
        packed = _packed(order)
        if not await self._pieces.fetch(await self._speech_key(order), packed):
            return False
        await asyncio.to_thread(_unpack, packed, _places(order))
        return True

    async def keep_speech(self, order: dict[str, Any]) -> None:
        packed = _packed(order)
        await asyncio.to_thread(_pack, packed, _places(order))
        await self._pieces.keep(await self._speech_key(order), packed, _SPEECH)
        packed.unlink()

    async def fetch_segment(self, number: int, out: Path, figures: Path) -> bool:
        """True: the segment lies at `out`, and its figures, where it was measured, at `figures`."""
        packed = out.with_name(f"{out.name}.zip")
        if not await self._pieces.fetch(self._segment_key(number), packed):
            return False
        await asyncio.to_thread(_unpack, packed, {_SEGMENT_MEMBER: out, _FIGURES_MEMBER: figures})
        return True

    async def keep_segment(self, number: int, out: Path, figures: Path) -> None:
        packed = out.with_name(f"{out.name}.zip")
        members = {_SEGMENT_MEMBER: out, _FIGURES_MEMBER: figures}
        await asyncio.to_thread(_pack, packed, members)
        await self._pieces.keep(self._segment_key(number), packed, SEGMENT)
        packed.unlink()

    async def drop_segment(self, number: int) -> None:
        """It turned out not to be good."""
        await self._pieces.drop(self._segment_key(number))

    async def _speech_key(self, order: dict[str, Any]) -> str:
        said = {name: value for name, value in order.items() if name not in _PLACES}
        if os.environ.get(EFFORT_VARIABLE) == QUICK:
            said["effort"] = QUICK
        # In a thread, for it reads a recording through.
        return await asyncio.to_thread(piece_key, self._owner, _SPEECH, said)

    def _segment_key(self, number: int) -> str | None:
        """None for a plan of an earlier version, which has no keys."""
        path = self._folder / KEYS_FILE
        if not path.is_file():
            return None
        keys: list[str] = json.loads(path.read_text())
        return keys[number]


def _packed(order: dict[str, Any]) -> Path:
    return Path(order["wav"]).with_suffix(".zip")


def _places(order: dict[str, Any]) -> dict[str, Path]:
    """The sound first: it lies under its name only when all is there."""
    return {name: Path(order[name]) for name in _PLACES}


def _pack(packed: Path, members: dict[str, Path]) -> None:
    """Those that exist."""
    with zipfile.ZipFile(packed, "w") as archive:
        for name, path in members.items():
            if path.is_file():
                # Without the file's time, so that the same piece is the same archive.
                archive.writestr(zipfile.ZipInfo(name), path.read_bytes())


def _unpack(packed: Path, members: dict[str, Path]) -> None:
    """The first of `members` last, under its name only when it is whole: whoever finds it trusts all."""
    with zipfile.ZipFile(packed) as archive:
        kept = set(archive.namelist())
        for name, target in reversed(members.items()):
            target.unlink(missing_ok=True)
            if name not in kept:
                continue
            building = target.with_suffix(".part")
            building.write_bytes(archive.read(name))
            building.replace(target)
    packed.unlink()
