"""Super resolution: nearer to the true picture than plain interpolation, and only where it is asked for."""

from __future__ import annotations

import av
import cv2
import numpy as np
import pytest

from greenroom.cast.catalogue import CAST_FOLDER, COVER
from greenroom.media.encode import planes_of
from greenroom.stage.base_frame import BaseFrame
from greenroom.stage.enlarging import enlarged
from greenroom.stage.framing import Placement
from greenroom.stage.scene import Person, Scene, background_picture


def likeness_db(picture: np.ndarray, truth: np.ndarray) -> float:
    """Peak signal-to-noise ratio."""
    return float(10 * np.log10(255**2 / np.mean((picture.astype(float) - truth) ** 2)))


@pytest.fixture(scope="module")
def presenter() -> np.ndarray:
    """The luminance of a presenter's picture, 1280 x 720."""
    picture = cv2.imread(str(CAST_FOLDER / "anna" / COVER), cv2.IMREAD_GRAYSCALE)
    return np.asarray(picture, np.uint8)


@pytest.mark.parametrize("factor", [1.5, 2.0, 3.0])
def test_it_is_nearer_to_the_truth_than_interpolation(presenter: np.ndarray, factor: float) -> None:
    height, width = presenter.shape
    size = round(width / factor), round(height / factor)
    small = np.asarray(cv2.resize(presenter, size, interpolation=cv2.INTER_AREA), np.uint8)
    plain = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    fine = enlarged(small, (width, height))
    assert likeness_db(fine, presenter) > likeness_db(plain, presenter) + 0.4
    again = cv2.resize(fine, size, interpolation=cv2.INTER_AREA)
    assert likeness_db(again, small) > 45, "reduced it is the picture again: nothing was invented"


def drawn(picture: np.ndarray, height: int, *, is_fine: bool) -> np.ndarray:
    """The luminance of a scene in which the picture is shown at this height."""
    canvas = (320, 240)
    colour = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
    width = picture.shape[1] * height // picture.shape[0]
    person = Person((picture.shape[1], picture.shape[0]), Placement(0, 0, width, height), None, is_fine)
    frame = av.VideoFrame(*canvas, "yuv420p")
    scene = Scene(canvas, background_picture("#000000", canvas), person)
    scene.draw(planes_of(frame), BaseFrame.of(colour))
    return np.array(planes_of(frame)[0])


def test_only_a_person_who_is_enlarged_changes(presenter: np.ndarray) -> None:
    face = np.ascontiguousarray(presenter[100:220, 560:720])
    assert np.abs(drawn(face, 240, is_fine=True).astype(int) - drawn(face, 240, is_fine=False)).max() > 3
    for height in (120, 60):
        assert np.array_equal(drawn(face, height, is_fine=True), drawn(face, height, is_fine=False))
