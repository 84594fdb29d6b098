"""Spectrum, pitch, pulses and the way back to sound."""

from __future__ import annotations

import numpy as np
import pytest

from greenroom.engines.conversion.languages import language_of
from greenroom.engines.conversion.spectrum import BANDS, HOP, RATE, frames_in, log_mel, sound_of, transform
from greenroom.engines.conversion.speech import Speaker, Speech, manner_input, speaker_of, tone_for
from greenroom.engines.conversion.tone import Tone, phases, pulses, tone_of
from greenroom.engines.protocols import EngineError


def voice(hz: float, seconds: float, rate: int = RATE) -> np.ndarray:
    """Ten harmonics that fall by 6 dB an octave."""
    times = np.arange(round(seconds * rate)) / rate
    parts = [np.sin(2 * np.pi * hz * n * times) / n for n in range(1, 11)]
    return (0.2 * np.sum(parts, axis=0)).astype(np.float32)


class TestSpectrum:
    def test_there_and_back(self) -> None:
        sound = np.random.default_rng(0).normal(0, 0.1, 7 * HOP + 100).astype(np.float32)
        frames = transform(sound)
        assert len(frames) == frames_in(len(sound)) == 8
        back = sound_of(frames, 7 * HOP)
        assert np.abs(back - sound[: 7 * HOP])[: 6 * HOP].max() < 1e-4

    def test_nothing(self) -> None:
        assert log_mel(np.zeros(0, np.float32)).shape == (0, BANDS)
        assert len(sound_of(transform(np.zeros(0, np.float32)), 0)) == 0

    def test_as_pytorch_computes_it(self) -> None:
        torch = pytest.importorskip("torch")
        from greenroom.engines.conversion.learning import mel_of

        sound = voice(180, 0.5)
        theirs = mel_of(torch.from_numpy(sound)[None])[0].numpy()
        assert np.abs(log_mel(sound) - theirs).max() < 1e-3


class TestTone:
    @pytest.mark.parametrize(("hz", "rate"), [(95.0, 24_000), (210.0, 16_000), (330.0, 44_100)])
    def test_the_pitch_of_a_voice(self, hz: float, rate: int) -> None:
        tone = tone_of(voice(hz, 1.0, rate), rate)
        assert len(tone.hz) == 100
        assert tone.voiced[10:-10].all()
        assert np.median(tone.hz) == pytest.approx(hz, rel=0.01)

    @pytest.mark.parametrize("sound", [np.zeros(RATE, np.float32), np.zeros(30, np.float32)])
    def test_silence_has_none(self, sound: np.ndarray) -> None:
        tone = tone_of(sound, RATE)
        assert len(tone.hz) == frames_in(len(sound))
        assert not tone.voiced.any() and np.isfinite(tone.hz).all()

    def test_pulses_have_the_pitch_and_go_on_where_they_stopped(self) -> None:
        tone = Tone(np.full(100, 150.0, np.float32), np.ones(100, np.bool_))
        train = pulses(tone)
        assert len(train) == 100 * HOP
        assert np.median(tone_of(train, RATE).hz) == pytest.approx(150.0, rel=0.01)
        further = pulses(tone, float(phases(tone.hz)[-1]))
        peaks = np.flatnonzero(np.concatenate([train, further]) > 0.5 * train.max())
        peaks = peaks[np.diff(peaks, prepend=-100) > 20]
        assert np.diff(peaks).min() >= RATE / 150 - 2 and np.diff(peaks).max() <= RATE / 150 + 2

    def test_there_are_none_where_nothing_is_voiced(self) -> None:
        train = pulses(Tone(np.full(40, 150.0, np.float32), np.arange(40) < 20))
        assert np.abs(train[: 19 * HOP]).max() > 0.5
        assert not train[20 * HOP :].any()

    def test_one_speakers_melody_at_anothers_height(self) -> None:
        low, high = (
            Speaker((np.log(hz), spread), (0.0, 1.0), (np.zeros(2), np.ones(2)))
            for hz, spread in ((110.0, 0.2), (220.0, 0.1))
        )
        tone = Tone(np.array([110.0, 110.0 * np.exp(0.2)], np.float32), np.ones(2, np.bool_))
        moved = tone_for(tone, low, high)
        assert moved.hz == pytest.approx([220.0, 220.0 * np.exp(0.12)], rel=1e-4), "a range shrinks to 0.6"


class TestSpeaker:
    def test_what_is_spoken_counts_and_pauses_do_not(self) -> None:
        sound = np.concatenate([voice(120, 1.5), np.zeros(2 * RATE, np.float32)])
        mel = log_mel(sound)
        content = np.zeros((len(mel) // 2, 4), np.float32)
        content[:75] = 1.0
        speech = Speech(sound, mel, tone_of(sound, RATE), content)
        speaker = speaker_of([speech])
        assert np.exp(speaker.pitch[0]) == pytest.approx(120, rel=0.02)
        assert speaker.content[0] == pytest.approx(np.ones(4), abs=0.06)
        manner = manner_input(speech, speaker)
        assert manner[50, 1] == 1 and abs(manner[50, 0]) < 0.5
        assert manner[300, 1] == 0 and manner[300, 2] < -2, "silence is far below the speaker's loudness"

    def test_nobody_speaks(self) -> None:
        silence = np.zeros(RATE, np.float32)
        speech = Speech(silence, log_mel(silence), tone_of(silence, RATE), np.zeros((50, 4), np.float32))
        with pytest.raises(EngineError, match="no voice can be heard"):
            speaker_of([speech])


@pytest.mark.parametrize(
    ("text", "own", "language"),
    [
        ("Our first quarter went well.", "en", "en"),
        ("OK", "fr", "fr"),
        ("La reunión empieza a las diez.", "en", "es"),
        ("Le train part à dix heures.", "en", "fr"),
        ("Obrigado pela ajuda.", "en", "pt"),
        ("今日は海を見に行きます。", "zh", "ja"),
        ("我们今天去看海。", "en", "zh"),
        ("The name 青岛 is said like this.", "en", "en"),
        ("नमस्ते दोस्तों", "en", "hi"),
        ("Good morning, everybody, and welcome.", "zh", "en"),
        ("<speak>Le train part à dix heures.<break time='1s'/></speak>", "en", "fr"),
        ("12:30", "zh", "zh"),
    ],
)
def test_the_language_of_a_text(text: str, own: str, language: str) -> None:
    assert language_of(text, own) == language
