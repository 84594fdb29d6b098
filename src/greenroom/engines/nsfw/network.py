"""MobileNetV2 (Sandler et al., 2018) in numpy: the few layers that its Keras description uses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from greenroom.engines.nsfw.weights_file import Array, ModelFileError, read_layers

SIDE = 224
"""Pixels a side of the input."""


class Network:
    """Classifies one picture at a time; about 0.1 s on one core."""

    def __init__(self, folder: Path) -> None:
        self._layers, self._weights = read_layers(folder)

    def __call__(self, picture: Array) -> Array:
        """Probabilities [classes] of an RGB picture [224, 224, 3] in 0..1."""
        known: dict[str, Array] = {}
        value = picture
        for layer in self._layers:
            sources = [node[0] for node in layer["inbound_nodes"][0]] if layer["inbound_nodes"] else []
            inputs = [known[name] for name in sources] or [picture]
            value = self._apply(layer["class_name"], layer["config"], inputs)
            known[layer["config"]["name"]] = value
        return value

    def _apply(self, kind: str, config: dict[str, Any], inputs: list[Array]) -> Array:
        value, name = inputs[0], config["name"]
        match kind:
            case "InputLayer" | "Dropout":
                return value
            case "ZeroPadding2D":
                (top, bottom), (left, right) = config["padding"]
                return np.pad(value, ((top, bottom), (left, right), (0, 0)))
            case "Conv2D":
                return _convolve(value, self._weights[f"{name}/kernel"], config)
            case "DepthwiseConv2D":
                return _convolve_depthwise(value, self._weights[f"{name}/depthwise_kernel"], config)
            case "BatchNormalization":
                return self._normalise(value, name, float(config["epsilon"]))
            case "ReLU":
                return np.asarray(np.clip(value, 0, config["max_value"]), np.float32)
            case "Add":
                return value + inputs[1]
            case "AveragePooling2D":
                return np.asarray(value.mean(axis=(0, 1)), np.float32)
            case "Flatten":
                return value.reshape(-1)
            case "Dense":
                sums = value @ self._weights[f"{name}/kernel"] + self._weights[f"{name}/bias"]
                return _softmax(sums) if config["activation"] == "softmax" else np.maximum(sums, 0)
        raise ModelFileError(f"The picture classifier holds a layer of an unknown kind, {kind}.")

    def _normalise(self, value: Array, name: str, epsilon: float) -> Array:
        gamma, beta = self._weights[f"{name}/gamma"], self._weights[f"{name}/beta"]
        mean, variance = self._weights[f"{name}/moving_mean"], self._weights[f"{name}/moving_variance"]
        scale = gamma / np.sqrt(np.maximum(variance, 0) + np.float32(epsilon))
        return np.asarray(value * scale + (beta - mean * scale), np.float32)


def _windows(value: Array, config: dict[str, Any], size: int) -> tuple[Array, int, int]:
    """The input, padded as the layer says, its stride and the side of its output."""
    stride = int(config["strides"][0])
    if config["padding"] == "same":
        side = -(-value.shape[0] // stride)
        missing = max(0, (side - 1) * stride + size - value.shape[0])
        before, after = missing // 2, missing - missing // 2
        value = np.pad(value, ((before, after), (before, after), (0, 0)))
    return value, stride, (value.shape[0] - size) // stride + 1


def _convolve(value: Array, kernel: Array, config: dict[str, Any]) -> Array:
    size = kernel.shape[0]
    value, stride, side = _windows(value, config, size)
    total = np.zeros((side, side, kernel.shape[3]), np.float32)
    for row in range(size):
        for column in range(size):
            total += _shifted(value, row, column, stride, side) @ kernel[row, column]
    return total


def _convolve_depthwise(value: Array, kernel: Array, config: dict[str, Any]) -> Array:
    size = kernel.shape[0]
    value, stride, side = _windows(value, config, size)
    total = np.zeros((side, side, kernel.shape[2]), np.float32)
    for row in range(size):
        for column in range(size):
            total += _shifted(value, row, column, stride, side) * kernel[row, column, :, 0]
    return total


def _shifted(value: Array, row: int, column: int, stride: int, side: int) -> Array:
    reach = (side - 1) * stride + 1
    return value[row : row + reach : stride, column : column + reach : stride]


def _softmax(values: Array) -> Array:
    powers = np.exp(values - values.max())
    return np.asarray(powers / powers.sum(), np.float32)
