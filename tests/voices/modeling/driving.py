"""Voice training jobs, driven by the public SDK."""

from __future__ import annotations

import io
import time
import wave
from typing import Any

import numpy as np
import requests
from huaweicloudsdkmetastudio.v1 import model as m

END = ("SUCCEED", "FAILED", "AUDIT_FAILED", "SPLIT_FAILED", "AUDITING")


def put(url: str, data: bytes) -> None:
    assert requests.put(url, data=data, timeout=60).status_code == 200


class VoiceTraining:
    """One job of an edition, as a user's program drives it."""

    def __init__(self, client: Any, edition: str = "basic", **members: Any) -> None:
        self.client = client
        body = m.CreateTrainingJobReq(**{"voice_name": "Ana", "language": "EN", **members})
        create = {
            "basic": lambda: client.create_training_basic_job(m.CreateTrainingBasicJobRequest(body=body)),
            "middle": lambda: client.create_training_middle_job(m.CreateTrainingMiddleJobRequest(body=body)),
            "advance": lambda: client.create_training_advance_job(
                m.CreateTrainingAdvanceJobRequest(body=body)
            ),
            "third_party": lambda: client.create_training_third_party_job(
                m.CreateTrainingThirdPartyJobRequest(body=body)
            ),
        }
        self.links = create[edition]()
        self.job_id: str = self.links.job_id

    def show(self) -> Any:
        return self.client.show_voice_training_job(m.ShowVoiceTrainingJobRequest(job_id=self.job_id))

    def letter(self) -> None:
        put(self.links.authorization_letter_uploading_url, b"%PDF-1.4 signed")

    def package(self, data: bytes) -> None:
        put(self.links.training_data_uploading_url, data)

    def commit(self, **members: Any) -> None:
        request = m.CommitVoiceTrainingJobRequest(job_id=self.job_id, body=m.CommitJobReq(**members))
        self.client.commit_voice_training_job(request)

    def confirm(self, index: int) -> Any:
        request = m.ConfirmTrainingSegmentRequest(job_id=self.job_id, index=index)
        return self.client.confirm_training_segment(request)

    def confirmed(self) -> list[int]:
        request = m.ShowTrainingSegmentInfoRequest(job_id=self.job_id)
        return list(self.client.show_training_segment_info(request).confirmed_index)

    def audit(self) -> Any:
        return self.client.show_job_audit_result(m.ShowJobAuditResultRequest(job_id=self.job_id))

    def log(self, **page: int) -> Any:
        request = m.ListJobOperationLogRequest(job_id=self.job_id, **page)
        return self.client.list_job_operation_log(request)

    def delete(self) -> None:
        self.client.delete_voice_training_job(m.DeleteVoiceTrainingJobRequest(job_id=self.job_id))

    def ended(self, seconds: float = 900) -> Any:
        """Once it waits for somebody or is done."""
        deadline = time.monotonic() + seconds
        while (shown := self.show()).state not in END:
            assert time.monotonic() < deadline, shown.state
            time.sleep(0.4)
        return shown


def audition(client: Any, voice_id: str, text: str = "We walked along the river.") -> tuple[np.ndarray, int]:
    """Sound and rate of a text."""
    body = m.CreateTtsAuditionRequestBody(text=text, emotion=voice_id)
    job = client.create_tts_audition(m.CreateTtsAuditionRequest(body=body))
    deadline = time.monotonic() + 200
    while True:
        answer = client.show_tts_audition_file(m.ShowTtsAuditionFileRequest(job_id=job.job_id))
        if answer.is_file_complete:
            break
        assert answer.code is None and time.monotonic() < deadline, answer
        time.sleep(0.3)
    sound = requests.get(answer.files[0].download_url, timeout=30).content
    with wave.open(io.BytesIO(sound)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return samples.astype(np.float32) / 32768, file.getframerate()
