"""Photos drawn anew: another look, the same face in the same place."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.photos import portrait

from greenroom.engines.photo.making import PhotoOptions, make_photo_avatar
from greenroom.engines.photo.portrait import Portrait, find_portrait
from greenroom.engines.protocols import Image
from greenroom.media.decode import frame_at
from greenroom.portraits.drawing import DRAWINGS
from greenroom.portraits.styles import STYLES

pytestmark = pytest.mark.media


@pytest.fixture(scope="module")
def photo() -> Portrait:
    found = find_portrait(portrait(400))
    assert found is not None
    return found


def difference(one: Image, other: Image) -> float:
    """Mean over the picture, of 255; each pixel with its neighbours, so that grain does not count."""
    soft = [cv2.blur(picture, (5, 5)).astype(np.float32) for picture in (one, other)]
    return float(np.abs(soft[0] - soft[1]).mean())


def test_every_style_that_draws_has_its_drawing() -> None:
    assert {style.drawing for style in STYLES.values()} == {None, *DRAWINGS}


@pytest.mark.parametrize("name", DRAWINGS)
def test_it_looks_drawn_and_the_face_stays_where_it_is(photo: Portrait, name: str) -> None:
    drawing = DRAWINGS[name](photo)
    assert drawing.shape == photo.picture.shape and drawing.dtype == np.uint8
    assert 2 < difference(drawing, photo.picture) < 60
    found = find_portrait(drawing)
    assert found is not None, "the drawing shows no face"
    moved = np.linalg.norm(found.landmarks[:468, :2] - photo.landmarks[:468, :2], axis=1)
    assert moved.mean() < 0.02 * photo.face_height
    assert np.array_equal(drawing, DRAWINGS[name](photo))


def test_the_styles_differ(photo: Portrait) -> None:
    drawn = [draw(photo) for draw in DRAWINGS.values()]
    for number, one in enumerate(drawn):
        assert all(difference(one, other) > 2.5 for other in drawn[number + 1 :])


def test_an_avatar_is_of_the_drawing(photo: Portrait, tmp_path: Path) -> None:
    options = PhotoOptions("Nobody", cut_out=True, seconds=1, drawing=DRAWINGS["cartoon"])
    make_photo_avatar(photo.picture, tmp_path / "avatar", options, lambda stage, done: None)
    shown = frame_at(tmp_path / "avatar" / "base.mp4", 0.0)
    opaque = frame_at(tmp_path / "avatar" / "alpha.mp4", 0.0)[..., :1] > 250
    drawing = DRAWINGS["cartoon"](photo)
    to_drawing, to_photo = (
        difference(np.asarray(shown * opaque, np.uint8), np.asarray(one * opaque, np.uint8))
        for one in (drawing, photo.picture)
    )
    assert to_drawing < 0.5 * to_photo
