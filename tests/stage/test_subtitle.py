"""Subtitles in the picture: the right letters in the right place, and nothing else changed."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from greenroom.media.colour import bgr_to_i420
from greenroom.media.decode import read_frames
from greenroom.stage.performance import AvatarOpener
from greenroom.stage.plan import RenderPlan, ScenePlan, plan_segments
from greenroom.stage.render import render_segment, render_video
from greenroom.stage.subtitle import SubtitleLayer
from greenroom.stage.subtitle_fonts import SubtitleFontError, font_chain, scripts_without_font
from greenroom.stage.subtitle_plan import Box, Cue, SubtitleStyle

pytestmark = pytest.mark.media

CANVAS = (640, 360)
BOX = Box(40, 260, 560, 80)


def _has_font(script: str) -> bool:
    try:
        return script not in scripts_without_font()
    except SubtitleFontError:
        return False


CHINESE = pytest.mark.skipif(
    not _has_font("Chinese"),
    reason="no font here has Chinese: install fonts-noto-cjk or fonts-droid-fallback",
)
YELLOW = (0, 210, 255)
"""BGR of #FFD200."""


def style(**members: object) -> SubtitleStyle:
    values = {"box": BOX, "font_size": 30, "colour": "#FFD200", "stroke_colour": "#000080", "stroke": 2.0}
    return SubtitleStyle(**{**values, **members})  # type: ignore[arg-type]


def drawn(cue: Cue, look: SubtitleStyle, at_ms: float = 0) -> np.ndarray:
    """The cue over middle gray, as BGR."""
    planes = [plane.copy() for plane in bgr_to_i420(np.full((CANVAS[1], CANVAS[0], 3), 128, np.uint8))]
    SubtitleLayer([cue], look, CANVAS).draw(planes, at_ms)
    joined = np.concatenate([plane.reshape(-1) for plane in planes]).reshape(CANVAS[1] * 3 // 2, CANVAS[0])
    return cv2.cvtColor(joined, cv2.COLOR_YUV2BGR_I420)


def changed(picture: np.ndarray) -> np.ndarray:
    return np.abs(picture.astype(int) - 128).max(axis=2) > 12


def near(picture: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    return np.abs(picture.astype(int) - colour).max(axis=2) < 60


class TestSubtitleLayer:
    @pytest.mark.parametrize(
        "lines",
        [("Two lines of", "yellow text"), pytest.param(("今天我们开始", "在上海见面"), marks=CHINESE)],
    )
    def test_letters_stand_in_the_box_and_nowhere_else(self, lines: tuple[str, ...]) -> None:
        picture = drawn(Cue(0, 1000, lines), style())
        mask = changed(picture)
        assert near(picture, YELLOW).sum() > 800
        inside = np.zeros_like(mask)
        inside[BOX.y : BOX.y + BOX.height, BOX.x : BOX.x + BOX.width] = True
        assert not (mask & ~inside).any()
        rows = np.flatnonzero(mask.any(axis=1))
        columns = np.flatnonzero(mask.any(axis=0))
        assert rows[0] < BOX.y + 20 and rows[-1] > BOX.y + BOX.height - 20
        assert abs((columns[0] + columns[-1]) / 2 - (BOX.x + BOX.width / 2)) < 6, "centred"

    def test_one_line_stands_where_the_lower_of_two_does(self) -> None:
        one, two = (changed(drawn(Cue(0, 1000, lines), style())) for lines in (("Hxyz",), ("Above", "Hxyz")))
        assert np.flatnonzero(one.any(axis=1))[-1] == np.flatnonzero(two.any(axis=1))[-1]

    def test_a_stroke_surrounds_the_letters(self) -> None:
        cue = Cue(0, 1000, ("HELLO",))
        bare, stroked = changed(drawn(cue, style(stroke=0.0))), changed(drawn(cue, style(stroke=4.0)))
        assert stroked.sum() > 1.4 * bare.sum()
        assert near(drawn(cue, style(stroke=4.0)), (128, 0, 0)).sum() > 400

    def test_opacity(self) -> None:
        cue = Cue(0, 1000, ("HELLO",))
        full, half = (drawn(cue, style(opacity=value)).astype(int) for value in (1.0, 0.5))
        solid = near(full.astype(np.uint8), YELLOW)
        assert np.abs(half[solid] - (full[solid] + 128) / 2).mean() < 8
        assert not changed(drawn(cue, style(opacity=0.0))).any()

    def test_outside_its_time_nothing_is_drawn(self) -> None:
        cue = Cue(500, 1000, ("HELLO",))
        assert not changed(drawn(cue, style(), 499)).any()
        assert changed(drawn(cue, style(), 500)).any()
        assert not changed(drawn(cue, style(), 1000)).any()

    def test_at_the_edge_of_the_picture_it_is_cut(self) -> None:
        picture = drawn(Cue(0, 1000, ("WWWWWWWWWWWWWWWWWWWWWWWWWWWWW",)), style(box=Box(0, 330, 640, 30)))
        assert changed(picture)[:, [0, -1]].any()


class TestFonts:
    def test_a_font_by_its_name(self) -> None:
        name = font_chain(None).family
        assert font_chain(name.upper().replace(" ", "_")).family == name

    def test_an_unknown_name_lists_those_there_are(self) -> None:
        with pytest.raises(
            SubtitleFontError, match=r"no font 'Nowhere Sans' .*there are .*" + font_chain(None).family
        ):
            font_chain("Nowhere Sans")

    @CHINESE
    def test_another_font_helps_out(self) -> None:
        assert font_chain(None, "A\nb\tc").widths("\n", 40)["\n"] == font_chain(None).widths(" ", 40)[" "]
        chain = font_chain(None, "A中")
        (latin, _), (chinese, _) = chain.runs("A中")
        assert latin != chinese and chinese.has("中")

    def test_a_character_that_no_font_has_is_named(self) -> None:
        with pytest.raises(SubtitleFontError, match=r"'\\U000e0fff' \(U\+E0FFF\)|U\+E0FFF"):
            font_chain(None, "a\U000e0fff")

    def test_the_scripts_of_this_machine(self) -> None:
        assert "Latin" not in scripts_without_font()


class TestRendering:
    def _plan(self, package: Path) -> RenderPlan:
        cues = (Cue(400, 1000, ("First cue",)), Cue(1000, 2600, ("Second",)))
        scene = ScenePlan(
            str(package), duration_s=3.0, background="#808080", show_person=False, subtitles=cues
        )
        return RenderPlan((scene,), *CANVAS, threads=1, segment_s=1, crf=8, subtitle_style=style())

    def test_each_cue_is_seen_in_its_time(self, package: Path, opener: AvatarOpener, tmp_path: Path) -> None:
        render_video(self._plan(package), tmp_path / "out.mp4", opener=opener)
        frames = list(read_frames(tmp_path / "out.mp4"))
        seen = [number for number, frame in enumerate(frames) if near(frame, YELLOW).sum() > 100]
        assert seen == list(range(10, 65))
        first, second = near(frames[12], YELLOW), near(frames[40], YELLOW)
        assert (first != second).sum() > 100
        assert not changed(frames[40])[: BOX.y - 8].any()

    def test_a_segment_alone_is_as_in_the_whole(
        self, package: Path, opener: AvatarOpener, tmp_path: Path
    ) -> None:
        plan = RenderPlan.from_json(self._plan(package).to_json())
        assert plan == self._plan(package)
        work = tmp_path / "work"
        render_video(plan, tmp_path / "out.mp4", opener=opener, work_folder=work)
        render_segment(plan, plan_segments(plan)[1], tmp_path / "alone.mp4", opener=opener)
        assert (tmp_path / "alone.mp4").read_bytes() == (work / "segment-0001.mp4").read_bytes()
