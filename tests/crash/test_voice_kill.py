"""A server that dies while a voice is made: after the restart the job goes on, and makes one voice."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from huaweicloudsdkmetastudio.v1 import model as m
from tests.conftest import HURRIED_TESTS, start_server
from tests.voices import sounds
from tests.voices.modeling.driving import VoiceTraining

from greenroom.subtitles.speaking import can_hear

pytestmark = [
    pytest.mark.crash,
    pytest.mark.contract,
    pytest.mark.slow,
    pytest.mark.skipif(not can_hear(), reason="speech recognition is not installed"),
]
SETTINGS = {**HURRIED_TESTS, "GREENROOM_VOICE_DURATIONS": '{"basic_min": 8}'}


def test_killed_in_the_check_and_in_the_training(tmp_path: Path) -> None:
    server = start_server(tmp_path / "data", **SETTINGS)
    job = VoiceTraining(server.client(), voice_name="Phoenix")
    texts = sounds.readings(3)
    job.package(
        sounds.zip_bytes(
            {f"take-{n}.wav": sounds.wav_bytes(*sounds.said(text)) for n, text in enumerate(texts)}
        )
    )
    job.letter()
    job.commit(sex="MALE")
    for state in ("ANNOTATING", "PROCESSING"):
        deadline = time.monotonic() + 900
        while (shown := job.show()).state != state:
            assert shown.state not in ("FAILED", "AUDIT_FAILED", "SUCCEED"), shown
            assert time.monotonic() < deadline, shown.state
            time.sleep(0.1)
        server.kill()
        server = start_server(tmp_path / "data", **SETTINGS)
        job.client = server.client()
    try:
        shown = job.ended()
        assert shown.state == "SUCCEED", shown
        request = m.ListAssetsRequest(asset_type="VOICE_MODEL", name="Phoenix")
        assert [asset.asset_id for asset in server.client().list_assets(request).assets] == [shown.asset_id]
        told = [entry.action for entry in job.log(limit=100).operations]
        assert told.count("The voice is ready.") == 1
        assert sum("recordings are good" in line for line in told) == 1
    finally:
        server.stop()
