"""Whether memory stays flat: the peak of a long 1080p video beside that of a short one.

`GREENROOM_BENCH_LONG_MINUTES` is its length, 30 by default; the presenter is that of `bench studio`.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from greenroom.bench.render import measured_in_child
from greenroom.bench.studio import with_subtitles
from greenroom.bench.studio_inputs import make_inputs
from greenroom.bench.table import Row

MINUTES_VARIABLE = "GREENROOM_BENCH_LONG_MINUTES"
MINUTES, SHORT_S, SIZE = 30.0, 60, (1920, 1080)


def run(minutes: float | None = None, short_s: int = SHORT_S, size: tuple[int, int] = SIZE) -> list[Row]:
    """Render both, each in a process of its own.

    Raises:
        AvatarPackageError: there is no presenter.
    """
    length = minutes or float(os.environ.get(MINUTES_VARIABLE, MINUTES))
    short_mb, _ = _peak(short_s, size)
    long_mb, factor = _peak(round(length * 60), size)
    reference = f"{short_s} s of the same: {short_mb:.0f} MB"
    extra = {"minutes": length, "realtime_factor": round(factor, 3)}
    return [
        Row("long_render_peak_memory", round(long_mb), "MB", reference, "<= 1200", extra),
        Row("long_render_growth", round(long_mb / short_mb, 3), "x", reference, "", extra),
    ]


def _peak(seconds: int, size: tuple[int, int]) -> tuple[float, float]:
    """Megabytes, and seconds of video a second."""
    with tempfile.TemporaryDirectory(prefix="bench-long-") as name:
        folder = Path(name)
        plan = with_subtitles(make_inputs(folder, seconds), size)
        path = folder / "plan.json"
        path.write_text(plan.to_json(), encoding="utf-8")
        made = measured_in_child("render", path)
    return made["peak_bytes"] / 1e6, made["duration_s"] / made["wall_s"]
