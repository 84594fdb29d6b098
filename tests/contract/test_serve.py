"""The server as an administrator runs it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import httpx
import pytest
from tests.conftest import create_credentials, greenroom_command, start_server

pytestmark = pytest.mark.contract


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(greenroom_command(*arguments), capture_output=True, text=True, timeout=300)


@pytest.mark.crash
def test_one_server_a_data_folder_and_a_clean_end(tmp_path: Path) -> None:
    server = start_server(tmp_path / "data")
    place = json.loads((server.data_dir / "server.json").read_text())
    assert place["pid"] == server.process.pid
    second = run("serve", "--data", str(server.data_dir), "--port", "0")
    assert second.returncode == 2
    assert second.stderr.startswith("greenroom: a server already runs on the data folder")
    assert str(server.process.pid) in second.stderr
    assert "Traceback" not in second.stderr
    taken = run("serve", "--data", str(tmp_path / "other"), "--port", str(place["port"]))
    assert taken.returncode == 2
    assert "choose another with --port" in taken.stderr
    assert server.stop() == 0
    assert not (server.data_dir / "server.json").exists()
    assert "Traceback" not in (server.data_dir / "server.log").read_text()


@pytest.mark.crash
def test_after_a_kill_it_starts_again_with_everything(tmp_path: Path) -> None:
    from huaweicloudsdkmetastudio.v1 import ShowAssetRequest
    from tests.contract.conftest import Upload, new_asset, upload_file
    from tests.contract.media_samples import png

    server = start_server(tmp_path / "data")
    asset_id = new_asset(server.client())
    upload_file(server.client(), asset_id, Upload(png()))
    credentials = server.credentials
    server.kill()
    again = start_server(tmp_path / "data")
    asset = again.client(credentials).show_asset(ShowAssetRequest(asset_id=asset_id))
    assert asset.asset_state == "ACTIVED"
    assert httpx.get(asset.files[0].download_url).content == png()
    again.stop()


def test_credentials_beside_a_running_server_work_at_once(server: object) -> None:
    from huaweicloudsdkmetastudio.v1 import ListAssetsRequest

    data_dir = server.data_dir  # type: ignore[attr-defined]
    first, second = create_credentials(data_dir, "initech"), create_credentials(data_dir, "initech")
    assert first.project_id == second.project_id
    assert first.access_key != second.access_key
    for credentials in (first, second):
        client = server.client(credentials)  # type: ignore[attr-defined]
        assert client.list_assets(ListAssetsRequest()).count == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("credentials", "create", "--tenant", "a b"), ["tenant name", "'a b'"]),
        (("serve", "--port", "70000"), ["port", "GREENROOM_PORT"]),
        (("serve", "--region", "mars-1"), ["region", "'mars-1'", "cn-north-4"]),
        (("ops", "MakeCoffee"), ["MakeCoffee", "299"]),
    ],
)
def test_a_wrong_option_is_one_clear_sentence(
    tmp_path: Path, arguments: tuple[str, ...], words: list[str]
) -> None:
    data = () if arguments[0] == "ops" else ("--data", str(tmp_path / "data"))
    result = run(*arguments, *data)
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    for word in words:
        assert word in result.stderr


def test_a_data_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("credentials", "create", "--tenant", "acme", "--data", str(tmp_path / "file" / "data"))
    assert result.returncode == 2
    assert "cannot be made" in result.stderr


def test_ops_says_where_an_operation_is() -> None:
    result = run("ops", "CreateDigitalAsset")
    assert result.returncode == 0
    assert "src/greenroom/assets/routes.py:" in result.stdout
    every = json.loads(run("ops", "--json").stdout)
    contract = [row for row in every["operations"] if "/x-greenroom/" not in row["path"]]
    assert every["total"] == len(contract) == 299
    assert every["implemented"] == sum(1 for row in contract if row["where"])


def test_doctor_names_what_it_looked_at(tmp_path: Path) -> None:
    result = run("doctor", "--json", "--data", str(tmp_path))
    report = json.loads(result.stdout)
    assert result.returncode == (0 if report["fit"] else 1)
    names = {finding["name"] for finding in report["findings"]}
    assert {"Python", "model weights", "PyTorch", "codecs", "memory", "disk space", "data folder"} <= names
    assert {"fonts", "speech recognition", "colour emoji", "content credentials"} <= names
    assert all(finding["cure"] for finding in report["findings"] if not finding["present"])
