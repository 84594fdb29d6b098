"""The report as people read it."""

from __future__ import annotations

from greenroom.stage.plan import SegmentSpec
from greenroom.stage.quality.figures import Mean, PartFigures
from greenroom.stage.quality.film import FilmFigures, FilmSound, Frames
from greenroom.stage.quality.lips import LAGS_MS
from greenroom.video.quality.report import line_of, report_of, summary_of

FILM = FilmFigures(Frames(300, 300, 0, 0), FilmSound(-16.04, -1.6, 8, 20, (-15.9, -17.2)))
SPECS = [SegmentSpec(0, 0, 0, 250, 0), SegmentSpec(1, 1, 0, 50, 250)]
SEEN = PartFigures(
    250, 50, 50, tuple(0.8 - abs(lag - 10) / 1000 for lag in LAGS_MS), 40, Mean(0.9375, 16), Mean(1.234, 5)
)


def test_a_scene_without_anybody_leaves_its_figures_out() -> None:
    report = report_of(FILM, SPECS, [SEEN, PartFigures(50)], 25)
    seen, empty = report["parts"]
    assert (seen["scene"], seen["start_s"], seen["end_s"], seen["loudness_lufs"]) == (1, 0.0, 10.0, -15.9)
    assert (empty["scene"], empty["start_s"], empty["end_s"], empty["loudness_lufs"]) == (
        2,
        10.0,
        12.0,
        -17.2,
    )
    assert empty["lips"] is None and empty["closed_in_silence"] is None and empty["border_error"] is None
    assert (report["closed_in_silence"], report["border_error"], report["pictures_measured"]) == (
        0.938,
        1.23,
        50,
    )
    # The sound of this file begins 20 ms late.
    assert report["lips"] == {"offset_ms": -10, "confidence": 0.8}
    assert "parts_lufs" not in report["sound"]


def test_the_line_of_the_command_line() -> None:
    with_person = summary_of(report_of(FILM, SPECS, [SEEN, None], 25))
    assert line_of(with_person) == "lips -10 ms, closed in silence 94 %, -16.0 LUFS"
    assert line_of(summary_of(report_of(FILM, SPECS, [None, None], 25))) == "-16.0 LUFS"
