"""The heavy work of an audit, run in a supervised child process: read what was uploaded, cut it, check it.

Everything from outside is first looked into by `media.sandbox`, in a process with limits of its own. What is
prepared lies in a folder that outlives a crash: a recording that has its report there is not checked again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from greenroom.engines.protocols import Pcm, Progress
from greenroom.media.decode import read_audio
from greenroom.media.errors import MediaError
from greenroom.media.inspect import Role
from greenroom.media.sandbox import inspect_safely
from greenroom.media.wav import read_wav, write_wav
from greenroom.voices.modeling.packages import Piece, read_package
from greenroom.voices.recordings import limits
from greenroom.voices.recordings.check import check_recording, too_long, unreadable
from greenroom.voices.recordings.faults import RecordingReport
from greenroom.voices.recordings.recording import Hear, Recording
from greenroom.voices.recordings.sound import HOP_S, levels_of

_HIGHEST_RATE = 48_000
_PIECE_S = 12.0
"""Long files are cut at pauses into pieces of about this length."""
INDEX = "prepared.json"


@dataclass(slots=True, frozen=True)
class Prepared:
    """One recording that is ready to be checked, or why there is none."""

    name: str
    """As the user knows it."""
    wav: str | None
    """Its file in the folder; None: see `fault`."""
    text: str | None
    fault: str | None = None
    length_s: float = 0.0
    """Of what is too long to be read."""
    longest_s: float = 0.0


class TooLongError(MediaError):
    """A file is longer than is read; it was not decoded."""

    def __init__(self, name: str, length_s: float) -> None:
        super().__init__(f"{name} lasts {length_s / 60:.1f} min")
        self.length_s = length_s


def split(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`{archive, folder}`: unpack a package, decode it and cut what is long. Answers `{count}`.

    Raises:
        MediaError: it is no package, or would harm whoever unpacks it.
    """
    folder = Path(payload["folder"])
    if not (folder / INDEX).is_file():
        folder.mkdir(parents=True, exist_ok=True)
        inspect_safely(Path(payload["archive"]), Role.ARCHIVE, "zip")
        pieces = read_package(Path(payload["archive"]), folder / "unpacked")
        _prepare(pieces, folder, progress)
    return {"count": len(_prepared(folder))}


def collect(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`{segments, folder}`, each segment `{name, path, text}`: decode sentences recorded one by one.

    Answers `{count}`.
    """
    folder = Path(payload["folder"])
    if not (folder / INDEX).is_file():
        folder.mkdir(parents=True, exist_ok=True)
        pieces = [
            Piece(s["name"], Path(s["path"]), s["text"], may_be_long=False) for s in payload["segments"]
        ]
        _prepare(pieces, folder, progress)
    return {"count": len(_prepared(folder))}


def check(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`{folder, language}`: check every prepared recording. Answers `{reports}`, each with its `wav`."""
    folder = Path(payload["folder"])
    prepared = _prepared(folder)
    reports = []
    for number, one in enumerate(prepared):
        progress("listening", number / max(1, len(prepared)))
        reports.append({**_checked(folder, one, payload["language"]).to_json(), "wav": one.wav})
    return {"reports": reports}


def check_one(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`{path, name, text, language, longest_s}`: the report on a file that was just uploaded."""
    progress("listening", 0.0)
    name = payload["name"]
    try:
        pcm, rate = decode(Path(payload["path"]), name, payload["longest_s"])
    except TooLongError as error:
        return too_long(name, error.length_s, payload["longest_s"]).to_json()
    except MediaError as error:
        return unreadable(name, str(error)).to_json()
    recording = Recording(name, pcm, rate, payload["text"], payload["language"], payload["longest_s"])
    return check_recording(recording, recogniser()).to_json()


def decode(path: Path, name: str, longest_s: float) -> tuple[Pcm, int]:
    """Mono sound at its own rate, up to 48 kHz.

    Raises:
        TooLongError: it lasts longer.
        MediaError: it is no sound, empty or damaged; the text has the user's name for it.
    """
    try:
        found = inspect_safely(path, Role.SOUND, "")
        assert found.media is not None and found.media.audio is not None
        if found.media.duration_s > longest_s:
            raise TooLongError(name, found.media.duration_s)
        rate = min(_HIGHEST_RATE, max(8_000, found.media.audio.sample_rate))
        return read_audio(path, rate, most_s=longest_s + 5), rate
    except TooLongError:
        raise
    except MediaError as error:
        raise type(error)(str(error).replace(path.name, name)) from error


@cache
def recogniser() -> Hear | None:
    """Made once a process; None where speech recognition is not installed."""
    from greenroom.engines.registry import engine_threads
    from greenroom.engines.whisper.recogniser import WhisperRecogniser
    from greenroom.subtitles.speaking import can_hear

    return WhisperRecogniser(engine_threads()).words if can_hear() else None


def _prepare(pieces: list[Piece], folder: Path, progress: Progress) -> None:
    found: list[Prepared] = []
    for number, piece in enumerate(pieces):
        progress("reading", number / max(1, len(pieces)))
        found += _decoded(piece, folder, number)
    building = folder / f"{INDEX}.part"
    building.write_text(json.dumps([asdict(one) for one in found]), encoding="utf-8")
    os.replace(building, folder / INDEX)


def _decoded(piece: Piece, folder: Path, number: int) -> list[Prepared]:
    longest_s = limits.LONGEST_FILE_S if piece.may_be_long else limits.LONGEST_SENTENCE_S
    try:
        pcm, rate = decode(piece.path, piece.name, longest_s)
    except TooLongError as error:
        return [Prepared(piece.name, None, piece.text, str(error), error.length_s, longest_s)]
    except MediaError as error:
        return [Prepared(piece.name, None, piece.text, str(error))]
    if len(pcm) / rate <= limits.LONGEST_SENTENCE_S:
        wav = f"{number:05d}.wav"
        write_wav(folder / wav, pcm, rate)
        return [Prepared(piece.name, wav, piece.text)]
    made = []
    for part, (start, end) in enumerate(cuts(pcm, rate)):
        wav = f"{number:05d}-{part:03d}.wav"
        write_wav(folder / wav, pcm[start:end], rate)
        made.append(Prepared(f"{piece.name} at {start / rate:.0f} s", wav, None))
    return made


def cuts(pcm: Pcm, sample_rate: int) -> Iterator[tuple[int, int]]:
    """Where a long recording is cut: in the quietest moment around each `_PIECE_S`, in samples."""
    frames_db = levels_of(pcm, sample_rate).frames_db
    calm = np.convolve(frames_db, np.ones(15) / 15, mode="same")
    piece, reach = round(_PIECE_S / HOP_S), round(_PIECE_S / 3 / HOP_S)
    start = 0
    while len(calm) - start > piece + reach:
        around = calm[start + piece - reach : start + piece + reach]
        at = start + piece - reach + int(np.argmin(around))
        yield round(start * HOP_S * sample_rate), round(at * HOP_S * sample_rate)
        start = at
    yield round(start * HOP_S * sample_rate), len(pcm)


def _prepared(folder: Path) -> list[Prepared]:
    return [Prepared(**one) for one in json.loads((folder / INDEX).read_text(encoding="utf-8"))]


def _checked(folder: Path, one: Prepared, language: str) -> RecordingReport:
    if one.length_s:
        return too_long(one.name, one.length_s, one.longest_s)
    if one.wav is None:
        return unreadable(one.name, one.fault or "it cannot be read")
    kept = (folder / one.wav).with_suffix(".json")
    if kept.is_file():
        return RecordingReport.from_json(json.loads(kept.read_text(encoding="utf-8")))
    pcm, rate = read_wav(folder / one.wav)
    report = check_recording(Recording(one.name, pcm, rate, one.text, language), recogniser())
    building = kept.with_suffix(".part")
    building.write_text(json.dumps(report.to_json()), encoding="utf-8")
    os.replace(building, kept)
    return report
