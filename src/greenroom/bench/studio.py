"""How fast videos are made as a studio orders them: subtitles over a picture; two videos and music as well.

The presenter is the avatar that `GREENROOM_BENCH_AVATAR` names, or the cast's first. References that need a
program: `GREENROOM_BENCH_FFMPEG` (by default `ffmpeg`) and `GREENROOM_BENCH_MOVIEPY`, a Python with MoviePy.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from greenroom.bench.render import measured_in_child
from greenroom.bench.studio_inputs import CLIP_S, CLIP_SIZE, Inputs, make_inputs
from greenroom.bench.studio_references import (
    FFMPEG_VARIABLE,
    MOVIEPY_VARIABLE,
    ffmpeg_factor,
    ffmpeg_program,
    moviepy_factor,
    moviepy_python,
    write_person,
)
from greenroom.bench.table import Row, Value
from greenroom.engines.protocols import EngineError
from greenroom.stage.layer_plan import Clip, Fit, Layer, LayerKind, Playback
from greenroom.stage.mix import SoundPlan
from greenroom.stage.music import DEFAULT_VOLUME, examine_music
from greenroom.stage.plan import RenderPlan, ScenePlan
from greenroom.stage.subtitle_plan import Box, SubtitleStyle

DURATION_S = 60
SIZES = {"1080p": (1920, 1080), "720p": (1280, 720)}
REFERENCE_S = 10
"""Of the videos that FFmpeg and MoviePy make; their speed does not depend on the length."""
GOALS = {"subtitles_1080p": ">= 2", "subtitles_720p": ">= 4", "layers_1080p": ">= 1.3"}
_ENCODER_GOAL = ">= 0.75"
_AUDIO_RATE = 48_000


def run(duration_s: int = DURATION_S) -> list[Row]:
    """Make each video in a process of its own, and what it is compared with just after.

    Raises:
        AvatarPackageError: there is no presenter.
    """
    with tempfile.TemporaryDirectory(prefix="bench-studio-") as name:
        folder = Path(name)
        inputs = make_inputs(folder, duration_s)
        rows: list[Row] = []
        for label, size in SIZES.items():
            plan = with_subtitles(inputs, size)
            compared = _moviepy(plan, inputs, folder) if size == max(SIZES.values()) else ""
            rows += _rows(f"subtitles_{label}", plan, folder, compared)
        label, size = max(SIZES.items(), key=lambda entry: entry[1])
        plan = with_layers(inputs, size, duration_s)
        rows += _rows(f"layers_{label}", plan, folder, _ffmpeg(plan, inputs, folder))
    return rows


def with_subtitles(inputs: Inputs, size: tuple[int, int]) -> RenderPlan:
    """One presenter before a picture, subtitles burnt in."""
    width, height = size
    box = Box(width // 10, height * 3 // 4, width * 8 // 10, height // 5)
    style = SubtitleStyle(box, height // 22, stroke=height / 540)
    scene = ScenePlan(
        str(inputs.package), str(inputs.speech), background=str(inputs.picture), subtitles=inputs.cues
    )
    return RenderPlan((scene,), width, height, subtitle_style=style, sound=SoundPlan(is_levelled=True))


def with_layers(inputs: Inputs, size: tuple[int, int], duration_s: int) -> RenderPlan:
    """The same with a video behind the presenter, one before them, and music."""
    width, height = size
    below, above = (
        Layer(
            LayerKind.VIDEO,
            x=round(width * place[0]),
            y=round(height * place[1]),
            width=width // 3,
            fit=Fit.CONTAIN,
            source=str(clip),
            clip=Clip(*CLIP_SIZE, CLIP_S * 1000, has_sound=False),
            playback=Playback(loops=-1),
        )
        for clip, place in zip(inputs.clips, ((0.04, 0.08), (0.62, 0.4)), strict=True)
    )
    plan = with_subtitles(inputs, size)
    scene = replace(plan.scenes[0], layers=(below, above), layers_below=1)
    music = examine_music(inputs.music, DEFAULT_VOLUME, duration_s * _AUDIO_RATE)
    return replace(plan, scenes=(scene,), sound=SoundPlan(music, is_levelled=True))


def _rows(name: str, plan: RenderPlan, folder: Path, compared: str) -> list[Row]:
    path = folder / f"{name}.json"
    path.write_text(plan.to_json(), encoding="utf-8")
    before, made, after = (measured_in_child(task, path) for task in ("encode", "render", "encode"))
    alone_ms = (before["frame_ms"] + after["frame_ms"]) / 2
    frame_ms = 1000 * made["wall_s"] / made["frame_count"]
    encoder = f"x264 {plan.preset} alone: {alone_ms:.1f} ms a frame"
    factor = made["duration_s"] / made["wall_s"]
    extra: dict[str, Value] = {"realtime_factor": round(factor, 3), **_costs(made)}
    reference = f"{encoder}; {compared}" if compared else encoder
    return [
        Row(name, round(factor, 3), "x real time", reference, GOALS.get(name, ""), extra),
        Row(
            f"{name}_to_encoder",
            round(alone_ms / frame_ms, 3),
            "of its speed",
            encoder,
            _ENCODER_GOAL if name == "subtitles_1080p" else "",
            {"frame_ms": round(frame_ms, 2), "cores": len(os.sched_getaffinity(0))},
        ),
    ]


def _costs(made: dict[str, Any]) -> dict[str, Value]:
    """Processor milliseconds a frame of each stage: unlike times, other work on the machine leaves them."""
    count = made["frame_count"]
    return {f"{stage}_cpu_ms": round(1000 * spent / count, 2) for stage, spent in made["cpu_s"].items()}


def _moviepy(plan: RenderPlan, inputs: Inputs, folder: Path) -> str:
    python = moviepy_python()
    if python is None:
        return f"MoviePy left out: {MOVIEPY_VARIABLE} names no Python that has it"
    try:
        factor = moviepy_factor(python, plan, inputs, _person(plan, folder), folder / "moviepy.mp4")
    except EngineError as error:
        return f"MoviePy left out: {error}"
    return f"MoviePy with the person drawn already: {factor:.2f}x"


def _ffmpeg(plan: RenderPlan, inputs: Inputs, folder: Path) -> str:
    program = ffmpeg_program()
    if program is None:
        return f"FFmpeg left out: install it, or set {FFMPEG_VARIABLE}"
    try:
        factor = ffmpeg_factor(program, plan, inputs, _person(plan, folder), folder / "ffmpeg.mp4")
    except EngineError as error:
        return f"FFmpeg left out: {error}"
    return f"FFmpeg's overlay filters with the person drawn already, without subtitles: {factor:.2f}x"


def _person(plan: RenderPlan, folder: Path) -> Path:
    """A clip of the person alone, made once."""
    path = folder / "person.mov"
    if not path.exists():
        from greenroom.media.wav import read_wav, write_wav

        pcm, rate = read_wav(Path(plan.scenes[0].speech_wav or ""))
        short = folder / "person.wav"
        write_wav(short, pcm[: REFERENCE_S * rate], rate)
        scene = replace(plan.scenes[0], speech_wav=str(short))
        write_person(replace(plan, scenes=(scene,)), path)
    return path
