"""The media clock: sound is the master, and pictures are counted against its samples with integers only."""

from __future__ import annotations

from dataclasses import dataclass

from greenroom.engines.protocols import VIDEO_FPS


@dataclass(slots=True, frozen=True)
class MediaClock:
    """Converts between samples of one sound and pictures of one video, without drift."""

    sample_rate: int
    fps: int

    def frames_for(self, samples: int) -> int:
        """Pictures needed to cover `samples`: the last one may last longer than the sound."""
        return -(-samples * self.fps // self.sample_rate)

    def first_sample(self, frame: int) -> int:
        """The first sample that sounds while picture `frame` is shown."""
        return -(-frame * self.sample_rate // self.fps)

    def frame_at(self, sample: int) -> int:
        """The picture on screen while `sample` sounds."""
        return sample * self.fps // self.sample_rate


def performance_frame(frame: int, fps: int) -> int:
    """The frame of the performance (at VIDEO_FPS) that output picture `frame` at `fps` shows."""
    return (2 * frame + 1) * VIDEO_FPS // (2 * fps)
