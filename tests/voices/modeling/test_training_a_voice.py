"""A voice from a package of recordings to the asset that speaks: the whole way, with quotas at their edge."""

from __future__ import annotations

import io
import json
import time
import wave
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import requests
from huaweicloudsdkmetastudio.v1 import model as m
from tests.command_line import greenroom_here
from tests.conftest import HURRIED_TESTS, RunningServer, start_server
from tests.voices import sounds
from tests.voices.modeling.driving import VoiceTraining, audition, put
from tests.voices.modeling.test_voice_jobs import refused

from greenroom.engines.pitch import median_pitch
from greenroom.subtitles.speaking import can_hear
from greenroom.voices.modeling.material_file import decrypt

pytestmark = [
    pytest.mark.contract,
    pytest.mark.media,
    pytest.mark.slow,
    pytest.mark.skipif(not can_hear(), reason="speech recognition is not installed"),
]

TEXTS = sounds.readings(3)


def recordings() -> dict[str, bytes]:
    """Three good ones with their texts, in two ways; a silent one; one that says something else."""
    good = [sounds.wav_bytes(*sounds.said(text)) for text in TEXTS]
    silence = sounds.wav_bytes(np.zeros(64_000, np.float32), 16_000)
    table = f"take-2.wav\t{TEXTS[1]}\ntake-3\t{TEXTS[2]}\n"
    return {
        "takes/take-1.wav": good[0],
        "takes/take-1.txt": TEXTS[0].encode(),
        "takes/take-2.wav": good[1],
        "takes/take-3.wav": good[2],
        "transcripts.tsv": table.encode(),
        "takes/silent.wav": silence,
        "__MACOSX/takes/._take-1.wav": b"what a Mac adds",
    }


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Small editions, and only as many voices as were bought."""
    running = start_server(
        tmp_path_factory.mktemp("voices") / "data",
        **HURRIED_TESTS,
        GREENROOM_VOICE_DURATIONS='{"basic_min": 8, "middle_min": 30}',
        GREENROOM_QUOTAS="enforced",
    )
    yield running
    running.stop()


def greenroom(server: RunningServer, *arguments: str) -> str:
    done = greenroom_here(*arguments, "--data", server.data_dir)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def trained(own_server: RunningServer) -> VoiceTraining:
    """One voice, bought, trained and ready."""
    job = VoiceTraining(
        own_server.client(), voice_name="Ana", tag="NEWS", custom_text="Welcome to the orchard, everybody."
    )
    job.package(sounds.zip_bytes(recordings()))
    job.letter()
    error = refused(job.commit)
    assert "Voice modeling (basic)" in error.error_msg, "nothing was bought yet"
    greenroom(own_server, "admin", "resources", "allocate", "voice_clone_basic", "1", "--tenant", "acme")
    job.commit(sex="MALE")
    shown = job.ended()
    assert shown.state == "SUCCEED", (shown, (own_server.data_dir / "server.log").read_text()[-3000:])
    return job


class TestVoice:
    def test_the_bad_recording_is_left_out_and_named(self, trained: VoiceTraining) -> None:
        result = trained.audit().system_audit_result
        assert [(e.audio_name, e.error_code) for e in result.errors if e.error_code == "SILENT"] == [
            ("takes/silent.wav", "SILENT")
        ]
        entries = trained.log(limit=100).operations
        assert any("3 of 4 recordings are good" in entry.action for entry in entries)
        assert entries[0].operator == "USER" and entries[-1].action == "The voice is ready."
        assert len(trained.log(offset=1, limit=2).operations) == 2
        shown = trained.show()
        assert shown.assess_result.snr.status == 1
        assert shown.job_failed_reason is None and shown.reject_times is None

    def test_the_asset_is_a_voice_with_a_sample(
        self, own_server: RunningServer, trained: VoiceTraining
    ) -> None:
        asset_id = trained.show().asset_id
        asset = own_server.client().show_asset(m.ShowAssetRequest(asset_id=asset_id))
        assert (asset.asset_name, asset.asset_type, asset.asset_state) == ("Ana", "VOICE_MODEL", "ACTIVED")
        meta = asset.asset_extra_meta.voice_model_meta
        assert (meta.sex, meta.language, meta.model_type) == ("MALE", "EN", "CLONE")
        sample = next(file for file in asset.files if file.asset_file_category == "SAMPLE")
        sound = requests.get(sample.download_url, timeout=30).content
        with wave.open(io.BytesIO(sound)) as file:
            assert file.getnframes() > 22_050
        request = m.CheckVoiceAssetRequest(voice_asset_id=asset_id)
        assert own_server.client().check_voice_asset(request).asset_id == asset_id

    def test_it_speaks_at_once_with_the_person_s_pitch(
        self, own_server: RunningServer, trained: VoiceTraining
    ) -> None:
        pcm, rate = audition(own_server.client(), trained.show().asset_id)
        person = median_pitch(*sounds.said(TEXTS[0]))
        assert person is not None
        assert median_pitch(pcm, rate) == pytest.approx(person, rel=0.12)

    def test_other_tenants_cannot_speak_with_it(
        self, own_server: RunningServer, trained: VoiceTraining
    ) -> None:
        other = own_server.client(own_server.other_credentials)
        error = refused(audition, other, trained.show().asset_id)
        assert "no asset" in error.error_msg

    def test_the_next_one_has_to_be_bought(self, own_server: RunningServer, trained: VoiceTraining) -> None:
        job = VoiceTraining(own_server.client())
        job.package(sounds.zip_bytes(recordings()))
        job.letter()
        assert "Voice modeling (basic)" in refused(job.commit).error_msg
        assert job.show().state == "CREATING"
        assert "committed when" in refused(trained.commit).error_msg, "a finished job is not made again"

    def test_the_material_opens_once_with_a_token(
        self, own_server: RunningServer, trained: VoiceTraining, tmp_path: Path
    ) -> None:
        command = ("voice", "material", trained.job_id, "--tenant", "acme", "--json")
        query = json.loads(greenroom(own_server, *command))
        client, token = own_server.client(), query["once_token"]
        request = m.ShowEncryptFileRequest(**query)
        wrong = m.ShowEncryptFileRequest(**{**query, "once_token": "0" * 64})
        assert "once_token" in refused(client.show_encrypt_file, wrong).error_msg
        locked, opened = tmp_path / "material.grvm", tmp_path / "material.zip"
        client.show_encrypt_file(request).consume_download_stream(
            lambda answer: locked.write_bytes(b"".join(answer.iter_content(65_536)))
        )
        assert b"RIFF" not in locked.read_bytes()
        decrypt(locked, opened, token)
        names = zipfile.ZipFile(opened).namelist()
        assert {"transcripts.tsv", "authorization-letter", "00000.wav", "00002.wav"} <= set(names)
        assert refused(client.show_encrypt_file, request).error_code == "MSS.00000002"

    def test_a_deleted_voice_speaks_no_more(self, own_server: RunningServer, trained: VoiceTraining) -> None:
        """The last one: the job goes first, the voice stays, then it goes too."""
        client, asset_id = own_server.client(), trained.show().asset_id
        trained.delete()
        assert client.show_asset(m.ShowAssetRequest(asset_id=asset_id)).asset_state == "ACTIVED"
        client.delete_asset(m.DeleteAssetRequest(asset_id=asset_id, mode="force"))
        assert refused(audition, client, asset_id).status_code == 400
        assert not list((own_server.data_dir / "voices").glob(f"{asset_id}/*/manifest.json"))


class TestTooLittle:
    def test_too_few_good_seconds_fail_with_the_numbers(self, own_server: RunningServer) -> None:
        greenroom(own_server, "admin", "resources", "allocate", "voice_clone_middle", "1", "--tenant", "acme")
        job = VoiceTraining(own_server.client(), "middle", create_type="PACKAGE")
        taken = recordings()
        job.package(
            sounds.zip_bytes({name: taken[name] for name in ("takes/take-1.wav", "takes/silent.wav")})
        )
        job.letter()
        job.commit()
        shown = job.ended()
        assert (shown.state, shown.reject_times) == ("AUDIT_FAILED", 1)
        assert "1 of 2 recordings are good" in shown.job_failed_reason
        assert "needs 30 s" in shown.job_failed_reason
        # Its package is free again: nothing is charged for a refusal.
        request = m.ShowVoiceTrainingQuotasRequest()
        assert own_server.client().show_voice_training_quotas(request).resource_available_nums.middle == 1


class TestPeopleDecide:
    def test_refused_by_a_person_then_mended_and_accepted(
        self, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        server = start_server(
            tmp_path_factory.mktemp("people") / "data",
            **HURRIED_TESTS,
            GREENROOM_VOICE_DURATIONS='{"basic_min": 3}',
            GREENROOM_VOICE_AUDIT="people",
        )
        try:
            job = VoiceTraining(server.client(), create_type="SEGMENT")
            put(job.links.segment_uploading_url.audio_uploading_url[0], recordings()["takes/take-1.wav"])
            assert job.confirm(0).confirm_result is True
            job.letter()
            job.commit()
            assert job.ended().state == "AUDITING"
            (item,) = json.loads(greenroom(server, "admin", "review", "list", "--json"))
            reason = "the letter is not signed"
            greenroom(server, "admin", "review", "refuse", item["id"], "--reason", reason)
            shown = job.show()
            assert (shown.state, shown.reject_times) == ("AUDIT_FAILED", 1)
            assert job.audit().admin_audit_result.message == reason
            job.letter()
            job.commit()
            assert job.ended().state == "AUDITING"
            (item,) = json.loads(greenroom(server, "admin", "review", "list", "--json"))
            greenroom(server, "admin", "review", "approve", item["id"])
            deadline = time.monotonic() + 900
            while (shown := job.show()).state != "SUCCEED":
                assert shown.state not in ("FAILED", "AUDIT_FAILED") and time.monotonic() < deadline, shown
                time.sleep(0.5)
        finally:
            server.stop()
