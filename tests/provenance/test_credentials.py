"""Content credentials: written, read back, and what they say after a change."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import av
import numpy as np
import pytest
from tests.conftest import greenroom_command
from tests.provenance.certificates import write_certificate

from greenroom.iam.secrets import Vault
from greenroom.media.encode import VideoWriter
from greenroom.media.encoders import VideoSettings
from greenroom.media.mux import join_segments
from greenroom.provenance.credentials import Standing, read_credentials, sign_video
from greenroom.provenance.identity import SigningIdentity
from greenroom.provenance.metadata import metadata_of, producer_in
from greenroom.settings import Settings

pytestmark = pytest.mark.media


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a second with sound and the metadata of a finished video."""
    folder = tmp_path_factory.mktemp("video")
    with VideoWriter(folder / "segment.mp4", VideoSettings(64, 48)) as writer:
        for number in range(13):
            writer.write_picture(np.full((48, 64, 3), 10 * number, np.uint8))
    tone = 0.3 * np.sin(np.arange(24_000) / 20).astype(np.float32)
    out = folder / "video.mp4"
    join_segments(
        [folder / "segment.mp4"], tone, 48_000, out, metadata_of([folder / "segment.mp4"], "Halden")
    )
    return out


@pytest.fixture
def identity(tmp_path: Path) -> SigningIdentity:
    return _identity(tmp_path / "secret.key")


def _identity(key: Path, **settings: object) -> SigningIdentity:
    made = SigningIdentity.of(Settings(**settings), Vault.open(key))
    assert made is not None
    return made


def _copy(video: Path, out: Path) -> Path:
    out.write_bytes(video.read_bytes())
    return out


def _packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as movie:
        return [bytes(packet) for packet in movie.demux() if packet.size]


def test_a_signed_file_is_trusted_and_holds_the_same(
    video: Path, identity: SigningIdentity, tmp_path: Path
) -> None:
    signed = _copy(video, tmp_path / "signed.mp4")
    sign_video(signed, identity, "Lamps")
    found = read_credentials(signed, identity.root)
    assert found.standing is Standing.TRUSTED and found.is_ai and found.title == "Lamps"
    assert found.signer == "Greenroom" and found.generator.startswith("Greenroom ")
    assert _packets(signed) == _packets(video)
    assert signed.stat().st_size - video.stat().st_size < 8000


def test_each_worker_of_one_key_is_the_same_signer_and_others_are_not(
    video: Path, identity: SigningIdentity, tmp_path: Path
) -> None:
    assert _identity(tmp_path / "secret.key") == identity
    signed = _copy(video, tmp_path / "signed.mp4")
    sign_video(signed, identity, "Lamps")
    stranger = _identity(tmp_path / "other.key", ai_producer="Fjord Radio")
    found = read_credentials(signed, stranger.root)
    assert found.standing is Standing.UNKNOWN_SIGNER and found.signer == "Greenroom"


def test_what_was_changed_is_named(video: Path, identity: SigningIdentity, tmp_path: Path) -> None:
    signed = _copy(video, tmp_path / "signed.mp4")
    sign_video(signed, identity, "Lamps")
    whole = bytearray(signed.read_bytes())
    with av.open(str(signed)) as movie:
        at = {packet.stream.type: packet.pos + packet.size // 2 for packet in movie.demux() if packet.size}
    for kind, words in (("video", "the pictures were changed"), ("audio", "the sound was changed")):
        changed = bytearray(whole)
        changed[at[kind]] ^= 0xFF
        (tmp_path / "changed.mp4").write_bytes(changed)
        found = read_credentials(tmp_path / "changed.mp4", identity.root)
        assert found.standing is Standing.CHANGED and found.changes == (words,)
    retitled = bytes(whole).replace(b"Halden", b"Holden", 1)
    (tmp_path / "retitled.mp4").write_bytes(retitled)
    found = read_credentials(tmp_path / "retitled.mp4", identity.root)
    assert found.standing is Standing.CHANGED and "as they were" in found.changes[0]


def test_a_file_without_credentials_says_so(video: Path) -> None:
    assert read_credentials(video, "").standing is Standing.NONE


def test_a_certificate_of_the_operators_signs(video: Path, tmp_path: Path) -> None:
    given = write_certificate(tmp_path)
    identity = _identity(tmp_path / "secret.key", **given)
    signed = _copy(video, tmp_path / "signed.mp4")
    sign_video(signed, identity, "")
    found = read_credentials(signed, "")
    assert found.standing is Standing.UNKNOWN_SIGNER and found.signer == "Fjord Radio"


def test_metadata_says_who_made_it(video: Path, tmp_path: Path) -> None:
    with av.open(str(video)) as movie:
        tags = dict(movie.metadata)
    assert producer_in(tags) == "Halden"
    element = json.loads(tags["comment"])["AIGC"]
    assert element["Label"] == "1" and len(element["ProduceID"]) == 32
    assert producer_in({"comment": "a holiday"}) is None


def test_the_command_says_it_in_words(video: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    signed = _copy(video, tmp_path / "signed.mp4")
    sign_video(signed, _identity(data / "secret.key"), "Lamps")

    def verify(*arguments: str, folder: Path = data) -> tuple[int, str]:
        command = greenroom_command("verify", *arguments, "--data", str(folder))
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    code, said = verify(str(signed))
    assert code == 0 and "Signed by Greenroom, and as it was signed." in said
    assert "Metadata: made by AI, produced by Halden." in said
    code, said = verify(str(signed), folder=tmp_path / "elsewhere")
    assert code == 1 and "not known here" in said
    (tmp_path / "root.pem").write_text(verify("--certificate")[1])
    code, said = verify(str(signed), "--trust", str(tmp_path / "root.pem"), folder=tmp_path / "elsewhere")
    assert code == 0
    code, said = verify(str(video), "--json")
    assert code == 1 and json.loads(said)["standing"] == "none"
    code, said = verify(str(tmp_path / "nothing.mp4"))
    assert code == 2 and "there is no file" in said
