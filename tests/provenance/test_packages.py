"""Signed voice packages: who made them, and what was changed since."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest
from tests.conftest import greenroom_command
from tests.provenance.certificates import write_certificate

from greenroom.engines.voice_package import SAMPLE, close_package, pack
from greenroom.iam.secrets import Vault
from greenroom.media.wav import write_wav
from greenroom.provenance.credentials import Standing
from greenroom.provenance.identity import SigningIdentity
from greenroom.provenance.packages import SIGNATURE, read_signature, sign_package
from greenroom.settings import Settings

DESCRIPTION = {
    "modeler": "conversion", "name": "Ana", "language": "en-US", "sex": "FEMALE", "licence": "as agreed",
    "sample_rate": 24_000,
}  # fmt: skip


@pytest.fixture
def identity(tmp_path: Path) -> SigningIdentity:
    settings = Settings(data=tmp_path / "data")
    (tmp_path / "data").mkdir()
    found = SigningIdentity.of(settings, Vault.open(tmp_path / "data" / "secret.key"))
    assert found is not None
    return found


@pytest.fixture
def package(tmp_path: Path) -> Path:
    building = tmp_path / "building"
    building.mkdir()
    write_wav(building / SAMPLE, np.zeros(240, np.float32), 24_000)
    close_package(building, tmp_path / "package", DESCRIPTION, {"modeler": "conversion"})
    return tmp_path / "package"


def standing(package: Path, trusted: str) -> tuple[Standing, str]:
    archive, scratch = package.with_name("voice.zip"), package.with_name("scratch")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    pack(package, archive)
    found = read_signature(archive, scratch, trusted)
    return found.standing, found.signer


def test_signed_here(package: Path, identity: SigningIdentity) -> None:
    sign_package(package, identity)
    assert standing(package, identity.root) == (Standing.TRUSTED, "Greenroom")
    assert standing(package, "") == (Standing.UNKNOWN_SIGNER, "Greenroom")


def test_signed_with_a_certificate_of_ones_own(package: Path, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, **write_certificate(tmp_path))
    found = SigningIdentity.of(settings, Vault.open(tmp_path / "secret.key"))
    assert found is not None
    sign_package(package, found)
    assert standing(package, found.root) == (Standing.TRUSTED, "Fjord Radio")


def test_not_signed(package: Path, identity: SigningIdentity) -> None:
    assert standing(package, identity.root)[0] is Standing.NONE


@pytest.mark.parametrize("name", ["manifest.json", SAMPLE, SIGNATURE])
def test_changed(package: Path, identity: SigningIdentity, name: str) -> None:
    sign_package(package, identity)
    changed = (package / name).read_bytes().replace(b"Ana", b"Eve").replace(b"\0\0", b"\0\1", 1)
    (package / name).write_bytes(changed if name != SIGNATURE else b'{"signature": "AAAA"}')
    assert standing(package, identity.root)[0] is Standing.CHANGED


def test_the_command(package: Path, identity: SigningIdentity, tmp_path: Path) -> None:
    sign_package(package, identity)
    pack(package, tmp_path / "voice.zip")
    command = [*greenroom_command(), "verify", str(tmp_path / "voice.zip"), "--data", str(tmp_path / "data")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "Signed by Greenroom, and as it was signed.",
        "The voice 'Ana', made with the modeler conversion.",
    ]
    with zipfile.ZipFile(tmp_path / "voice.zip", "a") as archive:
        archive.writestr("more.txt", "x")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "Changed" in done.stdout, "a file that the manifest does not name"
