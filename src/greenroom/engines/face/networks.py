"""The LiteRT networks inside `face_landmarker.task` (Google, Apache-2.0) and how to run them."""

from __future__ import annotations

import os
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

TASK_FILE = "face_landmarker.task"


def task_path() -> Path:
    """The verified task file of the installed weights.

    Raises:
        MissingWeightsError: the weights have not been fetched.
    """
    from greenroom.engines import weights

    return weights.path("face_landmarker") / TASK_FILE


@cache
def _members(task: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(task) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name.endswith(".tflite")}


_chatter_lock = threading.Lock()


@contextmanager
def _without_native_chatter() -> Iterator[None]:
    """Keeps LiteRT's note about its delegate, which no setting silences, out of the terminal."""
    with _chatter_lock:
        try:
            kept = os.dup(2)
        except OSError:  # no standard error at all
            yield
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)


class Network:
    """One single-threaded LiteRT network with one input. Not safe to share between threads."""

    def __init__(self, task: Path, member: str) -> None:
        from ai_edge_litert.interpreter import Interpreter

        with _without_native_chatter():
            self._interpreter: Any = Interpreter(model_content=_members(task)[member], num_threads=1)
            self._interpreter.allocate_tensors()
        self._input: int = self._interpreter.get_input_details()[0]["index"]
        self._outputs: dict[str, int] = {
            detail["name"]: detail["index"] for detail in self._interpreter.get_output_details()
        }

    def run(self, tensor: FloatArray) -> dict[str, FloatArray]:
        """Outputs by their name in the model file; the arrays are copies."""
        self._interpreter.set_tensor(self._input, tensor)
        self._interpreter.invoke()
        return {name: self._interpreter.get_tensor(index) for name, index in self._outputs.items()}
