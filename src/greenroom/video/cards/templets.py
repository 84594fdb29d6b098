"""The looks of business cards: those that are built in, and pictures of the tenant's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from greenroom.assets.service import file_of, require_usable
from greenroom.assets.states import AssetType
from greenroom.errors import InvalidParameterError
from greenroom.runtime import Context

CANVAS = (1920, 1080)
OWN = "own"
"""Name of the look that is drawn on a picture of the tenant's own."""
_FORMATS = ("JPG", "JPEG", "PNG", "BMP")


@dataclass(slots=True, frozen=True)
class Look:
    """Colours as `#RRGGBB`."""

    background: str
    stage: str
    """Of the side where the person stands."""
    accent: str
    ink: str
    faint: str
    """Ink of what matters less."""


LOOKS: Mapping[str, Look] = {
    "business-card-light": Look("#FFFFFF", "#E8EDF2", "#1F6FEB", "#16202B", "#5A6875"),
    "business-card-dark": Look("#10181F", "#1B2833", "#35C2A0", "#F2F5F7", "#A8B6C2"),
    "business-card-warm": Look("#FBF6EF", "#F0E2D0", "#B4532A", "#2B1F18", "#75655A"),
    OWN: Look("#FFFFFF", "#FFFFFF", "#16202B", "#16202B", "#4A5866"),
}


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
