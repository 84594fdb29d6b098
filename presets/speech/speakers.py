"""Add built-in voices that the base weights did not hear to the speakers that they know.

    python -m presets.speech.corpus CORPUS
    python -m presets.speech.speakers CORPUS

The networks stay as they are: a new voice is known by its means and spreads alone. Writes
`src/greenroom/engines/conversion/base.npz`; voices that are there stay.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from greenroom.engines.conversion.base import BASE, SPEAKERS
from greenroom.engines.conversion.speech import hear, speaker_of
from greenroom.media.wav import read_wav


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpus", type=Path)
    chosen = parser.parse_args()
    with np.load(BASE, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    for path in sorted(chosen.corpus.glob("*.wav")):
        if f"{SPEAKERS}{path.stem}/manner" in arrays:
            continue
        speaker = speaker_of([hear(*read_wav(path))])
        arrays |= {
            f"{SPEAKERS}{path.stem}/{key}": one.astype(np.float16) for key, one in speaker.to_arrays().items()
        }
        print(path.stem, flush=True)
    np.savez_compressed(BASE, **arrays)


if __name__ == "__main__":
    main()
