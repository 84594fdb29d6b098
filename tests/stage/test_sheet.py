"""Frames over nothing: what lies over black and over white is lifted off; and parts of a canvas."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from greenroom.media.colour import bgr_to_i420
from greenroom.media.encode import VideoSettings
from greenroom.stage.sheet import Crop, Planes, Sheet, lift

SIZE = (320, 180)


def _disc() -> tuple[np.ndarray, np.ndarray]:
    """A disc of two colours with a soft edge, as uint8 [h, w, 3] and its matte."""
    colour = np.full((180, 320, 3), (40, 80, 200), np.uint8)
    colour[:, 160:] = (60, 180, 90)
    matte = np.zeros((180, 320), np.uint8)
    cv2.circle(matte, (160, 90), 60, 255, -1, cv2.LINE_AA)
    return colour, np.asarray(cv2.GaussianBlur(matte, (0, 0), 2), np.uint8)


def _over(ground: int) -> list[np.ndarray]:
    colour, matte = _disc()
    share = matte[..., None] / 255
    return list(bgr_to_i420(np.round(colour * share + ground * (1 - share)).astype(np.uint8)))


def _lifted() -> list[np.ndarray]:
    planes = [np.zeros((180, 320), np.uint8), *(np.zeros((90, 160), np.uint8) for _ in range(2)),
              np.zeros((180, 320), np.uint8)]  # fmt: skip
    lift(planes, _over(0), _over(255))
    return planes


class TestLift:
    def test_opacity_is_the_matte(self) -> None:
        _, matte = _disc()
        assert int(np.abs(_lifted()[3].astype(int) - matte).max()) <= 2

    def test_colours_are_straight_and_go_on_beyond_the_edge(self) -> None:
        planes, (colour, matte) = _lifted(), _disc()
        wanted = bgr_to_i420(colour)
        near = np.asarray(cv2.dilate(matte, np.ones((9, 9), np.uint8)), np.uint8) > 0
        near[:, 150:] = False  # beyond is the seam of the two colours
        for channel in range(3):
            step = 1 if channel == 0 else 2
            share = matte[::step, ::step] / 255
            wrong = np.abs(planes[channel].astype(int) - wanted[channel])
            # Of a veil eight bits keep little colour, and little of it is seen.
            assert float((wrong * share).max(where=near[::step, ::step], initial=0)) <= 2
            assert int(wrong.max(where=near[::step, ::step] & (share > 0.25), initial=0)) <= 4
            assert float(wrong.mean(where=near[::step, ::step] & (share == 0))) <= 12

    @pytest.mark.parametrize("ground", [90, 200])
    def test_laid_over_a_third_ground_it_is_what_it_would_have_been(self, ground: int) -> None:
        planes = _lifted()
        share = planes[3] / 255
        level = float(bgr_to_i420(np.full((2, 2, 3), ground, np.uint8))[0][0, 0])
        assert np.abs(planes[0] * share + level * (1 - share) - _over(ground)[0]).max() <= 2.5

    def test_nothing_is_empty(self) -> None:
        empty = [np.full((8, 8), 16, np.uint8), *(np.full((4, 4), 128, np.uint8) for _ in range(2))]
        white = [np.full((8, 8), 235, np.uint8), *empty[1:]]
        planes = [np.zeros_like(plane) for plane in (*empty, empty[0])]
        lift(planes, empty, white)
        assert not planes[3].any()


class TestSheet:
    def _paint(self, canvas: Planes) -> None:
        for plane in canvas:
            plane[:] = np.add.outer(np.arange(plane.shape[0]), np.arange(plane.shape[1])) % 256

    def _planes(self, width: int, height: int) -> list[np.ndarray]:
        return [np.zeros((height // step, width // step), np.uint8) for step in (1, 2, 2)]

    def test_a_part_is_cut_out_of_the_canvas_before_what_lies_above(self) -> None:
        planes = self._planes(64, 48)

        def above(part: Planes) -> None:
            part[0][:2, :2] = 255

        Sheet((64, 48), Crop(320, 180, 100, 20)).draw(planes, self._paint, above)
        assert planes[0][10, 10] == (30 + 110) % 256
        assert planes[1][5, 5] == (15 + 55) % 256
        assert planes[0][0, 0] == 255 and planes[0][2, 2] == 124

    def test_a_frame_with_a_background_is_opaque(self) -> None:
        planes = [*self._planes(64, 48), np.zeros((48, 64), np.uint8)]
        Sheet((64, 48)).draw(planes, self._paint, lambda part: None)
        assert planes[3].min() == 255 and planes[0][3, 4] == 7


def test_frames_have_the_planes_that_are_drawn() -> None:
    assert VideoSettings(64, 48, alpha=True).frame_format == "yuva420p"
    assert VideoSettings(64, 48).frame_format == "yuv420p"
