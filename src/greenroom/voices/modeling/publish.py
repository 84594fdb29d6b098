"""A trained voice becomes an asset, whose id is the voice's id."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from greenroom.assets.service import NewAsset, ReadyFile, register_asset
from greenroom.assets.states import AssetType, FileCategory
from greenroom.runtime import Context
from greenroom.storage.objects import ObjectStore
from greenroom.voices.modeling.models import WIRE_LANGUAGES, VoiceJob


def voice_keys(project_id: str, asset_id: str) -> tuple[str, str]:
    """Where the package and the sample of a voice lie."""
    folder = f"assets/{project_id}/{asset_id}"
    return f"{folder}/voice.zip", f"{folder}/sample.wav"


async def store_voice(
    objects: ObjectStore, project_id: str, asset_id: str, archive: Path, sample: Path
) -> None:
    """Put the files where the asset will have them; doing it twice changes nothing."""
    main_key, sample_key = voice_keys(project_id, asset_id)
    await objects.put_file(main_key, archive)
    await objects.put_file(sample_key, sample)


async def register_voice(context: Context, row: VoiceJob, voice: dict[str, Any]) -> None:
    """Make the stored voice an asset, usable at once. Idempotent by the job's asset id.

    `voice` is what `training.pack` answered.
    """
    assert row.asset_id is not None
    main_key, sample_key = voice_keys(row.project_id, row.asset_id)
    meta = {
        "model_type": "CLONE",
        "sex": voice["sex"],
        "language": _wire_language(voice["language"].split("-")[0]),
        "languages": [name for code in voice["spoken"] if (name := _wire_language(code))],
        "speed_ratio": 1.0,
        "volume_ratio": 1.0,
        "is_realtime_voice": True,
        "style": voice["modeler"][:32],
        "voice_capability": {"is_support_speed": True, "is_support_word": True, "is_support_srt": True},
    }
    await register_asset(
        context,
        NewAsset(
            name=row.voice_name,
            type=AssetType.VOICE_MODEL,
            description=row.options.get("description"),
            files=[
                ReadyFile(main_key, "voice.zip", "ZIP"),
                ReadyFile(sample_key, "sample.wav", "WAV", FileCategory.SAMPLE),
            ],
            tags=[row.tag] if row.tag else [],
            extra_meta={"voice_model_meta": meta},
            supported_service=row.options.get("supported_service") or ["VIDEO_2D", "LIVE_2D", "CHAT_2D"],
            app_user_id=row.app_user_id,
            asset_id=row.asset_id,
        ),
    )


def _wire_language(code: str) -> str | None:
    """The contract's name of `en`, `zh` ...; None where it has none."""
    return next((name for name, full in WIRE_LANGUAGES.items() if full.startswith(code)), None)
