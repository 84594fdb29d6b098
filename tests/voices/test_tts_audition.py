"""The TTS audition, by the public SDK against a real server with real voices."""

from __future__ import annotations

import io
import time
import wave
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import requests
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkmetastudio.v1 import model as m

pytestmark = [pytest.mark.contract, pytest.mark.media]

VOICE = "kokoro-af_heart"


def start(client: Any, **members: Any) -> str:
    body = m.CreateTtsAuditionRequestBody(**{"text": "The orchard is open.", "emotion": VOICE, **members})
    job_id: str = client.create_tts_audition(m.CreateTtsAuditionRequest(body=body)).job_id
    return job_id


def finish(client: Any, job_id: str) -> Any:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        answer = client.show_tts_audition_file(m.ShowTtsAuditionFileRequest(job_id=job_id))
        if answer.is_file_complete or answer.code:
            return answer
        time.sleep(0.3)
    raise AssertionError("the audition did not end")


def sound_of(answer: Any) -> tuple[np.ndarray, int, int]:
    """Samples of the first channel, their rate, the number of channels."""
    data = requests.get(answer.files[0].download_url, timeout=30).content
    with wave.open(io.BytesIO(data)) as file:
        channels = file.getnchannels()
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, channels)
        return samples[:, 0].astype(np.float64), file.getframerate(), channels


def refused(client: Any, **members: Any) -> Any:
    with pytest.raises(ClientRequestException) as caught:
        start(client, **members)
    return caught.value


class TestCreateTtsAudition:
    def test_speed_volume_and_channels_are_heard(self, client: Any) -> None:
        plain = start(client)
        hurried = start(client, speed=200)
        raised = start(client, volume=240, channels=2)
        samples, rate, channels = sound_of(finish(client, plain))
        fast, _, _ = sound_of(finish(client, hurried))
        loud, _, two = sound_of(finish(client, raised))
        assert (channels, two) == (1, 2)
        assert 0.8 < len(samples) / rate < 4.0
        assert np.abs(samples).max() > 2000
        assert len(fast) < 0.75 * len(samples)
        assert np.sqrt((loud**2).mean()) > 1.2 * np.sqrt((samples**2).mean())

    def test_ssml_is_spoken(self, client: Any) -> None:
        plain = start(client)
        pausing = start(
            client, text='<speak>The <emphasis>orchard</emphasis><break time="2s"/>is open.</speak>'
        )
        samples, rate, _ = sound_of(finish(client, plain))
        longer, _, _ = sound_of(finish(client, pausing))
        assert 1.7 < (len(longer) - len(samples)) / rate < 3.2
        quiet = np.abs(longer[: len(longer) // 480 * 480]).reshape(-1, 480).max(axis=1) < 300
        runs = "".join("q" if value else "l" for value in quiet).split("l")
        assert max(len(run) for run in runs) * 480 / rate == pytest.approx(2, abs=0.15)

    def test_a_sign_is_no_tag(self, client: Any) -> None:
        assert finish(client, start(client, text="Is 3 < 5 and 5 > 3? Yes.")).is_file_complete

    def test_the_link_lives_for_an_hour(self, client: Any) -> None:
        before = time.time()
        url = finish(client, start(client, text="Good morning.")).files[0].download_url
        expires = int(parse_qs(urlsplit(url).query)["expires"][0])
        assert 3590 <= expires - before <= 3700

    @pytest.mark.parametrize(
        ("members", "words"),
        [
            ({"text": ""}, "nothing to say"),
            ({"text": " .,!"}, "nothing to say"),
            ({"text": "Привет, мир"}, "cannot read"),
            ({"text": "<speak>Hello<speak>"}, "text: SSML, line 1, column 13: <speak> stands inside"),
            (
                {"text": '<speak>Hi<break time="1h"/></speak>'},
                "time='1h' of <break> cannot be followed",
            ),
            ({"text": "<speak><break/></speak>"}, "nothing to say"),
            ({"tts_text": "Hello <speak>you</speak>"}, "tts_text: SSML, line 1, column 1: something stands"),
            ({"text": "a" * 100_001}, "text"),
            ({"emotion": "kokoro-nobody"}, "no voice 'kokoro-nobody'"),
            ({"emotion": "../../etc/passwd"}, "emotion"),
            ({"speed": 20}, "speed"),
        ],
    )
    def test_bad_input_is_refused_in_words(self, client: Any, members: dict[str, Any], words: str) -> None:
        error = refused(client, **members)
        assert error.status_code == 400
        assert error.error_code.startswith("MSS.")
        assert words in error.error_msg


class TestShowTtsAuditionFile:
    def test_unknown(self, client: Any, other_client: Any) -> None:
        job_id = start(client, text="Mine.")
        for asker, asked in ((client, "f" * 32), (other_client, job_id)):
            with pytest.raises(ClientRequestException) as caught:
                asker.show_tts_audition_file(m.ShowTtsAuditionFileRequest(job_id=asked))
            assert caught.value.error_code == "MSS.00000002"
