"""The templets of business cards: the looks that are built in, and pictures of the tenant's own."""

from __future__ import annotations

from dataclasses import dataclass

from greenroom.assets.service import file_of, require_usable
from greenroom.assets.states import AssetType
from greenroom.errors import InvalidParameterError
from greenroom.runtime import Context
from greenroom.video.cards.looks import CANVAS, LOOKS, OWN

_FORMATS = ("JPG", "JPEG", "PNG", "BMP")


class TempletError(InvalidParameterError):
    """No card can be drawn with this templet; the text says what there is."""


@dataclass(slots=True, frozen=True)
class Templet:
    look: str
    picture_key: str | None


async def require_templet(context: Context, asset_id: str) -> Templet:
    """A built-in look by its name, or a BUSINESS_CARD_TEMPLET asset whose main file is a picture.

    Raises:
        TempletError: its main file is no picture.
        GreenroomError: no such asset, or it cannot be used.
    """
    if asset_id in LOOKS and asset_id != OWN:
        return Templet(asset_id, None)
    asset = await require_usable(context, asset_id, AssetType.BUSINESS_CARD_TEMPLET)
    main = file_of(asset)
    if main is None or main.object_key is None or (main.type or "").upper() not in _FORMATS:
        names = ", ".join(name for name in LOOKS if name != OWN)
        raise TempletError(
            f"card_templet_asset_id: the main file of {asset_id} is no picture: upload a JPG, PNG or BMP of "
            f"{CANVAS[0]}x{CANVAS[1]}, or take a built-in look ({names})"
        )
    return Templet(OWN, main.object_key)
