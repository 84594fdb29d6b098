"""Previews and retries by HTTP: operations of our own, behind the same gate as the contract's."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from tests.conftest import RunningServer
from tests.contract.test_signing import send, signed
from tests.video.test_jobs import create, order, show, upload_avatar
from tests.video.workshop import VOICE, Workshop

from greenroom.cast.catalogue import load_cast
from greenroom.jobs.models import JobState
from greenroom.jobs.repository import JobRepository
from greenroom.media.decode import frame_at
from greenroom.media.probe import probe
from greenroom.runtime import Context
from greenroom.video.errors import QueueFullError, VideoPreviewNotFoundError, VideoStateError
from greenroom.video.models import VideoJob, VideoState
from greenroom.video.previews.jobs import sweep_previews
from greenroom.video.previews.service import (
    LIFE,
    MOST_UNFINISHED,
    create_preview,
    delete_preview,
    show_preview,
)
from greenroom.video.previews.wire import CreateVideoPreviewReq, ShowVideoPreviewResponse
from greenroom.video.repository import VideoJobRepository
from greenroom.video.retrying import retry_video


def root(project_id: str) -> str:
    return f"/v1/{project_id}/x-greenroom"


def wanted(*texts: str, **members: Any) -> dict[str, Any]:
    scenes = [
        {"sequence_no": number, "shoot_script": {"script_type": "TEXT", "text_config": {"text": text}}}
        for number, text in enumerate(texts, 1)
    ]
    body = {
        "model_asset_id": load_cast(None, "all").presenters[0].asset_id,
        "voice_config": {"voice_asset_id": VOICE},
        "video_config": {"width": 128, "height": 128, "bitrate": 500},
        "shoot_scripts": scenes,
    }
    return {"order": body, **members}


@pytest.mark.contract
@pytest.mark.media
@pytest.mark.slow
def test_a_scene_is_looked_at_over_http(server: RunningServer, tmp_path: Path) -> None:
    place = root(server.credentials.project_id)
    body = json.dumps(wanted("One lamp.", "Two lamps.", sequence_no=2, seconds=0.6)).encode()
    made = send(signed(server, "POST", f"{place}/video-previews", body))
    assert made.status_code == 200, made.text
    one = f"{place}/video-previews/{made.json()['preview_id']}"
    ends = time.monotonic() + 240
    while (shown := send(signed(server, "GET", one)).json())["state"] in ("WAITING", "PROCESSING"):
        assert time.monotonic() < ends
        time.sleep(0.5)
    assert shown["state"] == "SUCCEED", shown
    video = tmp_path / "look.mp4"
    video.write_bytes(requests.get(shown["preview_video_url"], timeout=60).content)
    found = probe(video).video
    assert found is not None and (found.width, found.height) == (128, 128)
    assert frame_at(video, 0.5).std() > 10
    assert send(signed(server, "DELETE", one)).status_code == 200
    assert send(signed(server, "GET", one)).status_code == 404
    assert requests.get(shown["preview_video_url"], timeout=60).status_code == 404


@pytest.mark.contract
def test_a_failed_video_is_made_once_more_over_http(server: RunningServer, client: Any) -> None:
    failed = create(client, order(upload_avatar(client)))
    retry = f"{root(server.credentials.project_id)}/videos/{failed}/retry"
    ends = time.monotonic() + 120
    while show(client, failed).state != "FAILED":
        assert time.monotonic() < ends
        time.sleep(0.5)
    again = send(signed(server, "POST", retry))
    assert again.status_code == 200, again.text
    new_id = again.json()["job_id"]
    assert new_id != failed and show(client, new_id).state in ("WAITING", "PROCESSING", "FAILED")


class TestPreviews:
    @pytest.fixture
    def workshop(self, tmp_path: Path) -> Any:
        opened = Workshop(tmp_path / "data")
        yield opened
        opened.close()

    def _create(self, workshop: Workshop, body: dict[str, Any]) -> str:
        request = CreateVideoPreviewReq.model_validate(body)
        return workshop.inside(lambda context: create_preview(context, request)).preview_id

    def _show(self, workshop: Workshop, preview_id: str) -> ShowVideoPreviewResponse:
        return workshop.inside(lambda context: show_preview(context, preview_id))

    def test_a_project_has_so_many_at_a_time(self, workshop: Workshop) -> None:
        made = [self._create(workshop, wanted("A lamp.")) for _ in range(MOST_UNFINISHED)]
        with pytest.raises(QueueFullError, match="previews are being made already"):
            self._create(workshop, wanted("A lamp."))
        workshop.inside(lambda context: delete_preview(context, made[0]))
        assert self._show(workshop, self._create(workshop, wanted("A lamp."))).state == "WAITING"
        with pytest.raises(VideoPreviewNotFoundError):
            self._show(workshop, made[0])

    def test_another_tenant_does_not_see_it(self, workshop: Workshop) -> None:
        made = self._create(workshop, wanted("A lamp."))
        with pytest.raises(VideoPreviewNotFoundError):
            workshop.inside(lambda context: show_preview(context, made), "other")
        video = workshop.order("A lamp.")
        with pytest.raises(VideoPreviewNotFoundError):
            self._show(workshop, video)  # a job of another kind

    def test_one_that_failed_says_why_and_goes_after_a_day(self, workshop: Workshop) -> None:
        made = self._create(workshop, wanted("A lamp."))
        folder = workshop.settings.objects_dir / "previews" / workshop.scope.project_id / made

        def lose_the_plan() -> None:
            path = folder / "inputs" / "order.json"
            order = json.loads(path.read_text())
            order["plan"]["avatar_key"] = "nowhere"
            path.write_text(json.dumps(order))

        lose_the_plan()
        assert workshop.run(made) is JobState.FAILED
        shown = self._show(workshop, made)
        assert shown.state == "FAILED" and shown.error_info is not None
        assert "the avatar was deleted" in shown.error_info.error_msg
        assert not any(path.is_file() for path in folder.rglob("*"))

        async def grow_old(context: Context) -> None:
            row = await JobRepository(context).find(made)
            assert row is not None and row.ended_at is not None
            row.ended_at -= LIFE + timedelta(minutes=1)

        workshop.inside(grow_old)
        workshop.do(sweep_previews(workshop.runtime))
        with pytest.raises(VideoPreviewNotFoundError):
            self._show(workshop, made)


class TestRetries:
    @pytest.fixture
    def workshop(self, tmp_path: Path) -> Any:
        opened = Workshop(tmp_path / "data")
        yield opened
        opened.close()

    def _set_state(self, workshop: Workshop, job_id: str, state: VideoState, **members: Any) -> None:
        async def change(context: Context) -> None:
            row = await VideoJobRepository(context).find(job_id)
            assert row is not None
            row.state = state
            for name, value in members.items():
                setattr(row, name, value)

        workshop.inside(change)

    def _retry(self, workshop: Workshop, job_id: str) -> str:
        return workshop.inside(lambda context: retry_video(context, job_id))

    def test_asked_for_twice_it_is_made_once(self, workshop: Workshop) -> None:
        failed = workshop.order("A lamp.")
        with pytest.raises(VideoStateError, match="only a FAILED one"):
            self._retry(workshop, failed)
        self._set_state(workshop, failed, VideoState.FAILED)
        again = self._retry(workshop, failed)
        assert self._retry(workshop, failed) == again
        self._set_state(workshop, again, VideoState.FAILED)
        third = self._retry(workshop, failed)
        assert third not in (failed, again) and self._retry(workshop, failed) == third

    def test_it_is_of_the_same_kind(self, workshop: Workshop) -> None:
        photo = workshop.order("A lamp.")
        self._set_state(workshop, photo, VideoState.FAILED, job_type="PHOTO_DIGITAL_HUMAN_VIDEO")
        again: VideoJob = workshop.video(self._retry(workshop, photo))
        assert again.job_type == "PHOTO_DIGITAL_HUMAN_VIDEO"
        self._set_state(workshop, photo, VideoState.FAILED, job_type="BUSINESS_CARD_VIDEO")
        with pytest.raises(VideoStateError, match="update_digital_human_business_card"):
            self._retry(workshop, photo)
