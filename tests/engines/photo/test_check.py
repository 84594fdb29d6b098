"""Photo detection on a synthetic face, and on what is wrong with photos."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from tests.photos import portrait

from greenroom.engines.photo.check import PhotoError, check_photo, require_fit
from greenroom.engines.photo.eyelids import Eyelids
from greenroom.engines.photo.mouth_drawing import draw_mouth
from greenroom.engines.photo.mouth_shape import MouthPose, read_mouth
from greenroom.engines.protocols import Image

pytestmark = pytest.mark.media

SIDE = 480


def open_mouth(picture: Image) -> Image:
    shape, transform = read_mouth(require_fit(picture))
    draw_mouth(picture := picture.copy(), shape, transform, MouthPose(opening=0.5))
    return picture


def closed_eyes(picture: Image) -> Image:
    return Eyelids(require_fit(picture)).photo(1.0)


def masked(picture: Image) -> Image:
    """A cloth over mouth and chin."""
    points = require_fit(picture).landmarks[[234, 5, 454, 365, 152, 136], :2]
    return np.asarray(
        cv2.fillPoly(picture.copy(), [np.round(points).astype(np.int32)], (190, 200, 170)), np.uint8
    )


def dark_glasses(picture: Image) -> Image:
    picture = picture.copy()
    for eye in (159, 386):
        x, y = (round(float(value)) for value in require_fit(portrait(SIDE)).landmarks[eye, :2])
        cv2.circle(picture, (x, y + 3), 24, (18, 16, 16), -1)
    return picture


def turned(degrees: float) -> Callable[[Image], Image]:
    matrix = cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), degrees, 0.8)
    return lambda picture: np.asarray(
        cv2.warpAffine(picture, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


FAULTS: list[tuple[str, Callable[[Image], Image]]] = [
    ("several_faces", lambda picture: np.hstack([picture, picture])),
    ("blurred", lambda picture: np.asarray(cv2.GaussianBlur(picture, (0, 0), 8), np.uint8)),
    ("too_dark", lambda picture: np.asarray(picture * 0.15, np.uint8)),
    ("tilted", turned(30)),
    ("mouth_open", open_mouth),
    ("eyes_closed", closed_eyes),
    ("face_covered", masked),
    ("no_face", lambda picture: np.full_like(picture, 128)),
    ("too_small", lambda picture: np.asarray(cv2.resize(picture, (200, 200)), np.uint8)),
    ("face_too_small", lambda picture: cv2.copyMakeBorder(
        cv2.resize(picture, (240, 240)), 200, 200, 200, 200, cv2.BORDER_REPLICATE)),
]  # fmt: skip


def test_a_good_portrait_has_no_faults() -> None:
    report = check_photo(portrait(SIDE))
    assert report.is_fit, report.text
    assert report.face_box is not None
    left, top, right, bottom = report.face_box
    assert 0.35 * SIDE < bottom - top < 0.6 * SIDE
    assert abs((left + right) / 2 - SIDE / 2) < 0.1 * SIDE


@pytest.mark.parametrize(("code", "spoil"), FAULTS, ids=[code for code, _ in FAULTS])
def test_each_fault_is_named_with_its_cure(code: str, spoil: Callable[[Image], Image]) -> None:
    report = check_photo(spoil(portrait(SIDE)))
    assert code in [fault.code for fault in report.faults]
    assert all(fault.cure.endswith(".") and fault.message.endswith(".") for fault in report.faults)


def test_dark_glasses_are_told_from_eyes() -> None:
    codes = {fault.code for fault in check_photo(dark_glasses(portrait(SIDE))).faults}
    assert codes & {"eyes_covered", "eyes_closed", "face_covered"}


def test_half_a_face_is_refused() -> None:
    picture = portrait(SIDE)
    with pytest.raises(PhotoError):
        require_fit(picture[:, : SIDE // 2])
