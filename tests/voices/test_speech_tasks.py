"""Speech tasks by the public SDK: the sound, its times, its subtitles, and the record of what was spoken."""

from __future__ import annotations

import io
import time
import wave
from typing import Any

import av
import numpy as np
import pytest
import requests
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkmetastudio.v1 import model as m
from tests.voices.test_tts_audition import start as start_audition

from greenroom.subtitles.files import read_subtitles

pytestmark = [pytest.mark.contract, pytest.mark.media]

VOICE = "piper-en_US-joe"
TEXT = "The orchard opens at nine. We sell apples, pears and honey, and everybody is welcome."


def order(client: Any, **members: Any) -> str:
    body = m.CreateAsyncTtsJobRequestBody(**{"text": TEXT, "voice_asset_id": VOICE, **members})
    return str(client.create_async_tts_job(m.CreateAsyncTtsJobRequest(body=body)).job_id)


def show(client: Any, job_id: str) -> Any:
    return client.show_async_tts_job(m.ShowAsyncTtsJobRequest(job_id=job_id))


def ended(client: Any, job_id: str, seconds: float = 180) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = show(client, job_id)
        if answer.state in {"SUCCEED", "FAILED"}:
            return answer
        assert answer.audio_file_url is None
        time.sleep(0.3)
    raise AssertionError("the task did not end")


def fetched(url: str) -> bytes:
    answer = requests.get(url, timeout=30)
    assert answer.status_code == 200
    return answer.content


def refused(client: Any, **members: Any) -> str:
    with pytest.raises(ClientRequestException) as caught:
        order(client, **members)
    assert caught.value.status_code == 400
    return str(caught.value.error_msg)


def wav_of(answer: Any) -> tuple[np.ndarray, int, int]:
    """Samples [frames, channels], their rate, the number of channels."""
    with wave.open(io.BytesIO(fetched(answer.audio_file_url))) as file:
        channels = file.getnchannels()
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, channels)
        return samples, file.getframerate(), channels


class TestCreateAsyncTtsJob:
    def test_sound_times_and_subtitles_agree(self, client: Any) -> None:
        answer = ended(client, order(client, need_timestamp=True, gen_srt=True, channels=2))
        assert (answer.state, answer.code, answer.message) == ("SUCCEED", "MSS.00000000", "success")
        samples, rate, channels = wav_of(answer)
        assert channels == 2 and np.array_equal(samples[:, 0], samples[:, 1])
        times = requests.get(answer.audio_info_file_url, timeout=30).json()
        assert times["duration_ms"] == pytest.approx(len(samples) * 1000 / rate, abs=2)
        assert [word["text"] for word in times["words"]][:4] == ["The", "orchard", "opens", "at"]
        ends = [span["end_ms"] for span in times["phonemes"]]
        assert ends == sorted(ends) and ends[-1] == pytest.approx(times["duration_ms"], abs=2)
        (honey,) = [word for word in times["words"] if word["text"] == "honey"]
        there = samples[honey["start_ms"] * rate // 1000 : honey["end_ms"] * rate // 1000, 0]
        assert np.abs(there).max() > 2000
        cues = read_subtitles(fetched(answer.audio_srt_file_url))
        assert all(len(cue.lines) == 1 for cue in cues)
        assert cues[0].lines[0].startswith("The orchard opens at nine")
        assert cues[0].start_ms == pytest.approx(times["words"][0]["start_ms"], abs=60)
        assert answer.audio_action_file_url is None

    def test_mp3_is_decoded_to_the_same_speech(self, client: Any) -> None:
        answer = ended(client, order(client, audio_format="MP3"))
        data = fetched(answer.audio_file_url)
        with av.open(io.BytesIO(data)) as container:
            assert container.streams.audio[0].codec_context.name.startswith("mp3")
            samples = sum(frame.samples for frame in container.decode(audio=0))
            rate = container.streams.audio[0].rate
        wav, wav_rate, _ = wav_of(ended(client, order(client)))
        assert samples / rate == pytest.approx(len(wav) / wav_rate, rel=0.15)
        assert answer.audio_info_file_url is None and answer.audio_srt_file_url is None

    def test_subtitles_are_as_narrow_and_high_as_asked(self, client: Any) -> None:
        job_id = order(client, gen_srt=True, srt_len=40, srt_line_limit=2)
        cues = read_subtitles(fetched(ended(client, job_id).audio_srt_file_url))
        assert all(len(line) <= 20 for cue in cues for line in cue.lines)
        assert any(len(cue.lines) == 2 for cue in cues) and all(len(cue.lines) <= 2 for cue in cues)

    def test_tts_text_is_said_and_text_is_shown(self, client: Any) -> None:
        job_id = order(client, text="Ask at MLF.", tts_text="Ask at Meadow Lane Farm.", gen_srt=True)
        cues = read_subtitles(fetched(ended(client, job_id).audio_srt_file_url))
        assert " ".join(line for cue in cues for line in cue.lines) == "Ask at MLF"

    def test_actions_have_their_moments(self, client: Any) -> None:
        text = '<speak>Good morning. <insert-action name="Welcome" tag="welcome"/>Come in.</speak>'
        answer = ended(client, order(client, text=text, need_timestamp=True))
        (action,) = requests.get(answer.audio_action_file_url, timeout=30).json()["actions"]
        words = requests.get(answer.audio_info_file_url, timeout=30).json()["words"]
        (come,) = [word for word in words if word["text"] == "Come"]
        assert action["tag"] == "welcome" and abs(action["time_ms"] - come["start_ms"]) <= 1

    def test_the_vocabulary_is_said_and_the_text_is_shown(self, client: Any) -> None:
        body = m.SaveTtscVocabularyConfigsRequestBody(
            type="ALIAS", key="MLF", value="the wonderful Meadow Lane Fruit and Flower Farm"
        )
        entry = client.create_ttsc_vocabulary_configs(m.CreateTtscVocabularyConfigsRequest(body=body))
        try:
            members = {"text": "Ask at MLF. Goodbye.", "need_timestamp": True, "gen_srt": True}
            answer = ended(client, order(client, is_vocabulary_config_enable=True, **members))
        finally:
            ids = m.DeleteTtscVocabularyConfigsRequestBody(id=[entry.id])
            client.delete_ttsc_vocabulary_configs(m.DeleteTtscVocabularyConfigsRequest(body=ids))
        words = requests.get(answer.audio_info_file_url, timeout=30).json()["words"]
        assert [word["text"] for word in words] == ["Ask", "at", "MLF", "Goodbye"]
        assert words[2]["end_ms"] - words[2]["start_ms"] > 1500
        assert b"Ask at MLF" in fetched(answer.audio_srt_file_url)

    def test_silence_in_place_of_an_error(self, client: Any) -> None:
        job_id = order(client, text="Привет, мир", silence_flag=True, silence_time_ms=700)
        answer = ended(client, job_id)
        assert answer.state == "SUCCEED" and "cannot read" in answer.message
        samples, rate, _ = wav_of(answer)
        assert not samples.any() and len(samples) / rate == pytest.approx(0.7, abs=0.01)

    @pytest.mark.parametrize(
        ("members", "words"),
        [
            ({"text": ""}, "text has nothing to say"),
            ({"text": "Привет, мир"}, "cannot read"),
            ({"text": "a" * 100_001}, "text"),
            ({"text": "<speak>Hello<speak>"}, "text: SSML, line 1, column 13"),
            ({"voice_asset_id": "kokoro-nobody"}, "voice_asset_id: there is no voice 'kokoro-nobody'"),
            ({"audio_format": "OGG"}, "audio_format"),
            ({"gen_srt": True, "srt_len": 2}, "srt_len is 2"),
            ({"gen_srt": True, "srt_line_limit": 50}, "srt_line_limit is 50"),
            ({"callback_config": m.TtsCallBackConfig(callback_url="https://example.com/x")}, "callback"),
            ({"output_external_url": "https://example.com/x"}, "output_external_url"),
            ({"priority": 11}, "priority"),
        ],
    )
    def test_bad_input_is_refused_in_words(self, client: Any, members: dict[str, Any], words: str) -> None:
        assert words in refused(client, **members)


class TestShowAsyncTtsJob:
    def test_unknown_and_of_another_tenant(self, client: Any, other_client: Any) -> None:
        job_id = order(client, text="Mine.")
        for asker, asked in ((client, "f" * 32), (other_client, job_id)):
            with pytest.raises(ClientRequestException) as caught:
                show(asker, asked)
            assert caught.value.error_code == "MSS.00000002"


class TestShowTtsJob:
    def test_auditions_and_tasks_in_one_list(self, client: Any, other_client: Any) -> None:
        audition = start_audition(client, text="Hear me.", emotion=VOICE, business_type="demo")
        task = order(client, text="Hear me too.", gen_srt=True)
        ended(client, task)

        def records(asker: Any = client, **query: Any) -> dict[str, Any]:
            found = asker.show_tts_job(m.ShowTtsJobRequest(limit=100, **query))
            assert found.count == len(found.data)
            return {record.job_id: record for record in found.data}

        both = records()
        assert list(both)[:2] == [task, audition]
        shown = both[task]
        assert (shown.job_type, shown.job_state, shown.text_length) == ("ASYNC_JOB", "SUCCEED", 12)
        assert shown.gen_srt and shown.files[0].audio_srt_file_url
        assert records(job_type="AUDITION").keys() >= {audition} and task not in records(job_type="AUDITION")
        assert list(records(job_id=task)) == [task]
        assert list(records(business_type="demo")) == [audition]
        assert records(create_until="2020-01-01T00:00:00Z") == {} == records(other_client)
        assert records(job_type="WEBSOCKET") == {} == records(tts_service_enum="TTS_LLM")
