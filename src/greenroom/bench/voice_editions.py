"""What more recordings and a larger edition give: how near the learnt spectrum comes to what was kept aside.

`GREENROOM_BENCH_RECORDINGS` names a folder of one person's recordings (WAV). Each edition learns as much of
them as it advises, its own number of steps; one that advises more than there is learns all. Only the
converter is learnt: the vocoder has no part in the figure.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from greenroom.bench.speech import RECORDINGS_VARIABLE
from greenroom.bench.table import Row
from greenroom.engines.conversion.engine import open_converter
from greenroom.engines.conversion.export import export_converter
from greenroom.engines.conversion.material import (
    first_of,
    hear_all,
    held_out_distance,
    kept_apart,
    learn_converter,
    seconds_of,
    spoken_of,
)
from greenroom.engines.conversion.modeler import EFFORTS
from greenroom.engines.conversion.speech import speaker_of
from greenroom.engines.protocols import EngineError, VoiceRecording
from greenroom.engines.registry import engine_threads
from greenroom.voices.modeling.editions import EDITIONS, JobType

_LEAST = 16


def run() -> list[Row]:
    """Raises EngineError: no recordings are named, or too few."""
    folder = os.environ.get(RECORDINGS_VARIABLE, "")
    paths = sorted(Path(folder).glob("*.wav")) if folder else []
    if len(paths) < _LEAST:
        raise EngineError(f"Set {RECORDINGS_VARIABLE} to a folder with {_LEAST} WAV files of one person.")
    learnt, kept = kept_apart(hear_all([VoiceRecording(path, "") for path in paths], lambda done: None))
    rows: list[Row] = []
    reference, goal = "", ""
    for edition in (JobType.BASIC, JobType.MIDDLE, JobType.ADVANCE):
        some = first_of(learnt, EDITIONS[edition].advised_s)
        person, steps = speaker_of(some), EFFORTS[edition.value].converter
        with tempfile.TemporaryDirectory(prefix="bench-editions-") as name:
            work = Path(name)
            converter = learn_converter(
                spoken_of(some, person), steps, work / "learning.pt", lambda done: None
            )
            export_converter(converter, work / "converter.onnx")
            convert = open_converter(work / "converter.onnx", engine_threads())
            value = held_out_distance(kept, convert, person)
        extra = {"recordings_s": round(seconds_of(some)), "steps": steps}
        rows.append(Row(f"{edition.value}: distance", value, "", reference, goal, extra))
        reference, goal = f"{edition.value}: {value}", f"<= {edition.value}"
    return rows
