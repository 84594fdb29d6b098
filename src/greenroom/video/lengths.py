"""How long a video of a format and a size may last."""

from __future__ import annotations

from greenroom.media.formats import OutputFormat

HD_PIXELS = 1920 * 1088
_HD_SECONDS, _LARGER_SECONDS = 300, 60
"""Longest video in a codec for editing: five minutes of 1080p have several gigabytes already."""


def longest_s(output: OutputFormat, width: int, height: int) -> int | None:
    """Seconds that a video of this format and size may last; None: as long as its script."""
    if output.is_compressed:
        return None
    return _HD_SECONDS if width * height <= HD_PIXELS else _LARGER_SECONDS


def too_long(output: OutputFormat, most_s: int, length_s: float) -> str:
    """What is said where a video is longer than `longest_s`."""
    return (
        f"video_config.codec: {output.codec} at this size takes {most_s} s at most, and the video lasts "
        f"{length_s:.0f} s: shorten it, or choose VP9"
    )
