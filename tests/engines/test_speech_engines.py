"""What every speech engine promises, built in or by setting: one suite for all of them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.engines.speech_servers import RATE, Desk, openai_server, wyoming_server

from greenroom.cli.machine import _speech_engines
from greenroom.engines.protocols import (
    Pcm,
    Pronunciation,
    ReadingKind,
    SpeechChunk,
    SpeechEngine,
    SpeechStyle,
    SpeechTextError,
    VoiceNotFoundError,
)
from greenroom.engines.remote.configuration import EngineSettingError, checked, configured_engines
from greenroom.engines.remote.errors import SpeechServerError
from greenroom.engines.whisper.error_rate import error_rate
from greenroom.engines.whisper.recogniser import WhisperRecogniser
from greenroom.settings import Settings
from greenroom.stage.speech import join_chunks

pytestmark = pytest.mark.media

TEXT = "Many people pick up a cup of tea in the morning. Then the day begins, and nobody has time."


@dataclass
class Candidate:
    engine: SpeechEngine
    voice: str
    desk: Desk | None = None

    def say(self, text: str, *vocabulary: Pronunciation, **style: int) -> list[SpeechChunk]:
        return list(self.engine.synthesize(text, self.voice, SpeechStyle(**style), vocabulary))


def setting(protocol: str, url: str, **members: Any) -> dict[str, Any]:
    voice = {"id": "joe", "voice": "en_US-joe-medium", "language": "en-US", "sex": "MALE"}
    return {
        "name": f"my_{protocol}", "protocol": protocol, "url": url, "sample_rate": RATE,
        "voices": [voice], **members,
    }  # fmt: skip


def engine_of(monkeypatch: pytest.MonkeyPatch, *settings: dict[str, Any]) -> SpeechEngine:
    import json

    monkeypatch.setenv("GREENROOM_SPEECH_ENGINES", json.dumps(settings))
    return configured_engines()[0]


@pytest.fixture(params=["piper", "openai", "wyoming"])
def candidate(
    request: pytest.FixtureRequest, piper: SpeechEngine, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Candidate]:
    if request.param == "piper":
        yield Candidate(piper, "piper-en_US-joe")
        return
    opened = openai_server if request.param == "openai" else wyoming_server
    with opened(Desk(piper)) as desk:
        engine = engine_of(monkeypatch, setting(request.param, desk.url))
        yield Candidate(engine, f"my_{request.param}-joe", desk)


def sound(chunks: list[SpeechChunk]) -> Pcm:
    return np.concatenate([chunk.pcm for chunk in chunks])


def longest_quiet_s(pcm: Pcm) -> float:
    quiet = np.abs(pcm[: len(pcm) // 110 * 110]).reshape(-1, 110).max(axis=1) < 0.01
    runs = [len(list(run)) for is_quiet, run in itertools.groupby(quiet) if is_quiet]
    return max(runs, default=0) * 110 / RATE


class TestEveryEngine:
    def test_its_voices_say_what_they_are(self, candidate: Candidate) -> None:
        (voice,) = [v for v in candidate.engine.voices() if v.voice_id == candidate.voice]
        assert (voice.language, voice.sex, voice.sample_rate) == ("en-US", "MALE", RATE)
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,48}", voice.voice_id) and voice.licence
        assert voice.voice_id.startswith(f"{candidate.engine.name}-")

    def test_it_is_understood_and_its_chunks_are_sound(
        self, candidate: Candidate, recogniser: WhisperRecogniser
    ) -> None:
        chunks = candidate.say(TEXT)
        for chunk in chunks:
            assert chunk.pcm.dtype == np.float32 and chunk.pcm.ndim == 1 and np.abs(chunk.pcm).max() <= 1
            assert chunk.sample_rate == RATE
            spans = list(chunk.words)
            assert spans and spans[0].start_sample >= 0 and spans[-1].end_sample <= len(chunk.pcm)
            for span, following in itertools.pairwise(spans):
                assert span.start_sample < span.end_sample <= following.start_sample
            if chunk.phonemes:
                assert chunk.phonemes[0].start_sample == 0
                assert chunk.phonemes[-1].end_sample == len(chunk.pcm)
        shown = [word.text for chunk in chunks for word in chunk.words]
        assert shown == re.findall(r"\w+", TEXT)
        # Without times of phonemes the mouth follows the sound, as with a recording.
        assert (join_chunks(chunks).phonemes is None) is (candidate.desk is not None)
        heard = recogniser.transcribe(sound(chunks), RATE, "en")
        assert error_rate(TEXT, heard, "en") <= 0.12, heard

    def test_the_first_chunk_comes_before_the_second_is_computed(self, candidate: Candidate) -> None:
        chunks = candidate.engine.synthesize(TEXT, candidate.voice, SpeechStyle())
        first = next(chunks)
        assert first.pcm.size
        if candidate.desk is not None:
            assert len(candidate.desk.asked) == 1
        assert len(list(chunks)) >= 1

    def test_speed_pitch_and_volume(self, candidate: Candidate) -> None:
        usual = sound(candidate.say(TEXT))
        fast = sound(candidate.say(TEXT, speed_percent=200))
        assert len(fast) / len(usual) == pytest.approx(0.55, abs=0.12)
        high = sound(candidate.say(TEXT, pitch_percent=130))
        assert len(high) / len(usual) == pytest.approx(1, abs=0.2)
        half = sound(candidate.say(TEXT, volume_percent=50))
        assert np.sqrt(np.mean(half**2)) / np.sqrt(np.mean(usual**2)) == pytest.approx(0.5, abs=0.1)
        assert not sound(candidate.say("Hello there.", volume_percent=0)).any()

    def test_ssml_silences_actions_and_aliases(self, candidate: Candidate) -> None:
        chunks = candidate.say(
            '<speak>Ask at <sub alias="Meadow Lane Farm">MLF</sub>.<break time="1500ms"/>'
            '<insert-action tag="welcome"/>Come in.</speak>'
        )
        speech = join_chunks(chunks)
        assert [word.text for word in speech.words or ()] == ["Ask", "at", "MLF", "Come", "in"]
        assert longest_quiet_s(speech.pcm) == pytest.approx(1.5, abs=0.12)
        (mark,) = speech.marks
        (come,) = [word for word in speech.words or () if word.text == "Come"]
        assert (mark.name, mark.is_action) == ("welcome", True)
        assert mark.sample == pytest.approx(come.start_sample, abs=RATE // 50)

    def test_the_vocabulary_is_said_and_the_text_is_shown(
        self, candidate: Candidate, recogniser: WhisperRecogniser
    ) -> None:
        vocabulary = (
            Pronunciation(ReadingKind.ALIAS, "MLF", "the beautiful garden"),
            Pronunciation(ReadingKind.SAY_AS, "1600", "number"),
        )
        chunks = candidate.say("We walked through MLF, number 1600.", *vocabulary)
        shown = [word.text for chunk in chunks for word in chunk.words]
        assert shown == ["We", "walked", "through", "MLF", "number", "1600"]
        heard = recogniser.transcribe(sound(chunks), RATE, "en").lower()
        assert "beautiful garden" in heard and "sixteen hundred" not in heard, heard

    def test_what_cannot_be_said_is_refused_at_once(self, candidate: Candidate) -> None:
        style = SpeechStyle()
        with pytest.raises(VoiceNotFoundError):
            candidate.engine.synthesize("Hello", f"{candidate.engine.name}-nobody", style)
        for text in ("", " .,!", "Привет", "<speak>Hello<speak>", "a" * 10_001):
            with pytest.raises(SpeechTextError):
                candidate.engine.synthesize(text, candidate.voice, style)
        with pytest.raises(SpeechTextError, match="speed"):
            candidate.engine.synthesize("Hello", candidate.voice, SpeechStyle(speed_percent=20))
        assert candidate.desk is None or candidate.desk.asked == []


class TestOpenAi:
    def test_the_request_is_what_the_protocol_says(
        self, piper: SpeechEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MY_KEY", "s3cret")
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        with openai_server(Desk(piper)) as desk:
            given = setting("openai", desk.url, api_key_env="MY_KEY", model="kokoro")
            engine = engine_of(monkeypatch, given)
            list(engine.synthesize("Hello there.", "my_openai-joe", SpeechStyle(speed_percent=150)))
        assert desk.asked == [
            {
                "path": "/v1/audio/speech", "model": "kokoro", "input": "Hello there.",
                "voice": "en_US-joe-medium", "response_format": "pcm", "speed": 1.5,
            }
        ]  # fmt: skip
        assert desk.headers[0]["Authorization"] == "Bearer s3cret"

    def test_a_file_in_place_of_raw_sound_is_understood(
        self, piper: SpeechEngine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        with openai_server(Desk(piper), tmp_path) as desk:
            engine = engine_of(monkeypatch, setting("openai", desk.url))
            raw = sound(list(engine.synthesize("Hello there.", "my_openai-joe", SpeechStyle())))
            desk.as_file = True
            read = sound(list(engine.synthesize("Hello there.", "my_openai-joe", SpeechStyle())))
        assert len(read) == pytest.approx(len(raw), rel=0.2)

    def test_a_busy_server_is_asked_again_and_a_refusal_is_told(
        self, piper: SpeechEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with openai_server(Desk(piper)) as desk:
            engine = engine_of(monkeypatch, setting("openai", desk.url))
            desk.fails = [503]
            assert list(engine.synthesize("Hello.", "my_openai-joe", SpeechStyle()))
            desk.fails = [400]
            with pytest.raises(SpeechServerError, match=r"'my_openai' answered 400 .*no such voice"):
                list(engine.synthesize("Hello.", "my_openai-joe", SpeechStyle()))
        assert len(desk.asked) == 3


class TestServersThatFail:
    @pytest.mark.parametrize("protocol", ["openai", "wyoming"])
    def test_not_there(self, protocol: str, monkeypatch: pytest.MonkeyPatch) -> None:
        url = "http://127.0.0.1:9/v1" if protocol == "openai" else "tcp://127.0.0.1:9"
        engine: Any = engine_of(monkeypatch, setting(protocol, url))
        waits: list[float] = []
        engine._sleep = waits.append
        with pytest.raises(SpeechServerError, match=f"'my_{protocol}' cannot be reached"):
            list(engine.synthesize("Hello.", f"my_{protocol}-joe", SpeechStyle()))
        assert waits == [0.5, 2.0]

    @pytest.mark.parametrize("protocol", ["openai", "wyoming"])
    def test_too_slow(self, protocol: str, piper: SpeechEngine, monkeypatch: pytest.MonkeyPatch) -> None:
        opened = openai_server if protocol == "openai" else wyoming_server
        with opened(Desk(piper, delay_s=1.6)) as desk:
            engine: Any = engine_of(monkeypatch, setting(protocol, desk.url, timeout_s=1))
            engine._sleep = lambda seconds: None
            with pytest.raises(SpeechServerError, match=f"'my_{protocol}' did not answer within 1 s"):
                list(engine.synthesize("Hello.", f"my_{protocol}-joe", SpeechStyle()))

    def test_an_error_event_is_told(self, piper: SpeechEngine, monkeypatch: pytest.MonkeyPatch) -> None:
        with wyoming_server(Desk(piper, fails=[1])) as desk:
            engine = engine_of(monkeypatch, setting("wyoming", desk.url))
            with pytest.raises(SpeechServerError, match=r"refused \(no such voice\)"):
                list(engine.synthesize("Hello.", "my_wyoming-joe", SpeechStyle()))


class TestSetting:
    def test_a_language_that_nothing_here_reads(
        self, piper: SpeechEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        voice = {"id": "thorsten", "language": "de-DE", "sex": "MALE"}
        with openai_server(Desk(piper)) as desk:
            engine = engine_of(monkeypatch, setting("openai", desk.url, voices=[voice]))
            list(engine.synthesize("Der Garten ist offen.", "my_openai-thorsten", SpeechStyle()))
        assert desk.asked[0]["input"] == "Der Garten ist offen."

    def test_python_of_another_package(self, monkeypatch: pytest.MonkeyPatch) -> None:
        factory = "greenroom.engines.piper.engine:PiperEngine"
        engine = engine_of(monkeypatch, {"name": "mine", "protocol": "python", "factory": factory})
        assert engine.voices()[0].voice_id == "piper-en_US-joe"
        with pytest.raises(EngineSettingError, match="does not make one"):
            engine_of(monkeypatch, {"name": "mine", "protocol": "python", "factory": "nowhere:nothing"})

    @pytest.mark.parametrize(
        ("members", "words"),
        [
            ({"url": "ftp://host"}, "url is 'ftp://host': give an address such as"),
            ({"url": "http://user:pass@host/v1"}, "url is"),
            ({"name": "piper"}, "there is an engine 'piper' already"),
            ({"name": "My Engine"}, "name"),
            ({"voices": []}, "voices"),
            ({"timeout": 3}, "timeout"),
            ({"voices": [{"id": "a", "language": "english!", "sex": "MALE"}]}, "language"),
            ({"voices": [{"id": "a", "language": "en-US", "sex": "MALE"}] * 2}, "is there twice"),
        ],
    )
    def test_faults_are_named(self, members: dict[str, Any], words: str) -> None:
        with pytest.raises(EngineSettingError, match=re.escape(words)):
            checked([{**setting("openai", "http://127.0.0.1:9/v1"), **members}])

    def test_the_doctor_says_who_listens(self, piper: SpeechEngine) -> None:
        with openai_server(Desk(piper)) as desk:
            there = setting("openai", desk.url)
            gone = setting("wyoming", "tcp://127.0.0.1:9")
            findings = _speech_engines(Settings(speech_engines=[there, gone]))
        assert [finding.present for finding in findings] == [True, False]
        assert "Connection refused" in findings[1].value and desk.asked == []
