"""Files that say who the person is: the authorization letter and the identity card. Their links work once.

A link leads to Download2dModelTraningEncryptFile; its `once_token` names the file and says until when, sealed
for the tenant and the job, so nothing is stored until it is used. Whoever has the link needs no signature, as
the contract has it: the query is all that the operation takes.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from starlette.responses import Response, StreamingResponse

from greenroom.api.models import UsedSignature
from greenroom.api.repository import claim_signature
from greenroom.modeling.errors import TrainingFileLinkError
from greenroom.modeling.models import TrainingJob
from greenroom.modeling.repository import training_job_of_any_tenant
from greenroom.modeling.wire import EncryptFileQuery
from greenroom.runtime import Context, Runtime, Scope
from greenroom.storage.holds import is_held
from greenroom.storage.objects import ObjectNotFoundError
from greenroom.storage.transfers import ObjectHeldError, ObjectMissingError
from greenroom.tenants.service import scope_of_project

SLOTS = ("grant_file", "id_card_image1", "id_card_image2")
"""Stems of the members of the job's detail whose links work once."""
PATH = "/v1/digital-human-training-manage/user/encrypt-file-download"
_PURPOSE = "training files"
_NONCE_BYTES, _SEAL_BYTES = 8, 19
_HEAD = struct.Struct(f">BI{_NONCE_BYTES}s")
"""Number of the slot, Unix seconds of the end, chance: 13 bytes; with the seal 32, as the contract has it."""


@dataclass(slots=True, frozen=True)
class _Token:
    slot: str
    ends_at: datetime


def once_link(context: Context, row: TrainingJob, slot: str) -> str:
    """A link to one of the `SLOTS` that works once, as long as other links live."""
    ends = int(context.now().timestamp()) + context.settings.download_link_s
    head = _HEAD.pack(SLOTS.index(slot), ends, secrets.token_bytes(_NONCE_BYTES))
    token = (head + _seal(context.runtime, row.tenant_id, row.id, head)).hex()
    query = urlencode({"tenant_id": row.tenant_id, "job_id": row.id, "once_token": token})
    return f"{context.base_url}{PATH}?{query}"


async def scope_of_link(runtime: Runtime, query: Mapping[str, str]) -> Scope:
    """Whose file a request without any credentials may read. Raises TrainingFileLinkError."""
    wanted = EncryptFileQuery.model_construct(
        tenant_id=query.get("tenant_id", ""),
        job_id=query.get("job_id", ""),
        once_token=query.get("once_token", ""),
    )
    _opened(runtime, wanted)
    async with runtime.sessions.read() as session:
        row = await training_job_of_any_tenant(session, wanted.job_id)
    if row is None or row.tenant_id != wanted.tenant_id:
        raise TrainingFileLinkError
    return await scope_of_project(runtime, row.project_id)


async def download2d_model_training_file(context: Context, query: EncryptFileQuery) -> Response:
    """The file behind a link, which opens nothing afterwards.

    Raises:
        TrainingFileLinkError: the link was used, has ended, or is none of ours.
        ObjectMissingError, ObjectHeldError: the file was deleted or frozen.
    """
    token = _opened(context.runtime, query)
    row = await training_job_of_any_tenant(context.session, query.job_id)
    if row is None or not row.tenant_id == query.tenant_id == context.tenant_id:
        raise TrainingFileLinkError
    key = row.slot_key(token.slot)
    if await is_held(context.session, key):
        raise ObjectHeldError("the file behind this link is frozen: ask the operator to unfreeze it")
    try:
        info = await context.objects.head(key)
    except ObjectNotFoundError:
        raise ObjectMissingError("the file behind this link was deleted: ask for a new link") from None
    await _use_up(context.runtime, query.once_token, token)
    headers = {
        "Content-Length": str(info.size),
        "Content-Disposition": f'attachment; filename="{token.slot}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(
        context.objects.read(key), headers=headers, media_type="application/octet-stream"
    )


def _opened(runtime: Runtime, query: EncryptFileQuery) -> _Token:
    """Raises TrainingFileLinkError: changed, of another tenant or job, or too old."""
    try:
        data = bytes.fromhex(query.once_token)
        head, seal = data[: _HEAD.size], data[_HEAD.size :]
        number, ends, _ = _HEAD.unpack(head)
        slot = SLOTS[number]
    except (ValueError, struct.error, IndexError):
        raise TrainingFileLinkError from None
    if not hmac.compare_digest(seal, _seal(runtime, query.tenant_id, query.job_id, head)):
        raise TrainingFileLinkError
    ends_at = datetime.fromtimestamp(ends, UTC)
    if runtime.clock() >= ends_at:
        raise TrainingFileLinkError
    return _Token(slot, ends_at)


def _seal(runtime: Runtime, tenant_id: str, job_id: str, head: bytes) -> bytes:
    # The ids end with a byte that no id holds, so that no two pairs are sealed as the same text.
    text = b"\0".join((tenant_id.encode(), job_id.encode(), head))
    return hmac.digest(runtime.vault.derive_key(_PURPOSE), text, "sha256")[:_SEAL_BYTES]


async def _use_up(runtime: Runtime, once_token: str, token: _Token) -> None:
    """In a transaction of its own: the request only reads. Raises TrainingFileLinkError: used before."""
    used = UsedSignature(
        signature=hashlib.sha256(bytes.fromhex(once_token)).hexdigest(),
        sender="",
        used_at=runtime.clock(),
        expires_at=token.ends_at,
    )
    async with runtime.sessions.write.begin() as session:
        if not await claim_signature(session, used):
            raise TrainingFileLinkError
