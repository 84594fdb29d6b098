"""The same videos by other means: FFmpeg's overlay filters and MoviePy, with a person who is drawn already.

Both get the person as a clip with opacity, made beforehand, so they paint no mouth. Both encode with x264 in
the same preset and quality. What is not installed is left out and named.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from dataclasses import replace
from pathlib import Path

from greenroom.bench.studio_inputs import CLIP_S, Inputs
from greenroom.engines.protocols import EngineError
from greenroom.media.formats import Codec
from greenroom.stage.plan import RenderPlan
from greenroom.stage.render import render_video
from greenroom.stage.sheet import TRANSPARENT

FFMPEG_VARIABLE, MOVIEPY_VARIABLE = "GREENROOM_BENCH_FFMPEG", "GREENROOM_BENCH_MOVIEPY"
_PATIENCE_S = 600
_JOB = Path(__file__).with_name("moviepy_job.py")


def write_person(plan: RenderPlan, out: Path) -> None:
    """The person of the plan's only scene over nothing, as QuickTime Animation."""
    scene = replace(plan.scenes[0], background=TRANSPARENT, layers=(), layers_below=0, subtitles=())
    render_video(replace(plan, scenes=(scene,), codec=Codec.QTRLE, subtitle_style=None), out)


def ffmpeg_program() -> str | None:
    return shutil.which(os.environ.get(FFMPEG_VARIABLE) or "ffmpeg")


def moviepy_python() -> str | None:
    return os.environ.get(MOVIEPY_VARIABLE) or None


def ffmpeg_factor(program: str, plan: RenderPlan, inputs: Inputs, person: Path, out: Path) -> float:
    """Seconds of video a second that FFmpeg lays together and encodes.

    Raises:
        EngineError: FFmpeg failed.
    """
    command = [
        program,
        "-v",
        "error",
        "-y",
        "-loop",
        "1",
        "-t",
        str(_seconds(person)),
        "-framerate",
        str(plan.fps),
        "-i",
        str(inputs.picture),
    ]
    command += ["-i", str(person)]
    for clip in inputs.clips:
        # Counted: FFmpeg 9 never ends where several inputs are looped for ever.
        command += ["-stream_loop", str(int(_seconds(person) / CLIP_S)), "-i", str(clip)]
    command += ["-i", str(inputs.speech), "-i", str(inputs.music)]
    below, above = plan.scenes[0].layers
    chain = (
        f"[0:v]scale={plan.width}:{plan.height}[wall];[2:v]scale={below.width}:-2[low];"
        f"[3:v]scale={above.width}:-2[high];[wall][low]overlay={below.x}:{below.y}[a];"
        f"[a][1:v]overlay=0:0[b];[b][high]overlay={above.x}:{above.y}[v];"
        "[5:a]volume=0.3[m];[4:a][m]amix=inputs=2:duration=first[s]"
    )
    command += ["-filter_complex", chain, "-map", "[v]", "-map", "[s]", "-c:v", "libx264"]
    command += ["-preset", plan.preset, "-crf", str(plan.crf), "-threads", str(plan.threads)]
    command += ["-pix_fmt", "yuv420p", "-c:a", "aac", "-t", str(_seconds(person)), str(out)]
    started = time.perf_counter()
    _run(command)
    return _seconds(person) / (time.perf_counter() - started)


def moviepy_factor(python: str, plan: RenderPlan, inputs: Inputs, person: Path, out: Path) -> float:
    """The same of MoviePy, in a Python that has it.

    Raises:
        EngineError: MoviePy failed.
    """
    job = {
        "picture": str(inputs.picture),
        "person": str(person),
        "speech": str(inputs.speech),
        "cues": [[cue.start_ms / 1000, cue.end_ms / 1000, "\n".join(cue.lines)] for cue in inputs.cues],
        "font": _font(),
        "size": [plan.width, plan.height],
        "fps": plan.fps,
        "preset": plan.preset,
        "crf": plan.crf,
        "threads": plan.threads,
        "seconds": _seconds(person),
        "out": str(out),
    }
    answer = _run([python, str(_JOB)], json.dumps(job))
    return float(json.loads(answer.splitlines()[-1])["realtime_factor"])


def _seconds(path: Path) -> float:
    from greenroom.media.probe import probe

    video = probe(path).video
    assert video is not None
    return float(video.duration_s)


def _font() -> str:
    return _run(["fc-match", "-f", "%{file}", "sans"])


def _run(command: list[str], text: str | None = None) -> str:
    try:
        done = subprocess.run(
            command, input=text, capture_output=True, text=True, check=False, timeout=_PATIENCE_S
        )
    except subprocess.TimeoutExpired:
        raise EngineError(f"{Path(command[0]).name} took more than {_PATIENCE_S} s") from None
    if done.returncode != 0:
        raise EngineError(f"{Path(command[0]).name} failed: {done.stderr.strip()[-300:]}")
    return done.stdout
