from __future__ import annotations

import numpy as np
import pytest

from greenroom.engines.face.geometry import (
    LIPS,
    RIGID_INDICES,
    align_rigid,
    face_height,
    head_pose,
    lip_landmark_distance,
    lip_opening,
)
from greenroom.engines.face.mesh import MIRRORED, RIGID


def canonical_face(yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> np.ndarray:
    """The rigid points of a face that looks right, up and tilts clockwise by the angles, in picture axes."""
    model = np.array([RIGID[index] for index in RIGID_INDICES]) * (1.0, -1.0, -1.0)
    y, p, r = np.radians([yaw, pitch, roll])
    nod = np.array([[1, 0, 0], [0, np.cos(p), np.sin(p)], [0, -np.sin(p), np.cos(p)]])
    turn = np.array([[np.cos(y), 0, -np.sin(y)], [0, 1, 0], [np.sin(y), 0, np.cos(y)]])
    tilt = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    face = np.full((478, 3), 1.0)
    face[list(RIGID_INDICES)] = model @ (tilt @ turn @ nod).T * 12 + (180, 140, 0)
    return face


@pytest.mark.parametrize(
    ("turn", "moves_nose"),
    [
        ({"yaw": 20.0}, (1, 0)),
        ({"yaw": -20.0}, (-1, 0)),
        ({"pitch": 15.0}, (0, -1)),
        ({"pitch": -15.0}, (0, 1)),
    ],
)
def test_head_pose_knows_where_the_nose_points(turn: dict[str, float], moves_nose: tuple[int, int]) -> None:
    straight, turned = canonical_face(), canonical_face(**turn)
    nose = (turned[4] - straight[4])[:2] - (turned[[234, 454]] - straight[[234, 454]]).mean(axis=0)[:2]
    assert np.dot(nose, moves_nose) > 5, "the synthetic face itself must look that way"
    pose = dict(zip(("yaw", "pitch", "roll"), head_pose(turned), strict=True))
    for name, value in pose.items():
        assert value == pytest.approx(turn.get(name, 0.0), abs=0.5), name


def test_head_pose_measures_roll_and_leaves_missing_faces_missing() -> None:
    faces = np.stack([canonical_face(roll=12.0), np.full((478, 3), np.nan)])
    pose = head_pose(faces)
    assert pose[0] == pytest.approx([0, 0, 12], abs=0.5)
    assert np.isnan(pose[1]).all()


def test_alignment_removes_the_heads_own_movement() -> None:
    rng = np.random.default_rng(1)
    face = np.zeros((478, 3))
    face[:, :2] = rng.uniform(50, 250, (478, 2))
    turned = face.copy()
    angle, scale = 0.2, 1.3
    matrix = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turned[:, :2] = face[:, :2] @ matrix.T + (31, -7)
    assert np.abs(align_rigid(turned, face) - face[:, :2]).max() < 1e-6


def test_lip_distance_is_in_pixels_of_a_face_of_256() -> None:
    face = np.zeros((1, 478, 2))
    face[0, 10], face[0, 152] = (100, 0), (100, 128)
    moved = face.copy()
    moved[0, list(LIPS)] += (3, 4)
    assert lip_landmark_distance(face, moved) == pytest.approx([10.0])
    assert face_height(face) == pytest.approx([128])


def test_lip_opening_does_not_depend_on_the_size_of_the_face() -> None:
    face = np.random.default_rng(2).uniform(0, 200, (478, 2))
    assert lip_opening(face * 3) == pytest.approx(lip_opening(face))


def test_mirroring_twice_changes_nothing() -> None:
    mirrored = np.array(MIRRORED)
    assert (mirrored[mirrored] == np.arange(478)).all()
    assert mirrored[61] == 291 and mirrored[33] == 263 and mirrored[152] == 152
