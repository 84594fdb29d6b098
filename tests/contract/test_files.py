"""Files over the public SDK: declared, sent to their link, confirmed; and everything that can go wrong."""

from __future__ import annotations

import hashlib
import http.client
import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import cv2
import httpx
import numpy as np
import pytest
from huaweicloudsdkmetastudio.v1 import (
    CreateLargeFileRequest,
    DeleteFileRequest,
    LargeFilesCreateReq,
    ShowAssetRequest,
)
from tests.contract.conftest import (
    Upload,
    confirm,
    declare,
    md5_of,
    new_asset,
    put,
    refused,
    upload_file,
)
from tests.contract.media_samples import mp4, png, wav

pytestmark = pytest.mark.contract


def show(client: Any, asset_id: str) -> Any:
    return client.show_asset(ShowAssetRequest(asset_id=asset_id))


def stored_objects(data_dir: Path) -> list[str]:
    root = data_dir / "objects"
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


class TestCreateFile:
    def test_upload_makes_the_asset_usable_and_gives_the_same_bytes_back(self, client: Any) -> None:
        data = png()
        asset_id = new_asset(client)
        assert show(client, asset_id).asset_state == "CREATING"
        file_id = upload_file(client, asset_id, Upload(data, name="Empfang 1 (neu).png"))
        asset = show(client, asset_id)
        assert asset.asset_state == "ACTIVED"
        assert (asset.asset_extra_meta.image_meta.width, asset.asset_extra_meta.image_meta.height) == (64, 36)
        (file,) = asset.files
        assert (file.file_id, file.state, file.file_size) == (file_id, "CREATED", len(data))
        assert file.file_md5 == md5_of(data)
        answer = httpx.get(file.download_url)
        assert answer.content == data
        assert answer.headers["content-type"] == "image/png"
        assert 'filename="Empfang 1 (neu).png"' in answer.headers["content-disposition"]

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"md5": "d41d8cd98f00b204e9800998ecf8427e"}, ["file_md5", "32 characters", "at most 24"]),
            ({"md5": "not base64 at all......."}, ["file_md5", "base64", "24 characters"]),
            ({"md5": "é" * 24}, ["file_md5", "base64", "24 characters"]),
            ({"size": 5_368_709_121}, ["file_size", "at most 5368709120"]),
            ({"name": "n" * 257}, ["file_name", "257 characters", "at most 256"]),
            ({"category": "FRONT"}, ["asset_file_category", "'FRONT'", "'MAIN'"]),
            ({"category": "COVER"}, ["asset_file_category", "COVER", "IMAGE", "MAIN"]),
            ({"type": "EXE", "name": "virus.exe"}, ["file_type", "'EXE'", "PNG"]),
        ],
    )
    def test_a_wrong_declaration_names_field_fault_and_cure(
        self, client: Any, fields: dict[str, Any], words: list[str]
    ) -> None:
        asset_id = new_asset(client)
        error = refused(lambda: declare(client, asset_id, Upload(png(), **fields)))
        assert (error.status, error.code) == (400, "MSS.10000003")
        for word in words:
            assert word in error.message
        assert show(client, asset_id).files == []

    def test_too_large_for_its_type(self, client: Any) -> None:
        asset_id = new_asset(client)
        error = refused(lambda: declare(client, asset_id, Upload(png(), size=51 * 1024 * 1024)))
        assert (error.status, error.code) == (400, "MSS.10001007")
        assert "52428800" in error.message

    def test_empty_type(self, client: Any) -> None:
        asset_id = new_asset(client)
        error = refused(lambda: declare(client, asset_id, Upload(png(), type="", name="lobby")))
        assert (error.status, error.code) == (400, "MSS.10001003")

    def test_no_such_asset(self, client: Any) -> None:
        error = refused(lambda: declare(client, "nothing", Upload(png())))
        assert (error.status, error.code) == (400, "MSS.10001001")
        assert "nothing" in error.message

    def test_one_main_file_and_one_cover(self, client: Any) -> None:
        asset_id = new_asset(client, "VIDEO")
        declare(client, asset_id, Upload(mp4(), name="a.mp4", type="MP4"))
        error = refused(lambda: declare(client, asset_id, Upload(mp4(), name="b.mp4", type="MP4")))
        assert (error.status, error.code) == (400, "MSS.10001008")
        assert "a.mp4" in error.message
        upload_file(client, asset_id, Upload(png(), category="COVER"))
        error = refused(lambda: declare(client, asset_id, Upload(png(), category="COVER")))
        assert (error.status, error.code) == (400, "MSS.10001009")

    def test_another_tenant_cannot_add_to_it(self, client: Any, other_client: Any) -> None:
        asset_id = new_asset(client)
        error = refused(lambda: declare(other_client, asset_id, Upload(png())))
        assert error.code == "MSS.10001001"


class TestUploadLink:
    def test_bytes_with_another_md5_are_refused_and_leave_nothing(self, server: Any, client: Any) -> None:
        data = png()
        asset_id = new_asset(client)
        declared = declare(client, asset_id, Upload(data))
        before = stored_objects(server.data_dir)
        damaged = data[:-1] + bytes([data[-1] ^ 1])
        answer = put(declared.upload_url, damaged)
        assert answer.status_code == 400
        assert answer.json()["error_code"] == "MSS.10000003"
        assert md5_of(damaged) in answer.json()["error_msg"]
        assert md5_of(data) in answer.json()["error_msg"]
        assert stored_objects(server.data_dir) == before
        error = refused(lambda: confirm(client, declared.file_id))
        assert error.code == "MSS.10001004"
        assert put(declared.upload_url, data).status_code == 200
        confirm(client, declared.file_id)
        assert show(client, asset_id).asset_state == "ACTIVED"

    def test_content_md5_is_checked_too(self, client: Any) -> None:
        declared = declare(client, new_asset(client), Upload(png()))
        answer = put(declared.upload_url, png(), **{"Content-MD5": md5_of(b"other")})
        assert answer.status_code == 400
        assert "MD5" in answer.json()["error_msg"]

    @pytest.mark.parametrize(("change", "code"), [(b"x", "MSS.10001007"), (None, "MSS.10000003")])
    def test_another_size_is_refused(self, server: Any, client: Any, change: bytes | None, code: str) -> None:
        data = png()
        declared = declare(client, new_asset(client), Upload(data))
        before = stored_objects(server.data_dir)
        answer = put(declared.upload_url, data + change if change else data[:-5])
        assert (answer.status_code, answer.json()["error_code"]) == (400, code)
        assert str(len(data)) in answer.json()["error_msg"]
        assert stored_objects(server.data_dir) == before

    def test_a_stream_of_unknown_length_stops_at_the_declared_size(self, server: Any, client: Any) -> None:
        declared = declare(client, new_asset(client), Upload(png()))
        before = stored_objects(server.data_dir)

        def endless() -> Any:
            for _ in range(64):
                yield bytes(65536)

        try:
            answer = httpx.put(declared.upload_url, content=endless(), timeout=30)
        except httpx.TransportError:
            pass  # the server may hang up before all is sent
        else:
            assert answer.json()["error_code"] == "MSS.10001007"
        assert stored_objects(server.data_dir) == before

    def test_who_sends_far_too_much_still_gets_to_see_the_error(self, client: Any) -> None:
        """With the standard library's client, which sends all before it reads anything."""
        url = urlsplit(declare(client, new_asset(client), Upload(png())).upload_url)
        connection = http.client.HTTPConnection(url.netloc, timeout=60)
        connection.request("PUT", f"{url.path}?{url.query}", bytes(60_000_000))
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())["error_code"]) == (400, "MSS.10001007")
        connection.close()

    def test_a_changed_link_is_refused(self, client: Any) -> None:
        url = declare(client, new_asset(client), Upload(png())).upload_url
        for changed in (
            url.replace("size=", "size=9"),
            url.replace("expires=", "expires=9"),
            url.replace("/objects/uploads/", "/objects/uploads/other"),
            url[:-1] + ("0" if url[-1] != "0" else "1"),
            url + "&" + urlencode({"name": "x"}),
        ):
            answer = put(changed, png())
            assert (answer.status_code, answer.json()["error_code"]) == (403, "MSS.10001002")

    def test_an_upload_link_does_not_read(self, client: Any) -> None:
        declared = declare(client, new_asset(client), Upload(png()))
        answer = httpx.get(declared.upload_url)
        assert (answer.status_code, answer.json()["error_code"]) == (403, "MSS.10001002")
        assert "PUT" in answer.json()["error_msg"]

    def test_nobody_leaves_the_object_folder(self, server: Any) -> None:
        answer = httpx.get(f"{server.base_url}/objects/..%2Fsecret.key?op=get&expires=1&signature=0")
        assert answer.status_code == 403

    def test_download_of_ranges(self, client: Any) -> None:
        data = png(200, 200)
        asset_id = new_asset(client)
        upload_file(client, asset_id, Upload(data))
        url = show(client, asset_id).files[0].download_url
        head = httpx.head(url)
        assert (head.status_code, head.headers["content-length"]) == (200, str(len(data)))
        for header, expected in (("bytes=0-9", data[:10]), ("bytes=5-", data[5:]), ("bytes=-7", data[-7:])):
            answer = httpx.get(url, headers={"Range": header})
            assert (answer.status_code, answer.content) == (206, expected)
        assert (
            httpx.get(url, headers={"Range": "bytes=0-9"}).headers["content-range"]
            == f"bytes 0-9/{len(data)}"
        )
        answer = httpx.get(url, headers={"Range": f"bytes={len(data)}-"})
        assert (answer.status_code, answer.json()["error_code"]) == (416, "MSS.10000003")


class TestConfirmFileUpload:
    def test_not_uploaded(self, client: Any) -> None:
        declared = declare(client, new_asset(client), Upload(png()))
        error = refused(lambda: confirm(client, declared.file_id))
        assert (error.status, error.code) == (400, "MSS.10001004")
        assert "upload link" in error.message

    def test_twice_is_the_same_as_once(self, client: Any) -> None:
        asset_id = new_asset(client)
        file_id = upload_file(client, asset_id, Upload(png()))
        confirm(client, file_id)
        assert show(client, asset_id).asset_state == "ACTIVED"

    def test_noise_that_calls_itself_a_video_fails_the_asset_and_is_removed(
        self, server: Any, client: Any
    ) -> None:
        noise = hashlib.shake_256(b"noise").digest(300_000)
        asset_id = new_asset(client, "VIDEO")
        declared = declare(client, asset_id, Upload(noise, name="clip.mp4", type="MP4"))
        put(declared.upload_url, noise)
        error = refused(lambda: confirm(client, declared.file_id))
        assert (error.status, error.code) == (400, "MSS.10001006")
        assert "clip.mp4" in error.message
        asset = show(client, asset_id)
        assert asset.asset_state == "FAILED"
        assert "clip.mp4" in asset.reason
        assert asset.files[0].state == "FAILED"
        assert not [key for key in stored_objects(server.data_dir) if declared.file_id in key]

    def test_a_failed_asset_takes_a_better_file(self, client: Any) -> None:
        asset_id = new_asset(client, "VIDEO")
        declared = declare(client, asset_id, Upload(b"no", name="clip.mp4", type="MP4"))
        put(declared.upload_url, b"no")
        refused(lambda: confirm(client, declared.file_id))
        upload_file(client, asset_id, Upload(mp4(), name="clip.mp4", type="MP4"))
        asset = show(client, asset_id)
        assert (asset.asset_state, asset.reason) == ("ACTIVED", None)
        meta = asset.asset_extra_meta.video_meta
        assert (meta.video_codec, meta.width, meta.height, meta.duration) == ("h264", 160, 90, 2)
        assert (meta.mode, meta.frame_rate) == ("Horizontal", "25")

    def test_a_cover_is_made_where_one_was_asked_for(self, client: Any) -> None:
        asset_id = new_asset(client, "VIDEO", is_need_generate_cover=True)
        upload_file(client, asset_id, Upload(mp4(), name="clip.mp4", type="MP4"))
        cover = next(file for file in show(client, asset_id).files if file.asset_file_category == "COVER")
        picture = cv2.imdecode(
            np.frombuffer(httpx.get(cover.download_url).content, np.uint8), cv2.IMREAD_COLOR
        )
        assert picture is not None
        assert picture.shape[:2] == (90, 160)

    def test_a_truncated_video(self, client: Any) -> None:
        data = mp4()
        data = data[: len(data) // 2]
        asset_id = new_asset(client, "VIDEO")
        declared = declare(client, asset_id, Upload(data, name="cut.mp4", type="MP4"))
        put(declared.upload_url, data)
        error = refused(lambda: confirm(client, declared.file_id))
        assert error.code == "MSS.10001006"
        assert "cut.mp4" in error.message

    @pytest.mark.parametrize(
        ("kind", "name", "type_"), [("VIDEO", "a.mp4", "MP4"), ("AUDIO", "a.wav", "WAV")]
    )
    def test_a_picture_is_neither_video_nor_sound(
        self, client: Any, kind: str, name: str, type_: str
    ) -> None:
        asset_id = new_asset(client, kind)
        declared = declare(client, asset_id, Upload(png(), name=name, type=type_))
        put(declared.upload_url, png())
        assert refused(lambda: confirm(client, declared.file_id)).code == "MSS.10001006"

    def test_sound(self, client: Any) -> None:
        asset_id = new_asset(client, "AUDIO")
        upload_file(client, asset_id, Upload(wav(2.0), name="a.wav", type="WAV"))
        meta = show(client, asset_id).asset_extra_meta.audio_meta
        assert (meta.duration, meta.audio_channels, meta.sample) == (2, 1, 16000)

    @pytest.mark.parametrize("state", ["FAILED", "CANCELLED"])
    def test_giving_up_drops_the_bytes_and_frees_the_place(
        self, server: Any, client: Any, state: str
    ) -> None:
        asset_id = new_asset(client)
        declared = declare(client, asset_id, Upload(png()))
        put(declared.upload_url, png())
        confirm(client, declared.file_id, state)
        assert not [key for key in stored_objects(server.data_dir) if declared.file_id in key]
        asset = show(client, asset_id)
        assert (asset.asset_state, asset.files[0].state) == ("CREATING", state)
        upload_file(client, asset_id, Upload(png()))

    def test_unknown_state(self, client: Any) -> None:
        declared = declare(client, new_asset(client), Upload(png()))
        error = refused(lambda: confirm(client, declared.file_id, "DONE"))
        assert error.code == "MSS.10000003"
        for word in ("state", "'DONE'", "'CREATED'", "'CANCELLED'"):
            assert word in error.message

    def test_another_tenant_cannot_confirm(self, client: Any, other_client: Any) -> None:
        declared = declare(client, new_asset(client), Upload(png()))
        put(declared.upload_url, png())
        assert refused(lambda: confirm(other_client, declared.file_id)).code == "MSS.10001004"


class TestDeleteFile:
    def test_bytes_go_and_the_asset_waits_for_another(self, server: Any, client: Any) -> None:
        asset_id = new_asset(client)
        file_id = upload_file(client, asset_id, Upload(png()))
        url = show(client, asset_id).files[0].download_url
        client.delete_file(DeleteFileRequest(file_id=file_id))
        asset = show(client, asset_id)
        assert (asset.asset_state, asset.files) == ("CREATING", [])
        answer = httpx.get(url)
        assert (answer.status_code, answer.json()["error_code"]) == (404, "MSS.10001004")
        assert not [key for key in stored_objects(server.data_dir) if file_id in key]

    def test_no_such_file(self, client: Any) -> None:
        error = refused(lambda: client.delete_file(DeleteFileRequest(file_id="nothing")))
        assert (error.status, error.code) == (400, "MSS.10001004")

    def test_another_tenant_cannot_delete(self, client: Any, other_client: Any) -> None:
        asset_id = new_asset(client)
        file_id = upload_file(client, asset_id, Upload(png()))
        error = refused(lambda: other_client.delete_file(DeleteFileRequest(file_id=file_id)))
        assert error.code == "MSS.10001004"
        assert show(client, asset_id).files[0].file_id == file_id


class TestCreateLargeFile:
    def _create(self, client: Any, asset_id: str, **fields: Any) -> Any:
        body = LargeFilesCreateReq(
            file_name="set.bin", file_type="BIN", asset_id=asset_id, asset_file_category="MAIN", **fields
        )
        return client.create_large_file(CreateLargeFileRequest(body=body))

    def test_parts_are_joined_in_order(self, server: Any, client: Any) -> None:
        parts = [bytes([number]) * 70_000 for number in range(3)]
        asset_id = new_asset(client, "COMMON_FILE")
        declared = self._create(client, asset_id, file_size=210_000, file_multipart_count=3)
        assert len(declared.upload_urls) == 3
        for url, part in sorted(zip(declared.upload_urls, parts, strict=True), reverse=True):
            assert put(url, part).status_code == 200
        confirm(client, declared.file_id)
        asset = show(client, asset_id)
        assert (asset.asset_state, asset.files[0].file_size) == ("ACTIVED", 210_000)
        assert httpx.get(asset.files[0].download_url).content == b"".join(parts)
        assert not [
            key for key in stored_objects(server.data_dir) if key.startswith(f"uploads/{declared.file_id}")
        ]

    def test_a_missing_part_is_named(self, client: Any) -> None:
        declared = self._create(client, new_asset(client, "COMMON_FILE"), file_multipart_count=3)
        put(declared.upload_urls[0], b"1")
        put(declared.upload_urls[2], b"3")
        error = refused(lambda: confirm(client, declared.file_id))
        assert error.code == "MSS.10001004"
        assert "part 2 of 3" in error.message
        put(declared.upload_urls[1], b"2")
        confirm(client, declared.file_id)

    def test_parts_of_another_size_together(self, client: Any) -> None:
        declared = self._create(client, new_asset(client, "COMMON_FILE"), file_size=5, file_multipart_count=2)
        for url in declared.upload_urls:
            put(url, b"1234")
        error = refused(lambda: confirm(client, declared.file_id))
        assert error.code == "MSS.10000003"
        assert "8 bytes" in error.message

    def test_limits(self, client: Any) -> None:
        asset_id = new_asset(client, "COMMON_FILE")
        error = refused(lambda: self._create(client, asset_id, file_multipart_count=101))
        assert "file_multipart_count" in error.message
        assert "at most 100" in error.message
        error = refused(lambda: self._create(client, asset_id, file_size=536_870_912_001))
        assert "file_size" in error.message

    def test_another_tenant_cannot_add_to_it(self, client: Any, other_client: Any) -> None:
        asset_id = new_asset(client, "COMMON_FILE")
        assert refused(lambda: self._create(other_client, asset_id)).code == "MSS.10001001"


def test_memory_stays_flat_while_a_large_file_goes_through(server: Any, client: Any) -> None:
    """300 MB up and down; the server streams, so it may grow by little."""
    import psutil

    size = 300_000_000
    process = psutil.Process(server.process.pid)
    asset_id = new_asset(client, "COMMON_FILE")
    body = LargeFilesCreateReq(
        file_name="big.bin", file_type="BIN", asset_id=asset_id, asset_file_category="MAIN", file_size=size
    )
    declared = client.create_large_file(CreateLargeFileRequest(body=body))
    before = process.memory_info().rss
    peak = before
    chunk = bytes(1_000_000)

    def chunks() -> Any:
        nonlocal peak
        for number in range(size // len(chunk)):
            if number % 20 == 0:
                peak = max(peak, process.memory_info().rss)
            yield chunk

    answer = httpx.put(
        declared.upload_urls[0], content=chunks(), headers={"Content-Length": str(size)}, timeout=120
    )
    assert answer.status_code == 200
    confirm(client, declared.file_id)
    received = 0
    started = time.monotonic()
    with httpx.stream("GET", show(client, asset_id).files[0].download_url) as download:
        for piece in download.iter_bytes():
            received += len(piece)
            if received % 20_000_000 < len(piece):
                peak = max(peak, process.memory_info().rss)
    assert received == size
    assert time.monotonic() - started < 60
    assert peak - before < 120_000_000
    client.delete_file(DeleteFileRequest(file_id=declared.file_id))


def test_links_start_with_the_host_that_the_request_came_to(server: Any, client: Any) -> None:
    declared = declare(client, new_asset(client), Upload(png()))
    assert urlsplit(declared.upload_url).netloc == urlsplit(server.base_url).netloc
