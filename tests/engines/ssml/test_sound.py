"""What SSML does to the sound, with real voices: silences, speeds and loudness where they were asked for."""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np
import pytest

from greenroom.engines.protocols import VIDEO_FPS, Pcm, SpeechEngine, SpeechStyle
from greenroom.engines.whisper.error_rate import error_rate
from greenroom.engines.whisper.recogniser import WhisperRecogniser
from greenroom.stage.speech import Speech, join_chunks

pytestmark = pytest.mark.media

JOE, HEART, CHINESE = "piper-en_US-joe", "kokoro-af_heart", "kokoro-zf_xiaobei"


@cache
def say(engine: SpeechEngine, content: str, voice: str = HEART, style: SpeechStyle | None = None) -> Speech:
    return join_chunks(engine.synthesize(f"<speak>{content}</speak>", voice, style or SpeechStyle()))


def lengths(speech: Speech) -> dict[str, int]:
    """Samples of each word."""
    assert speech.words is not None
    return {word.text: word.end_sample - word.start_sample for word in speech.words}


def level(speech: Speech, text: str) -> float:
    assert speech.words is not None
    (word,) = [word for word in speech.words if word.text == text]
    return float(np.sqrt(np.mean(speech.pcm[word.start_sample : word.end_sample] ** 2)))


def quiet_around(pcm: Pcm, at: int, rate: int) -> tuple[float, float]:
    """Seconds at which the silence around a sample begins and ends: 40 dB below the loudest."""
    hop = rate // 200
    levels = np.sqrt(np.mean(pcm[: len(pcm) // hop * hop].reshape(-1, hop) ** 2, axis=1))
    loud = np.flatnonzero(levels > levels.max() / 100)
    return (loud[loud < at // hop].max() + 1) * hop / rate, loud[loud > at // hop].min() * hop / rate


def assert_tiled(speech: Speech) -> None:
    assert speech.phonemes is not None and speech.words is not None
    assert speech.phonemes[0].start_sample == 0 and speech.phonemes[-1].end_sample == len(speech.pcm)
    for span, following in itertools.pairwise(speech.phonemes):
        assert span.start_sample < span.end_sample == following.start_sample
    assert all(a.end_sample <= b.start_sample for a, b in itertools.pairwise(speech.words))


class TestBreaks:
    @pytest.mark.parametrize("voice", [JOE, HEART])
    @pytest.mark.parametrize(("time", "seconds"), [("200ms", 0.2), ("700ms", 0.7), ("3s", 3.0)])
    def test_exactly_the_silence_asked_for(
        self, request: pytest.FixtureRequest, voice: str, time: str, seconds: float
    ) -> None:
        engine = request.getfixturevalue(voice.partition("-")[0])
        speech = say(engine, f'It is autumn.<break time="{time}"/>Apples are red.', voice)
        assert_tiled(speech)
        assert speech.words is not None and speech.phonemes is not None
        autumn = next(word for word in speech.words if word.text == "autumn")
        (silence,) = [span for span in speech.phonemes if span.start_sample == autumn.end_sample]
        assert silence.symbol == "sil"
        length_s = (silence.end_sample - silence.start_sample) / speech.sample_rate
        assert length_s == pytest.approx(seconds, abs=0.001)
        middle = (silence.start_sample + silence.end_sample) // 2
        begin, end = quiet_around(speech.pcm, middle, speech.sample_rate)
        # In the sound itself the last word fades out, and Piper says it a little differently each time.
        assert end - begin == pytest.approx(seconds, abs=0.03)

    def test_at_both_ends(self, piper: SpeechEngine) -> None:
        speech = say(piper, '<break time="1s"/>Hello there.<break time="500ms"/>', JOE)
        assert_tiled(speech)
        assert speech.words is not None
        assert speech.words[0].start_sample == pytest.approx(22_050, abs=2)
        assert len(speech.pcm) - speech.words[-1].end_sample == pytest.approx(11_025, abs=2)


class TestProsody:
    PLAIN = "The young gardener waters seventeen yellow melons every morning."
    FAST = PLAIN.replace("seventeen yellow melons", '<prosody rate="150%">seventeen yellow melons</prosody>')

    def test_a_rate_shortens_the_words_inside_and_only_these(self, kokoro: SpeechEngine) -> None:
        usual, fast = say(kokoro, self.PLAIN), say(kokoro, self.FAST)
        assert_tiled(fast)
        before, after = lengths(usual), lengths(fast)
        assert before.keys() == after.keys()
        for word, samples in before.items():
            is_inside = word in ("seventeen", "yellow", "melons")
            assert after[word] == pytest.approx(samples / 1.5 if is_inside else samples, abs=2)

    def test_it_is_still_understood(self, kokoro: SpeechEngine, recogniser: WhisperRecogniser) -> None:
        for rate, pitch in (("150%", "medium"), ("70%", "medium"), ("medium", "+3st"), ("120%", "-2st")):
            speech = say(
                kokoro,
                f'The young gardener waters <prosody rate="{rate}" pitch="{pitch}">seventeen yellow melons'
                "</prosody> every morning.",
            )
            heard = recogniser.transcribe(speech.pcm, speech.sample_rate, "en")
            assert error_rate(self.PLAIN, heard, "en") <= 0.12, (rate, pitch, heard)

    def test_pitch_moves_the_voice_and_not_the_times(self, kokoro: SpeechEngine) -> None:
        content = "All morning we were rowing along a narrow river."
        high = content.replace("were rowing along", '<prosody pitch="+4st">were rowing along</prosody>')
        usual, raised = say(kokoro, content), say(kokoro, high)
        assert lengths(usual) == lengths(raised)
        ratio = _pitch(raised, "rowing") / _pitch(usual, "rowing")
        assert ratio == pytest.approx(2 ** (4 / 12), rel=0.06)
        assert _pitch(raised, "morning") == pytest.approx(_pitch(usual, "morning"), rel=0.02)

    def test_volume_and_emphasis(self, kokoro: SpeechEngine) -> None:
        usual = say(kokoro, "The old barn was painted blue again.")
        changed = say(
            kokoro,
            'The old <prosody volume="-6dB">barn</prosody> was <emphasis level="strong">painted</emphasis> '
            "blue again.",
        )
        assert level(changed, "barn") / level(usual, "barn") == pytest.approx(0.5, abs=0.08)
        assert level(changed, "painted") > 1.2 * level(usual, "painted")
        assert lengths(changed)["painted"] > 1.1 * lengths(usual)["painted"]
        assert level(changed, "again") == pytest.approx(level(usual, "again"), rel=0.01)

    def test_a_whole_sentence_is_said_so_by_the_model(self, piper: SpeechEngine) -> None:
        usual = say(piper, "Many people pick up a cup of tea in the morning.", JOE)
        fast = say(
            piper, '<prosody rate="200%">Many people pick up a cup of tea in the morning.</prosody>', JOE
        )
        assert len(fast.pcm) / len(usual.pcm) == pytest.approx(0.55, abs=0.1)

    def test_it_multiplies_with_the_style_of_the_request(self, kokoro: SpeechEngine) -> None:
        quick = SpeechStyle(speed_percent=120)
        usual, fast = say(kokoro, self.PLAIN, style=quick), say(kokoro, self.FAST, style=quick)
        assert lengths(fast)["yellow"] == pytest.approx(lengths(usual)["yellow"] / 1.5, abs=2)

    def test_no_click_where_a_manner_begins_or_ends(self, kokoro: SpeechEngine) -> None:
        content = 'We <prosody rate="60%" pitch="+2st" volume="+5dB">know all</prosody> our names.'
        speech = say(kokoro, content)
        usual = say(kokoro, "We know all our names.")
        assert np.abs(np.diff(speech.pcm)).max() < 2.2 * np.abs(np.diff(usual.pcm)).max()


def _pitch(speech: Speech, text: str) -> float:
    """Hertz of a word, by the strongest repetition of its loudest 80 ms."""
    assert speech.words is not None
    (word,) = [word for word in speech.words if word.text == text]
    sound = speech.pcm[word.start_sample : word.end_sample].astype(np.float64)
    window = round(0.08 * speech.sample_rate)
    energy = np.convolve(sound**2, np.ones(window), "valid")
    start = int(np.argmax(energy))
    piece = sound[start : start + window] * np.hanning(window)
    likeness = np.correlate(piece, piece, "full")[window - 1 :]
    low, high = speech.sample_rate // 450, speech.sample_rate // 90
    return speech.sample_rate / (low + int(np.argmax(likeness[low:high])))


class TestMarks:
    @pytest.mark.parametrize("voice", [JOE, HEART])
    def test_a_mark_is_where_its_word_begins(self, request: pytest.FixtureRequest, voice: str) -> None:
        engine = request.getfixturevalue(voice.partition("-")[0])
        speech = say(
            engine,
            '<insert-action name="Welcome" tag="welcome"/>Welcome to our orchard, where apples grow. '
            '<break time="1s"/>Please <emphasis>look</emphasis> <insert-action tag="point"/>up there, '
            '<prosody rate="70%">now<mark name="end"/></prosody>.<mark name="over"/>',
            voice,
        )
        assert speech.words is not None
        starts = {word.text: word.start_sample for word in speech.words}
        end = speech.words[-1].end_sample
        frame = speech.sample_rate / VIDEO_FPS
        wanted = [("welcome", starts["Welcome"]), ("point", starts["up"]), ("end", end), ("over", end)]
        assert [mark.name for mark in speech.marks] == [name for name, _ in wanted]
        assert [mark.is_action for mark in speech.marks] == [True, True, False, False]
        for mark, (_, sample) in zip(speech.marks, wanted, strict=True):
            assert abs(mark.sample - sample) < frame


class TestSounds:
    def test_the_given_phonemes_are_said(self, piper: SpeechEngine, recogniser: WhisperRecogniser) -> None:
        speech = say(
            piper, 'Please take the <phoneme alphabet="ipa" ph="bəˈnænə">apple</phoneme> home with you.', JOE
        )
        assert speech.phonemes is not None and speech.words is not None
        word = next(word for word in speech.words if word.text == "apple")
        inside = [
            span.symbol
            for span in speech.phonemes
            if word.start_sample <= span.start_sample < word.end_sample
        ]
        assert inside == ["b", "ə", "n", "æ", "n", "ə"]
        heard = recogniser.transcribe(speech.pcm, speech.sample_rate, "en").lower()
        assert "banana" in heard and "apple" not in heard

    def test_pinyin_in_chinese(self, kokoro: SpeechEngine) -> None:
        for ph, sounds in (("hang2", ["x", "a"]), ("xing2", ["ɕ", "i"])):
            speech = say(kokoro, f'这<phoneme ph="{ph}">行</phoneme>吗？', CHINESE)
            assert speech.phonemes is not None and speech.words is not None
            word = next(word for word in speech.words if word.text == "行")
            inside = [span.symbol for span in speech.phonemes if span.start_sample >= word.start_sample]
            assert inside[:2] == sounds

    def test_plain_text_is_spoken_as_ever(self, kokoro: SpeechEngine) -> None:
        text = "The old barn, they say, was painted blue."
        bare = join_chunks(kokoro.synthesize(text, HEART, SpeechStyle()))
        tagged = say(kokoro, text)
        assert bare.phonemes == tagged.phonemes and bare.words == tagged.words
        assert len(bare.pcm) == len(tagged.pcm)
