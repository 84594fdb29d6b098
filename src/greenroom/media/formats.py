"""The formats in which a video can be written: which codec goes into which file, with which sound.

A format that carries opacity is straight (not premultiplied) alpha, as WebM, QuickTime RLE and ProRes 4444
are read by browsers and editors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Codec(StrEnum):
    """The codecs of a video's pictures, by their names on the wire."""

    H264 = "H264"
    H265 = "H265"
    VP8 = "VP8"
    VP9 = "VP9"
    QTRLE = "QTRLE"
    PRORES_4444 = "PRORES_4444"


@dataclass(slots=True, frozen=True)
class OutputFormat:
    codec: Codec
    ending: str
    """Of the file's name, without the dot; FFmpeg's muxer has the same name."""
    content_type: str
    has_alpha: bool
    """Whether it can be transparent."""
    is_compressed: bool
    """Made for delivery. The others are for editing: hundreds of megabits a second."""
    sound: str
    """FFmpeg's encoder of the sound."""
    sample_format: str
    """What that encoder takes."""

    @property
    def file_type(self) -> str:
        """As assets name it: MP4, WEBM or MOV."""
        return self.ending.upper()

    @property
    def file_name(self) -> str:
        return f"video.{self.ending}"


def _format(
    codec: Codec, ending: str, content_type: str, sound: tuple[str, str], alpha: bool, compressed: bool = True
) -> OutputFormat:
    return OutputFormat(codec, ending, content_type, alpha, compressed, *sound)


_AAC, _OPUS, _PCM = ("aac", "fltp"), ("libopus", "s16"), ("pcm_s16le", "s16")

FORMATS: Mapping[Codec, OutputFormat] = {
    Codec.H264: _format(Codec.H264, "mp4", "video/mp4", _AAC, alpha=False),
    Codec.H265: _format(Codec.H265, "mp4", "video/mp4", _AAC, alpha=False),
    Codec.VP8: _format(Codec.VP8, "webm", "video/webm", _OPUS, alpha=True),
    Codec.VP9: _format(Codec.VP9, "webm", "video/webm", _OPUS, alpha=True),
    Codec.QTRLE: _format(Codec.QTRLE, "mov", "video/quicktime", _PCM, alpha=True, compressed=False),
    Codec.PRORES_4444: _format(
        Codec.PRORES_4444, "mov", "video/quicktime", _PCM, alpha=True, compressed=False
    ),
}

DEFAULT_OF_ENDING: Mapping[str, Codec] = {
    "mp4": Codec.H264,
    "webm": Codec.VP9,
    "mov": Codec.PRORES_4444,
}
"""What a file's name asks for where no codec is named."""
