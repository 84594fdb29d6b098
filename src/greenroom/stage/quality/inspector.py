"""Looks at some pictures of the person on their way to the encoder, before anything covers them.

Every fifth picture is read by the landmark network (more of a short part), and every tenth of those is
compared with the base picture that it was painted on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from greenroom.engines.face.geometry import lip_opening
from greenroom.engines.mouth.border import border_error
from greenroom.engines.protocols import Image
from greenroom.media.wav import read_wav
from greenroom.stage.performance import PersonPicture
from greenroom.stage.plan import ScenePlan, SegmentSpec
from greenroom.stage.quality.face import Floats, colour_drift, open_sight, shape_drift
from greenroom.stage.quality.figures import PartFigures, mean_of
from greenroom.stage.quality.lips import SpokenScene, agreement, spoken
from greenroom.stage.quality.mouth_place import MouthPlace, closed_below, mouth_place

BaseOf = Callable[[int], Image]
"""The base picture of an index, as filmed."""

_USUAL_STEP, _LEAST_STEP = 5, 2
_ENOUGH = 25
"""Pictures of a part that are looked at at least, where it is long enough."""
_COMPARED_EVERY = 10
"""Of the pictures that are looked at."""


class Inspector:
    """Measures the parts of one plan, one after the other."""

    def __init__(self) -> None:
        self._sight = open_sight()
        self._scene: tuple[ScenePlan, SpokenScene, MouthPlace | None] | None = None

    def part(self, scene: ScenePlan, spec: SegmentSpec, fps: int, base_of: BaseOf) -> Inspection:
        """Begin with a part; it ends with the `figures` of what is answered."""
        if self._scene is None or self._scene[0] is not scene:
            self._scene = scene, _spoken_scene(scene), mouth_place(Path(scene.package))
        if self._sight is not None:
            self._sight.start_over()
        return Inspection(self, spec, fps, base_of)

    def landmarks(self, picture: Image) -> Floats | None:
        return self._sight.look(picture) if self._sight is not None else None

    def base_landmarks(self, picture: Image) -> Floats | None:
        """Of the base picture of the one that was looked at last."""
        return self._sight.look_again(picture) if self._sight is not None else None

    @property
    def sound(self) -> SpokenScene:
        assert self._scene is not None, "a part has begun"
        return self._scene[1]

    @property
    def place(self) -> MouthPlace | None:
        assert self._scene is not None, "a part has begun"
        return self._scene[2]


@dataclass(slots=True)
class Inspection:
    """Of one part, whose pictures come in order."""

    inspector: Inspector
    spec: SegmentSpec
    fps: int
    base_of: BaseOf
    _looked_at: int = 0
    _seconds: list[float] = field(default_factory=list)
    _openings: list[float] = field(default_factory=list)
    _base_openings: list[float] = field(default_factory=list)
    _borders: list[float] = field(default_factory=list)
    _shapes: list[float] = field(default_factory=list)
    _colours: list[float] = field(default_factory=list)

    def look(self, frame: int, person: PersonPicture) -> None:
        """At picture `frame` of the scene, at the plan's rate; most are passed over."""
        number, rest = divmod(frame - self.spec.first_frame, self._step)
        if rest:
            return
        self._looked_at += 1
        landmarks = self.inspector.landmarks(person.colour)
        if landmarks is not None:
            # The middle of the time for which the picture is shown.
            self._seconds.append((frame + 0.5) / self.fps)
            self._openings.append(float(lip_opening(landmarks)))
        if number % _COMPARED_EVERY == 0 and not person.is_mixed:
            self._compare(person, landmarks)

    def figures(self) -> PartFigures:
        sound, seconds, opening = self.inspector.sound, np.array(self._seconds), np.array(self._openings)
        limit = closed_below(self._rest_opening())
        resting = [
            float(gap < limit)
            for at, gap in zip(self._seconds, self._openings, strict=True)
            if sound.is_rest(at)
        ]
        return PartFigures(
            frame_count=self.spec.frame_count,
            looked_at=self._looked_at,
            faces=len(seconds),
            agreement=agreement(sound, seconds, opening),
            spoken=spoken(sound, seconds),
            closed=mean_of(resting),
            border=mean_of(self._borders),
            shape=mean_of(self._shapes),
            colour=mean_of(self._colours),
        )

    @property
    def _step(self) -> int:
        return max(_LEAST_STEP, min(_USUAL_STEP, self.spec.frame_count // _ENOUGH))

    def _compare(self, person: PersonPicture, landmarks: Floats | None) -> None:
        base, place = self.base_of(person.base_frame_index), self.inspector.place
        if place is not None:
            transform = place.transforms[person.base_frame_index]
            self._borders.append(border_error(base, person.colour, transform, place.ring))
        filmed = self.inspector.base_landmarks(base) if landmarks is not None else None
        if landmarks is not None and filmed is not None:
            self._base_openings.append(float(lip_opening(filmed)))
            self._shapes.append(shape_drift(landmarks, filmed))
            self._colours.append(colour_drift(person.colour, base, filmed))

    def _rest_opening(self) -> float:
        place = self.inspector.place
        if place is not None and place.rest_opening is not None:
            return place.rest_opening
        # A photo's own mouth is its rest.
        is_photo = place is not None and bool(self._base_openings)
        return float(np.median(self._base_openings)) if is_photo else 0.0


def _spoken_scene(scene: ScenePlan) -> SpokenScene:
    if scene.speech_wav is None:
        return SpokenScene(np.zeros(0, np.float32), 16_000, None)
    return SpokenScene(*read_wav(Path(scene.speech_wav)), scene.phonemes)
