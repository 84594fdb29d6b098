"""Reads a Keras layers model as the nsfwjs package carries it: JavaScript modules around JSON and base64.

Nothing of the JavaScript is run: the object literal is turned into JSON, the shard into bytes.
"""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from greenroom.engines.protocols import EngineError

Array = npt.NDArray[np.float32]

_KEY = re.compile(r"([{,])([A-Za-z_$][\w$]*):")
_BARE_FRACTION = re.compile(r"(?<=[:\[,\-])\.(\d)")
_SHARD = re.compile(r'"([A-Za-z0-9+/=]{1000,})"')


class ModelFileError(EngineError):
    """The model's files are not what they should be."""


def read_layers(folder: Path) -> tuple[list[dict[str, Any]], dict[str, Array]]:
    """The layers in order of computation, and the weights by name such as `Conv1/kernel`.

    Weights are kept as uint8 with a scale and an offset each: value = min + scale * byte.
    """
    model = json.loads(_object_literal((folder / "model.min.js").read_text(encoding="utf-8")))
    shard = _SHARD.search((folder / "group1-shard1of1.min.js").read_text(encoding="ascii"))
    if shard is None:
        raise ModelFileError("The picture classifier's weights are damaged: fetch them again.")
    data = np.frombuffer(base64.b64decode(shard[1]), np.uint8)
    weights: dict[str, Array] = {}
    start = 0
    for entry in model["weightsManifest"][0]["weights"]:
        count = int(np.prod(entry["shape"]))
        scale, low = entry["quantization"]["scale"], entry["quantization"]["min"]
        values = data[start : start + count].astype(np.float32) * np.float32(scale) + np.float32(low)
        weights[entry["name"]] = values.reshape(entry["shape"])
        start += count
    layers: list[dict[str, Any]] = model["modelTopology"]["model_config"]["config"]["layers"]
    return layers, weights


def _object_literal(script: str) -> str:
    """The literal that holds `modelTopology`, as JSON."""
    place = script.find("modelTopology:")
    start = script.rfind("{", 0, place)
    if place < 0 or start < 0:
        raise ModelFileError("The picture classifier's description is damaged: fetch it again.")
    depth = 0
    for end in range(start, len(script)):
        depth += {"{": 1, "}": -1}.get(script[end], 0)
        if depth == 0:
            break
    text = _KEY.sub(r'\1"\2":', script[start : end + 1])
    text = text.replace("!0", "true").replace("!1", "false")
    return _BARE_FRACTION.sub(r"0.\1", text)
