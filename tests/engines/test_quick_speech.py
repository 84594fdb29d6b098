"""The quick decoder says what Kokoro's own says, when it says it, in the same voice, for much less work."""

from __future__ import annotations

import itertools
import time
from difflib import SequenceMatcher

import numpy as np
import pytest

from greenroom.bench.speech import SENTENCES
from greenroom.engines import registry, weights
from greenroom.engines.conversion.spectrum import log_mel
from greenroom.engines.kokoro.engine import KokoroEngine
from greenroom.engines.kokoro.model import ScoreModel
from greenroom.engines.protocols import Pcm, QuickSpeechEngine, SpeechChunk, SpeechEngine, SpeechStyle
from greenroom.engines.registry import voice
from greenroom.engines.whisper.recogniser import WhisperRecogniser

VOICES = (
    "kokoro-am_michael", "kokoro-bf_emma", "kokoro-zf_xiaoxiao", "kokoro-ef_dora", "kokoro-ff_siwis",
    "kokoro-jf_alpha", "kokoro-if_sara", "kokoro-pf_dora",
)  # fmt: skip
"""One of each language."""
_SYMBOLS = "ðə fˈɛɹi lˈiːvz æt nˈaɪn."


@pytest.fixture(scope="module")
def quick(kokoro: SpeechEngine) -> SpeechEngine:
    assert isinstance(kokoro, QuickSpeechEngine)
    return kokoro.quick()


def _say(engine: SpeechEngine, voice_id: str, text: str) -> list[SpeechChunk]:
    return list(engine.synthesize(text, voice_id, SpeechStyle()))


def _letters(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def _sound(chunks: list[SpeechChunk]) -> Pcm:
    return np.concatenate([chunk.pcm for chunk in chunks])


@pytest.mark.media
class TestQuickSpeech:
    @pytest.mark.parametrize("voice_id", VOICES)
    def test_it_is_understood(
        self, voice_id: str, quick: SpeechEngine, recogniser: WhisperRecogniser
    ) -> None:
        """By letters: of so few words, two written as one are a fifth."""
        language, text = voice(voice_id).language, " ".join(SENTENCES[voice(voice_id).language])
        heard = recogniser.transcribe(_sound(_say(quick, voice_id, text)), 24_000, language)
        assert SequenceMatcher(None, _letters(text), _letters(heard), autojunk=False).ratio() >= 0.9, heard

    def test_the_same_words_at_the_same_times(self, kokoro: SpeechEngine, quick: SpeechEngine) -> None:
        text = "Please bring my big map."
        (slow,), (fast,) = (_say(engine, "kokoro-am_michael", text) for engine in (kokoro, quick))
        assert [word.text for word in fast.words] == [word.text for word in slow.words]
        for one, other in zip(fast.words, slow.words, strict=True):
            assert abs(one.start_sample - other.start_sample) <= 0.02 * 24_000
        assert fast.phonemes[0].start_sample == 0 and fast.phonemes[-1].end_sample == len(fast.pcm)
        assert all(a.end_sample == b.start_sample for a, b in itertools.pairwise(fast.phonemes))

    def test_the_same_voice(self, kokoro: SpeechEngine, quick: SpeechEngine) -> None:
        """Its spectrum is nearer to that of Kokoro's decoder than another voice's is, by far."""
        text = "Please bring my big map."
        mine, other = (log_mel(_sound(_say(kokoro, f"kokoro-{one}", text))) for one in ("af_heart", "af_sky"))
        fast = log_mel(_sound(_say(quick, "kokoro-af_heart", text)))
        near, far = (
            float(np.abs(fast.mean(axis=0) - wanted.mean(axis=0)).mean()) for wanted in (mine, other)
        )
        assert near < 0.4 * far, (near, far)

    def test_the_same_text_sounds_the_same(self, quick: SpeechEngine) -> None:
        one, other = (_sound(_say(quick, "kokoro-af_heart", "Good morning.")) for _ in range(2))
        assert np.array_equal(one, other)

    def test_it_takes_a_fraction_of_the_work(self) -> None:
        engine = KokoroEngine(threads=1)
        costs = []
        for one in (engine.quick(), engine):
            _say(one, "kokoro-af_heart", "Hello.")
            began = time.process_time()
            _say(one, "kokoro-af_heart", "Please bring my big map, and put it back.")
            costs.append(time.process_time() - began)
        assert costs[0] < 0.4 * costs[1], costs

    def test_the_first_clause_is_short(self, quick: SpeechEngine) -> None:
        text = "In the spring, when the river rises, the lower path disappears for a month or so."
        first, *rest = _say(quick, "kokoro-af_heart", text)
        assert rest and len(first.pcm) < 2.5 * 24_000


@pytest.mark.media
def test_the_score_does_not_depend_on_the_decoder() -> None:
    """What is cut off of the graph is not needed for what is left."""
    folder = weights.path("kokoro")
    alone, _ = ScoreModel(folder, 1).score(_SYMBOLS, "af_heart", 1.0)
    beside, pcm = ScoreModel(folder, 1, with_sound=True).score(_SYMBOLS, "af_heart", 1.0)
    assert len(pcm) == 600 * len(beside.symbols)
    for name in ("symbols", "pitch_hz", "strength", "style", "starts"):
        assert np.array_equal(getattr(alone, name), getattr(beside, name)), name


@pytest.mark.media
def test_the_setting_makes_all_speech_quick(monkeypatch: pytest.MonkeyPatch, quick: SpeechEngine) -> None:
    monkeypatch.setenv(registry.EFFORT_VARIABLE, "quick")
    said = _say(registry.speech_engine_for("kokoro-af_heart"), "kokoro-af_heart", "Hello.")
    assert np.array_equal(_sound(said), _sound(_say(quick, "kokoro-af_heart", "Hello.")))
    monkeypatch.setenv(registry.EFFORT_VARIABLE, "full")
    said = _say(registry.speech_engine_for("kokoro-af_heart"), "kokoro-af_heart", "Hello.")
    assert not np.array_equal(_sound(said), _sound(_say(quick, "kokoro-af_heart", "Hello.")))
