"""Every text of scenes that somebody will read or hear."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence

from greenroom.engines.ssml.spoken import review_text
from greenroom.scripts.wire import ShootScriptItem


def texts_of(scenes: Sequence[ShootScriptItem]) -> dict[str, str]:
    """The texts by the names of their fields, for the content review."""
    return {field: text for index, scene in enumerate(scenes) for field, text in _texts(index, scene)}


def _texts(index: int, scene: ShootScriptItem) -> Iterator[tuple[str, str]]:
    script, field = scene.shoot_script, f"shoot_scripts[{index}].shoot_script"
    if script is None:
        return
    if script.text_config is not None:
        yield f"{field}.text_config.text", review_text(script.text_config.text)
    for number, layer in enumerate(script.layer_config or []):
        if layer.text_config is not None and layer.text_config.text_context:
            shown = _shown(layer.text_config.text_context)
            yield f"{field}.layer_config[{number}].text_config.text_context", shown


def decoded(context: str) -> str:
    """A `text_context`: base64 of UTF-8, which may be broken into lines. Raises ValueError."""
    return base64.b64decode("".join(context.split()), validate=True).decode()


def _shown(context: str) -> str:
    """What is no base64 is reviewed as it stands."""
    try:
        return decoded(context)
    except ValueError:
        return context
