"""How a photographed person moves: quietly, without a seam, and blinking."""

from __future__ import annotations

import numpy as np
import pytest
from tests.photos import portrait

from greenroom.engines.face.geometry import eye_opening, head_pose
from greenroom.engines.photo.check import require_fit
from greenroom.engines.photo.eyelids import Eyelids
from greenroom.engines.photo.head_field import HeadField, Pose
from greenroom.engines.photo.making import moved
from greenroom.engines.photo.movement import movement
from greenroom.engines.photo.portrait import Portrait, find_portrait
from greenroom.engines.protocols import VIDEO_FPS

SIDE = 400


@pytest.fixture(scope="module")
def person() -> Portrait:
    return require_fit(portrait(SIDE))


def test_the_loop_closes_and_stays_within_a_few_degrees() -> None:
    moments = movement(3)
    turns = np.array([[m.pose.yaw, m.pose.pitch, m.pose.roll] for m in moments])
    steps = np.abs(np.diff(np.concatenate([turns, turns[:1]]), axis=0)).max(axis=1)
    assert steps[-1] <= steps.max()
    assert steps.max() < 1.2
    assert np.abs(turns).max() < 8
    assert 1.0 < np.ptp(turns[:, 0]) < 14


def test_blinks_come_every_few_seconds() -> None:
    closed = np.array([m.blink for m in movement(3)]) == 1.0
    starts = np.flatnonzero(np.diff(closed.astype(int)) == 1)
    assert 2 <= len(starts) <= 4
    assert all(2.5 * VIDEO_FPS < gap < 6 * VIDEO_FPS for gap in np.diff(starts))


@pytest.mark.media
def test_a_turned_head_is_seen_as_turned(person: Portrait) -> None:
    field = HeadField(person)
    poses = []
    for yaw in (-5.0, 5.0):
        turned = moved(person.picture, field.sources(field.displacement(Pose(yaw=yaw))))
        found = find_portrait(turned)
        assert found is not None
        poses.append(head_pose(found.landmarks)[0])
    assert poses[1] - poses[0] > 4.0


@pytest.mark.media
def test_without_a_pose_the_photo_is_the_photo(person: Portrait) -> None:
    field = HeadField(person)
    same = moved(person.picture, field.sources(field.displacement(Pose())))
    assert np.array_equal(same, person.picture)


@pytest.mark.media
def test_nothing_moves_at_the_border(person: Portrait) -> None:
    way = HeadField(person).displacement(Pose(yaw=5, pitch=3, roll=2, breath=1, sway=0.02))
    assert max(np.abs(way[0]).max(), np.abs(way[:, 0]).max(), np.abs(way[:, -1]).max()) < 0.05


@pytest.mark.media
def test_a_blink_closes_the_eyes_and_changes_nothing_else(person: Portrait) -> None:
    closed = Eyelids(person).photo(1.0)
    found = find_portrait(closed)
    assert found is not None
    assert eye_opening(found.landmarks) < 0.45 * eye_opening(person.landmarks)
    lower = slice(int(person.landmarks[2, 1]), SIDE)
    assert np.array_equal(closed[lower], person.picture[lower])
