"""`greenroom verify FILE`: what a file says about where it comes from, and what was changed since."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from greenroom.cli.errors import UserError


def command(
    file: Annotated[Path | None, typer.Argument(help="A video, picture or sound, or a voice's zip.")] = None,
    trust: Annotated[
        list[Path] | None, typer.Option(help="Certificates (PEM) to trust besides this installation's.")
    ] = None,
    certificate: Annotated[
        bool,
        typer.Option("--certificate", help="Print this installation's certificate for others."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data: Annotated[Path | None, typer.Option(help="The data folder.")] = None,
) -> None:
    """Exit code 0: signed and as it was; 1: not signed, by somebody unknown, or changed since."""
    from greenroom.cli.settings import load_settings
    from greenroom.iam.secrets import Vault
    from greenroom.provenance.identity import SigningIdentity

    settings = load_settings(data=data)
    vault = Vault.open(settings.secret_key_file or settings.data_dir / "secret.key")
    identity = SigningIdentity.of(settings, vault)
    if certificate:
        if identity is None:
            raise UserError("GREENROOM_CREDENTIALS is off: there is no certificate")
        print(identity.root, end="")
        return
    if file is None or not file.is_file():
        raise UserError(f"there is no file {file}" if file else "name a file, or ask for the --certificate")
    roots = [identity.root] if identity is not None else []
    roots += [_read(path) for path in trust or ()]
    raise typer.Exit(_report(file, "".join(roots), as_json))


def _report(file: Path, trusted: str, as_json: bool) -> int:
    from greenroom.provenance.credentials import Standing, read_credentials
    from greenroom.provenance.packages import is_voice_archive, read_signature

    is_voice = is_voice_archive(file)
    if is_voice:
        with TemporaryDirectory() as scratch:
            found, producer = read_signature(file, Path(scratch), trusted), None
    else:
        found, producer = read_credentials(file, trusted), _producer(file)
    if as_json:
        print(json.dumps({**asdict(found), "metadata_producer": producer}, ensure_ascii=False, indent=2))
    else:
        for line in _lines(found, producer, is_voice):
            print(line)
    return 0 if found.standing is Standing.TRUSTED else 1


def _lines(found: object, producer: str | None, is_voice: bool) -> list[str]:
    from greenroom.provenance.credentials import Credentials, Standing

    assert isinstance(found, Credentials)
    said = {
        Standing.NONE: "Not signed." if is_voice else "No content credentials.",
        Standing.TRUSTED: f"Signed by {found.signer}, and as it was signed.",
        Standing.UNKNOWN_SIGNER: f"Signed by {found.signer or 'somebody'}, who is not known here, and as it "
        "was signed. To trust them: --trust CERTIFICATE.",
        Standing.CHANGED: f"Changed since {found.signer or 'somebody'} signed it: "
        + "; ".join(found.changes)
        + ".",
    }
    lines = [said[found.standing]]
    if is_voice:
        return [*lines, f"The voice {found.title!r}, made with {found.generator}."] if found.title else lines
    if found.standing is not Standing.NONE:
        made = "AI-generated content" if found.is_ai else "nothing about AI"
        lines.append(f"Content credentials: {made}, made with {found.generator or 'an unnamed program'}.")
    if producer is None:
        lines.append("Metadata: no statement that it was made by AI.")
    else:
        lines.append(f"Metadata: made by AI, produced by {producer or 'an unnamed producer'}.")
    return lines


def _producer(file: Path) -> str | None:
    """By the tags of the file; None where it is no media, too."""
    import av

    from greenroom.provenance.metadata import producer_in

    try:
        with av.open(str(file), metadata_errors="ignore") as movie:
            return producer_in(dict(movie.metadata))
    except (av.error.FFmpegError, ValueError, OSError):
        return None


def _read(path: Path) -> str:
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read: {error}") from None
    if "BEGIN CERTIFICATE" not in text:
        raise UserError(f"{path} holds no certificate in PEM")
    return text if text.endswith("\n") else text + "\n"
