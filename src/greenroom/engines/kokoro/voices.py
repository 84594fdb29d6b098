"""The voices of Kokoro v1.0. An id's first letter is its language, the second its sex."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from greenroom.engines.protocols import Sex, Voice

ENGINE = "kokoro"
SAMPLE_RATE = 24_000

LANGUAGES = {
    "a": "en-US",
    "b": "en-GB",
    "e": "es-ES",
    "f": "fr-FR",
    "h": "hi-IN",
    "i": "it-IT",
    "j": "ja-JP",
    "p": "pt-BR",
    "z": "zh-CN",
}
_VOICES = {
    "af": "alloy aoede bella heart jessica kore nicole nova river sarah sky",
    "am": "adam echo eric fenrir liam michael onyx puck santa",
    "bf": "alice emma isabella lily",
    "bm": "daniel fable george lewis",
    "ef": "dora",
    "em": "alex santa",
    "ff": "siwis",
    "hf": "alpha beta",
    "hm": "omega psi",
    "if": "sara",
    "im": "nicola",
    "jf": "alpha gongitsune nezumi tebukuro",
    "jm": "kumo",
    "pf": "dora",
    "pm": "alex santa",
    "zf": "xiaobei xiaoni xiaoxiao xiaoyi",
    "zm": "yunjian yunxi yunxia yunyang",
}
"""Language and sex, and the names of the voices."""


@cache
def kokoro_voices() -> dict[str, Voice]:
    """Every voice by its id."""
    packs = [f"{kind}_{name}" for kind, names in _VOICES.items() for name in names.split()]
    return {f"{ENGINE}-{pack}": _voice(pack) for pack in packs}


def _voice(pack: str) -> Voice:
    return Voice(
        voice_id=f"{ENGINE}-{pack}",
        engine=ENGINE,
        name=pack[3:].capitalize(),
        language=LANGUAGES[pack[0]],
        sex=Sex.FEMALE if pack[1] == "f" else Sex.MALE,
        licence="Apache-2.0",
        sample_rate=SAMPLE_RATE,
    )


TARGET_LEVEL_DB = -20.0
"""Every voice is brought to this level: root mean square of what is not silence, dB below full scale."""
_LEVELS_DB = json.loads(Path(__file__).with_name("levels.json").read_text())
_MOST_GAIN_DB = 8.0


@cache
def gain(voice_id: str) -> float:
    """The factor that brings a voice to the common level.

    `levels.json` holds each voice's own level, measured on one sentence of its language; they lie up to 12 dB
    apart.
    """
    wanted_db = TARGET_LEVEL_DB - _LEVELS_DB[pack_name(voice_id)]
    return float(10 ** (max(-_MOST_GAIN_DB, min(_MOST_GAIN_DB, wanted_db)) / 20))


def pack_name(voice_id: str) -> str:
    """The name of the voice's style file, `af_heart` of `kokoro-af_heart`."""
    return voice_id.removeprefix(f"{ENGINE}-")
