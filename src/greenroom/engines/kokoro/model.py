"""The Kokoro network on onnxruntime: symbols in, sound and the length of every symbol out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from greenroom.engines import weights
from greenroom.engines.onnx_graph import only_for
from greenroom.engines.protocols import Pcm

MODEL_FILE = "kokoro-v1.0.int8.onnx"
_AUDIO = "audio"
_DURATIONS = "/encoder/Clip_output_0"
"""Inner tensor: frames per token, the padding tokens at both ends included."""
_SYMBOLS = "/encoder/MatMul_1_output_0"
"""Inner tensor [1, 512, frames]: what the text encoder makes of the symbol that sounds."""
_PITCH = "/decoder/decoder/Unsqueeze_output_0"
"""Inner tensor [1, 1, 2 frames]: Hz, 0 or near it where nothing is voiced."""
_STRENGTH = "/decoder/decoder/Unsqueeze_1_output_0"
"""Inner tensor [1, 1, 2 frames]: how loud it is."""
SAMPLES_A_FRAME = 600
MOST_SYMBOLS = 510
_STYLE_ROWS, _STYLE_SIZE = 510, 256

ACOUSTIC_LEAD = 1_380
"""How far, in samples (57 ms), the sound of a token comes before the place that its duration gives it.

Measured over 7 voices and 3 sentences in two ways that agree: forced alignment of the sound by an independent
recogniser (median -57 ms, voices between -50 and -68), and the lag at which the loudness follows the vowels
best (-45 to -80 ms). It is the decoder's own look-ahead, so it does not change with the speed.
"""


@dataclass(slots=True, frozen=True)
class Utterance:
    pcm: Pcm
    starts: npt.NDArray[np.int64]
    """[symbols + 1] sample at which each symbol sounds, and where the last one ends."""


@dataclass(slots=True, frozen=True)
class Score:
    """What is to sound, before the decoder makes sound of it."""

    symbols: npt.NDArray[np.float32]
    """[frames, 512], `SAMPLES_A_FRAME` samples each"""
    pitch_hz: npt.NDArray[np.float32]
    """[2 frames]"""
    strength: npt.NDArray[np.float32]
    """[2 frames]"""
    style: npt.NDArray[np.float32]
    """[128]: the half of the voice's style that the decoder sees"""
    starts: npt.NDArray[np.int64]
    """As those of `Utterance`."""


class _Graph:
    """A part of the network, with the voices' styles."""

    def __init__(self, folder: Path, threads: int, outputs: Sequence[str]) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        graph = only_for((folder / MODEL_FILE).read_bytes(), outputs)
        self._session: Any = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._ids: dict[str, int] = json.loads((folder / "vocab.json").read_text())["vocab"]
        self.symbols = frozenset(self._ids)
        self._styles: dict[str, npt.NDArray[np.float32]] = {}

    def run(self, symbols: str, pack: str, speed: float) -> list[Any]:
        """What the outputs hold for at most 510 symbols of the vocabulary."""
        ids = [self._ids[symbol] for symbol in symbols]
        feed = {
            "tokens": np.array([[0, *ids, 0]], np.int64),
            "style": self.style(pack, len(ids))[None],
            "speed": np.array([speed], np.float32),
        }
        return list(self._session.run(None, feed))

    def style(self, pack: str, symbols: int) -> npt.NDArray[np.float32]:
        """[256]: how a voice says a sequence of that many symbols."""
        if pack not in self._styles:
            raw = np.fromfile(weights.path("kokoro-voices") / f"{pack}.bin", "<f4")
            self._styles[pack] = raw.reshape(_STYLE_ROWS, _STYLE_SIZE)
        style: npt.NDArray[np.float32] = self._styles[pack][min(symbols, _STYLE_ROWS - 1)]
        return style


class KokoroModel:
    """The whole network."""

    def __init__(self, folder: Path, threads: int) -> None:
        self._graph = _Graph(folder, threads, (_AUDIO, _DURATIONS))
        self.symbols = self._graph.symbols

    def say(self, symbols: str, pack: str, speed: float) -> Utterance:
        """Synthesise at most 510 symbols of the vocabulary with the voice of a style pack.

        Args:
            speed: 1 is the voice's own; durations are divided by it.
        """
        audio, frames = self._graph.run(symbols, pack, speed)
        pcm: Pcm = np.asarray(audio, np.float32).ravel()
        return Utterance(pcm, _starts(frames, len(symbols), len(pcm)))


class ScoreModel:
    """The network up to its decoder, which is nine tenths of the computing; or with it, to learn from."""

    def __init__(self, folder: Path, threads: int, with_sound: bool = False) -> None:
        outputs = (_DURATIONS, _SYMBOLS, _PITCH, _STRENGTH, *((_AUDIO,) if with_sound else ()))
        self._graph = _Graph(folder, threads, outputs)
        self.symbols = self._graph.symbols

    def score(self, symbols: str, pack: str, speed: float) -> tuple[Score, Pcm]:
        """What is to sound, for the arguments of `KokoroModel.say`; and the sound, if it was asked for."""
        frames, hidden, pitch, strength, *audio = self._graph.run(symbols, pack, speed)
        rows = np.ascontiguousarray(hidden[0].T, np.float32)
        starts = _starts(frames, len(symbols), len(rows) * SAMPLES_A_FRAME)
        style = self._graph.style(pack, len(symbols))[: _STYLE_SIZE // 2]
        score = Score(rows, np.ravel(pitch), np.ravel(strength), style, starts)
        return score, np.ravel(audio[0]) if audio else np.zeros(0, np.float32)


def _starts(frames: npt.NDArray[Any], symbols: int, samples: int) -> npt.NDArray[np.int64]:
    ends = np.cumsum(np.asarray(frames, np.float64).ravel()) * SAMPLES_A_FRAME
    return np.clip(ends[: symbols + 1].astype(np.int64) - ACOUSTIC_LEAD, 0, samples)
