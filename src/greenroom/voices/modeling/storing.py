"""The recordings that a check found good, as objects: what is trained is what was checked."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

from greenroom.storage.objects import ObjectStore
from greenroom.voices.modeling.audit import Audit

_INDEX = "recordings.json"


@dataclass(slots=True, frozen=True)
class StoredRecording:
    name: str
    """Of its object in the folder."""
    text: str


async def store_checked(objects: ObjectStore, folder: str, audit: Audit, prepared: Path) -> None:
    """Put the good recordings below the key `folder`; doing it twice changes nothing."""
    index = []
    for number, (report, wav) in enumerate(audit.good):
        name = f"{number:05d}.wav"
        await objects.put_file(f"{folder}/{name}", prepared / wav)
        index.append({"name": name, "text": report.text or ""})
    await objects.put_bytes(f"{folder}/{_INDEX}", json.dumps(index, ensure_ascii=False).encode())


async def load_checked(objects: ObjectStore, folder: str, into: Path) -> list[StoredRecording]:
    """Bring them into a local folder; what lies there already is left."""
    await asyncio.to_thread(into.mkdir, parents=True, exist_ok=True)
    recordings = [
        StoredRecording(one["name"], one["text"])
        for one in json.loads(await objects.read_bytes(f"{folder}/{_INDEX}"))
    ]
    for one in recordings:
        path = into / one.name
        if not path.is_file():
            building = path.with_suffix(".part")
            await objects.download(f"{folder}/{one.name}", building)
            building.replace(path)
    return recordings
