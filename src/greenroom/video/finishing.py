"""The format and the sound of a video, in the child process that plans it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from greenroom.media.formats import FORMATS, Codec
from greenroom.video.errors import VideoContentError
from greenroom.video.lengths import longest_s, too_long
from greenroom.video.plan import MUSIC_FIELD


def output_members(payload: dict[str, Any]) -> dict[str, Any]:
    """What `payload["output"]`, a `plan.OutputPlan`, says of the render plan."""
    from greenroom.stage.sheet import Crop

    output = payload.get("output") or {}
    crop = output.get("crop")
    members: dict[str, Any] = {
        "codec": Codec(output.get("codec", Codec.H264)),
        "ends_at_first_frame": output.get("ends_at_first_frame", False),
        "super_resolution": output.get("super_resolution", False),
    }
    return members if crop is None else {**members, "crop": Crop(*canvas_of(payload), *crop)}


def canvas_of(payload: dict[str, Any]) -> tuple[int, int]:
    """Width and height on which scenes are laid out: of a part that is cut out, the avatar's own picture."""
    if not (payload.get("output") or {}).get("crop"):
        return payload["width"], payload["height"]
    return cut_canvas({Path(scene.get("package") or payload["package"]) for scene in payload["scenes"]})


def cut_canvas(packages: Iterable[Path]) -> tuple[int, int]:
    """Of a video that is a part of its avatars' pictures. Raises VideoContentError: they differ in size."""
    from greenroom.engines.mouth.package import AvatarPackage

    sizes = sorted({AvatarPackage.open(package).size for package in packages})
    if len(sizes) > 1:
        shown = " and ".join(f"{width}x{height}" for width, height in sizes)
        raise VideoContentError(
            "video_config.clip_mode: CROP cuts one part out of the avatar's picture, and the pictures of "
            f"these avatars are {shown}: take avatars of one size, or RESIZE"
        )
    width, height = sizes[0]
    return width // 2 * 2, height // 2 * 2


def with_sound(made: Any, payload: dict[str, Any]) -> Any:
    """The render plan with what `payload["sound"]`, `{music, volume, is_levelled, voice_gain_db}`, asks for.

    Raises:
        VideoContentError: the music cannot be used, or the video is longer than its format may be.
    """
    from greenroom.media.mux import AUDIO_RATE
    from greenroom.stage.mix import SoundPlan
    from greenroom.stage.music import MusicError, examine_music
    from greenroom.stage.plan import scene_frames

    frames = sum(scene_frames(made, scene) for scene in made.scenes)
    output = FORMATS[made.codec]
    most_s = longest_s(output, made.width, made.height)
    if most_s is not None and frames > most_s * made.fps:
        raise VideoContentError(too_long(output, most_s, frames / made.fps))
    sound = payload.get("sound")
    if sound is None:
        return made
    music = None
    if sound["music"] is not None:
        needed = -(-frames * AUDIO_RATE // made.fps)
        try:
            music = examine_music(Path(sound["music"]), sound["volume"], needed)
        except MusicError as error:
            raise VideoContentError(f"{MUSIC_FIELD}: {error}") from error
    return replace(made, sound=SoundPlan(music, sound["is_levelled"], sound["voice_gain_db"]))
