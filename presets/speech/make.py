"""Learn the weights that every trained voice begins with, from the built-in voices' own speech.

    python -m presets.speech.corpus CORPUS
    python -m presets.speech.make CORPUS WORK

About an hour and a half on two cores. Goes on where it was cut off; writes
`src/greenroom/engines/conversion/base.npz`. Nobody's recordings are used: the corpus is synthetic.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from greenroom.engines.conversion.base import BASE, CONVERTER, SPEAKERS, VOCODER
from greenroom.engines.conversion.learning import (
    LearningOptions,
    Spoken,
    Sung,
    train_converter,
    train_vocoder,
)
from greenroom.engines.conversion.networks import Converter, ConverterShape, VocoderNetwork, VocoderShape
from greenroom.engines.conversion.speech import (
    Speaker,
    Speech,
    content_input,
    hear,
    manner_input,
    speaker_of,
)
from greenroom.engines.conversion.tone import Tone
from greenroom.engines.learning import this_machine
from greenroom.media.wav import read_wav

VOCODER_STEPS, CONVERTER_STEPS = 1500, 1800
_ADVERSARIAL_FROM = 0.8


def heard(corpus: Path, work: Path) -> dict[str, Speech]:
    """Each voice's speech, kept in `work` once it was computed."""
    found = {}
    for path in sorted(corpus.glob("*.wav")):
        kept = work / f"{path.stem}.npz"
        if not kept.is_file():
            speech = hear(*read_wav(path))
            part = kept.with_suffix(".part.npz")
            np.savez(part, pcm=speech.pcm.astype(np.float16), mel=speech.mel, hz=speech.tone.hz,
                     voiced=speech.tone.voiced, content=speech.content.astype(np.float16))  # fmt: skip
            part.replace(kept)
        with np.load(kept, allow_pickle=False) as stored:
            tone = Tone(stored["hz"], stored["voiced"])
            found[path.stem] = Speech(
                stored["pcm"].astype(np.float32), stored["mel"], tone, stored["content"].astype(np.float32)
            )
    return found


def spoken_of(speech: Speech, speaker: Speaker, number: int) -> Spoken:
    """What the converter learns from a sound."""
    content, manner = content_input(speech, speaker), manner_input(speech, speaker)
    return Spoken(content, manner, speech.mel, number, Sung(speech.pcm, speech.tone))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--vocoder-steps", type=int, default=VOCODER_STEPS)
    parser.add_argument("--converter-steps", type=int, default=CONVERTER_STEPS)
    chosen = parser.parse_args()
    chosen.work.mkdir(parents=True, exist_ok=True)
    speeches = heard(chosen.corpus, chosen.work)
    speakers = {name: speaker_of([speech]) for name, speech in speeches.items()}
    machine = this_machine(2)

    def step(done: float) -> None:
        print(f"\r{done:.3f}", end="", flush=True)

    vocoder = VocoderNetwork(VocoderShape())
    sung = [Sung(speech.pcm, speech.tone) for speech in speeches.values()]
    options = LearningOptions(chosen.vocoder_steps, adversarial_from=_ADVERSARIAL_FROM)
    print(train_vocoder(vocoder, sung, options, machine, chosen.work / "vocoder.pt", step))
    content = next(iter(speeches.values())).content.shape[1]
    converter = Converter(ConverterShape(content, len(speeches)))
    spoken = [
        spoken_of(speech, speakers[name], number) for number, (name, speech) in enumerate(speeches.items())
    ]
    options = LearningOptions(chosen.converter_steps, frames=200, batch=12)
    print(train_converter(converter, spoken, options, machine, chosen.work / "converter.pt", step))
    arrays = {
        CONVERTER + name: tensor.half().numpy() for name, tensor in converter.cpu().state_dict().items()
    }
    arrays |= {VOCODER + name: tensor.half().numpy() for name, tensor in vocoder.cpu().state_dict().items()}
    for name, speaker in speakers.items():
        arrays |= {
            f"{SPEAKERS}{name}/{key}": one.astype(np.float16) for key, one in speaker.to_arrays().items()
        }
    np.savez_compressed(BASE, **arrays)


if __name__ == "__main__":
    main()
