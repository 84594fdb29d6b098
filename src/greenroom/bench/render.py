"""How fast a minute of video is rendered, beside the encoder alone on the same frames.

The avatar is the package that `GREENROOM_BENCH_AVATAR` names (a folder). Without it, one is cut from the
first half minute of `GREENROOM_BENCH_FOOTAGE`; it has no mouth network then, and the rows say so.
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from greenroom.bench.table import Row
from greenroom.engines.protocols import AvatarPackageError, Pcm
from greenroom.jobs.children import child_environment
from greenroom.stage.performance import Avatar, AvatarOpener, open_avatar
from greenroom.stage.plan import RenderPlan, ScenePlan, plan_segments
from greenroom.stage.render import Renderer, RenderReport, render_video

AVATAR_VARIABLE = "GREENROOM_BENCH_AVATAR"
FOOTAGE_VARIABLE = "GREENROOM_BENCH_FOOTAGE"
SIZES = {"1080p": (1920, 1080), "720p": (1280, 720)}
DURATION_S = 60
_SAMPLE_RATE = 24_000
_CHUNK = 125
_CHUNKS = 4


def run(duration_s: int = DURATION_S) -> list[Row]:
    """Render at each size in a process of its own; encode the same frames alone before and after it.

    Raises:
        AvatarPackageError: there is neither an avatar nor footage to make one from.
    """
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="bench-render-") as name:
        folder = Path(name)
        package = _package(folder)
        write_speech(folder / "speech.wav", duration_s)
        for label, (width, height) in SIZES.items():
            plan = RenderPlan(
                (ScenePlan(str(package), str(folder / "speech.wav"), background="#E8EEF4"),), width, height
            )
            path = folder / f"{label}.json"
            path.write_text(plan.to_json(), encoding="utf-8")
            before, rendered, after = (
                measured_in_child(task, path) for task in ("encode", "render", "encode")
            )
            alone = {**before, "frame_ms": (before["frame_ms"] + after["frame_ms"]) / 2}
            rows += _rows(label, plan, rendered, alone)
    return rows


def _rows(label: str, plan: RenderPlan, rendered: dict[str, Any], alone: dict[str, Any]) -> list[Row]:
    frame_ms = 1000.0 * rendered["wall_s"] / rendered["frame_count"]
    factor = rendered["duration_s"] / rendered["wall_s"]
    encoder = f"x264 {plan.preset} alone: {alone['frame_ms']:.1f} ms a frame"
    large = label == "1080p"
    common = {"mouth": rendered["mouth"], "preset": plan.preset, "cores": len(os.sched_getaffinity(0))}
    rows = [
        Row(
            f"render_{label}",
            round(factor, 3),
            "x real time",
            encoder,
            ">= 1.5" if large else "",
            {"realtime_factor": round(factor, 3), "frame_ms": round(frame_ms, 2), **common},
        ),
        Row(
            f"render_{label}_to_encoder",
            round(alone["frame_ms"] / frame_ms, 3),
            "of its speed",
            encoder,
            ">= 0.6" if large else "",
            {"realtime_factor": round(factor, 3), "encoder_share_of_cpu": round(_encoder_share(rendered), 3)},
        ),
        Row(
            f"render_{label}_peak_memory",
            round(rendered["peak_bytes"] / 1e6),
            "MB",
            f"x264 alone and {_CHUNK} frames: {alone['peak_bytes'] / 1e6:.0f} MB",
            "<= 800" if large else "",
            {"realtime_factor": round(factor, 3)},
        ),
    ]
    for stage, seconds in rendered["cpu_s"].items():
        each = 1000.0 * seconds / rendered["frame_count"]
        extra = {"wall_ms": round(1000.0 * rendered["wall_s_of"][stage] / rendered["frame_count"], 3)}
        extra["realtime_factor"] = round(factor, 3)
        rows.append(Row(f"render_{label}_{stage}", round(each, 3), "ms CPU a frame", "", "", extra))
    return rows


def _encoder_share(rendered: dict[str, Any]) -> float:
    """The encoder's part of all processor time: unlike wall time, it ignores other load."""
    spent: dict[str, float] = rendered["cpu_s"]
    return spent["encode"] / max(sum(spent.values()), 1e-9)


def _package(folder: Path) -> Path:
    """The avatar to render with."""
    named = os.environ.get(AVATAR_VARIABLE)
    if named:
        return Path(named).resolve()
    footage = Path(os.environ.get(FOOTAGE_VARIABLE, ""))
    if not footage.is_file():
        raise AvatarPackageError(
            f"There is no avatar to render with. Set {AVATAR_VARIABLE} to the folder of a trained avatar, "
            f"or {FOOTAGE_VARIABLE} to a video of a person."
        )
    return _idle_package(footage, folder / "package")


def _idle_package(footage: Path, package: Path) -> Path:
    """The first half minute of a person, cut out: base clip, matte and loop index, no mouth network."""
    from greenroom.engines.matting import choose_matter, write_avatar_clips
    from greenroom.media.decode import read_frames
    from greenroom.stage.loop_index import INDEX_FILE, index_clip

    package.mkdir()
    sample = list(islice(read_frames(footage, strict=False), 0, 750, 25))
    matter = choose_matter(sample)
    frames = islice(read_frames(footage, strict=False), 750)
    base, alpha = package / "base.mp4", package / "alpha.mp4"
    count = write_avatar_clips(frames, matter, base, alpha)
    index_clip(base, [(0, count - 1)], alpha).save(package / INDEX_FILE)
    return package


def _opener(package: Path) -> AvatarOpener:
    if (package / "manifest.json").is_file():
        return open_avatar
    return lambda path: Avatar(path, path / "base.mp4", path / "alpha.mp4", ((0, 10**9),), None)


def write_speech(path: Path, duration_s: int) -> None:
    """Noise in the rhythm of syllables: the cost of a render does not depend on what is said."""
    from greenroom.media.wav import write_wav

    time_s = np.arange(duration_s * _SAMPLE_RATE) / _SAMPLE_RATE
    rhythm = np.clip(np.sin(2 * np.pi * 4.0 * time_s), 0.0, 1.0) * (np.sin(2 * np.pi * 0.2 * time_s) > -0.8)
    noise = np.random.default_rng(0).normal(0.0, 0.1, len(time_s))
    pcm: Pcm = (noise * rhythm).astype(np.float32)
    write_wav(path, pcm, _SAMPLE_RATE)


def measured_in_child(task: str, plan: Path) -> dict[str, Any]:
    """What one measurement of this module found; `task` is `render` or `encode`, `plan` a plan as JSON."""
    command = [sys.executable, "-m", "greenroom.bench.render", task, str(plan)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=child_environment())
    if done.returncode != 0:
        raise AvatarPackageError(
            done.stderr.strip().splitlines()[-1] if done.stderr else "The render failed."
        )
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _render(plan: RenderPlan, folder: Path) -> dict[str, Any]:
    package = Path(plan.scenes[0].package)
    cpu = time.process_time()
    report: RenderReport = render_video(plan, folder / "out.mp4", opener=_opener(package))
    cpu = time.process_time() - cpu
    stages = dict(report.times.cpu_s)
    stages["encode"] = cpu - sum(seconds for stage, seconds in stages.items() if stage != "encode")
    return {
        "frame_count": report.frame_count,
        "duration_s": report.duration_s,
        "wall_s": report.wall_s,
        "cpu_s": stages,
        "wall_s_of": report.times.wall_s,
        "peak_bytes": _peak_bytes(),
        "mouth": "none" if _opener(package) is not open_avatar else "network",
    }


def _encode(plan: RenderPlan, folder: Path) -> dict[str, Any]:
    """Encode parts of the same frames, made beforehand, with nothing else to do."""
    from greenroom.media.encode import VideoWriter

    specs = plan_segments(plan)
    chosen = [specs[i * len(specs) // _CHUNKS] for i in range(_CHUNKS)]
    wall = 0.0
    count = 0
    with Renderer(plan, _opener(Path(plan.scenes[0].package))) as renderer:
        for spec in chosen:
            part = dataclasses.replace(spec, frame_count=min(_CHUNK, spec.frame_count))
            writer = VideoWriter(folder / "alone.mp4", plan.video)
            frames = list(renderer.pictures(part, writer))
            started = time.perf_counter()
            for frame in frames:
                writer.write(frame)
            writer.close()
            wall += time.perf_counter() - started
            count += len(frames)
    peak = _peak_bytes()
    return {"frame_ms": 1000.0 * wall / count, "frame_count": count, "peak_bytes": peak}


def main(task: str, plan_path: Path) -> None:
    """One measurement in this process; prints its result as one line of JSON."""
    plan = RenderPlan.from_json(plan_path.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(dir=plan_path.parent) as name:
        work = {"render": _render, "encode": _encode}[task]
        print(json.dumps(work(plan, Path(name))))


def _peak_bytes() -> int:
    """The most memory this process has held since its program started.

    Not `getrusage`: its figure is inherited from the process that started this one.
    """
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
