"""Which voice modelers there are: the one that trains, and the one that opens a package."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from greenroom.engines.protocols import EngineError, SpeechEngine, VoiceModeler, VoicePackageError
from greenroom.engines.voice_package import VoicePackage

MODELERS: Mapping[str, str] = {
    "conversion": "greenroom.engines.conversion.modeler:ConversionModeler",
    "simple": "greenroom.engines.simple_voice.modeler:SimpleModeler",
}
"""The built-in ones by name: `package.module:factory`, imported when they are needed."""
NONE, AUTO = "none", "auto"


class ModelerSettingError(EngineError):
    """The setting names no voice modeler that can be used."""


@cache
def voice_modeler(setting: str) -> VoiceModeler | None:
    """The modeler that `GREENROOM_VOICE_MODELER` names; None for `none`: voices are not trained here.

    `auto` is the conversion, or the simple one where there is no PyTorch.

    Raises:
        ModelerSettingError: there is none of that name, or it cannot be made.
    """
    if setting == NONE:
        return None
    if setting == AUTO:
        # PyTorch comes with the extra `train`; without it the simple modeler still can learn.
        setting = "conversion" if importlib.util.find_spec("torch") is not None else "simple"
    module, _, name = MODELERS.get(setting, setting).partition(":")
    if not name:
        names = ", ".join([AUTO, *MODELERS, NONE])
        raise ModelerSettingError(
            f"there is no voice modeler {setting!r}: set GREENROOM_VOICE_MODELER to {names}, or "
            "package.module:factory"
        )
    try:
        modeler: VoiceModeler = getattr(importlib.import_module(module), name)()
    except Exception as error:
        raise ModelerSettingError(
            f"the voice modeler {setting!r} cannot be used: {type(error).__name__}: {error}"
        ) from error
    return modeler


def open_voice(folder: Path, trained_with: str = NONE) -> SpeechEngine:
    """The engine that speaks with a package.

    Args:
        trained_with: the setting; it names modelers that are not built in.

    Raises:
        VoicePackageError: it is damaged, or its modeler is not here.
    """
    name = VoicePackage.open(folder).modeler
    for setting in (*MODELERS, trained_with):
        modeler = voice_modeler(setting)
        if modeler is not None and modeler.name == name:
            return modeler.open(folder)
    raise VoicePackageError(
        f"The voice was trained with {name!r}, which is not installed here: set "
        "GREENROOM_VOICE_MODELER to it, "
        "or train the voice again."
    )
