"""Copying by a sealed note: the owner's project makes it, whoever presents it in another project gets a copy.

The note is encrypted and authenticated (AES-256-GCM) with a key of this installation, so that nobody can make
or change one; it names the asset and expires after a day.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from greenroom.assets.copying import copies_of_files, copy_objects, copy_of
from greenroom.assets.errors import AssetNotFoundError, AssetStateError
from greenroom.assets.freezing import is_withheld
from greenroom.assets.models import Asset
from greenroom.assets.repository import AssetRepository, any_asset
from greenroom.assets.service import require_own_asset
from greenroom.assets.states import AssetState
from greenroom.assets.usage import note_stored
from greenroom.assets.wire import ReplicationAssetInfo, ReplicationEncInfo
from greenroom.billing.storage import check_room
from greenroom.errors import InvalidParameterError
from greenroom.runtime import Context
from greenroom.storage.objects import ObjectNotFoundError

LIFE = timedelta(hours=24)
ALGORITHM = "AES-256-GCM"
KEY_ID = "greenroom-replication-1"
_COPIED = {AssetState.ACTIVED, AssetState.UNACTIVED}


async def show_asset_replication_info(context: Context, asset_id: str) -> ReplicationAssetInfo:
    """The note for an asset of the caller's.

    Raises:
        AssetNotFoundError: no such asset.
        AssetStateError: it is not finished, or frozen or deleted.
    """
    asset = await require_own_asset(context, asset_id)
    _check_state(asset)
    expires = int((context.now() + LIFE).timestamp() * 1000)
    iv = secrets.token_bytes(12)
    content = {"asset_id": asset.id, "project_id": asset.project_id, "expires": expires}
    sealed = _cipher(context).encrypt(iv, json.dumps(content).encode(), _bound(asset.id, expires))
    return ReplicationAssetInfo(
        asset_id=asset.id,
        asset_info=base64.b64encode(sealed).decode(),
        encryption_info=ReplicationEncInfo(
            algorithm=ALGORITHM, key_id=KEY_ID, iv=base64.b64encode(iv).decode()
        ),
        expire_time=expires,
    )


async def create_asset_by_replication_info(context: Context, body: ReplicationAssetInfo) -> None:
    """Copy the asset into the caller's project. The same note twice makes one copy.

    Raises:
        InvalidParameterError: the note was changed, is another installation's, or has expired.
        AssetNotFoundError, AssetStateError: the asset was deleted or frozen since.
        InsufficientResourcesError: it would exceed what the tenant may store.
    """
    content = _open(context, body)
    asset_id = uuid.uuid5(uuid.NAMESPACE_OID, f"{body.encryption_info.iv} {context.project_id}").hex
    if await any_asset(context.session, asset_id) is not None:
        return
    source = await any_asset(context.session, content["asset_id"])
    if source is None or source.is_gone or source.project_id != content["project_id"]:
        raise AssetNotFoundError(content["asset_id"])
    _check_state(source)
    if await is_withheld(context.session, source):
        raise AssetStateError(f"the asset {source.id} is frozen with its project: it cannot be copied now")
    copy = copy_of(context, source, asset_id)
    pairs = copies_of_files(context, source, copy)
    await check_room(context, copy, sum(new.size or 0 for _, new in pairs))
    keys = [(str(old.object_key), str(new.object_key)) for old, new in pairs]
    await context.commit()
    try:
        await copy_objects(context, keys)
    except ObjectNotFoundError:
        raise AssetNotFoundError(content["asset_id"]) from None
    try:
        copy.files = [new for _, new in pairs]
        await AssetRepository(context).add(copy)
        for file in copy.files:
            note_stored(context, copy, file)
        await context.session.flush()
    except BaseException:
        await context.objects.delete(*[target for _, target in keys])
        raise


def _open(context: Context, body: ReplicationAssetInfo) -> dict[str, Any]:
    info = body.encryption_info
    if info.algorithm != ALGORITHM or info.key_id != KEY_ID:
        raise InvalidParameterError(
            f"encryption_info names {info.algorithm} with {info.key_id}, which are not of this installation: "
            "ask it for the replication info of the asset"
        )
    try:
        sealed = base64.b64decode(body.asset_info, validate=True)
        iv = base64.b64decode(info.iv, validate=True)
        plain = _cipher(context).decrypt(iv, sealed, _bound(body.asset_id, body.expire_time))
    except (binascii.Error, InvalidTag, ValueError):
        raise InvalidParameterError(
            "asset_info does not fit the other members, or was not made here: send the replication info "
            "exactly as it was given"
        ) from None
    content: dict[str, Any] = json.loads(plain)
    if context.now() > datetime.fromtimestamp(content["expires"] / 1000, UTC):
        raise InvalidParameterError("expire_time is over: ask for new replication info")
    return content


def _check_state(asset: Asset) -> None:
    if asset.state not in _COPIED:
        raise AssetStateError(
            f"the asset {asset.id} is {asset.state}: only one that is ACTIVED or UNACTIVED can be copied"
        )


def _bound(asset_id: str, expires: int) -> bytes:
    return f"{asset_id} {expires}".encode()


def _cipher(context: Context) -> AESGCM:
    return AESGCM(context.runtime.vault.derive_key("asset replication"))
