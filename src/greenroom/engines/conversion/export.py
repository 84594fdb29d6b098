"""Networks into files: ONNX for speaking, and from arrays for learning."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from greenroom.engines.compact import compact
from greenroom.engines.conversion.networks import Converter, VocoderNetwork
from greenroom.engines.conversion.spectrum import BANDS
from greenroom.engines.learning import export_onnx


def begin_with(network: nn.Module, arrays: Mapping[str, npt.NDArray[np.float32]]) -> None:
    """Load weights by name. A network of one speaker begins as the mean of those there are."""
    state = {name: torch.from_numpy(np.asarray(array)) for name, array in arrays.items()}
    known = network.state_dict()
    for name, tensor in state.items():
        if name.startswith("speaker.") and known[name].shape != tensor.shape:
            state[name] = tensor.mean(dim=0, keepdim=True).expand_as(known[name]).clone()
    network.load_state_dict(state)


ABROAD = (0.2, 0.35, 0.6, 0.8, 1.0, 1.0, 1.0, 1.0)
"""How much of what was learnt each layer keeps: what enters, the six blocks, what leaves.

The first layers know what is said, the last ones how it sounds. A network that hears one language from one
person forgets in the first ones how others are said.
"""


def abroad(learnt: Converter, arrays: Mapping[str, npt.NDArray[np.float32]]) -> Converter:
    """The converter for languages that its person was not recorded in: its weights between those that it
    began with and those that it has learnt (M. Wortsman and others, "Robust fine-tuning of zero-shot models",
    2022, layer by layer)."""
    made = Converter(learnt.shape)
    begin_with(made, arrays)
    before, after = made.state_dict(), learnt.cpu().state_dict()
    mixed = {name: before[name] + _kept(name) * (after[name] - before[name]) for name in after}
    made.load_state_dict(mixed)
    return made


def _kept(name: str) -> float:
    if name.startswith("enter."):
        return ABROAD[0]
    if name.startswith("blocks."):
        return ABROAD[1 + int(name.split(".")[1])]
    return ABROAD[-1]


def export_converter(network: Converter, path: Path) -> None:
    """`content` [1, n, width] and `manner` [1, 2 n, 3] to `mel` [1, 2 n, BANDS], for speaker 0."""
    small = compact(network.cpu())

    class OfOne(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.converter = small

        def forward(self, content: Tensor, manner: Tensor) -> Tensor:
            mel: Tensor = self.converter(content, manner, torch.zeros(1, dtype=torch.long))
            return mel

    example = (torch.zeros(1, 50, network.shape.content), torch.zeros(1, 100, Converter.MANNER))
    axes = {name: {1: name} for name in ("content", "manner", "mel")}
    export_onnx(OfOne().eval(), example, path, {"names": (["content", "manner"], ["mel"]), "axes": axes})


def export_vocoder(network: VocoderNetwork, path: Path) -> None:
    """`mel` [1, n, BANDS] and `tone` [1, n, 2] to `filters` [1, n, 3, BINS]."""
    example = (torch.zeros(1, 100, BANDS), torch.zeros(1, 100, 2))
    axes = {name: {1: name} for name in ("mel", "tone", "filters")}
    form = {"names": (["mel", "tone"], ["filters"]), "axes": axes}
    export_onnx(compact(network.cpu()).eval(), example, path, form)
