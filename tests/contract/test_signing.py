"""Who is let in: the SDK's signatures, and everything that must be turned away."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from huaweicloudsdkmetastudio.v1 import (
    CreateDocumentRequest,
    CreateVideoScriptsRequest,
    DeleteActiveCodeRequest,
    ListAssetsRequest,
    MetaStudioClient,
    ShowAssetRequest,
)
from huaweicloudsdkmetastudio.v1.region.metastudio_region import MetaStudioRegion
from tests.contract.conftest import new_asset, refused

pytestmark = pytest.mark.contract


def signed(server: Any, method: str, path: str, body: bytes = b"", **headers: str) -> httpx.Request:
    """A request as the SDK signs it, to be changed afterwards."""
    keys = BasicCredentials(server.credentials.access_key, server.credentials.secret_key)
    parts = urlsplit(server.base_url)
    query = [tuple(pair.split("=", 1)) for pair in path.partition("?")[2].split("&") if pair]
    request = SdkRequest(
        method=method,
        schema=parts.scheme,
        host=parts.netloc,
        resource_path=path.partition("?")[0],
        query_params=query,
        header_params={"Content-Type": "application/json", **headers},
        body=body,
    )
    done = Signer(keys).sign(request)
    return httpx.Request(method, server.base_url + done.uri, headers=done.header_params, content=body)


def send(request: httpx.Request) -> httpx.Response:
    with httpx.Client(timeout=30) as client:
        return client.send(request)


def assets_path(server: Any) -> str:
    return f"/v1/{server.credentials.project_id}/digital-assets"


def error_of(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()
    assert set(body) == {"error_code", "error_msg"}
    assert answer.headers["x-request-id"]
    return answer.status_code, body["error_code"]


def at(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%SZ")


class TestSignature:
    def test_right(self, server: Any) -> None:
        assert send(signed(server, "GET", assets_path(server))).status_code == 200

    def test_trailing_slash_repeated_keys_and_odd_values(self, server: Any) -> None:
        path = assets_path(server) + "/?asset_id=b&asset_id=a&name=a b/ü&tag=~*"
        assert send(signed(server, "GET", path)).status_code == 200

    def test_wrong_secret(self, server: Any) -> None:
        wrong = dataclasses.replace(server.credentials, secret_key="w" * 40)
        error = refused(lambda: server.client(wrong).list_assets(ListAssetsRequest()))
        assert (error.status, error.code) == (401, "MSS.00000001")
        assert "secret key" in error.message
        assert error.request_id

    def test_unknown_access_key(self, server: Any) -> None:
        unknown = dataclasses.replace(server.credentials, access_key="NOBODY")
        error = refused(lambda: server.client(unknown).list_assets(ListAssetsRequest()))
        assert (error.status, error.code) == (401, "MSS.00000001")
        assert "NOBODY" in error.message
        assert "greenroom credentials create" in error.message

    def test_not_signed(self, server: Any) -> None:
        answer = httpx.get(server.base_url + assets_path(server))
        assert error_of(answer) == (401, "MSS.00000001")
        assert "not signed" in answer.json()["error_msg"]

    @pytest.mark.parametrize(
        "header",
        ["Bearer abc", "SDK-HMAC-SHA256 Access=A, SignedHeaders=host", "SDK-HMAC-SHA256", "x" * 5000],
    )
    def test_damaged_header(self, server: Any, header: str) -> None:
        answer = httpx.get(server.base_url + assets_path(server), headers={"Authorization": header})
        assert error_of(answer) == (401, "MSS.00000001")

    @pytest.mark.parametrize("minutes", [-20, 20])
    def test_a_clock_that_is_off(self, server: Any, minutes: int) -> None:
        moment = at(datetime.now(UTC) + timedelta(minutes=minutes))
        answer = send(signed(server, "GET", assets_path(server), **{"X-Sdk-Date": moment}))
        assert error_of(answer) == (401, "MSS.00000001")
        message = answer.json()["error_msg"]
        assert "20 minutes" in message
        assert ("ahead" if minutes > 0 else "behind") in message
        assert "clock" in message

    @pytest.mark.parametrize("minutes", [-14, 14])
    def test_a_clock_that_is_nearly_right(self, server: Any, minutes: int) -> None:
        moment = at(datetime.now(UTC) + timedelta(minutes=minutes))
        assert send(signed(server, "GET", assets_path(server), **{"X-Sdk-Date": moment})).status_code == 200

    def test_nothing_signed_may_change(self, server: Any) -> None:
        body = json.dumps({"asset_name": "a", "asset_type": "IMAGE"}).encode()
        right = signed(server, "POST", assets_path(server), body)
        swapped = httpx.Request(
            "POST", right.url, headers=right.headers, content=body.replace(b'"a"', b'"b"')
        )
        other_path = httpx.Request(
            "POST", str(right.url) + "/batch-action", headers=right.headers, content=body
        )
        other_query = httpx.Request("POST", str(right.url) + "?limit=1", headers=right.headers, content=body)
        headers = {**right.headers, "x-sdk-date": at(datetime.now(UTC) - timedelta(minutes=1))}
        other_date = httpx.Request("POST", right.url, headers=headers, content=body)
        for changed in (swapped, other_path, other_query, other_date):
            assert error_of(send(changed)) == (401, "MSS.00000001")
        assert send(right).status_code == 200

    def test_a_json_body_cannot_be_declared_unsigned(self, server: Any) -> None:
        body = b'{"asset_name": "a", "asset_type": "IMAGE"}'
        request = signed(
            server, "POST", assets_path(server), body, **{"X-Sdk-Content-Sha256": "UNSIGNED-PAYLOAD"}
        )
        answer = send(request)
        assert error_of(answer) == (401, "MSS.00000001")
        assert "X-Sdk-Content-Sha256" in answer.json()["error_msg"]

    def test_a_multipart_body_is_unsigned(self, client: Any, tmp_path: Any) -> None:
        """The upload operations are not built yet: the 501 shows that the signature was taken."""
        from huaweicloudsdkcore.http.formdata import FormFile
        from huaweicloudsdkmetastudio.v1 import CreateDocumentRequestBody

        path = tmp_path / "a.txt"
        path.write_text("text")
        with path.open("rb") as file:
            body = CreateDocumentRequestBody(file=FormFile(file))
            error = refused(lambda: client.create_document(CreateDocumentRequest(body=body)))
        assert error.status == 501

    def test_host_and_date_must_be_signed(self, server: Any) -> None:
        request = signed(server, "GET", assets_path(server))
        request.headers["authorization"] = request.headers["authorization"].replace(";host", "")
        assert error_of(send(request)) == (401, "MSS.00000001")

    def test_a_signed_header_that_is_not_there(self, server: Any) -> None:
        request = signed(server, "GET", assets_path(server), **{"X-Extra": "1"})
        del request.headers["x-extra"]
        answer = send(request)
        assert error_of(answer) == (401, "MSS.00000001")
        assert "x-extra" in answer.json()["error_msg"]


class TestProject:
    def test_of_another_tenant(self, server: Any) -> None:
        mixed = dataclasses.replace(server.credentials, project_id=server.other_credentials.project_id)
        error = refused(lambda: server.client(mixed).list_assets(ListAssetsRequest()))
        assert (error.status, error.code) == (400, "MSS.00010009")
        assert server.credentials.project_id in error.message

    def test_forgotten(self, server: Any) -> None:
        keys = BasicCredentials(server.credentials.access_key, server.credentials.secret_key)
        client = MetaStudioClient.new_builder().with_credentials(keys).with_endpoint(server.base_url).build()
        error = refused(lambda: client.list_assets(ListAssetsRequest()))
        assert (error.status, error.code) == (400, "MSS.00010009")
        assert "project_id" in error.message

    def test_found_by_region(self, server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """with_region and no project id: the SDK asks GET /v3/projects by itself."""
        monkeypatch.setenv("HUAWEICLOUD_SDK_IAM_ENDPOINT", server.base_url)
        monkeypatch.setenv("HUAWEICLOUD_SDK_REGION_METASTUDIO_CN_NORTH_4", server.base_url)
        keys = BasicCredentials(server.credentials.access_key, server.credentials.secret_key)
        region = MetaStudioRegion.value_of("cn-north-4")
        client = MetaStudioClient.new_builder().with_credentials(keys).with_region(region).build()
        assert client.list_assets(ListAssetsRequest()).count >= 0
        assert keys.project_id == server.credentials.project_id

    def test_projects_need_a_signature(self, server: Any) -> None:
        assert error_of(httpx.get(f"{server.base_url}/v3/projects"))[0] == 401


class TestErrors:
    def test_unknown_path(self, server: Any) -> None:
        answer = httpx.get(f"{server.base_url}/v1/nothing/here")
        assert error_of(answer) == (404, "APIGW.0101")

    def test_wrong_method(self, server: Any) -> None:
        answer = httpx.patch(server.base_url + assets_path(server))
        assert error_of(answer) == (400, "MSS.00010004")
        assert "GET, POST" in answer.json()["error_msg"]

    def test_not_built_yet(self, client: Any) -> None:
        error = refused(lambda: client.delete_active_code(DeleteActiveCodeRequest(body=["a"])))
        assert (error.status, error.code) == (501, "MSS.00000501")
        assert "DeleteActiveCode" in error.message

    @pytest.mark.parametrize(
        ("body", "code", "word"),
        [
            (b"{", "MSS.10000002", "line 1"),
            (b"\xff\xfe", "MSS.10000002", "UTF-8"),
            (b"", "MSS.10000002", "no body"),
            (b"[]", "MSS.10000003", "object"),
            (b'{"asset_name": "\\ud800", "asset_type": "IMAGE"}', "MSS.10000002", "surrogate"),
            (b'{"asset_name": "\\u0000", "asset_type": "IMAGE"}', "MSS.10000002", "U+0000"),
            (b"[" * 100_000, "MSS.10000002", "deep"),
            (b'{"asset_name": NaN, "asset_type": "IMAGE"}', "MSS.10000003", "asset_name"),
            (b'{"asset_name": null, "asset_type": "IMAGE"}', "MSS.10000003", "asset_name is null"),
        ],
    )
    def test_bad_bodies(self, server: Any, body: bytes, code: str, word: str) -> None:
        answer = send(signed(server, "POST", assets_path(server), body))
        assert error_of(answer) == (400, code)
        assert word in answer.json()["error_msg"]

    def test_a_body_that_is_too_large(self, server: Any) -> None:
        body = b'{"asset_name": "' + b"a" * 9_000_000 + b'"}'
        assert error_of(send(signed(server, "POST", assets_path(server), body))) == (413, "APIGW.0201")

    def test_unknown_fields_are_ignored(self, server: Any) -> None:
        body = b'{"asset_name": "a", "asset_type": "IMAGE", "colour": "blue"}'
        assert send(signed(server, "POST", assets_path(server), body)).status_code == 200

    def test_the_request_id_of_the_client_is_kept(self, server: Any) -> None:
        given = "0123456789abcdef"
        answer = send(signed(server, "GET", assets_path(server), **{"X-Request-Id": given}))
        assert answer.headers["x-request-id"] == given

    def test_an_encoded_slash_in_an_id(self, client: Any) -> None:
        assert refused(lambda: client.show_asset(ShowAssetRequest(asset_id="a/b"))).code == "MSS.10001001"

    def test_the_server_goes_on(self, server: Any, client: Any) -> None:
        assert httpx.get(f"{server.base_url}/healthz").json() == {"status": "ok"}
        assert new_asset(client)


def test_every_operation_is_known(server: Any, client: Any) -> None:
    """A video script without a body reaches its operation, whether built or not, and never a 404."""
    error = refused(lambda: client.create_video_scripts(CreateVideoScriptsRequest()))
    assert error.code != "APIGW.0101"
