"""The weights that every trained voice begins with, and the built-in voices as speakers.

`base.npz` holds both networks in fp16, learnt from the built-in voices' speech by `presets/speech/`, and is
read without pickle. docs/conversion-model.md is its model card.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from greenroom.engines.conversion.speech import Speaker

BASE = Path(__file__).with_name("base.npz")
CONVERTER, VOCODER, SPEAKERS = "converter/", "vocoder/", "speaker/"
"""What the names of the arrays begin with."""


@cache
def _arrays() -> dict[str, npt.NDArray[np.float32]]:
    with np.load(BASE, allow_pickle=False) as stored:
        return {name: np.asarray(stored[name], np.float32) for name in stored.files}


def network_arrays(prefix: str) -> dict[str, npt.NDArray[np.float32]]:
    """The weights of one of the networks, by the names that they have in it."""
    return {name.removeprefix(prefix): array for name, array in _arrays().items() if name.startswith(prefix)}


@cache
def base_speaker(voice_id: str) -> Speaker | None:
    """A built-in voice as a speaker; None where the corpus does not have it."""
    arrays = _arrays()
    name = f"{SPEAKERS}{voice_id}/"
    if f"{name}manner" not in arrays:
        return None
    return Speaker.from_arrays(arrays[f"{name}manner"], arrays[f"{name}content"])
