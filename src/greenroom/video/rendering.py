"""The heavy work of a video, run in a supervised child process: unpack, speak, plan, render, join.

Each function takes a JSON object and answers one, as `jobs.children` asks; paths travel as text. Every file
appears under its name only when it is whole, so that a job which was cut off can trust what it finds.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from greenroom.engines.protocols import AvatarPackageError, Progress, SpeechStyle, vocabulary_from_json
from greenroom.video.backgrounds import background_of
from greenroom.video.errors import VideoContentError
from greenroom.video.marking import metadata, sign, with_label

_MOST_BPS = 104_857_600
"""The largest `video_bit_rate` that the contract knows; ProRes 4444 has more."""
_open_renderer: tuple[str, Any] | None = None
"""The plan's path and its renderer: opened once for all segments of a job."""


def unpack(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`{archive, package}`: unzip an avatar package and look whether it is one."""
    from greenroom.engines.mouth.package import AvatarPackage

    package, archive = Path(payload["package"]), Path(payload["archive"])
    building = package.with_suffix(".part")
    shutil.rmtree(building, ignore_errors=True)
    try:
        # extractall keeps every member inside the folder.
        with zipfile.ZipFile(archive) as file:
            file.extractall(building)
    except zipfile.BadZipFile:
        raise VideoContentError("the avatar's package is damaged: train the avatar again") from None
    try:
        AvatarPackage.open(building)
    except AvatarPackageError as error:
        # The user knows the asset, not the folder where it was unpacked.
        reason = str(error).replace(f" in {building}", "").replace(str(building), "the asset's main file")
        raise VideoContentError(f"the avatar cannot be used: {reason}") from None
    building.rename(package)
    return {}


def speech(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`{text, voice_id, style, vocabulary, audio, wav, timing, recognise}`: write the sound of a scene and
    its times.

    Those are of its phonemes, its words and the actions that its text marks; `recognise` asks for the words
    of a recording too.
    """
    from greenroom.stage.silence import silence_of, silent_speech
    from greenroom.stage.speech import speak, speech_from_audio, write_wav
    from greenroom.subtitles.speaking import hear

    wav, timing = Path(payload["wav"]), Path(payload["timing"])
    if payload["audio"] is not None:
        said = speech_from_audio(Path(payload["audio"]))
    elif (silence_ms := silence_of(payload["text"])) is not None:
        said = silent_speech(silence_ms)
    else:
        style, vocabulary = SpeechStyle(**payload["style"]), vocabulary_from_json(payload.get("vocabulary"))
        said = speak(payload["text"], payload["voice_id"], style, vocabulary)
    heard, words = None, said.words
    if words is None and payload.get("recognise"):
        heard, words = hear(said)
    building = wav.with_suffix(".part")
    write_wav(said, building)
    phonemes = None if said.phonemes is None else [asdict(span) for span in said.phonemes]
    marks = [(m.name, m.sample * 1000 // said.sample_rate) for m in said.marks if m.is_action]
    times = {
        "phonemes": phonemes,
        "words": [asdict(word) for word in words or ()],
        "heard": heard,
        "marks": marks,
    }
    timing.write_text(json.dumps(times))
    os.replace(building, wav)
    return {"seconds": said.duration_s}


def plan(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`{out, width, height, fps, bitrate_kbps, title, package, action_interval_ms, framing, scenes,
    subtitles, output, sound, label, keys, owner}`: write the render plan, and the keys of its parts for the
    project `owner`.

    A scene is `{wav, timing, background, human, actions, number, text, subtitle_file, layers, layers_below,
    package, framing}`, the last two where it has its own; see `subtitling.with_subtitles` for the texts,
    `layer_files` for the layers, and `finishing` for `output` and `sound`. Answers `{segments}`, how many
    parts there are to render.
    """
    from greenroom.stage.errors import SceneError
    from greenroom.stage.plan import RenderPlan
    from greenroom.video.finishing import output_members, with_sound
    from greenroom.video.segments import segment_keys
    from greenroom.video.subtitling import with_subtitles

    try:
        made = RenderPlan(
            scenes=tuple(_scene(payload, scene) for scene in payload["scenes"]),
            width=payload["width"],
            height=payload["height"],
            fps=payload["fps"],
            bitrate_bps=payload["bitrate_kbps"] * 1000,
            title=payload["title"],
            **output_members(payload),
        )
        made = with_subtitles(_with_actions(made, payload), payload)
        made = with_sound(with_label(made, payload), payload)
        keys = segment_keys(made, payload.get("owner", ""))
    except SceneError as error:
        raise VideoContentError(str(error)) from error
    if payload.get("keys"):
        Path(payload["keys"]).write_text(json.dumps(keys))
    out = Path(payload["out"])
    building = out.with_suffix(".part")
    building.write_text(made.to_json())
    os.replace(building, out)
    return {"segments": len(keys)}


def segment(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`{plan, number, out, figures}`: render one part of about ten seconds.

    What it looks like is measured and written to the file `figures`, unless that is None.
    """
    from greenroom.stage.errors import SceneError
    from greenroom.stage.plan import plan_segments

    try:
        renderer = _renderer(payload["plan"])
        spec = plan_segments(renderer.plan)[payload["number"]]
        out = Path(payload["out"])
        building = out.with_name(f"building-{out.name}")
        seen = renderer.segment(spec, building, progress, _inspector() if payload.get("figures") else None)
        if seen is not None:
            Path(payload["figures"]).write_text(json.dumps(seen.to_json()))
        os.replace(building, out)
    except SceneError as error:
        raise VideoContentError(str(error)) from error
    return {}


def preview(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`{plan, seconds, out}`: render the first seconds of a plan in H.264, fast rather than
    small, without music."""
    from dataclasses import replace

    from greenroom.media.formats import Codec
    from greenroom.media.mux import AUDIO_RATE, join_segments
    from greenroom.stage.errors import SceneError
    from greenroom.stage.mix import SoundPlan
    from greenroom.stage.plan import RenderPlan, plan_segments
    from greenroom.stage.render import Renderer
    from greenroom.stage.sheet import TRANSPARENT

    made = RenderPlan.from_json(Path(payload["plan"]).read_text())
    ground = "#FFFFFF" if made.scenes[0].background == TRANSPARENT else made.scenes[0].background
    first = replace(made.scenes[0], background=ground)
    made = replace(made, scenes=(first,), codec=Codec.H264, sound=SoundPlan(), preset="ultrafast", crf=26)
    out = Path(payload["out"])
    pictures = out.with_name(f"{out.name}.pictures.mp4")
    try:
        with Renderer(made) as renderer:
            spec = plan_segments(made)[0]
            frames = min(spec.frame_count, max(1, round(payload["seconds"] * made.fps)))
            renderer.segment(replace(spec, frame_count=frames), pictures, progress)
            sound = next(renderer.sound())[0, : frames * AUDIO_RATE // made.fps]
        join_segments([pictures], sound, AUDIO_RATE, out)
    except SceneError as error:
        raise VideoContentError(str(error)) from error
    finally:
        pictures.unlink(missing_ok=True)
    return {"seconds": frames / made.fps}


def join(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`{plan, segments, out, cover, is_measured, marks}`: write the whole video and its cover.

    Answers what it holds; `film` is what was measured of the file, or None.
    """
    from greenroom.media.cover import write_cover
    from greenroom.media.probe import probe
    from greenroom.stage.music import MusicError
    from greenroom.stage.plan import RenderPlan, plan_segments
    from greenroom.stage.quality.film import measure_film
    from greenroom.stage.render import join_video
    from greenroom.video.plan import MUSIC_FIELD

    made = RenderPlan.from_json(Path(payload["plan"]).read_text())
    out = Path(payload["out"])
    try:
        segments, marks = [Path(path) for path in payload["segments"]], payload.get("marks")
        frames = join_video(made, segments, out, progress, metadata(segments, marks))
    except MusicError as error:
        raise VideoContentError(f"{MUSIC_FIELD}: {error}") from error
    write_cover(out, Path(payload["cover"]))
    info = probe(out)
    assert info.video is not None and info.audio is not None
    film = None
    if payload.get("is_measured"):
        counts = [spec.frame_count for spec in plan_segments(made)]
        film = asdict(measure_film(out, counts, made.fps, lambda done: progress("measure", done)))
    sign(out, marks, made.title)
    return {
        "seconds": frames / made.fps,
        "film": film,
        "meta": {
            "video_codec": info.video.codec,
            "width": info.video.width,
            "height": info.video.height,
            "frame_rate": str(made.fps),
            "video_bit_rate": min(_MOST_BPS, round(info.size_bytes * 8 / max(info.duration_s, 0.04))),
            "duration": round(info.duration_s),
            "audio_codec": info.audio.codec,
            "audio_channels": info.audio.channels,
            "sample": info.audio.sample_rate,
            "mode": "Horizontal" if info.video.width >= info.video.height else "Vertical",
        },
    }


@cache
def _inspector() -> Any:
    """One for all parts, for its network takes a moment to load."""
    from greenroom.stage.quality.inspector import Inspector

    return Inspector()


def _renderer(plan_path: str) -> Any:
    from greenroom.stage.plan import RenderPlan
    from greenroom.stage.render import Renderer

    global _open_renderer
    if _open_renderer is None or _open_renderer[0] != plan_path:
        if _open_renderer is not None:
            _open_renderer[1].close()
        _open_renderer = plan_path, Renderer(RenderPlan.from_json(Path(plan_path).read_text()))
    return _open_renderer[1]


def _scene(payload: dict[str, Any], scene: dict[str, Any]) -> Any:
    from greenroom.engines.mouth.package import AvatarPackage
    from greenroom.engines.protocols import PhonemeSpan
    from greenroom.stage.framing import Framing
    from greenroom.stage.layer_plan import Layer, whole_videos_s
    from greenroom.stage.plan import ScenePlan
    from greenroom.video.finishing import canvas_of

    canvas = canvas_of(payload)
    phonemes = json.loads(Path(scene["timing"]).read_text())["phonemes"]
    package = scene.get("package") or payload["package"]
    picture = AvatarPackage.open(Path(package)).size
    layers = tuple(Layer.from_json(layer) for layer in scene.get("layers", ()))
    return ScenePlan(
        package=package,
        speech_wav=scene["wav"],
        phonemes=None if phonemes is None else tuple(PhonemeSpan(**span) for span in phonemes),
        background=background_of(scene["background"], canvas, _is_transparent(payload)),
        placement=_placement(scene["human"], canvas, picture) or _whole_picture(payload, picture),
        framing=Framing(scene.get("framing") or payload["framing"]),
        duration_s=whole_videos_s(layers),
        layers=layers,
        layers_below=scene.get("layers_below", 0),
    )


def _with_actions(made: Any, payload: dict[str, Any]) -> Any:
    """The plan with the actions that were asked for and those of the interval.

    Raises:
        SceneError: the avatar lacks an action; its asset promised it, but its package is another one.
    """
    from dataclasses import replace

    from greenroom.engines.mouth.package import AvatarPackage
    from greenroom.engines.protocols import VIDEO_FPS
    from greenroom.reuse.keys import file_digest
    from greenroom.stage.actions import ActionMark, ActionSpreader, check_actions, in_order
    from greenroom.stage.plan import scene_frames

    interval_ms = payload["action_interval_ms"]
    scenes = []
    for number, (scene, given) in enumerate(zip(made.scenes, payload["scenes"], strict=True)):
        runs = AvatarPackage.open(Path(scene.package)).actions
        # A timing file of an earlier version has no marks.
        marked = json.loads(Path(given["timing"]).read_text()).get("marks", [])
        asks = in_order(ActionMark(name, at_ms) for name, at_ms in [*given["actions"], *marked])
        check_actions(f"the actions of scene {number + 1}", asks, runs)
        if interval_ms:
            # By what is said, not by title or number: an edited scene leaves the others as they were.
            spreader = ActionSpreader(interval_ms, runs, file_digest(Path(given["wav"])))
            asks = spreader.fill(asks, scene_frames(made, scene) * VIDEO_FPS // made.fps)
        scenes.append(replace(scene, actions=asks))
    return replace(made, scenes=tuple(scenes))


def _is_transparent(payload: dict[str, Any]) -> bool:
    return bool((payload.get("output") or {}).get("is_transparent"))


def _whole_picture(payload: dict[str, Any], picture: tuple[int, int]) -> Any:
    """Of a part that is cut out of the avatar's picture, where that picture lies; else None."""
    from greenroom.stage.framing import Placement

    return Placement(0, 0, *picture) if (payload.get("output") or {}).get("crop") else None


def _placement(human: dict[str, Any], canvas: tuple[int, int], picture: tuple[int, int]) -> Any:
    """Where the avatar's picture goes; None for the stage's own framing.

    The picture keeps its shape: in a box of another shape it stands on the lower edge, in the middle. Without
    a size it is as tall as the canvas; without a position it stands at the bottom, in the middle.
    """
    from greenroom.stage.framing import Placement

    if all(value is None for value in human.values()):
        return None
    box_width, box_height = human["width"], human["height"]
    if box_width is None and box_height is None:
        box_height = canvas[1]
    across = box_width / picture[0] if box_width else float("inf")
    down = box_height / picture[1] if box_height else float("inf")
    scale = min(across, down)
    width, height = round(picture[0] * scale), round(picture[1] * scale)
    box_width, box_height = box_width or width, box_height or height
    left = human["dx"] if human["dx"] is not None else (canvas[0] - box_width) // 2
    top = human["dy"] if human["dy"] is not None else canvas[1] - box_height
    return Placement(left + (box_width - width) // 2, top + box_height - height, width, height)
