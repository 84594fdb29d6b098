"""Sound that lies in a file, so that hours of it can be gone through again and again in little memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from greenroom.media.mux import AUDIO_RATE, Pcm

_BLOCK = AUDIO_RATE


class Spool:
    """Blocks of one second, float32 [channels, samples] at AUDIO_RATE; iterate as often as needed."""

    def __init__(self, path: Path, channels: int, on_block: Callable[[], None] | None = None) -> None:
        """`on_block` is called with each block that is read: a sign of life."""
        self._path = path
        self._on_block = on_block
        self.channels = channels

    @classmethod
    def write(
        cls, path: Path, blocks: Iterable[Pcm], channels: int, on_block: Callable[[], None] | None = None
    ) -> Spool:
        """Keep `blocks` in the file `path`. Whoever asks for it deletes the file."""
        with path.open("wb") as file:
            for block in blocks:
                np.ascontiguousarray(block.T, np.float32).tofile(file)
        return cls(path, channels, on_block)

    def beside(self, name: str, blocks: Iterable[Pcm]) -> Spool:
        """Another one with as many channels, in a file beside this one's."""
        path = self._path.with_name(f"{self._path.name}-{name}")
        return Spool.write(path, blocks, self.channels, self._on_block)

    @property
    def samples(self) -> int:
        return self._path.stat().st_size // (4 * self.channels)

    def __iter__(self) -> Iterator[Pcm]:
        with self._path.open("rb") as file:
            while True:
                values = np.fromfile(file, np.float32, _BLOCK * self.channels)
                if not len(values):
                    return
                if self._on_block is not None:
                    self._on_block()
                yield np.ascontiguousarray(values.reshape(-1, self.channels).T)
