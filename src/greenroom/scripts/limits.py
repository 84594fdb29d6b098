"""The limits of a script's scenes, from the service overview: scenes, characters and bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from greenroom.scripts.errors import ScriptLimitError
from greenroom.scripts.wire import ShootScriptItem

SCENES = 100
CHARACTERS_A_SCENE = 10_000
CHARACTERS_IN_ALL = 100_000
BYTES_A_SCENE = 128 * 1024
"""With the SSML tags; the characters are counted without them."""
AUDIO_BYTES = 100 * 1024 * 1024
"""Largest recording that drives a scene."""

_TAG = re.compile(r"<[^<>]+>")


def spoken_length(text: str) -> int:
    """Characters that are said: without SSML tags."""
    return len(_TAG.sub("", text)) if "<speak" in text else len(text)


def check_scenes(scenes: Sequence[ShootScriptItem]) -> None:
    """Raises ScriptLimitError: too many scenes or characters, or a sequence_no that occurs twice."""
    if len(scenes) > SCENES:
        raise ScriptLimitError(f"shoot_scripts has {len(scenes)} scenes: a script takes at most {SCENES}")
    seen: set[int] = set()
    total = 0
    for index, scene in enumerate(scenes):
        if scene.sequence_no is not None:
            if scene.sequence_no in seen:
                raise ScriptLimitError(
                    f"shoot_scripts[{index}].sequence_no {scene.sequence_no} occurs twice: "
                    "number each scene once"
                )
            seen.add(scene.sequence_no)
        total += _check_text(index, scene.text)
    if total > CHARACTERS_IN_ALL:
        raise ScriptLimitError(
            f"the scenes have {total} characters together: a script takes at most {CHARACTERS_IN_ALL}"
        )


def _check_text(index: int, text: str) -> int:
    field = f"shoot_scripts[{index}].shoot_script.text_config.text"
    length = spoken_length(text)
    if length > CHARACTERS_A_SCENE:
        raise ScriptLimitError(
            f"{field} has {length} characters: a scene takes at most {CHARACTERS_A_SCENE}; "
            "divide it into several scenes"
        )
    if len(text.encode()) >= BYTES_A_SCENE:
        raise ScriptLimitError(f"{field} is {len(text.encode())} bytes with its tags: keep it below 128 KB")
    return length
