"""Learn the quick decoder from what Kokoro's own decoder makes of the same scores.

    python -m presets.speech.scores SCORES
    python -m presets.speech.quick SCORES WORK

About forty minutes on two cores. Goes on where it was cut off; writes `quick.onnx` and `quick_vocoder.onnx`
into `src/greenroom/engines/kokoro/`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from greenroom.engines.compact import compact
from greenroom.engines.conversion import export
from greenroom.engines.conversion.base import VOCODER as BASE_VOCODER
from greenroom.engines.conversion.base import network_arrays
from greenroom.engines.conversion.learning import (
    LearningOptions,
    Spoken,
    Sung,
    spectra_of,
    train_converter,
    train_vocoder,
)
from greenroom.engines.conversion.networks import Converter, ConverterShape, VocoderNetwork, VocoderShape
from greenroom.engines.conversion.spectrum import HOP, Floats, log_mel
from greenroom.engines.kokoro.quick import NETWORK, VOCODER, inputs_of, steps_in, tone_of
from greenroom.engines.learning import export_onnx, this_machine
from presets.speech.scores import Sounding, read_soundings

SHAPE = {"width": 320, "inner": 960, "depth": 6}
DECODER_STEPS, VOCODER_STEPS = 1600, 500
_HERE = Path(__file__).parents[2] / "src" / "greenroom" / "engines" / "kokoro"


@dataclass(slots=True, frozen=True)
class Scale:
    """Mean and spread of each number that the network is given."""

    content: tuple[Floats, Floats]
    manner: tuple[Floats, Floats]

    @classmethod
    def of(cls, spoken: Sequence[Spoken]) -> Scale:
        content = np.concatenate([one.content for one in spoken])
        manner = np.concatenate([one.manner for one in spoken])
        return cls(
            (content.mean(axis=0), content.std(axis=0) + 1e-3),
            (manner.mean(axis=0), manner.std(axis=0) + 1e-3),
        )

    def scaled(self, one: Spoken) -> Spoken:
        (content, spread), (manner, manner_spread) = self.content, self.manner
        return replace(
            one, content=(one.content - content) / spread, manner=(one.manner - manner) / manner_spread
        )


class Decoder(nn.Module):
    """The network as it is shipped: scaling and all."""

    def __init__(self, converter: Converter, scale: Scale) -> None:
        super().__init__()
        self.converter = compact(converter.cpu())
        for name, (mean, spread) in (("content", scale.content), ("manner", scale.manner)):
            self.register_buffer(f"{name}_mean", torch.from_numpy(mean))
            self.register_buffer(f"{name}_spread", torch.from_numpy(spread))

    def forward(self, content: Tensor, manner: Tensor) -> Tensor:
        mel: Tensor = self.converter(
            (content - self.content_mean) / self.content_spread,
            (manner - self.manner_mean) / self.manner_spread,
            torch.zeros(1, dtype=torch.long),
        )
        return mel


def spoken_of(one: Sounding) -> Spoken:
    """What the networks learn from a clause."""
    frames = 2 * steps_in(one.score)
    pcm = np.pad(one.pcm, (0, max(0, frames * HOP - len(one.pcm))))[: frames * HOP]
    content, manner = inputs_of(one.score)
    return Spoken(content, manner, log_mel(pcm), 0, Sung(pcm, tone_of(one.score)))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("scores", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--decoder-steps", type=int, default=DECODER_STEPS)
    parser.add_argument("--vocoder-steps", type=int, default=VOCODER_STEPS)
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args()
    chosen.work.mkdir(parents=True, exist_ok=True)
    said = [spoken_of(one) for path in sorted(chosen.scores.glob("*.npz")) for one in read_soundings(path)]
    scale = Scale.of(said)
    said = [scale.scaled(one) for one in said]
    machine = this_machine(chosen.threads)

    def step(done: float) -> None:
        print(f"\r{done:.3f}", end="", flush=True)

    torch.manual_seed(0)
    converter = Converter(ConverterShape(said[0].content.shape[1], 1, **SHAPE))
    options = LearningOptions(chosen.decoder_steps, frames=200, batch=16)
    print(train_converter(converter, said, options, machine, chosen.work / "decoder.pt", step))
    spectra = spectra_of(converter, said, machine)
    sung = [replace(one.sung, mel=mel) for one, mel in zip(said, spectra, strict=True)]
    vocoder = VocoderNetwork(VocoderShape())
    export.begin_with(vocoder, network_arrays(BASE_VOCODER))
    options = LearningOptions(
        chosen.vocoder_steps, learning_rate=5e-4, adversarial_from=0.0, stretch=False, batch=12
    )
    print(train_vocoder(vocoder, sung, options, machine, chosen.work / "vocoder.pt", step))
    example = (torch.zeros(1, 50, said[0].content.shape[1]), torch.zeros(1, 100, Converter.MANNER))
    axes = {name: {1: name} for name in ("content", "manner", "mel")}
    form = {"names": (["content", "manner"], ["mel"]), "axes": axes}
    export_onnx(Decoder(converter, scale).eval(), example, _HERE / NETWORK, form)
    export.export_vocoder(vocoder, _HERE / VOCODER)


if __name__ == "__main__":
    main()
