"""Pages of a deck behind the person: which picture a request names."""

from __future__ import annotations

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
