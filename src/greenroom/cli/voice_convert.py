"""`greenroom voice convert`: what somebody said, or is saying, in a trained voice."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

if TYPE_CHECKING:
    from greenroom.engines.protocols import ConvertingSpeechEngine, Pcm

STANDARD = Path("-")
"""In place of a file: what comes, or goes, as raw samples."""
PIECE_S = 0.02
"""Read at once of a sound that comes."""
LOWEST_RATE, HIGHEST_RATE = 8_000, 96_000


def convert(
    speech: Annotated[
        str, typer.Argument(help="A recording; or - for raw 16-bit mono samples that come on standard input.")
    ],
    voice: Annotated[str, typer.Option(help="A voice of `greenroom voice trained`.")],
    out: Annotated[
        str, typer.Option("-o", "--out", help="The WAV file to write; - for raw samples on standard output.")
    ] = "converted.wav",
    language: Annotated[
        str | None, typer.Option(help="Of the recording, as zh; by default that of the voice's recordings.")
    ] = None,
    speaker: Annotated[
        Path | None, typer.Option(help="With -: a recording of some seconds of who is going to speak.")
    ] = None,
    rate: Annotated[int, typer.Option(help="With -: samples a second.")] = 24_000,
    data: Annotated[Path | None, typer.Option(help="The data folder.")] = None,
) -> None:
    """Say what somebody said with a trained voice, in the same manner and at the same pace."""
    from greenroom.cli.errors import UserError
    from greenroom.cli.video import check_output
    from greenroom.engines.protocols import EngineError

    place = STANDARD if out == str(STANDARD) else check_output(Path(out), (".wav",))
    try:
        if speech == str(STANDARD):
            known = _sample(speaker, rate)
            _as_it_comes(_engine(voice, data), known, rate, place)
        else:
            _recording(_engine(voice, data), Path(speech), language, place)
    except EngineError as error:
        raise UserError(str(error)) from None
    except BrokenPipeError:
        # Whoever listened has gone; so is what remained to be said.
        sys.stderr.close()


def _engine(voice: str, data: Path | None) -> ConvertingSpeechEngine:
    from greenroom.cli.errors import UserError
    from greenroom.cli.settings import load_settings
    from greenroom.engines.protocols import ConvertingSpeechEngine
    from greenroom.engines.registry import speech_engine_for
    from greenroom.storage import place

    place.publish(load_settings(data=data).place)
    engine = speech_engine_for(voice)
    if not isinstance(engine, ConvertingSpeechEngine):
        raise UserError(
            f"the voice {voice!r} reads texts only: give one that was trained by conversion "
            "(greenroom voice trained)"
        )
    return engine


def _recording(engine: ConvertingSpeechEngine, path: Path, language: str | None, out: Path) -> None:
    from greenroom.stage.speech import speech_from_audio

    recorded = speech_from_audio(path)
    _write(engine.convert(recorded.pcm, recorded.sample_rate, language), recorded.sample_rate, out)


def _write(pcm: Pcm, rate: int, out: Path) -> None:
    from greenroom.media.wav import write_wav

    if out == STANDARD:
        _put(pcm)
        return
    write_wav(out, pcm, rate)
    print(f"{out}: {len(pcm) / rate:.1f} s of speech.")


def _sample(path: Path | None, rate: int) -> Pcm:
    """Some seconds of who is going to speak, at the rate at which they will."""
    import numpy as np
    import soxr

    from greenroom.cli.errors import UserError
    from greenroom.stage.speech import speech_from_audio

    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise UserError(f"--rate is {rate}: give {LOWEST_RATE} to {HIGHEST_RATE} samples a second")
    if path is None:
        raise UserError(
            "who is going to speak? Give a recording of some seconds of them with --speaker, "
            "so that their voice can be told from what they say"
        )
    found = speech_from_audio(path)
    return np.asarray(soxr.resample(found.pcm, found.sample_rate, rate), np.float32)


def _as_it_comes(engine: ConvertingSpeechEngine, known: Pcm, rate: int, out: Path) -> None:
    import numpy as np

    stream = engine.follow(known, rate)
    made: list[Pcm] = []

    def give(piece: Pcm) -> None:
        if out == STANDARD:
            _put(piece)
        else:
            made.append(piece)

    for piece in _pieces(sys.stdin.buffer, round(PIECE_S * rate)):
        give(stream.push(piece))
    give(stream.flush())
    if out != STANDARD:
        _write(np.concatenate(made), rate, out)


def _pieces(source: BinaryIO, samples: int) -> Iterator[Pcm]:
    """What comes, until the end; a last odd byte is half a sample and left out."""
    import numpy as np

    while block := source.read(2 * samples):
        whole = np.frombuffer(block[: len(block) // 2 * 2], "<i2")
        yield whole.astype(np.float32) / np.float32(32768)


def _put(pcm: Pcm) -> None:
    import numpy as np

    sys.stdout.buffer.write(np.round(np.clip(pcm, -1, 1) * 32767).astype("<i2").tobytes())
    sys.stdout.buffer.flush()
