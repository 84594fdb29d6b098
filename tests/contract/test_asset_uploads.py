"""Uploads that lie, and videos with transparency, over the public SDK."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from huaweicloudsdkmetastudio.v1 import CreateLargeFileRequest, LargeFilesCreateReq, ShowAssetRequest
from tests.contract.conftest import Upload, confirm, declare, new_asset, put, refused, upload_file
from tests.contract.media_samples import mp4, png
from tests.media import lies

from greenroom.media.probe import probe

pytestmark = pytest.mark.contract


def show(client: Any, asset_id: str) -> Any:
    return client.show_asset(ShowAssetRequest(asset_id=asset_id))


def send(client: Any, kind: str, upload: Upload) -> tuple[str, str]:
    """Declare and send; asset and file."""
    asset_id = new_asset(client, kind)
    declared = declare(client, asset_id, upload)
    assert put(declared.upload_url, upload.data).status_code == 200
    return asset_id, declared.file_id


class TestConfirmFileUpload:
    @pytest.mark.parametrize(
        ("kind", "upload", "words"),
        [
            ("VIDEO", Upload(lies.program(), name="clip.mp4", type="MP4"), "clip.mp4 is a program"),
            ("IMAGE", Upload(lies.program(), name="cat.png"), "cat.png is a program"),
            ("COMMON_FILE", Upload(lies.program(), name="data.bin", type="BIN"), "data.bin is a program"),
            ("PPT", Upload(lies.zip_bomb(), name="deck.pptx", type="PPTX"), "would unpack to"),
            ("PPT", Upload(lies.modest_bomb(), name="deck.pptx", type="PPTX"), "deck.pptx"),
            ("HUMAN_MODEL_2D", Upload(lies.overlapping_bomb(), name="a.zip", type="ZIP"), "overlap"),
            ("IMAGE", Upload(lies.png_of_size(60_000, 60_000), name="big.png"), "60000x60000"),
            ("IMAGE", Upload(png() + lies.pptx(), name="cat.png"), "also holds a zip archive"),
            ("IMAGE", Upload(png() + b"<?php system(1) ?>", name="cat.png"), "also holds a script"),
            ("IMAGE", Upload(mp4(), name="cat.png"), "declared as PNG, but it is an MP4"),
            ("VIDEO", Upload(b"#EXTM3U\nfile:///etc/passwd\n", name="a.mp4", type="MP4"), "a playlist"),
        ],
    )
    def test_a_file_that_lies_fails_its_asset_and_is_removed(
        self, server: Any, client: Any, kind: str, upload: Upload, words: str
    ) -> None:
        asset_id, file_id = send(client, kind, upload)
        started = time.monotonic()
        error = refused(lambda: confirm(client, file_id))
        assert time.monotonic() - started < 60
        assert (error.status, error.code) == (400, "MSS.10001006")
        assert words in error.message
        asset = show(client, asset_id)
        assert (asset.asset_state, asset.files[0].state) == ("FAILED", "FAILED")
        assert words in asset.reason
        stored = [path for path in (server.data_dir / "objects").rglob("*") if file_id in str(path)]
        assert not [path for path in stored if path.is_file()]

    def test_a_sparse_file_of_4_gigabytes(self, server: Any, client: Any, tmp_path: Path) -> None:
        """As the upload of 4 GB of zeros would leave it; the bytes themselves are not sent here."""
        asset_id = new_asset(client, "VIDEO")
        body = LargeFilesCreateReq(
            file_name="a.mp4",
            file_type="MP4",
            asset_id=asset_id,
            asset_file_category="MAIN",
            file_size=4 << 30,
        )
        file_id = client.create_large_file(CreateLargeFileRequest(body=body)).file_id
        folder = server.data_dir / "objects" / "uploads" / client._credentials.project_id / file_id
        folder.mkdir(parents=True)
        lies.sparse_video(folder / "00000", 4 << 30)
        started = time.monotonic()
        assert refused(lambda: confirm(client, file_id)).code == "MSS.10001006"
        assert time.monotonic() - started < 90
        assert show(client, asset_id).asset_state == "FAILED"

    @pytest.mark.parametrize(
        "name",
        [
            "../../etc/cron.d/x.png",
            "/etc/passwd.png",
            "a\\b.png",
            "a/../b.png",
            "a\u202egnp.exe.png",
            "a\nb.png",
        ],
    )
    def test_tricks_in_names(self, client: Any, name: str) -> None:
        asset_id = new_asset(client)
        error = refused(lambda: declare(client, asset_id, Upload(png(), name=name)))
        assert (error.status, error.code) == (400, "MSS.10000003")
        assert "file_name" in error.message
        assert "\u202e" not in error.message and "\n" not in error.message

    @pytest.mark.parametrize("name", ["接待 员 (1).png", "a..b.png", "images/lobby.png", "ünï cödé.PNG"])
    def test_honest_names(self, client: Any, name: str) -> None:
        asset_id = new_asset(client)
        upload_file(client, asset_id, Upload(png(), name=name))
        assert show(client, asset_id).files[0].file_name == name

    def test_slides_are_counted(self, client: Any) -> None:
        asset_id = new_asset(client, "PPT")
        upload_file(client, asset_id, Upload(lies.pptx(3), name="deck.pptx", type="PPTX"))
        asset = show(client, asset_id)
        assert (asset.asset_state, asset.asset_extra_meta.ppt_meta.page_count) == ("ACTIVED", 3)

    @pytest.mark.media
    def test_a_mov_with_transparency_becomes_webm(
        self, server: Any, client: Any, shared_data: Path, tmp_path: Path
    ) -> None:
        source = shared_data / "formats" / "grid_matrix" / "face_qtrle_alpha.mov"
        upload = Upload(source.read_bytes(), name="overlay.mov", type="MOV")
        asset_id, file_id = send(client, "VIDEO", upload)
        confirm(client, file_id)
        confirm(client, file_id)  # while it is converted: nothing happens
        deadline = time.monotonic() + 120
        while (asset := show(client, asset_id)).asset_state == "CREATING" and time.monotonic() < deadline:
            time.sleep(0.5)
        (file,) = asset.files
        assert asset.asset_state == "ACTIVED", asset.reason
        assert (file.file_name, file.file_type, file.state) == ("overlay.webm", "WEBM", "CREATED")
        assert file.file_extra_meta.video_transcoding_status == "SUCCEEDED"
        meta = asset.asset_extra_meta.video_meta
        assert (meta.video_codec, meta.audio_codec, meta.video_transcoding_status) == (
            "vp9",
            "opus",
            "SUCCEEDED",
        )
        answer = httpx.get(file.download_url)
        assert answer.headers["content-type"] == "video/webm"
        assert len(answer.content) == file.file_size
        (tmp_path / "o.webm").write_bytes(answer.content)
        found = probe(tmp_path / "o.webm").video
        assert found is not None and found.has_alpha
        folder = server.data_dir / "objects" / "assets" / client._credentials.project_id / asset_id
        assert len(list(folder.iterdir())) == 1, "the MOV is gone"
