"""What is sold or metered: names on the wire, units, and for which terms it can be ordered.

Source: chapter 6 of the service overview (table 6-1); the members of the contract's UserQuotaDetail; the
resource types of the public API reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Item(StrEnum):
    """As the contract's quotas and statistics name them."""

    AVATAR = "modeling_count_2d_model"
    AVATAR_FLEXUS = "modeling_count_2d_model_flexus"
    VOICE_BASIC = "voice_clone_basic"
    VOICE_MIDDLE = "voice_clone_middle"
    VOICE_ADVANCE = "voice_clone_advance"
    VOICE_FLEXUS = "voice_clone_flexus"
    VIDEO = "video_time_2d_model"
    VIDEO_FLEXUS = "video_time_flexus_2d_model"
    LIVE = "live_channel_2d_model"
    DIALOG = "chat_channel_2d_model"
    STORAGE = "asset_storage"


class Business(StrEnum):
    VOICE_CLONE = "VOICE_CLONE"
    SYNTHETICS_SOUND = "SYNTHETICS_SOUND"
    ASSET_MANAGER = "ASSET_MANAGER"
    MODELING_2D = "MODELING_2D"
    LIVE_2D = "LIVE_2D"
    VIDEO_2D = "VIDEO_2D"
    CHAT_2D = "CHAT_2D"
    BUSINESS_CARD_2D = "BUSINESS_CARD_2D"
    PICTURE_2D = "PICTURE_2D"
    MODELING_3D = "MODELING_3D"
    VDS_3D = "VDS_3D"
    TTSA_3D = "TTSA_3D"
    FLEXUS_2D = "FLEXUS_2D"


class Unit(StrEnum):
    NUM = "NUM"
    MIN = "MIN"
    CHANNEL = "CHANNEL"
    GB = "GB"


class Term(IntEnum):
    """`period_type` of an order."""

    MONTH = 2
    YEAR = 3
    ONE_OFF = 6
    """Paid once, and valid for a year."""


class ChargingMode(StrEnum):
    PERIODIC = "PERIODIC"
    ONE_TIME = "ONE_TIME"
    ON_DEMAND = "ON_DEMAND"


class Source(StrEnum):
    PURCHASED = "PURCHASED"
    SP_ALLOCATED = "SP_ALLOCATED"
    ADMIN_ALLOCATED = "ADMIN_ALLOCATED"


@dataclass(slots=True, frozen=True)
class Product:
    item: Item
    code: str
    """`resource_type` and `resource_spec_code` on the wire."""
    title: str
    business: Business
    unit: Unit
    terms: frozenset[Term] = frozenset()
    """For which it can be ordered; empty: it is allocated by the administrator, or paid by use."""
    is_single: bool = False
    """A package is good for one thing, which lives and ends with it."""
    by_use: bool = False
    """Can be paid by use."""
    scale: int = 1
    """Whole steps in one unit: everything is counted in steps, as integers."""

    @property
    def is_flexus(self) -> bool:
        return "flexus" in self.item

    def shown(self, steps: int) -> float:
        """Steps as units on the wire."""
        return steps / self.scale if self.scale > 1 else float(steps)


_YEARLY = frozenset({Term.YEAR, Term.ONE_OFF})
_PREFIX = "hws.resource.type.metastudio"


def _modeling(item: Item, code: str, title: str, business: Business) -> Product:
    flexus = Business.FLEXUS_2D if "flexus" in item else business
    return Product(item, f"{_PREFIX}.{code}", title, flexus, Unit.NUM, _YEARLY, is_single=True)


def _minutes(item: Item, code: str, title: str, business: Business) -> Product:
    """Minutes with two decimals: a step is a hundredth of a minute."""
    return Product(item, f"{_PREFIX}.{code}", title, business, Unit.MIN, by_use=True, scale=100)


_ALL = (
    _modeling(Item.AVATAR, "avatarmodeling.number", "Image modeling", Business.MODELING_2D),
    _modeling(
        Item.AVATAR_FLEXUS, "avatarmodeling.flexus.number", "Image modeling (Flexus)", Business.MODELING_2D
    ),
    _modeling(Item.VOICE_BASIC, "voiceclone.basic.number", "Voice modeling (basic)", Business.VOICE_CLONE),
    _modeling(
        Item.VOICE_MIDDLE, "voiceclone.middle.number", "Voice modeling (advanced)", Business.VOICE_CLONE
    ),
    _modeling(
        Item.VOICE_ADVANCE, "voiceclone.advance.number", "Voice modeling (premium)", Business.VOICE_CLONE
    ),
    _modeling(Item.VOICE_FLEXUS, "voiceclone.flexus.number", "Voice modeling (Flexus)", Business.VOICE_CLONE),
    _minutes(Item.VIDEO, "avatarvideo.duration", "Video production", Business.VIDEO_2D),
    _minutes(
        Item.VIDEO_FLEXUS, "avatarvideo.flexus.duration", "Video production (Flexus)", Business.FLEXUS_2D
    ),
    Product(
        Item.LIVE, f"{_PREFIX}.modeling.avatarlive.channel", "Livestreaming", Business.LIVE_2D, Unit.CHANNEL
    ),
    Product(
        Item.DIALOG,
        f"{_PREFIX}.avatarchat.channel",
        "Intelligent interaction",
        Business.CHAT_2D,
        Unit.CHANNEL,
        frozenset({Term.MONTH, Term.YEAR}),
    ),
    Product(
        Item.STORAGE,
        f"{_PREFIX}.assetmanager.storage",
        "Asset storage",
        Business.ASSET_MANAGER,
        Unit.GB,
        frozenset({Term.MONTH}),
    ),
)

PRODUCTS: Mapping[Item, Product] = {product.item: product for product in _ALL}
_BY_NAME: Mapping[str, Product] = {
    name: product for product in _ALL for name in (product.code, str(product.item))
}


def find_product(name: str) -> Product | None:
    """By its code (hws.resource.type.metastudio...) or its short name (video_time_2d_model)."""
    return _BY_NAME.get(name)


def product_names() -> str:
    """The short names, for an error text."""
    return ", ".join(product.item for product in _ALL)
