"""A certificate of the operator's is looked at when the server starts, not when the first video is made."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.conftest import greenroom_command
from tests.provenance.certificates import write_certificate

from greenroom.provenance.certificate import require_usable_certificate
from greenroom.provenance.errors import SigningError
from greenroom.settings import Settings

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def refusal(**settings: object) -> str:
    with pytest.raises(SigningError) as caught:
        require_usable_certificate(Settings(**settings), NOW)
    return caught.value.message


def test_a_good_one_says_who_signs_and_until_when(tmp_path: Path) -> None:
    found = require_usable_certificate(Settings(**write_certificate(tmp_path)), NOW)
    assert found is not None
    assert (found.signer, found.until.year, found.algorithm) == ("Fjord Radio", 2050, "es256")
    assert require_usable_certificate(Settings(), NOW) is None


def test_each_fault_names_the_setting_and_the_cure(tmp_path: Path) -> None:
    given = write_certificate(tmp_path)
    alone = refusal(credentials_key=given["credentials_key"])
    assert "GREENROOM_CREDENTIALS_CERTIFICATE" in alone and "set both" in alone
    missing = refusal(**{**given, "credentials_certificate": tmp_path / "none.pem"})
    assert missing.startswith("GREENROOM_CREDENTIALS_CERTIFICATE") and "No such file" in missing
    swapped = refusal(credentials_certificate=given["credentials_key"], credentials_key=tmp_path / "key.pem")
    assert "BEGIN CERTIFICATE" in swapped
    (tmp_path / "other").mkdir()
    other = write_certificate(tmp_path / "other")
    stranger = refusal(**{**given, "credentials_key": other["credentials_key"]})
    assert stranger.startswith("GREENROOM_CREDENTIALS_KEY") and "not the key of the first" in stranger
    given["credentials_key"].write_text("nothing")
    assert refusal(**given).startswith("GREENROOM_CREDENTIALS_KEY") and "no PEM" in refusal(**given)


def test_one_that_has_run_out_or_is_for_something_else_is_refused(tmp_path: Path) -> None:
    expired = refusal(**write_certificate(tmp_path, datetime(2026, 6, 1)))
    assert "Fjord Radio" in expired and "to 2026-06-01: renew it" in expired
    of_a_website = refusal(**write_certificate(tmp_path, signs=False))
    assert "extended key usage such as e-mail protection" in of_a_website


def test_with_signing_off_nothing_is_looked_at(tmp_path: Path) -> None:
    settings = Settings(credentials="off", credentials_key=tmp_path / "none.pem")
    assert require_usable_certificate(settings, NOW) is None


@pytest.mark.contract
def test_the_server_and_the_worker_do_not_start_and_the_doctor_says_why(tmp_path: Path) -> None:
    given = write_certificate(tmp_path, datetime(2026, 6, 1))
    named = {f"GREENROOM_{name.upper()}": str(path) for name, path in given.items()}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = greenroom_command(*arguments, "--data", str(tmp_path / "data"))
        environment = {**os.environ, **named}
        return subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)

    for arguments in (("serve", "--port", "0"), ("worker",)):
        ended = run(*arguments)
        assert ended.returncode == 2 and "Traceback" not in ended.stderr
        assert ended.stderr.startswith("greenroom: GREENROOM_CREDENTIALS_CERTIFICATE")
        assert "renew it" in ended.stderr
    doctor = run("doctor", "--json")
    findings = {one["name"]: one for one in json.loads(doctor.stdout)["findings"]}
    assert doctor.returncode == 1
    assert not findings["content credentials"]["present"]
    assert "renew it" in findings["content credentials"]["value"]
