"""The report as people read it: `quality.json`, the task's answer and one line of the command line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from greenroom.stage.plan import SegmentSpec
from greenroom.stage.quality.figures import Mean, PartFigures, together
from greenroom.stage.quality.film import FilmFigures

FILE_NAME = "quality.json"
"""Beside the video; in the scratch folder too."""
_VERSION = 1


def figures_path(segment: Path) -> Path:
    """Where the figures of a rendered segment lie, beside it."""
    return segment.with_name(f"{segment.name}.quality.json")


def read_figures(segment: Path) -> PartFigures | None:
    """None: the segment was not measured."""
    path = figures_path(segment)
    return PartFigures.from_json(json.loads(path.read_text())) if path.is_file() else None


def report_of(
    film: FilmFigures, specs: Sequence[SegmentSpec], parts: Sequence[PartFigures | None], fps: int
) -> dict[str, Any]:
    """The whole report, JSON; a figure that does not apply is None."""
    start, sound = film.sound.starts_ms, asdict(film.sound)
    lufs = sound.pop("parts_lufs")
    seen = [part for part in parts if part is not None]
    return {
        "version": _VERSION,
        **_of_figures(together(seen) if seen else None, start),
        "sound": sound,
        "frames": asdict(film.frames),
        "parts": [
            {
                "scene": spec.scene + 1,
                "start_s": round(spec.start_frame / fps, 2),
                "end_s": round((spec.start_frame + spec.frame_count) / fps, 2),
                **_of_figures(part, start),
                "loudness_lufs": loudness,
            }
            for spec, part, loudness in zip(specs, parts, lufs, strict=True)
        ],
    }


def summary_of(report: dict[str, Any]) -> dict[str, Any]:
    """Without the parts: what the task's answer shows."""
    return {name: value for name, value in report.items() if name != "parts"}


def line_of(report: dict[str, Any]) -> str:
    """Such as `lips 0 ms, closed in silence 100 %, -16.0 LUFS`."""
    told = []
    if report["lips"] is not None:
        told.append(f"lips {report['lips']['offset_ms']} ms")
    if report["closed_in_silence"] is not None:
        told.append(f"closed in silence {report['closed_in_silence']:.0%}".replace("%", " %"))
    return ", ".join([*told, f"{report['sound']['loudness_lufs']:.1f} LUFS"])


def _of_figures(figures: PartFigures | None, sound_starts_ms: int) -> dict[str, Any]:
    lips = figures.lips(sound_starts_ms) if figures is not None else None
    return {
        "lips": {"offset_ms": lips.offset_ms, "confidence": lips.confidence} if lips is not None else None,
        "closed_in_silence": _value(figures.closed, 3) if figures is not None else None,
        "border_error": _value(figures.border, 2) if figures is not None else None,
        "identity_percent": _value(figures.shape, 2) if figures is not None else None,
        "skin_colour_error": _value(figures.colour, 2) if figures is not None else None,
        "pictures_measured": figures.looked_at if figures is not None else 0,
    }


def _value(mean: Mean | None, digits: int) -> float | None:
    return round(mean.value, digits) if mean is not None else None
