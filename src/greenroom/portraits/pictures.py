"""Pictures in a request: as base64, as a link of this service, or as the id of an asset.

A picture from outside is only decoded in a child process with limits of memory and time.
"""

from __future__ import annotations

import base64
import binascii
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from greenroom.assets.service import file_of, require_usable
from greenroom.assets.states import AssetType
from greenroom.errors import GreenroomError, InvalidParameterError
from greenroom.jobs.children import Child, ChildError, ChildLimits
from greenroom.runtime import Context
from greenroom.storage.links import OBJECTS_PATH
from greenroom.storage.objects import ObjectNotFoundError

MAX_BYTES = 23 * 1024 * 1024
"""What 31457280 characters of base64 can hold."""
SMALLEST_SIDE = 256
"""Pixels of a photo that is to speak."""
_MEASURE = "greenroom.portraits.looking:measure"
_MEMORY_MB = 2048
_ASSET_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""No picture fits into so few characters of base64."""


class PictureError(InvalidParameterError):
    """A picture of the request cannot be used; the text names the member and the cure."""


@dataclass(slots=True, frozen=True)
class Picture:
    """A picture file that was looked into."""

    data: bytes = field(repr=False)
    width: int
    """Of the picture at working size, upright."""
    height: int


async def take_picture(context: Context, member: str, given: str) -> Picture:
    """The picture behind a member of the request. Ends the transaction so far: call it before rows change.

    Raises:
        PictureError: it is no picture that can be read; `member` is the request's.
        GreenroomError: the asset or the link cannot be used.
    """
    return await take_picture_file(context, member, await _bytes_of(context, member, given))


async def take_picture_file(context: Context, member: str, data: bytes) -> Picture:
    """As `take_picture`, of the file itself."""
    if len(data) > MAX_BYTES:
        raise PictureError(f"{member} holds {len(data)} bytes: send a picture of at most {MAX_BYTES}")
    width, height = await _measured(context, member, data)
    return Picture(data, width, height)


async def _bytes_of(context: Context, member: str, given: str) -> bytes:
    if given.startswith(("http://", "https://")):
        return await _stored(context, member, linked_object(context, member, given))
    if _ASSET_ID.fullmatch(given):
        asset = await require_usable(context, given, AssetType.IMAGE)
        main = file_of(asset)
        if main is None or main.object_key is None:
            raise PictureError(f"{member}: the asset {given} has no main file; upload it again")
        return await _stored(context, member, main.object_key)
    text = given.partition(",")[2] if given.startswith("data:") else given
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise PictureError(
            f"{member} is not base64: send the bytes of a JPEG or PNG file as base64"
        ) from None


async def _stored(context: Context, member: str, key: str) -> bytes:
    try:
        if (await context.objects.head(key)).size > MAX_BYTES:
            raise PictureError(f"{member}: the file is larger than {MAX_BYTES} bytes: make it smaller")
        return await context.objects.read_bytes(key)
    except ObjectNotFoundError:
        raise PictureError(f"{member}: the picture is gone; upload it again") from None


def linked_object(context: Context, member: str, url: str) -> str:
    """The object behind a download link of this service; nothing is fetched from anywhere else.

    Raises PictureError: another server's link, or one that was changed or has expired.
    """
    parts = urlsplit(url)
    if not parts.path.startswith(OBJECTS_PATH):
        raise PictureError(
            f"{member}: only links of this service are read; upload the picture as an IMAGE asset and give "
            "its download link"
        )
    key = unquote(parts.path[len(OBJECTS_PATH) :])
    try:
        context.runtime.links.verify("get", key, dict(parse_qsl(parts.query)))
    except GreenroomError as error:
        raise PictureError(f"{member}: {error.message}") from None
    return key


async def _measured(context: Context, member: str, data: bytes) -> tuple[int, int]:
    await context.commit()  # looking takes a second or more, and the database must not wait for it
    work_dir = context.settings.work_dir
    work_dir.mkdir(parents=True, exist_ok=True)
    limits = ChildLimits(memory_mb=_MEMORY_MB, seconds=context.settings.probe_timeout_s)
    with tempfile.TemporaryDirectory(dir=work_dir, prefix="picture-") as folder:
        path = Path(folder) / "The picture"
        path.write_bytes(data)
        try:
            async with Child(work_dir / "pictures.log", limits) as child:
                found = await child.call(_MEASURE, {"path": str(path)})
        except ChildError as error:
            if error.is_user_fault:
                raise PictureError(f"{member}: {error.message}") from None
            raise PictureError(
                f"{member} cannot be examined: reading it takes more time or memory than allowed, or the "
                "file is malformed. Save it again as JPEG or PNG"
            ) from None
    return found["width"], found["height"]


async def look_at_identity(context: Context, path: str, *cards: str | None) -> None:
    """Pictures of identity cards must be pictures; they are not kept. `path` stands before the members.

    Raises PictureError.
    """
    for number, given in enumerate(cards, start=1):
        if given is not None:
            await take_picture(context, f"{path}id_card_image{number}", given)


def require_consent(context: Context, member: str, given: bool | None) -> None:
    """Raises PictureError: nobody says that the person in the photo agrees."""
    if context.settings.consent_required and not given:
        raise PictureError(
            f"{member} must be true: it states that the person in the photo has agreed to speak in a video; "
            "ask them, or take a synthetic face"
        )
