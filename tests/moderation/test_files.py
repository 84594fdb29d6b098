"""Files that are looked at and listened to: real sound through the recogniser, real frames of a video."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from greenroom.engines import weights
from greenroom.engines.protocols import Decision, Finding, Image, Pcm, SpeechStyle
from greenroom.media.encode import VideoSettings, write_mp4
from greenroom.moderation.chain import Chain, ModeratorSettingError, make_chain
from greenroom.moderation.files import review_file
from greenroom.moderation.verdicts import Verdict
from greenroom.moderation.words import Word

pytestmark = pytest.mark.media


class LateRedModerator:
    """Plugged in by the tests: any red picture is refused."""

    name = "red"
    reads_text = False
    sees_pictures = True

    def review_text(self, text: str) -> tuple[Finding, ...]:
        return ()

    def review_picture(self, picture: Image) -> tuple[Finding, ...]:
        blue, _, red = (float(value) for value in picture.reshape(-1, 3).mean(axis=0))
        return (Finding("red", "red", Decision.REFUSE, 1.0, "red"),) if red > 180 and blue < 60 else ()


def review(path: Path, kind: str, **fields: Any) -> Verdict:
    payload = {
        "path": str(path), "kind": kind, "has_picture": False, "has_sound": False, "duration_s": 1.0,
        "words": [], "moderators": None, **fields,
    }  # fmt: skip
    return Verdict.from_json(review_file(payload, lambda stage, done: None))


def spoken(text: str, path: Path) -> Path:
    from greenroom.engines.registry import all_voices, speech_engine_for

    voice = next(one for one in all_voices() if one.voice_id == "kokoro-af_heart")
    engine = speech_engine_for(voice.voice_id)
    chunks: list[Pcm] = [chunk.pcm for chunk in engine.synthesize(text, voice.voice_id, SpeechStyle())]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(voice.sample_rate)
        file.writeframes((np.concatenate(chunks) * 32767).astype("<i2").tobytes())
    return path


@pytest.mark.skipif(
    not (weights.is_present("whisper-base") and weights.is_present("kokoro")),
    reason="fetch the weights first: greenroom models fetch",
)
def test_what_is_said_is_reviewed(tmp_path: Path) -> None:
    pytest.importorskip("faster_whisper")
    bad = spoken("Good evening. We sell fake passports at the best price.", tmp_path / "bad.wav")
    found = review(bad, "sound", has_sound=True, words=[["fake passports", "fraud", "REFUSE"]])
    assert found.decision is Decision.REFUSE
    assert found.findings[0].place == "the sound at 0 s"
    good = spoken("Good evening. The museum opens at nine.", tmp_path / "good.wav")
    assert review(good, "sound", has_sound=True) == Verdict()


def test_a_picture_in_the_middle_of_a_video_is_seen(tmp_path: Path) -> None:
    blue, red = np.full((64, 64, 3), (200, 40, 20), np.uint8), np.full((64, 64, 3), (10, 10, 250), np.uint8)
    path = tmp_path / "a.mp4"
    settings = VideoSettings(width=64, height=64)
    write_mp4(path, [*[blue] * 150, *[red] * 50, *[blue] * 100], settings)
    plugged = "tests.moderation.test_files:LateRedModerator"
    found = review(path, "video", has_picture=True, duration_s=12.0, moderators=plugged)
    assert found.decision is Decision.REFUSE
    assert {item.place for item in found.findings} <= {f"the picture at {second} s" for second in (6, 7)}
    write_mp4(path, [blue] * 300, settings)
    assert review(path, "video", has_picture=True, duration_s=12.0, moderators=plugged) == Verdict()


def test_a_video_of_one_frame_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    write_mp4(path, [np.full((64, 64, 3), (10, 10, 250), np.uint8)], VideoSettings(width=64, height=64))
    plugged = "tests.moderation.test_files:LateRedModerator"
    assert review(path, "video", has_picture=True, moderators=plugged).decision is Decision.REFUSE


@pytest.mark.parametrize("name", ["nothing:here", "os:nothing", "os", "pathlib:Path"])
def test_a_wrong_moderator_is_named(name: str) -> None:
    with pytest.raises(ModeratorSettingError, match=name):
        make_chain([], name)


def test_without_a_classifier_pictures_count_as_not_examined() -> None:
    chain = Chain([])
    assert chain.review_picture(np.zeros((8, 8, 3), np.uint8)).unexamined == ("pictures",)
    assert make_chain([Word("humbug", "x", "DOUBT")], None).review_text("humbug").decision is Decision.DOUBT
