"""In which format a video is written, and which of it: what a request asks for, checked as a whole."""

from __future__ import annotations

from greenroom.media.formats import FORMATS, Codec, OutputFormat
from greenroom.scripts.limits import spoken_length
from greenroom.scripts.wire import ShootScriptItem, VideoConfig
from greenroom.video.errors import VideoContentError
from greenroom.video.lengths import HD_PIXELS, longest_s, too_long
from greenroom.video.plan import OutputPlan

_CHARACTERS_A_SECOND = 5
"""So that 1500 characters make the five minutes, as the contract has it; Chinese is spoken at that rate."""


def output_plan(video: VideoConfig, scenes: list[ShootScriptItem]) -> OutputPlan:
    """Raises VideoContentError: the codec, the size, the length and the backgrounds do not go together."""
    output = FORMATS[Codec(video.codec or Codec.H264)]
    is_transparent = output.has_alpha and any(not _has_background(scene) for scene in scenes)
    if not output.is_compressed:
        if not is_transparent:
            raise VideoContentError(
                f"video_config.codec: {output.codec} is for transparent videos, and every scene has a "
                "background: leave out background_config, or choose H264 or H265"
            )
        _check_size(video, output, scenes)
    return OutputPlan(
        codec=output.codec,
        is_transparent=is_transparent,
        crop=_crop(video),
        ends_at_first_frame=bool(video.is_end_at_first_frame),
        super_resolution=bool(video.is_enable_super_resolution),
    )


def _has_background(scene: ShootScriptItem) -> bool:
    return bool(scene.shoot_script is not None and scene.shoot_script.background_config)


def _check_size(video: VideoConfig, output: OutputFormat, scenes: list[ShootScriptItem]) -> None:
    name = f"video_config.codec: {output.codec}"
    if output.codec is Codec.QTRLE and video.width * video.height > HD_PIXELS:
        raise VideoContentError(
            f"{name} is written up to 1920x1080, not {video.width}x{video.height}: choose PRORES_4444 or "
            "VP9, or a smaller picture"
        )
    seconds = longest_s(output, video.width, video.height)
    assert seconds is not None
    characters = sum(spoken_length(scene.text) for scene in scenes)
    most = seconds * _CHARACTERS_A_SECOND
    if characters >= most:
        raise VideoContentError(
            f"{name} at {video.width}x{video.height} takes fewer than {most} characters, not {characters}: "
            "shorten the text, or choose VP9"
        )
    stated = sum(
        (scene.shoot_script.audio_duration or 0.0) if scene.shoot_script and scene.is_audio else 0.0
        for scene in scenes
    )
    if stated > seconds:
        raise VideoContentError(too_long(output, seconds, stated))


def _crop(video: VideoConfig) -> tuple[int, int] | None:
    """Where the part lies that is kept; None for the whole picture, where dx and dy mean nothing."""
    if video.clip_mode != "CROP":
        return None
    for name, value in (("dx", video.dx or 0), ("dy", video.dy or 0)):
        if value < 0:
            raise VideoContentError(
                f"video_config.{name} is {value}: with clip_mode CROP give 0 or more, the first pixel kept"
            )
    # Colour is stored for every second pixel.
    return (video.dx or 0) // 2 * 2, (video.dy or 0) // 2 * 2
