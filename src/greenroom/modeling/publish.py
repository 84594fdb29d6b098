"""A trained avatar becomes an asset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from greenroom.assets.service import NewAsset, ReadyFile, register_asset
from greenroom.assets.states import AssetType, FileCategory
from greenroom.modeling.models import TrainingJob
from greenroom.runtime import Context
from greenroom.storage.objects import ObjectStore

MODEL_VERSION = "V3_2"


def avatar_keys(project_id: str, asset_id: str) -> tuple[str, str]:
    """Where the package and the cover of an avatar lie."""
    folder = f"assets/{project_id}/{asset_id}"
    return f"{folder}/avatar.zip", f"{folder}/cover.jpg"


async def store_avatar(
    objects: ObjectStore, project_id: str, asset_id: str, archive: Path, cover: Path
) -> None:
    """Put the files where the asset will have them; doing it twice changes nothing."""
    main_key, cover_key = avatar_keys(project_id, asset_id)
    await objects.put_file(main_key, archive)
    await objects.put_file(cover_key, cover)


async def register_avatar(context: Context, row: TrainingJob, packed: dict[str, Any]) -> None:
    """Make the stored avatar an asset, usable at once. Idempotent by the job's asset id.

    `packed` is what `training.pack` answered.
    """
    assert row.asset_id is not None
    main_key, cover_key = avatar_keys(row.project_id, row.asset_id)
    meta = {
        "model_version": MODEL_VERSION,
        "model_resolution": "4K" if max(packed["width"], packed["height"]) > 2560 else "1080P",
        "is_flexus": bool(row.options.get("is_flexus")),
        "is_live_copy": bool(row.options.get("is_live_copy")),
        "is_with_action_library": bool(packed["actions"]),
        "action_tag_map": [_action(name, length_s) for name, length_s in packed["actions"].items()],
    }
    await register_asset(
        context,
        NewAsset(
            name=row.name,
            type=AssetType.HUMAN_MODEL_2D,
            files=[
                ReadyFile(main_key, "avatar.zip", "ZIP"),
                ReadyFile(cover_key, "cover.jpg", "JPG", FileCategory.COVER),
            ],
            tags=row.options.get("tags") or [],
            extra_meta={"human_model_2d_meta": meta},
            supported_service=row.options.get("supported_service") or ["VIDEO_2D"],
            app_user_id=row.app_user_id,
            asset_id=row.asset_id,
        ),
    )


def _action(name: str, length_s: float) -> dict[str, Any]:
    """What the asset says of an action; requests name it by its tag."""
    plain = name.replace("_", " ").capitalize()
    return {"action_name_zh": plain, "action_name_en": plain, "action_duration": length_s, "tag": name}
