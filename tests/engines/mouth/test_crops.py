import cv2
import numpy as np
import pytest

from greenroom.engines.face.mesh import RIGID
from greenroom.engines.mouth.crops import CropGeometry, crop_side, cut_crop, paste_crop, similarity


def _geometry(side: int = 128) -> CropGeometry:
    mask = np.zeros((side, side), np.float32)
    cv2.circle(mask, (side // 2, side // 2), side // 4, 1.0, -1)
    reference = np.random.default_rng(0).uniform(20, 100, (478, 2)).astype(np.float32)
    return CropGeometry(reference, cv2.GaussianBlur(mask, (0, 0), 4))


def _transform(scale: float, degrees: float, shift: tuple[float, float]) -> np.ndarray:
    turn = np.radians(degrees)
    rotation = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return np.concatenate([rotation, np.array(shift)[:, None]], axis=1)


@pytest.mark.parametrize("scale,degrees", [(1.0, 0.0), (1.4, 7.0), (0.6, -12.0)])
def test_similarity_finds_the_turn_scale_and_shift_that_was_made(scale: float, degrees: float) -> None:
    points = np.random.default_rng(1).uniform(0, 300, (1, len(RIGID), 2))
    truth = _transform(scale, degrees, (12.0, -30.0))
    target = points[0] @ truth[:, :2].T + truth[:, 2]
    assert np.allclose(similarity(points, target)[0], truth, atol=1e-8)


@pytest.mark.parametrize("scale", [0.5, 1.0, 1.36])
def test_a_crop_put_back_leaves_the_frame_as_it_was(scale: float) -> None:
    noise = np.random.default_rng(2).integers(0, 255, (36, 45, 3), dtype=np.uint8)
    frame = cv2.resize(noise, (360, 288), interpolation=cv2.INTER_CUBIC)
    geometry = _geometry()
    transform = _transform(scale, 4.0, (-60.0 * scale, -50.0 * scale)).astype(np.float32)
    pasted = frame.copy()
    x0, y0, x1, y1 = paste_crop(pasted, cut_crop(frame, transform, 128), geometry.mask, transform)
    assert np.abs(pasted.astype(int) - frame).mean() < 0.7
    outside = np.ones(frame.shape[:2], bool)
    outside[y0:y1, x0:x1] = False
    assert (pasted[outside] == frame[outside]).all()


def test_a_face_that_leaves_the_frame_is_no_error() -> None:
    frame = np.zeros((100, 100, 3), np.uint8)
    geometry = _geometry()
    away = _transform(1.0, 0.0, (-5000.0, 0.0)).astype(np.float32)
    assert paste_crop(frame, np.full((128, 128, 3), 255, np.uint8), geometry.mask, away) == (0, 0, 0, 0)
    assert not frame.any()


def test_larger_faces_get_larger_crops() -> None:
    assert [crop_side(height) for height in (134, 300, 600)] == [128, 192, 256]
