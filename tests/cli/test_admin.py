"""`greenroom admin` as an administrator runs it, beside a running server."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkmetastudio.v1 import (
    CreateDigitalAssetRequest,
    CreateDigitalAssetRequestBody,
    ListAssetsRequest,
)
from tests.command_line import greenroom_here
from tests.conftest import Credentials, RunningServer, greenroom_command, start_server

pytestmark = pytest.mark.contract
PASSWORD = "Secret-123"


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """With the settings that a user gets."""
    running = start_server(tmp_path_factory.mktemp("admin") / "data", GREENROOM_EMBEDDED_WORKER="false")
    yield running
    running.stop()


def admin(server: RunningServer, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return greenroom_here("admin", *arguments, "--data", server.data_dir, text=text)


def made(server: RunningServer, *arguments: str, text: str = "") -> Any:
    result = admin(server, *arguments, "--json", text=text)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def done(server: RunningServer, *arguments: str) -> None:
    result = admin(server, *arguments)
    assert result.returncode == 0, result.stderr


def error_of(call: Any) -> tuple[int, str]:
    with pytest.raises(ClientRequestException) as caught:
        call()
    return caught.value.status_code, caught.value.error_code


def test_from_a_new_user_to_a_disabled_key(own_server: RunningServer, tmp_path: Path) -> None:
    def list_assets() -> Any:
        return client.list_assets(ListAssetsRequest())

    def create_asset() -> Any:
        body = CreateDigitalAssetRequestBody(asset_name="Lobby", asset_type="IMAGE")
        return client.create_digital_asset(CreateDigitalAssetRequest(body=body))

    made(own_server, "users", "create", "ana", "--tenant", "acme", "--password-stdin", text=PASSWORD + "\n")
    keys = Credentials(**made(own_server, "keys", "create", "--tenant", "acme", "--user", "ana"))
    client = own_server.client(keys)
    assert error_of(list_assets) == (403, "APIGW.0302")

    made(own_server, "groups", "create", "readers", "--tenant", "acme")
    done(own_server, "groups", "add", "readers", "ana", "--tenant", "acme")
    attach = ("policies", "attach", "MetaStudio ReadOnlyAccess", "--tenant", "acme", "--group", "readers")
    done(own_server, *attach)
    time.sleep(0.6)
    assert list_assets().count >= 0
    assert error_of(create_asset) == (403, "APIGW.0302")

    document = tmp_path / "policy.json"
    statement = {"Effect": "Allow", "Action": ["metastudio:digitalAsset:create*"]}
    document.write_text(json.dumps({"Version": "1.1", "Statement": [statement]}))
    made(own_server, "policies", "save", "makers", "--tenant", "acme", "--file", str(document))
    done(own_server, "policies", "attach", "makers", "--tenant", "acme", "--group", "readers")
    time.sleep(0.6)
    assert create_asset().asset_id

    done(own_server, "keys", "disable", keys.access_key, "--tenant", "acme")
    time.sleep(0.6)
    assert error_of(list_assets) == (401, "MSS.00000001")
    (row,) = [
        row
        for row in made(own_server, "keys", "list", "--tenant", "acme")
        if row["access_key"] == keys.access_key
    ]
    assert row["state"] == "DISABLED"
    assert row["last_used_at"] is not None

    found = made(own_server, "audit", "--tenant", "acme", "--kind", "REFUSAL")
    assert {one["error_code"] for one in found} == {"APIGW.0302", "MSS.00000001"}
    changes = [one["action"] for one in made(own_server, "audit", "--tenant", "acme", "--kind", "CHANGE")]
    assert changes[:3] == ["iam:key:disable", "iam:policy:attach", "iam:policy:save"]


def test_in_a_process_of_its_own(own_server: RunningServer) -> None:
    place = ("--data", str(own_server.data_dir))
    found = subprocess.run(
        greenroom_command("admin", "tenants", "list", "--json", *place), capture_output=True, text=True
    )
    assert found.returncode == 0, found.stderr
    assert {row["name"] for row in json.loads(found.stdout)} >= {"acme", "globex"}
    wrong = subprocess.run(
        greenroom_command("admin", "users", "list", "--tenant", "nobody", *place),
        capture_output=True,
        text=True,
    )
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.startswith("greenroom: there is no tenant 'nobody'")
    assert wrong.stderr.count("\n") == 1


def test_a_token_over_the_wire(own_server: RunningServer) -> None:
    made(own_server, "users", "create", "bob", "--tenant", "acme", "--password-stdin", "--group", "admin",
         text=PASSWORD + "\n")  # fmt: skip
    user = {"name": "bob", "password": PASSWORD, "domain": {"name": "acme"}}
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}}}
    answer = httpx.post(f"{own_server.base_url}/v3/auth/tokens", json=body, timeout=20)
    assert answer.status_code == 201
    project = answer.json()["token"]["project"]["id"]
    assets = httpx.get(
        f"{own_server.base_url}/v1/{project}/digital-assets",
        headers={"X-Auth-Token": answer.headers["x-subject-token"]},
    )
    assert assets.status_code == 200


def test_rates_are_the_contracts_and_can_be_set(own_server: RunningServer) -> None:
    client = own_server.client(own_server.other_credentials)

    def create(name: str) -> Any:
        body = CreateDigitalAssetRequestBody(asset_name=name, asset_type="IMAGE")
        return client.create_digital_asset(CreateDigitalAssetRequest(body=body))

    done(own_server, "rates", "set", "1", "--tenant", "globex", "--operation", "create_digital_asset")
    time.sleep(0.6)
    create("a")
    assert error_of(lambda: create("b")) == (429, "APIGW.0308")
    done(own_server, "rates", "clear", "--tenant", "globex", "--operation", "CreateDigitalAsset")
    assert made(own_server, "rates", "list") == []
    time.sleep(0.6)
    for name in "cde":
        create(name)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("users", "list", "--tenant", "nobody"), ["no tenant 'nobody'"]),
        (("users", "create", "a/b", "--tenant", "acme"), ["user name", "'a/b'"]),
        (("groups", "add", "admin", "nobody", "--tenant", "acme"), ["no user 'nobody'"]),
        (
            ("policies", "attach", "Sunshine", "--tenant", "acme", "--group", "admin"),
            ["no policy 'Sunshine'"],
        ),
        (("policies", "save", "x", "--tenant", "acme", "--file", "/nowhere"), ["/nowhere cannot be read"]),
        (("keys", "disable", "AK", "--tenant", "acme"), ["no access key AK"]),
        (("rates", "set", "5", "--tenant", "acme", "--operation", "MakeCoffee"), ["MakeCoffee"]),
        (("tenants", "create", "acme"), ["'acme' already"]),
        (("audit", "--kind", "GOSSIP"), ["--kind", "REFUSAL or CHANGE"]),
        (("users", "delete", "acme", "--tenant", "acme"), ["disable it instead"]),
    ],
)
def test_a_mistake_is_one_clear_sentence(
    own_server: RunningServer, arguments: tuple[str, ...], words: list[str]
) -> None:
    result = admin(own_server, *arguments)
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    for word in words:
        assert word in result.stderr
