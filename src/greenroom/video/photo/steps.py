"""The steps of a video job in which a photo speaks: its package, and what stands behind the person."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from greenroom.jobs.children import ChildLimits
from greenroom.jobs.engine import JobContext
from greenroom.video.plan import ScenePlan, VideoPlan

Fetch = Callable[[str, Path, str], Awaitable[None]]
"""Object key, target and what it is, for an error text."""

_LIMITS = ChildLimits(memory_mb=6000, silent_seconds=300)
_CARD, _CARD_PLACE = "card.png", "card.json"


async def prepare_photo(job: JobContext, plan: VideoPlan, folder: Path, fetch: Fetch) -> None:
    """The person's package, and the card where there is one, into the scratch folder."""
    assert plan.photo is not None
    package = folder / "avatar"
    if not package.is_dir():
        photo = folder / "The photo"
        await fetch(plan.photo.key, photo, "the photo")
        await job.child(
            "greenroom.portraits.looking:make",
            {
                "photo": str(photo),
                "name": plan.photo.name,
                "cut_out": plan.photo.cut_out,
                "package": str(package),
            },
            _LIMITS,
        )
    card = plan.photo.card
    if card is None or (folder / _CARD_PLACE).is_file():
        return
    pictures = {"templet_picture": card.templet_key, "logo": card.logo_key}
    for name, key in pictures.items():
        if key is not None:
            await fetch(key, folder / name, f"the card's {name.replace('_', ' ')}")
    await job.child(
        "greenroom.video.cards.drawing:draw",
        {
            "templet": card.templet,
            "texts": card.texts,
            **{name: str(folder / name) if key else None for name, key in pictures.items()},
            "package": str(package),
            "canvas": [plan.width, plan.height],
            "out": str(folder / _CARD),
            "place": str(folder / _CARD_PLACE),
        },
        _LIMITS,
    )


def photo_payload(plan: VideoPlan, scene: ScenePlan, folder: Path) -> dict[str, Any]:
    """What a photo changes of a scene: its background, and where the person stands.

    The card is the background of every scene; else, of a person who was cut out, a scene without a background
    of its own has that of the photo.
    """
    if plan.photo is None:
        return {}
    if plan.photo.card is not None:
        place = json.loads((folder / _CARD_PLACE).read_text())
        return {"background": _picture(folder / _CARD), "human": place}
    plate = folder / "avatar" / "plate.png"
    if not plate.is_file() or scene.background.colour or scene.background.image_key:
        return {}
    whole = {"dx": 0, "dy": 0, "width": plan.width, "height": plan.height}
    return {"background": _picture(plate), "human": whole}


def _picture(path: Path) -> dict[str, Any]:
    return {"colour": None, "image": str(path), "placement": None}
