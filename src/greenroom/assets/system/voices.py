"""The built-in voices as assets. A voice's asset id is its voice id."""

from __future__ import annotations

from greenroom.assets.states import AssetState, AssetType, FileCategory
from greenroom.assets.system.models import SYSTEM_PROJECT, SystemAsset, SystemFile
from greenroom.assets.wire import DigitalAssetInfo
from greenroom.cast.catalogue import Cast
from greenroom.engines.protocols import Voice

_RELEASED = "2026-01-01T00:00:00Z"
"""Built-in assets are older than any tenant's own."""

_LANGUAGES = {
    "zh": "CN", "en": "EN", "de": "GER", "fr": "fr", "ko": "Kr", "pt": "por", "ja": "JPN", "it": "Ita",
    "es": "ESP", "ru": "Russian", "nl": "Dutch", "id": "Indonesian", "vi": "Vietnamese", "ar": "Arabic",
    "tr": "Turkish", "ms": "Malay", "th": "Thai", "fi": "Finnish", "fil": "Filipino", "yue": "YY",
}  # fmt: skip
"""From BCP 47 to the wire's language names."""


def wire_language(tag: str) -> str:
    """The wire's name of a BCP 47 language; UNKNOW where it has none."""
    return _LANGUAGES.get(tag.split("-")[0].lower(), "UNKNOW")


def voice_assets(cast: Cast) -> list[SystemAsset]:
    """Every voice that can speak here, with its sample where one ships."""
    from greenroom.engines.registry import all_voices  # here: the engines cost start-up time

    return [_voice_asset(cast, voice, order) for order, voice in enumerate(all_voices())]


def _voice_asset(cast: Cast, voice: Voice, order: int) -> SystemAsset:
    language = wire_language(voice.language)
    meta = {
        "order": order,
        "model_type": "COMMON",
        "sex": voice.sex.value,
        "language": language,
        "languages": [language],
        "speed_ratio": 1.0,
        "volume_ratio": 1.0,
        "is_realtime_voice": True,
        "style": voice.engine[:32],
        "voice_capability": {"is_support_speed": True, "is_support_word": True, "is_support_srt": True},
    }
    info = DigitalAssetInfo(
        project_id=SYSTEM_PROJECT,
        asset_id=voice.voice_id,
        asset_name=voice.name,
        asset_description=f"{voice.language} voice of {voice.engine}, {voice.licence}",
        create_time=_RELEASED,
        update_time=_RELEASED,
        asset_type=AssetType.VOICE_MODEL,
        asset_state=AssetState.ACTIVED,
        tags=[voice.language, voice.engine],
        asset_extra_meta={"voice_model_meta": meta},
        system_properties=[],
        asset_order=min(order, 32767),
        supported_service=["VIDEO_2D", "LIVE_2D", "CHAT_2D"],
    )
    digest = cast.samples.get(voice.voice_id)
    if digest is None:
        return SystemAsset(info)
    path = cast.sample_path(voice.voice_id)
    name = f"{voice.voice_id}.m4a"
    sample = SystemFile(f"{voice.voice_id}-sample", name, "M4A", FileCategory.SAMPLE, path, digest)
    return SystemAsset(info, (sample,))
