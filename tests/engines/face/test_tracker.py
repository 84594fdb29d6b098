from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from greenroom.engines.face import track_clip as track_clip_module
from greenroom.engines.face.clip import clip_cuts
from greenroom.engines.face.geometry import (
    LIPS,
    RIGID_INDICES,
    align_rigid,
    face_height,
    lip_landmark_distance,
    lip_opening,
)
from greenroom.engines.face.mesh import MIRRORED
from greenroom.engines.face.track_clip import load_track, save_track, track_clip
from greenroom.engines.face.tracker import LOOK_AHEAD, LiteRtFaceTracker, TrackQuality
from greenroom.engines.protocols import FaceTrack, FootageError
from greenroom.media.decode import read_frames

pytestmark = pytest.mark.media

CLOSED = 0.012
BILABIAL = ("bin", "place", "by", "please", "blue")


@pytest.fixture(scope="module")
def track(frames: list[Any]) -> FaceTrack:
    return LiteRtFaceTracker().track(iter(frames[:75]), 25.0)


def jitter(track: FaceTrack) -> float:
    """Noise of the still points by their second differences, in pixels of a face 256 high."""
    still = align_rigid(track.landmarks, track.landmarks[0])[:, list(RIGID_INDICES)]
    second = still[2:] - 2 * still[1:-1] + still[:-2]
    noise = np.sqrt((second**2).sum(axis=-1).mean() / 6)
    return float(noise * 256 / np.median(face_height(track.landmarks)))


def test_every_frame_has_a_face_where_the_face_is(track: FaceTrack, frames: list[Any]) -> None:
    assert track.landmarks.shape == (75, 478, 3) and track.frame_size == (360, 288)
    assert track.presence.min() > 0.99
    assert set(track.face_count.tolist()) == {-1, 1}
    # Looked up by eye in the first frame: nose tip, mouth, chin.
    first = track.landmarks[0]
    assert np.abs(first[[4, 13, 152], 0] - 160).max() < 12
    assert 165 < first[4, 1] < 190 < first[13, 1] < 215 < first[152, 1] < 255


def test_still_points_are_steadier_than_in_a_single_pass(track: FaceTrack, frames: list[Any]) -> None:
    plain = LiteRtFaceTracker(quality=TrackQuality.FAST).track(iter(frames[:75]), 25.0)
    assert jitter(track) < 0.32
    assert jitter(track) < 0.95 * jitter(plain)
    # Steady, but not smoothed away: both see the same lips.
    opening, plain_opening = lip_opening(track.landmarks), lip_opening(plain.landmarks)
    assert np.corrcoef(opening, plain_opening)[0, 1] > 0.98
    assert 0.9 < np.ptp(opening) / np.ptp(plain_opening) < 1.1


def test_landmarks_move_with_the_picture(track: FaceTrack, frames: list[Any]) -> None:
    matrix = cv2.getRotationMatrix2D((180, 144), 8.0, 1.06) + np.array([[0, 0, 5.4], [0, 0, -3.7]])
    moved = [cv2.warpAffine(frame, matrix, (360, 288), flags=cv2.INTER_CUBIC) for frame in frames[:24]]
    again = LiteRtFaceTracker().track(iter(moved), 25.0)
    expected = track.landmarks[:24, :, :2] @ matrix[:, :2].T + matrix[:, 2]
    assert lip_landmark_distance(expected, again.landmarks).mean() < 0.35


def test_mirrored_picture_gives_mirrored_landmarks(track: FaceTrack, frames: list[Any]) -> None:
    mirrored = [np.ascontiguousarray(frame[:, ::-1]) for frame in frames[:24]]
    again = LiteRtFaceTracker().track(iter(mirrored), 25.0).landmarks[:, list(MIRRORED)]
    again[..., 0] = 359 - again[..., 0]
    difference = again[..., :2] - track.landmarks[:24, :, :2]
    assert np.hypot(difference[..., 0], difference[..., 1])[:, list(LIPS)].mean() < 0.5
    assert abs(float(difference[..., 0].mean())) < 0.15, "no shift to one side"


@pytest.mark.parametrize("name", ["bbiz1s", "pwwk4n", "srbb4n"])
def test_lips_open_on_words_and_close_on_silence_and_bilabials(footage_dir: Path, name: str) -> None:
    folder = footage_dir / "grid_s1_eval"
    rows = [line.split() for line in (folder / f"{name}.align").read_text().splitlines()]
    spans = [(int(start) / 1000, int(end) / 1000, word) for start, end, word in rows]
    opening = lip_opening(LiteRtFaceTracker().track(read_frames(folder / f"{name}.mpg"), 25.0).landmarks)
    # Before the first word the lips rest, but for a breath.
    silence = opening[: int(spans[0][1]) - 3]
    assert spans[0][2] == "sil" and np.median(silence) < 0.008
    spoken = opening[int(spans[1][0]) : int(spans[-2][1])]
    assert spoken.max() > 0.045
    # The alignment is good to about three frames; whoever says /b/ or /p/ shuts the lips for two or more.
    starts = [start for start, _, word in spans if word in BILABIAL]
    assert starts
    for start in starts:
        around = opening[max(0, int(start) - 4) : int(start) + 5]
        assert around.min() < CLOSED, f"no closure near frame {start}"


def test_no_face_gives_nan() -> None:
    rng = np.random.default_rng(0)
    noise = [rng.integers(0, 255, (240, 320, 3), np.uint8) for _ in range(4)]
    track = LiteRtFaceTracker().track(iter(noise), 25.0)
    assert np.isnan(track.landmarks).all() and (track.presence == 0).all()
    assert track.face_count[0] == 0


def test_face_that_leaves_and_comes_back(frames: list[Any]) -> None:
    blank = np.full_like(frames[0], 200)
    track = LiteRtFaceTracker().track(iter([*frames[:15], *[blank] * 20, *frames[15:30]]), 25.0)
    seen = np.isfinite(track.landmarks[:, 0, 0])
    assert seen[:15].all() and not seen[15:35].any() and seen[35:].all()


def test_counts_two_faces_and_follows_the_larger(frames: list[Any]) -> None:
    def pair() -> Iterator[Any]:
        for frame in frames[:6]:
            small = cv2.resize(frame, (216, 172))
            canvas = np.full((288, 620, 3), 120, np.uint8)
            canvas[60:232, 10:226] = small
            canvas[:, 250:610] = frame
            yield canvas

    track = LiteRtFaceTracker().track(pair(), 25.0)
    assert track.face_count[0] == 2
    assert (track.landmarks[:, 4, 0] > 300).all()


def test_answers_come_at_most_the_look_ahead_late(frames: list[Any]) -> None:
    taken = 0

    def counted() -> Iterator[Any]:
        nonlocal taken
        for frame in frames[:30]:
            taken += 1
            yield frame

    for answered, _ in enumerate(LiteRtFaceTracker().stream(counted())):
        assert taken - answered <= LOOK_AHEAD + 1
    assert answered == 29


def test_two_processes_give_what_one_gives(
    frames: list[Any], pcm: Any, write_clip: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = write_clip("split.mp4", frames[:75], pcm[: 3 * 44_100])
    alone = track_clip(clip, processes=1)
    monkeypatch.setattr(track_clip_module, "SPLIT_ABOVE_FRAMES", 10)
    told: list[float] = []
    both = track_clip(clip, processes=2, progress=told.append)
    assert both.landmarks.shape == alone.landmarks.shape == (75, 478, 3)
    assert both.fps == 25 and both.frame_size == (360, 288)
    difference = np.abs(both.landmarks[..., :2] - alone.landmarks[..., :2])
    assert difference.mean() < 0.05, "no seam between the parts"
    assert told == sorted(told) and told[-1] > 0.5


def test_cancelled_tracking_leaves_no_process(
    frames: list[Any], pcm: Any, write_clip: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Cancelled(Exception):
        pass

    def cancel(done: float) -> None:
        raise Cancelled

    clip = write_clip("cancelled.mp4", frames[:75], pcm[: 3 * 44_100])
    monkeypatch.setattr(track_clip_module, "SPLIT_ABOVE_FRAMES", 10)
    with pytest.raises(Cancelled):
        track_clip(clip, processes=2, progress=cancel)
    assert not multiprocessing.active_children()


def test_track_file_round_trip_and_damage(track: FaceTrack, tmp_path: Path) -> None:
    path = tmp_path / "face.npz"
    save_track(track, path)
    again = load_track(path)
    assert np.array_equal(again.landmarks, track.landmarks) and again.frame_size == track.frame_size
    assert [item.name for item in tmp_path.iterdir()] == ["face.npz"]
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(FootageError, match=r"face\.npz"):
        load_track(path)


def test_not_a_video(tmp_path: Path) -> None:
    path = tmp_path / "letter.mp4"
    path.write_text("Dear all")
    with pytest.raises(FootageError, match=r"letter\.mp4"):
        track_clip(path)


def test_cuts_are_found_where_sentences_were_joined(frames: list[Any], pcm: Any, write_clip: Any) -> None:
    assert clip_cuts(write_clip("cuts.mp4", frames, pcm)) == (75, 150)
    assert clip_cuts(write_clip("whole.mp4", frames[:75], pcm[: 3 * 44_100])) == ()
