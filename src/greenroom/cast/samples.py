"""`python -m greenroom.cast.samples`: a few seconds of each built-in voice, to hear it before it is chosen.

Made once and kept in the repository. Voices that have a sample are passed over; delete the file to make it
anew.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from greenroom.cast.catalogue import (
    CAST_FOLDER,
    SAMPLES,
    Digest,
    digest_of,
    read_description,
    write_description,
)
from greenroom.engines.protocols import Pcm

BITRATE_BPS = 48_000
_FRAME = 1024
TEXTS = {
    "en": "Hello. This is how I sound when I read a text of yours aloud.",
    "zh": "你好，这就是我朗读文字时的声音，希望你喜欢。",
    "es": "Hola. Así sueno cuando leo un texto en voz alta.",
    "fr": "Bonjour. Voici ma voix quand je lis un texte pour vous.",
    "it": "Ciao. Questa è la mia voce quando leggo un testo per te.",
    "ja": "こんにちは。文章を読むと、私はこんな声になります。",
    "pt": "Olá. É assim que eu soo quando leio um texto para você.",
    "hi": "नमस्ते। आपका पाठ मेरी आवाज़ में ऐसा सुनाई देता है।",
}
"""By language tag without region."""


def make_samples(folder: Path) -> dict[str, Digest]:
    """Speak what is missing in `folder`; the digests of all samples by voice id."""
    from greenroom.engines.registry import all_voices
    from greenroom.stage.speech import speak

    folder.mkdir(exist_ok=True)
    for voice in all_voices():
        path, text = folder / f"{voice.voice_id}.m4a", TEXTS.get(voice.language.split("-")[0])
        if text is not None and not path.is_file():
            speech = speak(text, voice.voice_id)
            write_m4a(path, speech.pcm, speech.sample_rate)
            print(
                f"{voice.voice_id}  {speech.duration_s:.1f} s  {path.stat().st_size / 1000:.0f} kB",
                flush=True,
            )
    return {path.stem: digest_of(path) for path in sorted(folder.glob("*.m4a"))}


def write_m4a(path: Path, pcm: Pcm, sample_rate: int) -> None:
    """Mono AAC with its index in front. The same sound gives the same bytes."""
    partial = path.with_name(f".{path.name}.partial")
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    with av.open(str(partial), "w", format="ipod", options=options) as file:
        stream = file.add_stream("aac", rate=sample_rate, layout="mono", options={"flags": "+bitexact"})
        stream.bit_rate = BITRATE_BPS
        stream.time_base = Fraction(1, sample_rate)
        for start in range(0, len(pcm), _FRAME):
            part = np.ascontiguousarray(pcm[None, start : start + _FRAME])
            frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = sample_rate, start, Fraction(1, sample_rate)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    partial.replace(path)


def main(folder: Path = CAST_FOLDER) -> None:
    samples = make_samples(folder / SAMPLES)
    write_description(folder, replace(read_description(folder), samples=samples))


if __name__ == "__main__":
    main()
