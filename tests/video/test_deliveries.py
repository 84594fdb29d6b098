"""Finished videos that are sent to an address of the tenant's: `video_config.output_external_url`."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.video.workshop import Workshop

from greenroom.jobs.engine import JobOutcome
from greenroom.jobs.models import JobState
from greenroom.outgoing import AddressRefusedError
from greenroom.runtime import Context
from greenroom.video.deliveries.service import address_of
from greenroom.video.jobs import end_video
from greenroom.video.models import VideoState
from greenroom.video.repository import VideoJobRepository
from greenroom.video.retrying import retry_video
from greenroom.video.service import show_video
from greenroom.video.wire import ExternalOutput

VIDEO = b"a finished video" * 40_000
VIDEO_CONFIG = {"width": 128, "height": 128, "bitrate": 500}


@dataclass
class Shelf:
    """What was put there; `answers` are the statuses to give, the last one on and on."""

    url: str = ""
    answers: list[int] = field(default_factory=lambda: [200])
    got: list[tuple[str, bytes, dict[str, str]]] = field(default_factory=list)


@contextmanager
def shelf(*answers: int) -> Iterator[Shelf]:
    made = Shelf(answers=list(answers) or [200])

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.got.append((self.path, body, dict(self.headers)))
            self.send_response(made.answers[min(len(made.got), len(made.answers)) - 1])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}/lamps.mp4?signature=secret"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    opened = Workshop(tmp_path / "data", outgoing_networks="127.0.0.0/8")
    yield opened
    opened.close()


def made(workshop: Workshop, url: str) -> str:
    """A video that was made, as far as the delivery can see."""
    job_id = workshop.order("A lamp.", video_config={**VIDEO_CONFIG, "output_external_url": url})

    async def finish(context: Context) -> None:
        row = await VideoJobRepository(context).find(job_id)
        assert row is not None
        row.state, row.duration_s = VideoState.PROCESSING, 2.0
        await context.objects.put_bytes(row.video_key, VIDEO)
        await end_video(context, job_id, JobOutcome(JobState.SUCCEEDED))

    workshop.inside(finish)
    return job_id


def told(workshop: Workshop, job_id: str) -> ExternalOutput:
    shown = workshop.inside(lambda context: show_video(context, job_id, True))
    assert shown.x_greenroom is not None and shown.x_greenroom.external_output is not None
    return shown.x_greenroom.external_output


def attempt(workshop: Workshop, job_id: str, number: int = 1) -> JobState:
    return workshop.run(f"{job_id}-out-{number}")


def test_the_whole_file_arrives_and_the_task_says_so(workshop: Workshop) -> None:
    with shelf() as there:
        job_id = made(workshop, there.url)
        assert told(workshop, job_id).state == "UPLOADING"
        assert attempt(workshop, job_id) is JobState.SUCCEEDED
    ((path, body, headers),) = there.got
    assert (path, body) == ("/lamps.mp4?signature=secret", VIDEO)
    assert "Transfer-Encoding" not in headers and "Content-Type" not in headers
    assert told(workshop, job_id) == ExternalOutput(
        state="SUCCEED", host="127.0.0.1", attempts=0, error_msg=None
    )


def test_what_is_not_taken_is_sent_again(workshop: Workshop) -> None:
    with shelf(503, 200) as there:
        job_id = made(workshop, there.url)
        assert attempt(workshop, job_id) is JobState.FAILED
        between = told(workshop, job_id)
        assert (between.state, between.attempts) == ("UPLOADING", 1)
        assert between.error_msg is not None and "the receiver answered 503" in between.error_msg
        assert attempt(workshop, job_id, 2) is JobState.SUCCEEDED
    assert told(workshop, job_id).state == "SUCCEED" and len(there.got) == 2


def test_a_refusal_is_final_and_the_video_stays(workshop: Workshop) -> None:
    with shelf(403) as there:
        job_id = made(workshop, there.url)
        attempt(workshop, job_id)
    shown = told(workshop, job_id)
    assert shown.state == "FAILED" and shown.error_msg is not None and "403" in shown.error_msg
    assert workshop.video(job_id).state == VideoState.SUCCEED
    assert workshop.file(job_id).read_bytes() == VIDEO


def test_the_link_is_kept_secret_and_goes_on_to_a_retry(workshop: Workshop) -> None:
    url = "http://127.0.0.1:1/lamps.mp4?signature=secret"
    job_id = workshop.order("A lamp.", video_config={**VIDEO_CONFIG, "output_external_url": url})
    row = workshop.video(job_id)
    assert "secret" not in json.dumps([row.content, row.plan])

    async def fail(context: Context) -> str:
        found = await VideoJobRepository(context).find(job_id)
        assert found is not None
        found.state = VideoState.FAILED
        return await retry_video(context, job_id, reviewed=False)

    again = workshop.inside(fail)
    assert workshop.inside(lambda context: address_of(context, again)) == url


@pytest.mark.parametrize(
    "url", ["http://10.1.2.3/a.mp4", "ftp://lamps.example/a.mp4", "http://169.254.169.254/"]
)
def test_where_nothing_may_be_sent_to_is_refused_with_the_order(workshop: Workshop, url: str) -> None:
    config: dict[str, Any] = {**VIDEO_CONFIG, "output_external_url": url}
    with pytest.raises(AddressRefusedError, match=r"video_config\.output_external_url: "):
        workshop.order("A lamp.", video_config=config)
