"""A Piper voice (VITS) on onnxruntime: phonemes in, sound and the length of every phoneme out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from greenroom.engines.onnx_graph import NOISE, with_given_noise, with_output
from greenroom.engines.protocols import Pcm

_DURATIONS = "/Ceil_output_0"
"""Inner tensor: frames for each id, the padding between ids included."""
SAMPLES_A_FRAME = 256
_SEED = 1
_NOISE_LENGTH = 1 << 20
"""Numbers: of 5400 frames, a minute of speech."""
_PAD, _BEGIN, _END = "_", "^", "$"


@dataclass(slots=True, frozen=True)
class Utterance:
    pcm: Pcm
    starts: tuple[int, ...]
    """Sample at which each unit begins."""


class PiperModel:
    def __init__(self, path: Path, threads: int) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        graph = with_output(with_given_noise(path.read_bytes()), _DURATIONS)
        self._session: Any = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        config = json.loads(path.with_name(path.name + ".json").read_text())
        self._ids: dict[str, list[int]] = config["phoneme_id_map"]
        self._noise = np.random.default_rng(_SEED).standard_normal(_NOISE_LENGTH, np.float32)
        self._noise_scales: tuple[float, float] = (
            config["inference"]["noise_scale"],
            config["inference"]["noise_w"],
        )
        self.sample_rate: int = config["audio"]["sample_rate"]

    def say(self, units: Sequence[str], length_scale: float) -> Utterance:
        """Synthesise units, each one phoneme or a few that are timed together; the same units sound the same.

        Args:
            length_scale: 1 is the voice's own pace, 2 is half as fast.
        """
        pad = self._ids[_PAD]
        ids = [*self._ids[_BEGIN], *pad]
        first_id = []
        for unit in units:
            first_id.append(len(ids))
            for symbol in unit:
                ids += [*self._ids.get(symbol, []), *pad]
        ids += self._ids[_END]
        feed = {
            "input": np.array([ids], np.int64),
            "input_lengths": np.array([len(ids)], np.int64),
            "scales": np.array([self._noise_scales[0], length_scale, self._noise_scales[1]], np.float32),
            NOISE: self._noise,
        }
        audio, frames = self._session.run(None, feed)
        pcm: Pcm = np.asarray(audio, np.float32).ravel()
        begins = np.concatenate([[0], np.cumsum(np.asarray(frames, np.float64).ravel())]) * SAMPLES_A_FRAME
        return Utterance(pcm, tuple(int(begins[index]) for index in first_id))
