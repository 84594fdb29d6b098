"""The person on the canvas: how many columns of the base picture are kept must not be seen."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from greenroom.media.planes import Planes
from greenroom.stage import window
from greenroom.stage.base_frame import BaseFrame, kept_planes, person_columns
from greenroom.stage.framing import PersonArea, Placement
from greenroom.stage.window import Window

SIZE = (800, 600)


def _person(centre: int) -> BaseFrame:
    """Someone in front of nothing, with fine stripes."""
    rows, columns = np.mgrid[: SIZE[1], : SIZE[0]]
    colour = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    for channel, period in enumerate((9, 23, 40)):
        colour[..., channel] = 128 + 90 * np.sin(2 * np.pi * (columns + rows / 2) / period)
    matte = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    cv2.ellipse(matte, (centre, 300), (110, 240), 0, 0, 360, 255, -1, cv2.LINE_AA)
    return BaseFrame.of(colour, cv2.blur(matte, (5, 5)))


def _cut(whole: BaseFrame) -> BaseFrame:
    assert whole.matte is not None
    left, right = person_columns(whole.matte)
    return BaseFrame(kept_planes(whole.planes, (left, right)), whole.matte[:, left:right], left, whole.width)


def _drawn(person: BaseFrame, place: Placement, *, is_fine: bool = False) -> Planes:
    planes = tuple(np.full((540 // step, 960 // step), 90, np.uint8) for step in (1, 2, 2))
    area = PersonArea(0, 20, 800, 600, 400.0)
    made = Window.of((960, 540), SIZE, place, area, is_fine)
    assert made is not None
    made.draw(planes, person)
    return planes[0], planes[1], planes[2]


@pytest.mark.parametrize("centre", [130, 333, 421, 660])
@pytest.mark.parametrize(
    "place",
    [
        Placement(80, 15, 715, 536),
        Placement(251, 133, 347, 260),
        Placement(190, 60, 462, 346),
        Placement(-311, -90, 1111, 833),
        Placement(100, -20, 800, 600),
        Placement(-900, 0, 1900, 1425),
    ],
)
def test_the_columns_that_are_kept_are_not_seen(centre: int, place: Placement) -> None:
    whole = _person(centre)
    cut = _cut(whole)
    assert cut.planes[0].shape[1] < 500
    for one, other in zip(_drawn(whole, place), _drawn(cut, place), strict=True):
        differs = np.abs(one.astype(int) - other)
        assert differs.max() <= 6 and differs.mean() < 0.4


@pytest.mark.parametrize("width", [402, 462, 530, 590])
def test_made_smaller_it_is_averaged_over_areas(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between half and three quarters of the size, where a faster way is taken than the exact one."""
    place, person = Placement(190, 60, width, width * 3 // 4 // 2 * 2), _person(333)
    fast = _drawn(person, place)
    monkeypatch.setattr(window, "_LEAST_HALVED", window._LEAST_LINEAR)
    for one, other in zip(fast, _drawn(person, place), strict=True):
        differs = np.abs(one.astype(int) - other)
        assert differs.mean() < 0.3 and differs.max() <= 12, (differs.mean(), differs.max())


def test_a_fine_enlargement_is_the_same_too() -> None:
    whole, place = _person(333), Placement(-311, -90, 1111, 833)
    for one, other in zip(
        _drawn(whole, place, is_fine=True), _drawn(_cut(whole), place, is_fine=True), strict=True
    ):
        assert np.abs(one.astype(int) - other).mean() < 0.1


def test_somebody_who_leaves_the_canvas_is_cut_at_its_edge() -> None:
    place = Placement(-500, 0, 800, 600)
    whole = _person(333)
    for one, other in zip(_drawn(whole, place), _drawn(_cut(whole), place), strict=True):
        assert np.abs(one.astype(int) - other).max() <= 6
    beyond = _drawn(_cut(whole), Placement(-720, 0, 800, 600))
    assert (beyond[0] == 90).all(), "the person is left of the canvas"


def test_a_frame_gets_its_whole_size_back() -> None:
    whole = _person(421)
    cut = _cut(whole)
    assert cut.alpha is not None and np.array_equal(cut.alpha, whole.matte)
    seen = cut.alpha > 0
    assert cut.colour.shape == (600, 800, 3)
    assert np.abs(cut.colour.astype(int) - whole.colour)[seen].max() <= 1
