"""A scene whose background is a deck, and which says nothing of its own, stands for all pages of the deck.

The contract has no operation that makes a script from a deck; this way the public SDK needs none.
"""

from __future__ import annotations

from greenroom.assets.decks import deck_of
from greenroom.assets.errors import AssetNotFoundError
from greenroom.assets.models import Asset
from greenroom.assets.service import require_usable
from greenroom.assets.states import AssetType
from greenroom.errors import InvalidParameterError
from greenroom.runtime import Context
from greenroom.scripts.errors import ScriptLimitError
from greenroom.scripts.limits import SCENES
from greenroom.scripts.wire import (
    BackgroundConfigInfo,
    BackgroundType,
    LayerConfig,
    LayerPositionConfig,
    LayerSizeConfig,
    LayerType,
    ShootScriptItem,
    TextConfig,
    VideoConfig,
)
from greenroom.slides.layouts import Layout, places
from greenroom.slides.narration import Passage, passages_of
from greenroom.stage.silence import LONGEST_MS, silent_text

SILENT_PAGE_S = 5.0
"""How long a page without notes is shown, unless `audio_duration` says otherwise."""
_CANVAS = (1920, 1080)


async def with_pages(
    context: Context, scenes: list[ShootScriptItem], video: VideoConfig | None
) -> list[ShootScriptItem]:
    """The scenes, given in playing order, with those of a deck in place of each scene that stands for one.

    Then all scenes are numbered anew, from 1 in the order in which they are played.

    Raises:
        AssetStateError: the deck cannot be used, or was not read yet.
        ScriptLimitError: it gives no scene, or too many, or its silence is too long.
    """
    decks = {id(scene): deck for scene in scenes if (deck := await _deck(context, scene)) is not None}
    if not decks:
        return scenes
    played: list[ShootScriptItem] = []
    for scene in scenes:
        asset = decks.get(id(scene))
        played += [scene] if asset is None else await _scenes_of(context, scene, asset, video)
    return [scene.model_copy(update={"sequence_no": number}) for number, scene in enumerate(played, start=1)]


async def _deck(context: Context, scene: ShootScriptItem) -> Asset | None:
    """The deck that the scene stands for."""
    script = scene.shoot_script
    if script is None or scene.is_audio or scene.text.strip() or not script.background_config:
        return None
    background = script.background_config[0]
    if background.background_type is not BackgroundType.IMAGE or background.background_config:
        return None
    if not background.background_asset_id:
        return None
    try:
        return await require_usable(context, background.background_asset_id, AssetType.PPT)
    except (AssetNotFoundError, InvalidParameterError):
        return None  # a picture; or nothing, which whoever makes the video is told


async def _scenes_of(
    context: Context, template: ShootScriptItem, asset: Asset, video: VideoConfig | None
) -> list[ShootScriptItem]:
    script = template.shoot_script
    assert script is not None
    seconds = SILENT_PAGE_S if script.audio_duration is None else script.audio_duration
    if seconds * 1000 > LONGEST_MS:
        raise ScriptLimitError(
            f"audio_duration of a scene that stands for a deck is {seconds:g}: a page without notes is shown "
            f"for at most {LONGEST_MS // 1000} seconds"
        )
    passages = passages_of(await deck_of(context, asset), skip_silent=seconds == 0)
    if not passages:
        raise ScriptLimitError(
            f"no page of the deck {asset.id} has notes: write some, or let audio_duration say how many "
            "seconds each page is shown in silence"
        )
    if len(passages) > SCENES:
        raise ScriptLimitError(
            f"the deck {asset.id} gives {len(passages)} scenes with the steps of its animation, and a script "
            f"takes at most {SCENES}: take [click] marks out of the notes"
        )
    silence = silent_text(max(200, round(seconds * 1000))) if seconds else ""
    return [_scene(passage, template, silence, video) for passage in passages]


def _scene(
    passage: Passage, template: ShootScriptItem, silence: str, video: VideoConfig | None
) -> ShootScriptItem:
    given, own = template.shoot_script, template.x_greenroom
    assert given is not None and given.background_config is not None
    first: BackgroundConfigInfo = given.background_config[0]
    is_framed = own is not None and own.framing is not None
    script = given.model_copy(
        update={
            "audio_duration": None,
            "text_config": TextConfig(text=passage.text or silence),
            "background_config": [first.model_copy(update={"background_config": passage.picture})],
            "layer_config": given.layer_config or ([] if is_framed else [_presenter(video)]),
        }
    )
    return ShootScriptItem(sequence_no=None, shoot_script=script, x_greenroom=own)


def _presenter(video: VideoConfig | None) -> LayerConfig:
    """Small, in the lower right corner."""
    canvas = (video.width, video.height) if video is not None and video.width and video.height else _CANVAS
    box = places(Layout.CORNER, canvas).person
    return LayerConfig(
        layer_type=LayerType.HUMAN,
        sequence_no=None,
        position=LayerPositionConfig(dx=box.x, dy=box.y, layer_index=1),
        size=LayerSizeConfig(width=box.width, height=box.height),
    )
