"""What each training in PyTorch needs: its machine, checkpoints to go on from, and the export to ONNX."""

from __future__ import annotations

import io
import time
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

CHECKPOINT_SECONDS = 20.0


@dataclass(slots=True, frozen=True)
class Machine:
    device: torch.device
    bfloat16: bool
    """Whether the processor computes bf16 faster than float32."""

    def autocast(self) -> AbstractContextManager[Any]:
        if not self.bfloat16:
            return nullcontext()
        context: AbstractContextManager[Any] = torch.autocast(self.device.type, dtype=torch.bfloat16)
        return context


def this_machine(threads: int) -> Machine:
    """CUDA where there is one, else the CPU, with bf16 where it has instructions for it."""
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    if torch.cuda.is_available():
        return Machine(torch.device("cuda"), torch.cuda.is_bf16_supported())
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        flags = ""
    return Machine(torch.device("cpu"), "avx512_bf16" in flags or "amx_bf16" in flags)


class Checkpoint:
    """Saves the state of a training every CHECKPOINT_SECONDS, whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._saved_at = time.monotonic()

    def load(self) -> dict[str, Any] | None:
        if not self._path.exists():
            return None
        # Only tensors and plain containers are read, never code.
        state: dict[str, Any] = torch.load(self._path, map_location="cpu", weights_only=True)
        return state

    def save_if_due(self, state: Callable[[], dict[str, Any]]) -> None:
        if time.monotonic() - self._saved_at >= CHECKPOINT_SECONDS:
            self.save(state())

    def save(self, state: dict[str, Any]) -> None:
        part = self._path.with_suffix(".part")
        torch.save(state, part)
        part.replace(self._path)
        self._saved_at = time.monotonic()


def export_onnx(network: nn.Module, example: tuple[Tensor, ...], path: Path, form: dict[str, Any]) -> None:
    """Write a network as ONNX; the file appears only when it is whole.

    Args:
        form: `names`, those of inputs and outputs, and `axes`, the ones of any length.
    """
    inputs, outputs = form["names"]
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # The tracing exporter is deprecated but needs no further package and keeps dynamic axes simple.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            example,
            buffer,
            input_names=inputs,
            output_names=outputs,
            dynamic_axes=form["axes"] or None,
            opset_version=17,
            dynamo=False,
            # Folded, the small weights would be written out in full; the runtime folds them when it loads.
            do_constant_folding=False,
        )
    part = path.with_suffix(".part")
    part.write_bytes(buffer.getvalue())
    part.replace(path)
