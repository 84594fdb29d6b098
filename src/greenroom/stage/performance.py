"""The performance: for every frame the avatar's picture with the mouth that belongs to the sound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from zipfile import BadZipFile

from greenroom.engines.protocols import AvatarPackageError, Image, Pcm, PhonemeSpan
from greenroom.stage.base_clip import Alpha, BaseClip
from greenroom.stage.loop import BaseLoop
from greenroom.stage.loop_index import INDEX_FILE, LoopIndex, index_clip
from greenroom.stage.morph import morph
from greenroom.stage.scene import PersonArea


class MouthPainter(Protocol):
    """What the mouth engine does for the stage (`engines.mouth.MouthPerformer`)."""

    def drive(self, pcm: Pcm, sample_rate: int, phonemes: Sequence[PhonemeSpan] | None) -> Any:
        """The mouth's course over a whole speech, one row a frame at VIDEO_FPS; closed in silence."""

    def apply(
        self, frame: Image, base_frame_index: int, track: Any, frame_number: int
    ) -> tuple[int, int, int, int]:
        """Paint the mouth into `frame`, the pixels of base frame `base_frame_index`, in place."""


@dataclass(slots=True, frozen=True)
class Avatar:
    """An opened avatar package."""

    folder: Path
    base_video: Path
    alpha_video: Path | None
    segments: tuple[tuple[int, int], ...]
    painter: MouthPainter | None
    """None shows the person as filmed: idle video."""


AvatarOpener = Callable[[Path], Avatar]


def open_avatar(package: Path, threads: int = 1) -> Avatar:
    """Open a package with its mouth network.

    Raises:
        AvatarPackageError: it is missing, damaged or of another format version.
    """
    from greenroom.engines.mouth.package import AvatarPackage
    from greenroom.engines.mouth.renderer import MouthPerformer

    opened = AvatarPackage.open(package)
    return Avatar(
        folder=package,
        base_video=opened.base_video,
        alpha_video=opened.alpha_video,
        segments=tuple((int(a), int(b)) for a, b in opened.segments),
        painter=MouthPerformer.open(opened, threads=threads),
    )


@dataclass(slots=True, frozen=True)
class PersonPicture:
    """The person apart from any canvas."""

    colour: Image
    alpha: Alpha | None
    base_frame_index: int


class Performer:
    """Plays one avatar. Frames may be asked for in any order; going on or back by one is cheap."""

    def __init__(self, avatar: Avatar, seed: int = 0) -> None:
        self._avatar = avatar
        self._clip = BaseClip(avatar.base_video, avatar.alpha_video)
        self._index = _index_of(avatar)
        self._loop = BaseLoop(self._index, seed)

    @property
    def picture_size(self) -> tuple[int, int]:
        """Width and height of the base picture."""
        height, width = self._clip.frame(0).colour.shape[:2]
        return width, height

    @property
    def person_area(self) -> PersonArea | None:
        """Where the person is in any frame of the clip; None without an alpha clip."""
        return self._index.area

    def drive(self, pcm: Pcm, sample_rate: int, phonemes: Sequence[PhonemeSpan] | None) -> Any:
        """The mouth track of a speech, or None for an avatar without a painter."""
        return self._avatar.painter.drive(pcm, sample_rate, phonemes) if self._avatar.painter else None

    def frame(self, loop_number: int, track: Any, frame_number: int) -> PersonPicture:
        """The person at frame `loop_number` of the base walk, saying frame `frame_number` of `track`.

        With `track` None the mouth is left as filmed.
        """
        step = self._loop.frame(loop_number)
        colour, alpha = self._painted(step.index, track, frame_number)
        if step.weight > 0.0:
            other, other_alpha = self._painted(step.other, track, frame_number)
            between = morph(other, colour, 1.0 - step.weight)
            colour = between(other, colour)
            if alpha is not None and other_alpha is not None:
                alpha = between(other_alpha, alpha)
        return PersonPicture(colour, alpha, step.index)

    def _painted(self, index: int, track: Any, frame_number: int) -> tuple[Image, Alpha | None]:
        """Base frame `index` with the mouth of `frame_number`; the caller owns the picture."""
        base = self._clip.frame(index)
        colour = base.colour.copy()
        if track is not None and self._avatar.painter is not None:
            self._avatar.painter.apply(colour, index, track, frame_number)
        return colour, base.alpha

    def close(self) -> None:
        self._clip.close()


def _index_of(avatar: Avatar) -> LoopIndex:
    """The index that the package holds, or a new one."""
    stored = avatar.folder / INDEX_FILE
    if stored.is_file():
        try:
            index = LoopIndex.load(stored)
        except (ValueError, KeyError, OSError, BadZipFile) as error:
            raise AvatarPackageError(
                f"The avatar's {INDEX_FILE} cannot be read. Train the avatar again."
            ) from error
        if (index.area is None) == (avatar.alpha_video is None):
            return index
    return index_clip(avatar.base_video, avatar.segments, avatar.alpha_video)
