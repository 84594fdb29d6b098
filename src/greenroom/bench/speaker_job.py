"""Speaker embeddings of sound files, by Resemblyzer: the measure of `greenroom bench voices`.

Runs in a Python that has Resemblyzer (and the torch and setuptools below 81 that it needs) and need not have
Greenroom. Reads a list of WAV files as JSON from its input, answers a list of embeddings of 256 numbers.
"""

import json
import sys
import warnings


def main() -> None:
    warnings.simplefilter("ignore")
    from pathlib import Path

    from resemblyzer import VoiceEncoder, preprocess_wav

    encoder = VoiceEncoder("cpu", verbose=False)
    found = [encoder.embed_utterance(preprocess_wav(Path(path))).tolist() for path in json.load(sys.stdin)]
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
