"""Callbacks as the tenant's server gets them, whatever the end of the task, by the public SDK."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
import time
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkmetastudio.v1 import model as m
from tests.callbacks.receiving import Inbox, receiving
from tests.conftest import HURRIED_TESTS, RunningServer, start_server
from tests.subtitles.test_subtitle_files import create as create_subtitles
from tests.subtitles.test_subtitle_files import new_script, text_scene
from tests.video.test_jobs import create, order, upload_avatar

pytestmark = pytest.mark.contract

KEY = "a key of 32 characters, at most!"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server whose operator allows callbacks to this machine."""
    allowed = {"GREENROOM_OUTGOING_NETWORKS": "127.0.0.0/8", "GREENROOM_CALLBACK_FIRST_RETRY_S": "1"}
    server = start_server(tmp_path_factory.mktemp("callbacks") / "data", **HURRIED_TESTS, **allowed)
    yield server
    server.stop()


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with receiving() as one:
        yield one


def until(condition: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def dump(server: RunningServer) -> str:
    """All that the database holds, as text."""
    connection = sqlite3.connect(server.data_dir / "greenroom.db", timeout=30)
    try:
        return "\n".join(connection.iterdump())
    finally:
        connection.close()


class TestVideo:
    def test_a_failed_one_is_told_signed_and_again_until_it_is_taken(
        self, home: RunningServer, inbox: Inbox
    ) -> None:
        client = home.client()
        inbox.answers = [500, 302, 204]
        url = f"{inbox.url}/done?shop=7"
        config = m.CallBackConfig(callback_url=url, auth_type="MSS_A", key=KEY)
        job_id = create(client, order(upload_avatar(client), callback_config=config))
        until(lambda: len(inbox.paths) == 3)
        assert inbox.bodies == [{"result": "FAILED", "job_id": job_id}] * 3
        assert len(set(inbox.ids)) == 1 and inbox.ids[0]
        for path in inbox.paths:
            query = parse_qs(urlsplit(path).query)
            message = url.removeprefix("http://") + query["time_stamp"][0]
            assert query["secret"] == [hmac.new(KEY.encode(), message.encode(), hashlib.sha256).hexdigest()]
            assert abs(int(query["time_stamp"][0], 16) - time.time()) < 120
        until(lambda: "'SENT'" in dump(home))
        time.sleep(1.5)
        assert len(inbox.paths) == 3, "what was taken is not sent again"

    def test_the_key_is_a_secret(self, home: RunningServer, inbox: Inbox) -> None:
        client = home.client()
        config = m.CallBackConfig(callback_url=f"{inbox.url}/token-of-mine", auth_type="MSS_A", key=KEY)
        job_id = create(client, order(upload_avatar(client), callback_config=config))
        shown = client.show2_d_digital_human_video(
            m.Show2DDigitalHumanVideoRequest(job_id=job_id, show_script=True)
        )
        assert KEY not in shown.raw_content.decode()
        until(lambda: len(inbox.paths) == 1)
        for text in (dump(home), (home.data_dir / "server.log").read_text()):
            assert KEY not in text and "token-of-mine" not in text

    def test_no_request_names_an_address_inside(self, home: RunningServer) -> None:
        client = home.client()
        avatar = upload_avatar(client)
        for url, words in (
            ("http://10.0.0.1:9/x", "not a public address"),
            ("http://169.254.169.254/latest", "not a public address"),
            ("ftp://lamps.example/x", "only http and https"),
        ):
            with pytest.raises(ClientRequestException) as caught:
                create(client, order(avatar, callback_config=m.CallBackConfig(callback_url=url)))
            assert words in caught.value.error_msg
            assert caught.value.error_msg.startswith("callback_config.callback_url: ")
        with pytest.raises(ClientRequestException) as caught:
            config = m.CallBackConfig(callback_url="https://lamps.example/x", auth_type="MSS_A")
            create(client, order(avatar, callback_config=config))
        assert "callback_config.key is missing" in caught.value.error_msg


def test_subtitle_files_have_one_too(home: RunningServer, inbox: Inbox) -> None:
    client = home.client()
    voice = m.VoiceConfig(voice_asset_id="piper-en_US-joe")
    script = new_script(client, text_scene(1, "A lamp."), voice_config=voice)
    config = m.CallBackConfig(callback_url=f"{inbox.url}/subtitles")
    job_id = create_subtitles(client, script_id=script.script_id, callback_config=config)
    until(lambda: len(inbox.paths) == 1)
    assert (inbox.paths, inbox.bodies) == (["/subtitles"], [{"result": "SUCCEED", "job_id": job_id}])
