"""The mouth of a photo over a short speech: tracked in the painted frames and held against the phonemes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.photos import portrait

from greenroom.engines.face.geometry import lip_opening, mouth_width
from greenroom.engines.face.tracker import LiteRtFaceTracker, TrackQuality
from greenroom.engines.mouth.articulation import CLOSED_OPENING, CLOSURES
from greenroom.engines.mouth.package import AvatarPackage
from greenroom.engines.mouth.quality import best_offset, correlation
from greenroom.engines.photo.making import PhotoOptions, make_photo_avatar
from greenroom.engines.photo.painter import PhotoMouthPainter
from greenroom.engines.protocols import VIDEO_FPS
from greenroom.stage.performance import Performer, open_avatar
from greenroom.stage.speech import speak

pytestmark = pytest.mark.media

SIDE = 400
TEXT = "Papa, a map of the moon."


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photo") / "avatar"
    make_photo_avatar(portrait(SIDE), folder, PhotoOptions("Nobody", seconds=3), lambda stage, done: None)
    return folder


@pytest.fixture(scope="module")
def spoken() -> Any:
    return speak(TEXT, "piper-en_US-joe")


@pytest.fixture(scope="module")
def shown(package: Path, spoken: Any) -> Any:
    """The mouth's course, and the landmarks [frames, 478, 3] of the painted frames."""
    painter = PhotoMouthPainter.open(AvatarPackage.open(package, verify=True))
    course = painter.drive(spoken.pcm, spoken.sample_rate, spoken.phonemes)
    performer = Performer(open_avatar(package))
    base = performer.frame(0, None, 0)
    frames = []
    for number in range(len(course)):
        picture = base.colour.copy()
        painter.apply(picture, base.base_frame_index, course, number)
        frames.append(picture)
    performer.close()
    tracked = LiteRtFaceTracker(quality=TrackQuality.FAST).track(iter(frames), VIDEO_FPS)
    return course, tracked.landmarks, frames


def test_lips_open_as_the_sound_asks_and_at_its_time(shown: Any) -> None:
    course, landmarks, _ = shown
    seen = lip_opening(landmarks)
    assert correlation(seen, course.opening) > 0.85
    assert best_offset([course.opening], [seen]) == 0
    assert seen.max() > 0.03


def test_lips_are_shut_on_p_b_m(shown: Any, spoken: Any) -> None:
    _, landmarks, _ = shown
    seen = lip_opening(landmarks)
    closures = [
        (span.start_sample + span.end_sample) / 2 * VIDEO_FPS / spoken.sample_rate
        for span in spoken.phonemes
        if span.symbol.startswith(CLOSURES)
    ]
    assert len(closures) >= 4
    for middle in closures:
        around = seen[max(0, int(middle) - 1) : int(middle) + 2]
        assert around.min() < 1.25 * CLOSED_OPENING, f"at frame {middle:.0f}"


def test_the_mouth_of_the_photo_stays_in_silence(package: Path) -> None:
    painter = PhotoMouthPainter.open(AvatarPackage.open(package))
    rng = np.random.default_rng(0)
    course = painter.drive(rng.normal(0, 1e-4, 22050).astype(np.float32), 22050, None)
    picture = portrait(SIDE)
    untouched = picture.copy()
    for number in range(len(course)):
        painter.apply(picture, 0, course, number)
    assert np.array_equal(picture, untouched)


def test_rounded_vowels_narrow_the_mouth(package: Path, shown: Any) -> None:
    painter = PhotoMouthPainter.open(AvatarPackage.open(package))
    widths = {}
    for name, text in (("round", "Oh, you two."), ("spread", "He sees these.")):
        said = speak(text, "piper-en_US-joe")
        widths[name] = np.mean(painter.drive(said.pcm, said.sample_rate, said.phonemes).width)
    assert widths["round"] < widths["spread"] - 0.05
    _, landmarks, _ = shown
    assert mouth_width(landmarks).std() > 0.003


def test_eyes_and_hair_stay_as_they_are(shown: Any) -> None:
    _, _, frames = shown
    upper = slice(0, SIDE // 4)
    assert all(np.array_equal(frame[upper], frames[0][upper]) for frame in frames[::5])


def test_a_recording_drives_the_mouth_alike(package: Path, spoken: Any, shown: Any) -> None:
    painter = PhotoMouthPainter.open(AvatarPackage.open(package))
    heard = painter.drive(spoken.pcm, spoken.sample_rate, None)
    assert correlation(heard.opening, shown[0].opening) > 0.5
    assert best_offset([shown[0].opening], [heard.opening]) == 0
