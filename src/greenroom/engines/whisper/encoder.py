"""The encoder of Whisper, in numpy and block by block: what the mouth and the conversion of voices hear.

Architecture: Radford et al. 2022, "Robust Speech Recognition via Large-Scale Weak Supervision", section 2.2.
"""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from greenroom.engines import weights
from greenroom.engines.mel import mel_filters
from greenroom.engines.protocols import Pcm

Array = npt.NDArray[np.float32]

SAMPLE_RATE = 16_000
FEATURE_RATE = 50
"""Frames a second that the encoder gives."""

_FFT, _HOP, _MELS = 400, 160, 80
_NUMPY_TYPES = {0: "<f4", 1: "<i1", 2: "<i2", 3: "<i4", 4: "<f2"}
"""CTranslate2's numbers for element types."""


def log_mel(sound: Pcm) -> Array:
    """Whisper's input: log10 mel energies [80, len // 160], limited to 80 dB below the loudest."""
    energy = log_energy(sound)
    floor = np.maximum(energy, energy.max() - 8.0)
    return np.asarray((floor + 4.0) / 4.0, np.float32)


def log_energy(sound: Pcm, rate: int = SAMPLE_RATE) -> Array:
    """log10 of the mel energies up to 8 kHz, float32 [80, frames], 100 frames a second.

    Args:
        rate: of the sound; where it is higher than Whisper's, what lies above 8 kHz is not heard.
    """
    size, hop = _FFT * rate // SAMPLE_RATE, _HOP * rate // SAMPLE_RATE
    padded = np.pad(sound, size // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop][: len(sound) // hop]
    window = (np.hanning(size + 1)[:-1] * _FFT / size).astype(np.float32)
    # Windows of the same time have the same frequencies.
    spectrum = np.fft.rfft(frames * window, axis=1)[:, : _FFT // 2 + 1]
    power = np.abs(spectrum).astype(np.float32) ** 2
    energy = np.log10(np.maximum(power @ mel_filters(SAMPLE_RATE, _FFT, _MELS).T, 1e-10)).T
    return np.asarray(energy, np.float32)


class Encoder:
    """A Whisper encoder, block by block."""

    def __init__(self, tensors: dict[str, Array]) -> None:
        self._tensors = tensors
        self.heads = int(tensors["num_heads"])
        self.width = tensors["conv1/bias"].shape[0]
        self.blocks = len({name.split("/")[0] for name in tensors if "/self_attention/" in name})

    @property
    def positions(self) -> Array:
        """[1500, width]"""
        return self._tensors["position_encodings/encodings"]

    def step_session(self) -> Any:
        """See `step_graph`."""
        from greenroom.engines.whisper.step_graph import step_session

        return step_session(self._tensors, self.blocks, self.heads)

    def encode(self, mel: Array, blocks: int) -> list[Array]:
        """[80, frames] to what each of the first `blocks` blocks gives, [frames / 2, width] each."""
        hidden = _gelu(self._convolve(mel.T, "conv1", stride=1))
        hidden = _gelu(self._convolve(hidden, "conv2", stride=2))
        hidden = hidden + self.positions[: len(hidden)]
        outputs = []
        for block in range(blocks):
            hidden = hidden + self._attention(hidden, f"layer_{block}/self_attention")
            hidden = hidden + self._feed_forward(hidden, f"layer_{block}/ffn")
            outputs.append(hidden)
        return outputs

    def finish(self, hidden: Array) -> Array:
        """The normalisation after the last block."""
        return self._normalise(hidden, "")

    def _convolve(self, hidden: Array, name: str, stride: int) -> Array:
        kernel = self._tensors[f"{name}/weight"]
        padded = np.pad(hidden, ((1, 1), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, 3, axis=0)[::stride]
        flat = np.ascontiguousarray(windows).reshape(len(windows), -1)
        return np.asarray(flat @ kernel.reshape(len(kernel), -1).T + self._tensors[f"{name}/bias"])

    def _attention(self, hidden: Array, name: str) -> Array:
        frames = len(hidden)
        mixed = self._linear(self._normalise(hidden, name), f"{name}/linear_0")
        size = self.width // self.heads
        query, key, value = mixed.reshape(frames, 3, self.heads, size).transpose(1, 2, 0, 3)
        scores = query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(size))
        scores = np.exp(scores - scores.max(axis=2, keepdims=True))
        scores /= scores.sum(axis=2, keepdims=True)
        joined = (scores @ value).transpose(1, 0, 2).reshape(frames, self.width)
        return self._linear(joined, f"{name}/linear_1")

    def _feed_forward(self, hidden: Array, name: str) -> Array:
        inner = _gelu(self._linear(self._normalise(hidden, name), f"{name}/linear_0"))
        return self._linear(inner, f"{name}/linear_1")

    def _normalise(self, hidden: Array, name: str) -> Array:
        centred = hidden - hidden.mean(axis=1, keepdims=True)
        scale = 1 / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-5)
        gamma, beta = (self._tensors[f"{name}/layer_norm/{part}".lstrip("/")] for part in ("gamma", "beta"))
        return np.asarray(centred * scale * gamma + beta, np.float32)

    def _linear(self, hidden: Array, name: str) -> Array:
        return np.asarray(hidden @ self._tensors[f"{name}/weight"].T + self._tensors[f"{name}/bias"])


def _gelu(x: Array) -> Array:
    """Tanh form of Hendrycks and Gimpel 2016; within 0.001 of the exact one."""
    inner = np.float32(0.7978845608) * (x + np.float32(0.044715) * (x * x * x))
    return np.asarray(np.float32(0.5) * x * (1 + np.tanh(inner)), np.float32)


@cache
def encoder() -> Encoder:
    """The multilingual base encoder, loaded once: 512 numbers wide, of six blocks."""
    return Encoder(read_ctranslate2_encoder(weights.path("whisper-base") / "model.bin"))


def read_ctranslate2_encoder(path: Path) -> dict[str, Array]:
    """The encoder's tensors of a CTranslate2 model file (binary version 6), names without `encoder/`."""
    with path.open("rb") as file:
        version = _unpack(file, "<I")
        if version != 6:
            raise ValueError(
                f"{path.name} is of CTranslate2 format {version}, not 6; run: greenroom models fetch"
            )
        _read_name(file)
        _unpack(file, "<I")
        tensors: dict[str, Array] = {}
        for _ in range(_unpack(file, "<I")):
            name = _read_name(file)
            shape = [_unpack(file, "<I") for _ in range(_unpack(file, "<B"))]
            kind, size = _unpack(file, "<B"), _unpack(file, "<I")
            content = file.read(size)
            if name.startswith("encoder/"):
                values = np.frombuffer(content, _NUMPY_TYPES[kind]).reshape(shape)
                tensors[name.removeprefix("encoder/")] = values.astype(np.float32)
    return tensors


def _unpack(file: BinaryIO, form: str) -> int:
    value: int = struct.unpack(form, file.read(struct.calcsize(form)))[0]
    return value


def _read_name(file: BinaryIO) -> str:
    return file.read(_unpack(file, "<H"))[:-1].decode()
