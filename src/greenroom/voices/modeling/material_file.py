"""The material of a job for whoever trains it elsewhere: one encrypted file, opened by a token, once.

The operator makes a token (`greenroom voice material`); it is valid for an hour. The file is a zip of the
good recordings, their texts and the letter, encrypted with AES-256-GCM in blocks of 1 MiB:

    "GRVM1\\n", 8 bytes of nonce prefix, then blocks of at most 1 MiB + 16 bytes of tag

The key is SHA-256 of the token; the nonce of block n is the prefix and n as 4 bytes, big endian; the last
block has the additional data `last`, so that a file which breaks off is not taken for a whole one.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import secrets
import zipfile
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from starlette.responses import Response, StreamingResponse

from greenroom.runtime import Context, Runtime
from greenroom.storage.objects import ObjectNotFoundError
from greenroom.voices.modeling import uploads
from greenroom.voices.modeling.errors import MaterialMissingError, MaterialTokenError
from greenroom.voices.modeling.models import VoiceJob
from greenroom.voices.modeling.repository import VoiceJobRepository
from greenroom.voices.modeling.service import find
from greenroom.voices.modeling.storing import load_checked
from greenroom.voices.modeling.wire import EncryptFileQuery

MAGIC = b"GRVM1\n"
BLOCK = 1 << 20
TOKEN_LIFE = timedelta(hours=1)
_TAG = 16


async def make_token(context: Context, job_id: str) -> str:
    """A token for the material of a job, in place of any other. Only its hash is kept.

    Raises VoiceJobNotFoundError; MaterialMissingError: nothing was checked yet.
    """
    row = await find(context, job_id)
    _folder(row)
    token = secrets.token_hex(32)
    row.once_digest = _digest(token)
    row.once_expires_at = context.now() + TOKEN_LIFE
    return token


async def show_encrypt_file(context: Context, query: EncryptFileQuery) -> Response:
    """Raises MaterialTokenError: it opens nothing, or not for this tenant."""
    row = None
    if query.tenant_id == context.tenant_id:
        row = await _redeemed(context, query.job_id, query.once_token)
    if row is None:
        raise MaterialTokenError(
            "once_token opens nothing: it is wrong, used up or too old; have the operator make another one"
        )
    return StreamingResponse(
        _file(context.runtime, row, query.once_token),
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{row.id}.grvm"'},
    )


def decrypt(source: Path, target: Path, token: str) -> None:
    """Write the zip that a file holds. Raises MaterialTokenError: another token, or a damaged file."""
    cipher = AESGCM(hashlib.sha256(token.encode()).digest())
    with source.open("rb") as file, target.open("wb") as out:
        if file.read(len(MAGIC)) != MAGIC:
            raise MaterialTokenError(f"{source.name} is no file of voice material")
        prefix = file.read(8)
        block, number = file.read(BLOCK + _TAG), 0
        while block:
            following = file.read(BLOCK + _TAG)
            try:
                out.write(cipher.decrypt(prefix + number.to_bytes(4, "big"), block, _mark(not following)))
            except InvalidTag:
                raise MaterialTokenError(
                    f"{source.name} cannot be opened: the token is another one, or the file is damaged"
                ) from None
            block, number = following, number + 1


async def _redeemed(context: Context, job_id: str, token: str) -> VoiceJob | None:
    """In a transaction of its own, for a request that reads has none to write in."""
    async with context.runtime.transaction(context.scope) as own:
        row = await VoiceJobRepository(own).find_locked(job_id)
        if row is None or row.once_digest is None or row.once_expires_at is None:
            return None
        if not hmac.compare_digest(row.once_digest, _digest(token)) or own.now() > row.once_expires_at:
            return None
        row.once_digest = row.once_expires_at = None
        return row


async def _file(runtime: Runtime, row: VoiceJob, token: str) -> AsyncIterator[bytes]:
    folder = runtime.settings.work_dir
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder) as scratch:
        archive = await _archive(runtime, row, Path(scratch))
        blocks = _encrypted(archive, token)
        while (block := await asyncio.to_thread(next, blocks, None)) is not None:
            yield block


async def _archive(runtime: Runtime, row: VoiceJob, scratch: Path) -> Path:
    material = scratch / "material"
    recordings = await load_checked(runtime.objects, _folder(row), material)
    try:
        await runtime.objects.download(uploads.letter_key(row), material / "authorization-letter")
    except ObjectNotFoundError:
        (material / "authorization-letter").unlink(missing_ok=True)
    lines = [f"{one.name}\t{one.text}" for one in recordings]
    (material / "transcripts.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    archive = scratch / "material.zip"
    await asyncio.to_thread(_zip, material, archive)
    return archive


def _zip(folder: Path, archive: Path) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as into:
        for path in sorted(folder.iterdir()):
            into.write(path, path.name)


def _encrypted(archive: Path, token: str) -> Iterator[bytes]:
    cipher = AESGCM(hashlib.sha256(token.encode()).digest())
    prefix = os.urandom(8)
    yield MAGIC + prefix
    with archive.open("rb") as file:
        block, number = file.read(BLOCK), 0
        while block:
            following = file.read(BLOCK)
            yield cipher.encrypt(prefix + number.to_bytes(4, "big"), block, _mark(not following))
            block, number = following, number + 1


def _mark(is_last: bool) -> bytes:
    return b"last" if is_last else b""


def _digest(token: str) -> str:
    return hashlib.sha256(b"voice material " + token.encode()).hexdigest()


def _folder(row: VoiceJob) -> str:
    run_id = row.options.get("checked_run")
    if run_id is None:
        raise MaterialMissingError(f"the recordings of the job {row.id} were not accepted yet")
    return uploads.checked_folder(row, run_id)
