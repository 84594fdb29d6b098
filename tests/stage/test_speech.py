"""Speech for a performance: joined clauses, recordings of all kinds, and files that are no recordings."""

from __future__ import annotations

import itertools
import wave
from pathlib import Path

import av
import numpy as np
import pytest

from greenroom.engines import registry
from greenroom.engines.protocols import SpeechTextError, VoiceNotFoundError
from greenroom.stage.speech import RecordingError, Speech, speak, speech_from_audio, stream_speech, write_wav

TEXT = "First we stop, then we go on together. And after that, nothing!"


@pytest.fixture(scope="module")
def speech() -> Speech:
    return speak(TEXT, "piper-en_US-joe")


@pytest.mark.media
class TestSpeak:
    def test_times_run_through(self, speech: Speech) -> None:
        assert speech.phonemes is not None and speech.words is not None
        assert speech.phonemes[0].start_sample == 0 and speech.phonemes[-1].end_sample == len(speech.pcm)
        for span, following in itertools.pairwise(speech.phonemes):
            assert span.end_sample == following.start_sample
            assert not (span.symbol == following.symbol == "sil")
        assert [word.text for word in speech.words] == TEXT.translate(str.maketrans("", "", ",.!")).split()
        assert all(a.end_sample <= b.start_sample for a, b in itertools.pairwise(speech.words))
        assert speech.text == TEXT
        assert 3 < speech.duration_s < 8

    def test_streaming_gives_the_same_clauses(self) -> None:
        texts = [chunk.text for chunk in stream_speech(TEXT, "piper-en_US-joe")]
        assert " ".join(texts) == TEXT and len(texts) >= 2

    def test_unknown_voice(self) -> None:
        with pytest.raises(VoiceNotFoundError, match="greenroom voice list"):
            speak("Hello", "nobody")

    def test_wrong_script(self) -> None:
        with pytest.raises(SpeechTextError):
            speak("你好", "piper-en_US-joe")


class TestRegistry:
    def test_voice_ids_are_unique_and_found_again(self) -> None:
        voices = registry.all_voices()
        assert len({voice.voice_id for voice in voices}) == len(voices) >= 51
        assert registry.voice("piper-en_US-joe").language == "en-US"
        assert {voice.language for voice in voices} >= {"en-US", "en-GB", "zh-CN", "es-ES", "fr-FR", "ja-JP"}


def _encode(path: Path, codec: str, pcm: np.ndarray, rate: int) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate)
        stream.layout = "stereo"
        frame = av.AudioFrame.from_ndarray(np.stack([pcm, pcm]), format="fltp", layout="stereo")
        frame.sample_rate = rate
        resampler = av.AudioResampler(
            format=stream.format.name, layout="stereo", rate=rate, frame_size=stream.frame_size
        )
        for resampled in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(resampled))
        container.mux(stream.encode(None))


@pytest.mark.media
class TestSpeechFromAudio:
    @pytest.mark.parametrize(
        ("name", "codec", "rate"),
        [("a.mp3", "libmp3lame", 44_100), ("a.m4a", "aac", 48_000), ("a.wav", "pcm_s16le", 16_000)],
    )
    def test_formats(self, tmp_path: Path, name: str, codec: str, rate: int) -> None:
        tone = (0.3 * np.sin(2 * np.pi * 440 * np.arange(2 * rate) / rate)).astype(np.float32)
        _encode(tmp_path / name, codec, tone, rate)
        speech = speech_from_audio(tmp_path / name)
        assert speech.sample_rate == 24_000 and speech.pcm.dtype == np.float32
        assert speech.duration_s == pytest.approx(2, abs=0.1)
        assert speech.phonemes is None and speech.words is None
        spectrum = np.abs(np.fft.rfft(speech.pcm[6_000:30_000]))
        assert int(np.argmax(spectrum)) == pytest.approx(440, abs=3)
        assert np.abs(speech.pcm[6_000:30_000]).max() == pytest.approx(0.3, abs=0.05)

    def test_round_trip(self, tmp_path: Path, speech: Speech) -> None:
        write_wav(speech, tmp_path / "out.wav")
        with wave.open(str(tmp_path / "out.wav")) as written:
            assert (written.getnchannels(), written.getframerate()) == (1, speech.sample_rate)
            assert written.getnframes() == len(speech.pcm)
        back = speech_from_audio(tmp_path / "out.wav")
        assert back.duration_s == pytest.approx(speech.duration_s, abs=0.05)

    @pytest.mark.parametrize("content", [b"", b"not a sound at all" * 100, b"RIFF\x00\x00\x00\x00WAVE"])
    def test_not_a_recording(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "bad.wav").write_bytes(content)
        with pytest.raises(RecordingError, match=r"bad\.wav"):
            speech_from_audio(tmp_path / "bad.wav")

    def test_silence(self, tmp_path: Path) -> None:
        _encode(tmp_path / "quiet.wav", "pcm_s16le", np.zeros(16_000, np.float32), 16_000)
        with pytest.raises(RecordingError, match="silent"):
            speech_from_audio(tmp_path / "quiet.wav")

    def test_missing(self, tmp_path: Path) -> None:
        with pytest.raises(RecordingError, match="There is no file"):
            speech_from_audio(tmp_path / "none.wav")
