from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from tests.prepared import migrate_new

from greenroom.errors import InvalidParameterError
from greenroom.iam.directory import Directory
from greenroom.iam.secrets import Vault
from greenroom.iam.service import create_credentials
from greenroom.runtime import Runtime
from greenroom.settings import Settings


def test_the_key_file_is_the_owners_alone_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    sealed = Vault.open(path).encrypt("swordfish", owner="AK1")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Vault.open(path).decrypt(sealed, owner="AK1") == "swordfish"


def test_a_secret_opens_for_its_owner_and_key_only(tmp_path: Path) -> None:
    vault = Vault.open(tmp_path / "secret.key")
    sealed = vault.encrypt("swordfish", owner="AK1")
    with pytest.raises(InvalidTag):
        vault.decrypt(sealed, owner="AK2")
    with pytest.raises(InvalidTag):
        Vault.open(tmp_path / "other.key").decrypt(sealed, owner="AK1")
    assert vault.encrypt("swordfish", owner="AK1") != sealed, "every encryption has its own nonce"


def test_a_damaged_key_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_bytes(b"short")
    with pytest.raises(ValueError, match=r"secret\.key is damaged"):
        Vault.open(tmp_path / "secret.key")


async def test_the_secret_key_is_not_in_the_database(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    migrate_new(settings)
    runtime = Runtime.open(settings)
    first = await create_credentials(runtime, "acme", "cn-north-4")
    second = await create_credentials(runtime, "acme", "cn-north-4")
    assert first.project_id == second.project_id
    assert first.access_key != second.access_key
    holder = await Directory(runtime.sessions, runtime.vault).holder(first.access_key)
    assert holder is not None
    assert (holder.secret_key, holder.home_project) == (first.secret_key, first.project_id)
    await runtime.close()
    for path in tmp_path.iterdir():
        if path.is_file():
            assert first.secret_key.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("name", ["", "-a", "a b", "a/b", "ü", "x" * 65])
async def test_tenant_names(tmp_path: Path, name: str) -> None:
    settings = Settings(data=tmp_path)
    migrate_new(settings)
    runtime = Runtime.open(settings)
    with pytest.raises(InvalidParameterError, match="tenant name"):
        await create_credentials(runtime, name, "cn-north-4")
    await runtime.close()
