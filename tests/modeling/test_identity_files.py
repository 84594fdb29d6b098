"""Links to the letter and the identity card of a training: they work once, with a signature or without."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkmetastudio.v1 import model as m
from tests.modeling.test_training_jobs import Training, put

pytestmark = pytest.mark.contract

LETTER = b"I agree. " * 5000


@pytest.fixture(scope="module")
def job(server: Any) -> Training:
    made = Training(server.client())
    put(made.links.grant_file_upload_url, LETTER)
    put(made.links.id_card_image1_upload_url, b"a card")
    put(made.links.cover_upload_url, b"a cover")
    return made


def asked(link: str, **changed: str) -> Any:
    query = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    return m.Download2dModelTraningEncryptFileRequest(**{**query, **changed})


def downloaded(client: Any, request: Any) -> bytes:
    found: list[bytes] = []
    answer = client.download2d_model_traning_encrypt_file(request)
    answer.consume_download_stream(lambda stream: found.append(stream.content))
    return b"".join(found)


def test_whoever_has_the_link_gets_the_file_once(job: Training) -> None:
    shown = job.show()
    first = requests.get(shown.grant_file_download_url, timeout=30)
    assert (first.status_code, first.content) == (200, LETTER)
    assert first.headers["cache-control"] == "no-store"
    again = requests.get(shown.grant_file_download_url, timeout=30)
    assert again.status_code == 400 and "was used already" in again.json()["error_msg"]
    assert requests.get(job.show().grant_file_download_url, timeout=30).content == LETTER, "a new one"
    for _ in range(2):
        assert requests.get(shown.cover_download_url, timeout=30).content == b"a cover"


def test_with_the_public_sdk(job: Training, client: Any) -> None:
    request = asked(job.show().id_card_image1_download_url)
    assert downloaded(client, request) == b"a card"
    with pytest.raises(ClientRequestException) as caught:
        downloaded(client, request)
    assert caught.value.status_code == 400


def test_a_link_is_of_one_tenant_and_one_job(job: Training, client: Any, other_client: Any) -> None:
    link = job.show().grant_file_download_url
    another = Training(client)
    token = parse_qs(urlsplit(link).query)["once_token"][0]
    turned = token[:-1] + ("0" if token[-1] != "0" else "1")
    for who, changed in (
        (other_client, {}),
        (client, {"job_id": another.job_id}),
        (client, {"tenant_id": "somebody"}),
        (client, {"once_token": turned}),
    ):
        with pytest.raises(ClientRequestException) as caught:
            downloaded(who, asked(link, **changed))
        assert caught.value.status_code == 400
    unsigned = requests.get(link.replace(token, turned), timeout=30)
    assert unsigned.status_code == 400
    assert requests.get(link, timeout=30).content == LETTER, "no refusal has used it up"
