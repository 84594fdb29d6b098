"""What a video holds, apart from the file around it: digests of its encoded pictures and sound."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import av


@dataclass(slots=True, frozen=True)
class Tracks:
    pictures: int
    pictures_sha256: str
    sound_sha256: str
    """Of no packets where there is no sound."""

    @classmethod
    def of(cls, path: Path) -> Self:
        """Raises av.error.FFmpegError: the file cannot be read."""
        digests = {"video": hashlib.sha256(), "audio": hashlib.sha256()}
        pictures = 0
        with av.open(str(path)) as movie:
            chosen = [*movie.streams.video[:1], *movie.streams.audio[:1]]
            for packet in movie.demux(chosen):
                if packet.size:
                    digests[packet.stream.type].update(memoryview(packet))
                    pictures += packet.stream.type == "video"
        return cls(pictures, digests["video"].hexdigest(), digests["audio"].hexdigest())

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self | None:
        """None where the data are not of this kind."""
        try:
            return cls(int(data["pictures"]), str(data["pictures_sha256"]), str(data["sound_sha256"]))
        except (KeyError, TypeError, ValueError):
            return None

    def changes(self, since: Tracks) -> list[str]:
        """What differs, in words."""
        found = []
        if self.pictures != since.pictures:
            found.append(f"there are {self.pictures} pictures, and there were {since.pictures}")
        elif self.pictures_sha256 != since.pictures_sha256:
            found.append("the pictures were changed")
        if self.sound_sha256 != since.sound_sha256:
            found.append("the sound was changed")
        return found
