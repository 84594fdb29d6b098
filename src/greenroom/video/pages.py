"""Pages of a deck behind the person: which picture a request names, and how it lies on the canvas."""

from __future__ import annotations

from pathlib import Path

from greenroom.assets.decks import page_key
from greenroom.assets.models import Asset
from greenroom.runtime import Context
from greenroom.scripts.wire import BackgroundConfigInfo
from greenroom.video.plan import BackgroundPlan


async def page_background(context: Context, asset: Asset, background: BackgroundConfigInfo) -> BackgroundPlan:
    """The page named in `background_config` (`page-003.png`), the first one where none is named.

    It is shown whole: on all of the canvas, or in the box of `background_image_config`. Raises as
    `decks.page_key`.
    """
    key = await page_key(context, asset, background.background_config)
    where = background.background_image_config
    box = (where.dx, where.dy, where.width, where.height) if where else (0, 0, 0, 0)
    return BackgroundPlan(image_key=key, box=box)


def page_on_canvas(picture: Path, box: list[int], canvas: tuple[int, int]) -> str:
    """The path of a picture of the canvas's size that shows the page in the box; without area: everywhere."""
    from greenroom.slides.pictures import lay_out

    x, y, width, height = box
    out = picture.with_name(f"{picture.name}-laid-out.png")
    lay_out(picture, out, canvas, (x, y, width, height) if width and height else None)
    return str(out)
