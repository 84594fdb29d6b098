"""What is shown over the walk when: the idle loop where nobody speaks, and actions above both.

The walk through the speaking runs goes on underneath, frame by frame, so what lies over it may come and go at
any moment; each comes and goes within `ENTER_FRAMES`, along the motion between the two pictures. Everything
depends on the frame's own number alone, so any part of a video finds the same frames.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from greenroom.engines.protocols import VIDEO_FPS, Pcm
from greenroom.stage.actions import PlacedAction, Run
from greenroom.stage.loop import FADE_FREE_DISTANCE, LoopFrame

ENTER_FRAMES = 8
"""Frames, 0.32 s, in which a picture becomes another at the beginning and the end of an action."""
WAY_BACK_FRAMES = VIDEO_FPS
"""In this time a video that ends as it began goes back to its first frame."""
LEAST_SILENCE_FRAMES = 3 * VIDEO_FPS
"""Silence at the end of a scene that is shown as listening, not as a pause of the speech."""
_AFTER_SPEECH_FRAMES = VIDEO_FPS // 2
"""Between the last sound and the idle loop."""
SEAM_FRAMES = 12
"""An idle loop that was not filmed as one closes over so many frames."""
_SILENT = 0.01


@dataclass(slots=True, frozen=True)
class Layer:
    """A picture over those below it."""

    frame: LoopFrame
    share: float
    """0..1: 1 hides what lies below, in between the picture is on the way from that to this one."""


@dataclass(slots=True, frozen=True)
class IdleLoop:
    run: Run
    seam: float = 0.0
    """How unlike the last frame is to the first, in natural steps of the base clip."""
    again: int = 0
    """So many frames at the end show the same moments as those at the beginning, to be faded into them."""

    @property
    def length(self) -> int:
        return self.run[1] - self.run[0] + 1

    @property
    def closing_frames(self) -> int:
        """How many frames of the end play on under the beginning: 0 where the loop closes by itself."""
        if self.again:
            return self.again
        is_seamless = self.seam < FADE_FREE_DISTANCE or self.length < 4 * SEAM_FRAMES
        return 0 if is_seamless else SEAM_FRAMES

    def frame(self, number: int) -> LoopFrame:
        """The frame of the loop at `number`, counted from its beginning, on and on."""
        first, length, closing = self.run[0], self.length, self.closing_frames
        if not closing:
            at = first + number % length
            return LoopFrame(at, at, 0.0)
        # Its end plays on under its beginning: the first frames are shown only together with the last.
        if number >= length:
            number = closing + (number - length) % (length - closing)
        at, begun = first + number, number - (length - closing)
        if begun < 0:
            return LoopFrame(at, at, 0.0)
        return LoopFrame(at, first + begun, (begun + 1) / (closing + 1), is_same=self.again > 0)


@dataclass(slots=True, frozen=True)
class Course:
    """The layers of one scene."""

    actions: tuple[PlacedAction, ...] = ()
    idle: IdleLoop | None = None
    idle_from: int | None = None
    """The frame of the performance at which the idle loop begins; None: never."""
    way_back: tuple[LoopFrame, ...] = ()
    """The last frames of the performance, where they lead back to its beginning."""
    way_back_from: int = 0

    def layers(self, number: int) -> list[Layer]:
        """What lies over the walk at frame `number` of the performance, from below; nothing hidden."""
        found: list[Layer] = []
        if self.idle is not None and self.idle_from is not None and number >= self.idle_from:
            since = number - self.idle_from
            share = 1.0 if self.idle_from == 0 else min(1.0, (since + 1) / (ENTER_FRAMES + 1))
            found.append(Layer(self.idle.frame(since), share))
        for action in self.actions:
            if action.start <= number < action.end:
                at = action.run[0] + number - action.start
                near = min(number - action.start, action.end - 1 - number)
                found.append(Layer(LoopFrame(at, at, 0.0), min(1.0, (near + 1) / (ENTER_FRAMES + 1))))
        since = number - self.way_back_from
        if 0 <= since < len(self.way_back):
            share = min(1.0, (since + 1) / (min(ENTER_FRAMES, len(self.way_back) - 1) + 1))
            found.append(Layer(self.way_back[since], share))
        hidden = max((place for place, layer in enumerate(found) if layer.share >= 1.0), default=0)
        return found[hidden:]


def idle_start(pcm: Pcm, sample_rate: int, frames: int) -> int | None:
    """The frame at which a scene of `frames` frames with this speech turns to listening; None: it does not.

    A scene without any sound listens from its beginning.
    """
    heard = np.flatnonzero(np.abs(pcm) > _SILENT)
    if not len(heard):
        return 0
    end = int(heard[-1]) * VIDEO_FPS // sample_rate + 1
    return end + _AFTER_SPEECH_FRAMES if frames - end >= LEAST_SILENCE_FRAMES else None
