"""May this tenant speak with this voice? Built-in voices are everybody's; a trained one is an asset."""

from __future__ import annotations

from greenroom.assets.service import require_usable
from greenroom.assets.states import AssetType
from greenroom.engines.registry import is_built_in
from greenroom.runtime import Context


async def require_voice_access(context: Context, voice_id: str) -> None:
    """Every order that speaks asks this, on its way through the vocabulary.

    Raises:
        AssetNotFoundError: no such voice, or it belongs to somebody else and is not shared.
        AssetStateError: it is frozen, deleted or switched off.
        InvalidParameterError: the id is that of another kind of asset.
    """
    if not is_built_in(voice_id):
        await require_usable(context, voice_id, AssetType.VOICE_MODEL)
