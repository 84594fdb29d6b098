"""Kokoro says what the text says, in every language, and its phoneme times are where the sound is."""

from __future__ import annotations

import itertools
import time

import numpy as np
import numpy.typing as npt
import pytest

from greenroom.engines.kokoro.voices import kokoro_voices
from greenroom.engines.protocols import (
    Pcm,
    SpeechChunk,
    SpeechEngine,
    SpeechStyle,
    SpeechTextError,
    VoiceNotFoundError,
)
from greenroom.engines.whisper.error_rate import error_rate
from greenroom.engines.whisper.recogniser import WhisperRecogniser

VOWELS = tuple("aeiouæɑɐɒɔəɛɜɪʊʌ")

SENTENCES = {
    "kokoro-am_michael": ("en-US", "Please bring my big map, and put it back by the pump."),
    "kokoro-bf_emma": ("en-GB", "The weather was lovely in the garden."),
    "kokoro-zf_xiaoxiao": ("zh-CN", "你好，欢迎来到我们的公司。"),
    "kokoro-ef_dora": ("es-ES", "Hola, ¿cómo está usted esta mañana?"),
    "kokoro-ff_siwis": ("fr-FR", "Bonjour, les amis ont acheté une voiture."),
    "kokoro-jf_alpha": ("ja-JP", "今日はいい天気です。"),
    "kokoro-if_sara": ("it-IT", "Buongiorno, benvenuti nella nostra azienda."),
    "kokoro-pf_dora": ("pt-BR", "Olá, você está bem?"),
}


class Spoken(dict[str, list[SpeechChunk]]):
    """The sentence of each voice, said when it is first asked for."""

    def __init__(self, kokoro: SpeechEngine) -> None:
        self._kokoro = kokoro

    def __missing__(self, voice_id: str) -> list[SpeechChunk]:
        self[voice_id] = list(self._kokoro.synthesize(SENTENCES[voice_id][1], voice_id, SpeechStyle()))
        return self[voice_id]


@pytest.fixture(scope="module")
def spoken(kokoro: SpeechEngine) -> Spoken:
    return Spoken(kokoro)


def _sound(chunks: list[SpeechChunk]) -> Pcm:
    return np.concatenate([chunk.pcm for chunk in chunks])


@pytest.mark.media
class TestSynthesize:
    @pytest.mark.parametrize("voice_id", SENTENCES)
    def test_it_is_understood(self, voice_id: str, spoken: Spoken, recogniser: WhisperRecogniser) -> None:
        language, text = SENTENCES[voice_id]
        heard = recogniser.transcribe(_sound(spoken[voice_id]), 24_000, language)
        assert error_rate(text, heard, language) <= 0.15, heard

    @pytest.mark.parametrize("voice_id", SENTENCES)
    def test_phonemes_tile_the_sound(self, voice_id: str, spoken: Spoken) -> None:
        for chunk in spoken[voice_id]:
            assert chunk.phonemes[0].start_sample == 0
            assert chunk.phonemes[-1].end_sample == len(chunk.pcm)
            for span, following in itertools.pairwise(chunk.phonemes):
                assert span.start_sample < span.end_sample == following.start_sample
            assert not set("ˈˌ→↗↘↓ ,.") & set("".join(span.symbol for span in chunk.phonemes))
            assert all(a.end_sample <= b.start_sample for a, b in itertools.pairwise(chunk.words))

    @pytest.mark.parametrize("voice_id", ["kokoro-am_michael", "kokoro-bf_emma", "kokoro-ef_dora"])
    def test_vowels_are_where_the_sound_is_loud(self, voice_id: str, spoken: Spoken) -> None:
        """The loudness follows vowels and closures best when the times are not shifted."""
        scores = {}
        for lag_ms in range(-100, 101, 10):
            pairs = [_loudness_and_openness(chunk, lag_ms) for chunk in spoken[voice_id]]
            loud, open_ = (np.concatenate(column) for column in zip(*pairs, strict=True))
            scores[lag_ms] = np.corrcoef(loud, open_)[0, 1]
        assert abs(max(scores, key=lambda lag: scores[lag])) <= 30, scores

    def test_pauses_are_silent_and_the_rest_is_not(self, spoken: Spoken) -> None:
        for chunk in itertools.chain.from_iterable(spoken[voice_id] for voice_id in SENTENCES):
            peak = np.abs(chunk.pcm).max()
            for span in chunk.phonemes[1:]:
                part = chunk.pcm[span.start_sample : span.end_sample]
                if span.symbol == "sil":
                    assert np.sqrt(np.mean(part**2)) < 0.03 * peak
                elif span.symbol.startswith(VOWELS) and len(part) > 1200:
                    assert np.sqrt(np.mean(part**2)) > 0.01 * peak, (chunk.text, span)

    def test_sound_is_clean(self, spoken: Spoken) -> None:
        for chunks in (spoken[voice_id] for voice_id in SENTENCES):
            pcm = _sound(chunks)
            assert 0.1 < np.abs(pcm).max() < 1.0
            assert abs(pcm.mean()) < 0.003
        for chunk in itertools.chain.from_iterable(spoken[voice_id] for voice_id in SENTENCES):
            assert abs(chunk.pcm[0]) < 1e-3 and abs(chunk.pcm[-1]) < 1e-3

    def test_the_first_clause_does_not_wait_for_the_rest(self, kokoro: SpeechEngine) -> None:
        text = (
            "Good morning everyone, and welcome. " + "This part of the text takes a good while to say. " * 8
        )
        began = time.perf_counter()
        chunks = kokoro.synthesize(text, "kokoro-af_heart", SpeechStyle())
        first = next(chunks)
        first_s = time.perf_counter() - began
        second = next(chunks)
        second_s = time.perf_counter() - began - first_s
        assert first.text.startswith("Good morning everyone") and len(first.pcm) < 3 * 24_000
        assert len(second.pcm) < 8 * 24_000 and second_s < 30

    def test_words_carry_the_text(self, spoken: Spoken) -> None:
        words = [word.text for chunk in spoken["kokoro-zf_xiaoxiao"] for word in chunk.words]
        assert "".join(words) == "你好欢迎来到我们的公司"


def _loudness_and_openness(
    chunk: SpeechChunk, lag_ms: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    hop = 120
    count = len(chunk.pcm) // hop
    level = 10 * np.log10(
        np.mean(chunk.pcm[: count * hop].reshape(count, hop).astype(float) ** 2, axis=1) + 1e-7
    )
    openness = np.zeros(len(chunk.pcm))
    for span in chunk.phonemes:
        value = 1.0 if span.symbol.startswith(VOWELS) else 0.0 if span.symbol[0] in "pbtdkɡs" else 0.5
        openness[span.start_sample : span.end_sample] = 0 if span.symbol == "sil" else value
    shifted = np.roll(openness, lag_ms * 24)
    return level, shifted[: count * hop].reshape(count, hop).mean(axis=1)


class TestVoices:
    def test_every_declared_voice_has_its_style(self) -> None:
        from greenroom.engines import weights

        names = {path.stem for path in weights.path("kokoro-voices").glob("*.bin")}
        assert {voice_id.removeprefix("kokoro-") for voice_id in kokoro_voices()} == names
        assert len(names) == 54

    def test_unknown_voice(self, kokoro: SpeechEngine) -> None:
        with pytest.raises(VoiceNotFoundError, match="kokoro-nobody"):
            kokoro.synthesize("Hello", "kokoro-nobody", SpeechStyle())

    @pytest.mark.parametrize("style", [SpeechStyle(speed_percent=20), SpeechStyle(pitch_percent=300)])
    def test_a_style_out_of_range(self, kokoro: SpeechEngine, style: SpeechStyle) -> None:
        with pytest.raises(SpeechTextError, match="must lie between 50 and 200"):
            kokoro.synthesize("Hello", "kokoro-af_heart", style)

    def test_bad_text_is_refused_before_anything_is_computed(self, kokoro: SpeechEngine) -> None:
        with pytest.raises(SpeechTextError, match="Привет"):
            kokoro.synthesize("Привет", "kokoro-af_heart", SpeechStyle())


@pytest.mark.media
class TestPitch:
    def test_it_rises_and_the_time_stays(self, kokoro: SpeechEngine, recogniser: WhisperRecogniser) -> None:
        text = "We all know you may go home."
        usual = list(kokoro.synthesize(text, "kokoro-am_michael", SpeechStyle()))
        high = list(kokoro.synthesize(text, "kokoro-am_michael", SpeechStyle(pitch_percent=130)))
        assert _pitch_hz(high) / _pitch_hz(usual) == pytest.approx(1.3, abs=0.15)
        assert len(_sound(high)) / len(_sound(usual)) == pytest.approx(1, abs=0.15)
        assert high[-1].phonemes[-1].end_sample == len(high[-1].pcm)
        assert error_rate(text, recogniser.transcribe(_sound(high), 24_000, "en"), "en") <= 0.15


def _pitch_hz(chunks: list[SpeechChunk]) -> float:
    """Median pitch of the vowels by autocorrelation, 60 to 500 Hz."""
    found = []
    for chunk in chunks:
        rate = chunk.sample_rate
        for span in chunk.phonemes:
            part = chunk.pcm[span.start_sample : span.end_sample].astype(float)
            if span.symbol[0] not in "aeiouæɑɔəɛɪʊʌ" or len(part) < rate * 0.05:
                continue
            middle = part - part.mean()
            match = np.correlate(middle, middle, "full")[len(middle) - 1 :]
            low, high = rate // 500, min(rate // 60, len(match) - 1)
            found.append(rate / (low + int(np.argmax(match[low:high]))))
    return float(np.median(found))
