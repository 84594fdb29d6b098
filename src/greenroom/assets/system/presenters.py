"""The presenters of the cast as assets."""

from __future__ import annotations

from datetime import date
from typing import Any

from greenroom.assets.states import AssetState, AssetType, FileCategory
from greenroom.assets.system.models import SYSTEM_PROJECT, SystemAsset, SystemFile
from greenroom.assets.wire import DigitalAssetInfo
from greenroom.cast.catalogue import ARCHIVE, COVER, PREVIEW, Action, Cast, Presenter

MODEL_VERSION = "V3_2"
_SERVICES = ["VIDEO_2D", "LIVE_2D", "CHAT_2D"]
_LARGEST_1080P_SIDE = 2560
_FILES = (
    (ARCHIVE, "ZIP", FileCategory.MAIN),
    (COVER, "JPG", FileCategory.COVER),
    (PREVIEW, "MP4", FileCategory.SAMPLE),
)
_ACTION_NAMES = {
    "welcome": ("Welcome", "欢迎"),
    "point_left": ("Point left", "指向左侧"),
    "point_right": ("Point right", "指向右侧"),
    "explain": ("Explain with both hands", "双手讲解"),
    "nod": ("Nod", "点头"),
}


def presenter_assets(cast: Cast) -> list[SystemAsset]:
    """Everyone whom the operator offers, the withdrawn among them."""
    return [_presenter_asset(presenter, order) for order, presenter in enumerate(cast.presenters)]


def _presenter_asset(presenter: Presenter, order: int) -> SystemAsset:
    person, package = presenter.person, presenter.package
    info = DigitalAssetInfo(
        project_id=SYSTEM_PROJECT,
        asset_id=presenter.asset_id,
        asset_name=person.title,
        asset_description=(
            f"{person.title}, {person.role['en'].lower()}. A synthetic presenter: invented, with no real "
            f"person's likeness. Licence: {person.licence}."
        ),
        create_time=_midnight(package.released),
        update_time=_midnight(package.updated),
        asset_type=AssetType.HUMAN_MODEL_2D,
        asset_state=AssetState.ACTIVED,
        tags=[*person.role.values(), "synthetic", person.age_group, person.sex.value.lower()],
        asset_extra_meta={"human_model_2d_meta": _meta(presenter)},
        system_properties=[],
        asset_order=order,
        supported_service=_SERVICES,
    )
    files = tuple(_file(presenter, name, kind, category) for name, kind, category in _FILES)
    return SystemAsset(info, files, presenter)


def _meta(presenter: Presenter) -> dict[str, Any]:
    package = presenter.package
    return {
        "model_version": MODEL_VERSION,
        "model_resolution": "4K" if max(package.width, package.height) > _LARGEST_1080P_SIDE else "1080P",
        "is_real_background": False,
        "is_flexus": False,
        "is_with_action_library": bool(package.actions),
        "action_tag_map": [_action(action) for action in package.actions],
        "voice_asset_id": presenter.person.voice,
    }


def _action(action: Action) -> dict[str, Any]:
    plain = action.name.replace("_", " ").capitalize()
    english, chinese = _ACTION_NAMES.get(action.name, (plain, plain))
    return {
        "action_name_zh": chinese,
        "action_name_en": english,
        "action_duration": action.seconds,
        "tag": action.name,
    }


def _file(presenter: Presenter, name: str, kind: str, category: FileCategory) -> SystemFile:
    return SystemFile(
        file_id=f"{presenter.asset_id}-{category.lower()}",
        name=f"{presenter.name}-{name}",
        type=kind,
        category=category,
        path=presenter.path(name),
        digest=presenter.package.files[name],
    )


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
