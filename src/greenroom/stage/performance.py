"""The performance: for every frame the avatar's picture with the mouth that belongs to the sound."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable
from zipfile import BadZipFile

import numpy as np

from greenroom.engines.protocols import AvatarPackageError, Image, Pcm, PhonemeSpan
from greenroom.media.colour import bgr_to_i420
from greenroom.media.planes import Planes, part_of
from greenroom.stage.actions import Run
from greenroom.stage.base_clip import BaseClip
from greenroom.stage.base_frame import Alpha, BaseFrame
from greenroom.stage.course import Course, IdleLoop, Layer
from greenroom.stage.framing import FacePlace, PersonArea
from greenroom.stage.loop import BaseLoop, LoopFrame
from greenroom.stage.loop_index import INDEX_FILE, LoopIndex, index_clip
from greenroom.stage.morph import mixed_pictures, morphed

if TYPE_CHECKING:
    from greenroom.engines.mouth.package import AvatarPackage


class MouthPainter(Protocol):
    """What the mouth engine does for the stage (`engines.mouth.MouthPerformer`)."""

    def drive(self, pcm: Pcm, sample_rate: int, phonemes: Sequence[PhonemeSpan] | None) -> Any:
        """The mouth's course over a whole speech, one row a frame at VIDEO_FPS; closed in silence."""

    def apply(
        self, frame: Image, base_frame_index: int, track: Any, frame_number: int
    ) -> tuple[int, int, int, int]:
        """Paint the mouth into `frame`, the pixels of base frame `base_frame_index`, in place.

        Returns:
            x0, y0, x1, y1 of the changed region.
        """


@runtime_checkable
class PlaneMouthPainter(Protocol):
    """A `MouthPainter` that need not have the whole picture turned to BGR and back."""

    def apply_to_planes(
        self, planes: Planes, left: int, base_frame_index: int, track: Any, frame_number: int
    ) -> None:
        """Paint into writable planes, which begin with column `left` of the base frame."""


@dataclass(slots=True, frozen=True)
class Avatar:
    """An opened avatar package."""

    folder: Path
    base_video: Path
    alpha_video: Path | None
    segments: tuple[tuple[int, int], ...]
    painter: MouthPainter | None
    """None shows the person as filmed: idle video."""
    idle: Run | None = None
    """The loop of listening: the frame after its last is its first."""
    actions: Mapping[str, Run] = field(default_factory=dict)
    face: FacePlace | None = None
    """Where the face usually is in the base picture; None where that is not known."""


AvatarOpener = Callable[[Path], Avatar]


def open_avatar(package: Path, threads: int = 1) -> Avatar:
    """Open a package with its mouth network.

    Raises:
        AvatarPackageError: it is missing, damaged or of another format version.
    """
    from greenroom.engines.mouth.package import AvatarPackage
    from greenroom.engines.mouth.renderer import MouthPerformer
    from greenroom.engines.photo.painter import KIND as PHOTO_KIND

    opened = AvatarPackage.open(package)
    if opened.kind == PHOTO_KIND:
        return _open_photo(opened, threads)
    return Avatar(
        folder=package,
        base_video=opened.base_video,
        alpha_video=opened.alpha_video,
        segments=tuple((int(a), int(b)) for a, b in opened.segments),
        painter=MouthPerformer.open(opened, threads=threads),
        idle=opened.idle,
        actions=opened.actions,
        face=_face_of(opened),
    )


def _open_photo(package: AvatarPackage, threads: int) -> Avatar:
    """A person from a photo, whose mouth needs no network of its own."""
    from greenroom.engines.photo.painter import PhotoMouthPainter, face_places

    places = face_places(package.folder)
    forehead, chin = np.median(places, axis=0)
    return Avatar(
        folder=package.folder,
        base_video=package.base_video,
        alpha_video=package.alpha_video,
        segments=tuple((int(a), int(b)) for a, b in package.segments),
        painter=PhotoMouthPainter.open(package, threads),
        idle=package.idle,
        face=FacePlace(float(forehead[0] + chin[0]) / 2, float(forehead[1]), float(chin[1])),
    )


def _face_of(package: AvatarPackage) -> FacePlace:
    """The middle of all places that the face has while the person speaks."""
    from greenroom.engines.face.geometry import CHIN, FOREHEAD_TOP

    reference = package.geometry().reference[[FOREHEAD_TOP, CHIN]]
    speaking = np.concatenate([package.transforms()[a : b + 1] for a, b in package.segments])
    places = [(reference - move[:, 2]) @ np.linalg.inv(move[:, :2]).T for move in speaking[::5]]
    forehead, chin = np.median(np.stack(places), axis=0)
    return FacePlace(float(forehead[0] + chin[0]) / 2, float(forehead[1]), float(chin[1]))


@dataclass(slots=True, frozen=True)
class PersonPicture:
    """The person apart from any canvas."""

    base: BaseFrame
    base_frame_index: int
    is_mixed: bool = False
    """Whether it is between two base frames, on the way to `base_frame_index`."""

    @property
    def colour(self) -> Image:
        """The whole picture as BGR, black where nobody ever is; made anew each time."""
        return self.base.colour

    @property
    def alpha(self) -> Alpha | None:
        """The whole matte."""
        return self.base.alpha


@dataclass(slots=True, frozen=True)
class Footage:
    """What one frame of a performance is made of, before anybody speaks."""

    layers: tuple[Layer, ...]
    """From the lowest, which hides whatever lies below it."""
    frames: Mapping[int, BaseFrame]
    """Base frames by their number."""


class Performer:
    """Plays one avatar. Frames may be asked for in any order; going on or back by one is cheap."""

    def __init__(self, avatar: Avatar, seed: int = 0) -> None:
        self.avatar = avatar
        self.course = Course()
        """What lies over the walk through the base clip."""
        self._clip = BaseClip(avatar.base_video, avatar.alpha_video)
        self._decoding = threading.Lock()
        self._index = _index_of(avatar)
        self._loop = BaseLoop(self._index, seed)

    @property
    def picture_size(self) -> tuple[int, int]:
        """Width and height of the base picture."""
        return self._clip.size

    @property
    def person_area(self) -> PersonArea | None:
        """Where the person is in any frame of the clip; None without an alpha clip."""
        return self._index.area

    @property
    def rest_area(self) -> PersonArea | None:
        """Where the person is apart from actions; None without an alpha clip."""
        return self._index.rest_area

    @property
    def idle_loop(self) -> IdleLoop | None:
        if self.avatar.idle is None:
            return None
        return IdleLoop(self.avatar.idle, self._index.idle_seam, self._index.idle_again)

    def first_frames(self, count: int, seed: int, idle: bool) -> tuple[LoopFrame, ...]:
        """How a performance begins that has no action: the walk, or, where nobody speaks, the idle loop."""
        idle_loop = self.idle_loop if idle else None
        if idle_loop is not None:
            return tuple(idle_loop.frame(number) for number in range(count))
        walk = BaseLoop(self._index, seed)
        return tuple(walk.frame(number) for number in range(count))

    def drive(self, pcm: Pcm, sample_rate: int, phonemes: Sequence[PhonemeSpan] | None) -> Any:
        """The mouth track of a speech, or None for an avatar without a painter."""
        return self.avatar.painter.drive(pcm, sample_rate, phonemes) if self.avatar.painter else None

    def frame(self, loop_number: int, track: Any, frame_number: int) -> PersonPicture:
        """The person at frame `loop_number` of the course, saying frame `frame_number` of `track`.

        With `track` None the mouth is left as filmed.
        """
        return self.play(self.footage(loop_number), track, frame_number)

    def footage(self, loop_number: int) -> Footage:
        """What is shown at frame `loop_number` of the course, decoded, the mouth as filmed."""
        layers = self.course.layers(loop_number)
        if not layers or layers[0].share < 1.0:
            layers.insert(0, Layer(self._loop.frame(loop_number), 1.0))
        return self._decoded(layers)

    def play(self, footage: Footage, track: Any, frame_number: int) -> PersonPicture:
        """As `frame`, of what `footage` gave; the two may run in different threads."""
        lowest, *above = footage.layers
        person = self._shown(footage, lowest.frame, track, frame_number)
        for layer in above:
            person = _between(person, self._shown(footage, layer.frame, track, frame_number), layer.share)
        return person

    def still(self, step: LoopFrame) -> PersonPicture:
        """The person as filmed at a place of the base clip."""
        return self.play(self._decoded([Layer(step, 1.0)]), None, 0)

    def base_picture(self, index: int) -> Image:
        """Base frame `index` as filmed."""
        with self._decoding:
            return self._clip.frame(index).colour

    def _decoded(self, layers: Sequence[Layer]) -> Footage:
        wanted = [
            index
            for layer in layers
            for index in (layer.frame.index, *((layer.frame.other,) if layer.frame.weight else ()))
        ]
        with self._decoding:
            frames = {index: self._clip.frame(index) for index in dict.fromkeys(wanted)}
        return Footage(tuple(layers), frames)

    def _shown(self, footage: Footage, step: LoopFrame, track: Any, frame_number: int) -> PersonPicture:
        person = self._painted(footage.frames[step.index], step.index, track, frame_number)
        if step.weight == 0.0:
            return person
        other = self._painted(footage.frames[step.other], step.other, track, frame_number)
        return _between(other, person, 1.0 - step.weight, is_same=step.is_same)

    def _painted(self, base: BaseFrame, index: int, track: Any, frame_number: int) -> PersonPicture:
        """Base frame `index` with the mouth of `frame_number`."""
        painter = self.avatar.painter
        if track is None or painter is None:
            return PersonPicture(base, index)
        y, u, v = (plane.copy() for plane in base.planes)
        base = replace(base, planes=(y, u, v))
        if isinstance(painter, PlaneMouthPainter):
            painter.apply_to_planes(base.planes, base.left, index, track, frame_number)
        else:
            colour = base.colour
            _put_back(base, colour, painter.apply(colour, index, track, frame_number))
        return PersonPicture(base, index)

    def close(self) -> None:
        self._clip.close()


def _put_back(base: BaseFrame, colour: Image, area: tuple[int, int, int, int]) -> None:
    """Write what has changed of a whole picture, x0, y0, x1, y1, into the planes of its frame."""
    x0, y0 = max(area[0], base.left) // 2 * 2, max(area[1], 0) // 2 * 2
    x1, y1 = -(-min(area[2], base.right) // 2) * 2, -(-min(area[3], base.height) // 2) * 2
    if x1 <= x0 or y1 <= y0:
        return
    targets = part_of(base.planes, x0 - base.left, y0, x1 - base.left, y1)
    for target, values in zip(targets, bgr_to_i420(colour[y0:y1, x0:x1]), strict=True):
        target[:] = values


def _between(old: PersonPicture, new: PersonPicture, share: float, *, is_same: bool = False) -> PersonPicture:
    """The picture on the way from `old` to `new`, at `share` of it; `is_same`: they are of one moment."""
    left, right = min(old.base.left, new.base.left), max(old.base.right, new.base.right)
    way = mixed_pictures if is_same else morphed
    mixed = way(old.base.between(left, right), new.base.between(left, right), share)
    return PersonPicture(mixed, new.base_frame_index, is_mixed=True)


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
    return index_clip(avatar.base_video, avatar.segments, avatar.alpha_video, avatar.idle)
