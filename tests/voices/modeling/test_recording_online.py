"""Online recording: each sentence is checked at once, and the job trains with those that were confirmed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from huaweicloudsdkmetastudio.v1 import model as m
from tests.voices import sounds
from tests.voices.modeling.driving import VoiceTraining, put
from tests.voices.modeling.test_voice_jobs import refused

from greenroom.subtitles.speaking import can_hear
from greenroom.voices.sentences import sentences

pytestmark = [
    pytest.mark.contract,
    pytest.mark.media,
    pytest.mark.skipif(not can_hear(), reason="speech recognition is not installed"),
]


SILENCE = sounds.wav_bytes(np.zeros(48_000, np.float32), 16_000)


def wav(text: str) -> bytes:
    return sounds.wav_bytes(*sounds.said(text))


def record(job: VoiceTraining, index: int, data: bytes) -> Any:
    put(job.links.segment_uploading_url.audio_uploading_url[index], data)
    return job.confirm(index)


class TestConfirmTrainingSegment:
    def test_right_wrong_noisy_missing_and_replaced(self, client: Any) -> None:
        job = VoiceTraining(client, create_type="SEGMENT")
        first, second = sentences("EN", 2)
        answer = record(job, 0, wav(first))
        assert (answer.confirm_result, job.confirmed()) == (True, [0])

        answer = record(job, 1, wav(first))
        assert answer.confirm_result is False
        assert "measure" in "".join(second[place] for place in answer.unmatched_index_hit)
        assert b"OTHER_TEXT" in answer.raw_content and b"orchard" in answer.raw_content

        pcm, rate = sounds.said(second)
        answer = record(job, 1, sounds.wav_bytes(sounds.noisy(pcm, 8), rate))
        assert answer.confirm_result is False and b"quiet room" in answer.raw_content
        assert job.confirmed() == [0]

        assert "audio_uploading_url[2]" in refused(job.confirm, 2).error_msg
        assert "0 to 19" in refused(job.confirm, 20).error_msg
        # The good recording is replaced by another one: it has to be confirmed again.
        put(job.links.segment_uploading_url.audio_uploading_url[0], wav(second))
        assert job.confirmed() == []
        job.letter()
        assert "sentences 0, 1 are not confirmed" in refused(job.commit).error_msg
        log = job.log(limit=100).operations
        assert any("Sentence 1 is to be read again" in entry.action for entry in log)

    def test_a_text_of_one_s_own(self, client: Any) -> None:
        job = VoiceTraining(client, create_type="SEGMENT")
        put(job.links.segment_uploading_url.txt_uploading_url[3], sounds.SENTENCE.encode())
        assert record(job, 3, wav(sounds.SENTENCE)).confirm_result is True

    @pytest.mark.parametrize(
        "data", [b"\x00" * 5000, b"RIFF", sounds.wav_bytes(np.zeros(48_000, np.float32), 16_000)]
    )
    def test_what_is_no_speech_is_not_confirmed(self, client: Any, data: bytes) -> None:
        job = VoiceTraining(client, create_type="SEGMENT")
        answer = record(job, 0, data)
        assert answer.confirm_result is False and b"cure" in answer.raw_content


class TestShortJob:
    def test_a_recording_is_assessed_without_training(self, client: Any, other_client: Any) -> None:
        body = m.CreateShortJobReq(job_type="VOICE_ASSESS", language="EN")
        made = client.create_short_job(m.CreateShortJobRequest(body=body))
        commit = m.CommitShortJobRequest(job_id=made.job_id)
        assert "data_uploading_url" in refused(client.commit_short_job, commit).error_msg
        pcm, rate = sounds.said()
        # Played slower: Piper never says a text twice alike, and is at times a little too fast.
        put(made.data_uploading_url, sounds.wav_bytes(sounds.noisy(pcm, 12), round(0.85 * rate)))
        client.commit_short_job(commit)
        shown = ended(client, made.job_id)
        assert shown.state == "SUCCEED", shown
        assert shown.assess_result.snr.status == -1 and "quiet" in shown.assess_result.snr.suggestion_en
        assert shown.assess_result.speed.status == 1
        other = m.ShowShortJobRequest(job_id=made.job_id)
        assert refused(other_client.show_short_job, other).error_code == "MSS.00000002"

        put(made.data_uploading_url, sounds.wav_bytes(np.zeros(32_000, np.float32), 16_000))
        client.commit_short_job(commit)
        shown = ended(client, made.job_id)
        assert (shown.state, "silent" in shown.job_failed_reason) == ("FAILED", True)


def ended(client: Any, job_id: str) -> Any:
    import time

    deadline = time.monotonic() + 200
    while time.monotonic() < deadline:
        shown = client.show_short_job(m.ShowShortJobRequest(job_id=job_id))
        if shown.state in ("SUCCEED", "FAILED"):
            return shown
        time.sleep(0.3)
    raise AssertionError("the short job did not end")
