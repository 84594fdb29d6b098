"""`python -m presets.build --presenter anna --out DIR`: the footage of one presenter, and what lies where in it."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from presets.cast import CAST
from presets.speech_motion import FPS

if TYPE_CHECKING:
    from presets.description import Presenter
    from presets.presenter import Moment, Performer
    from presets.stage import Camera

TEXTS = Path(__file__).with_name("speech.txt")
UNSEEN = Path(__file__).with_name("unseen.txt")
SILENCE_S = 1.0
BASE_S = 34.0
"""What may be shown; of the rest of the speech only the head is drawn anew, for the mouth to learn from."""
IDLE_S = 10.4
SIZE = (1440, 1080)
VERSION = "1"
"""Of the cast; a new one is listed in place of the old."""
KINDS = ("sheet", "footage", "unseen")


@dataclass(slots=True, frozen=True)
class Said:
    """A phoneme in samples."""

    symbol: str
    start_sample: int
    end_sample: int


def say(text: str, voice: str, folder: Path, name: str) -> tuple[Any, int, list[Said]]:
    """Speech with silence before and after: samples, rate, phonemes. Kept in `folder` for the next time."""
    kept, sound = folder / f"{name}.json", folder / f"{name}.npy"
    if kept.exists() and sound.exists():
        stored = json.loads(kept.read_text())
        if stored["text"] == text and stored["voice"] == voice:
            pcm = np.load(sound, allow_pickle=False)
            return pcm, stored["rate"], [Said(*row) for row in stored["phonemes"]]
    try:
        from greenroom.stage.speech import speak
    except ModuleNotFoundError as error:
        raise SystemExit(
            f"The voice needs Greenroom itself in this environment ({error}): pip install -e ."
        ) from error
    speech = speak(text, voice)
    rate = speech.sample_rate
    pad = int(SILENCE_S * rate)
    pcm = np.concatenate([np.zeros(pad, np.float32), speech.pcm, np.zeros(pad, np.float32)])
    spans = [Said("sil", 0, pad)]
    spans += [Said(p.symbol, p.start_sample + pad, p.end_sample + pad) for p in speech.phonemes or ()]
    spans.append(Said("sil", spans[-1].end_sample, len(pcm)))
    np.save(sound, pcm)
    rows = [[s.symbol, s.start_sample, s.end_sample] for s in spans]
    kept.write_text(
        json.dumps({"text": text, "voice": voice, "rate": rate, "phonemes": rows}, ensure_ascii=False)
    )
    return pcm, rate, spans


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presenter", required=True, choices=sorted(CAST))
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--only", choices=KINDS, action="append", help="make one kind of file")
    parser.add_argument("--quick", action="store_true", help="coarser light and skin, for looking")
    chosen = parser.parse_args()
    kinds = chosen.only or list(KINDS)
    folder: Path = chosen.out
    folder.mkdir(parents=True, exist_ok=True)
    who = CAST[chosen.presenter]
    speeches = {
        kind: say(text.read_text().strip(), who.voice, folder, name)
        for kind, text, name in (("footage", TEXTS, "speech"), ("unseen", UNSEEN, "unseen"))
        if kind in kinds
    }
    from presets.presenter import Performer
    from presets.sheet import camera_for, contact_sheet

    started = time.monotonic()
    performer = Performer(who, SIZE, 2048 if chosen.quick else 4096, chosen.quick)
    times = {"made_s": time.monotonic() - started}
    if "sheet" in kinds:
        contact_sheet(performer, folder / f"{who.name}-sheet.png")
    camera = camera_for(performer, "half")
    for kind, record in (("footage", record_footage), ("unseen", record_unseen)):
        if kind in kinds:
            started = time.monotonic()
            times[f"{kind}_frames"] = record(performer, camera, folder, speeches[kind])
            times[f"{kind}_s"] = time.monotonic() - started
    (folder / "times.json").write_text(json.dumps({k: round(v, 1) for k, v in times.items()}) + "\n")


def record_footage(
    performer: Performer, camera: Camera, folder: Path, speech: tuple[Any, int, list[Said]]
) -> int:
    """`footage.mp4` and `marks.json`, which says which of its frames are what. Returns the frame count."""
    from presets.film import Film
    from presets.performance import idle

    who = performer.who
    pcm, rate, _ = speech
    film = Film(folder / "footage.mp4", SIZE, rate)
    spoken = _speaking(performer, speech)
    whole = int(BASE_S * FPS)
    _shoot(film, performer, camera, spoken[:whole])
    _shoot(film, performer, camera, spoken[whole:], head_only=True)
    marks: dict[str, Any] = {"speaking": [[0, whole - 1], [whole, len(spoken) - 1]]}
    marks["idle"] = _shoot(film, performer, camera, idle(dict(who.rest_face), int(IDLE_S * FPS), who.seed))
    marks["actions"] = {
        name: _shoot(film, performer, camera, moments) for name, moments in _actions(who).items()
    }
    marks["about"] = {"role": who.role, "synthetic": True, "licence": "Apache-2.0", "version": VERSION}
    film.close(pcm)
    (folder / "marks.json").write_text(json.dumps(marks, indent=2) + "\n")
    return film.frames


def record_unseen(
    performer: Performer, camera: Camera, folder: Path, speech: tuple[Any, int, list[Said]]
) -> int:
    """`unseen.mp4`: a speech that the training never sees, to measure by. Returns the frame count."""
    from presets.film import Film

    pcm, rate, _ = speech
    film = Film(folder / "unseen.mp4", SIZE, rate)
    spoken = _speaking(performer, speech, 1000)
    _shoot(film, performer, camera, spoken[:1])
    _shoot(film, performer, camera, spoken[1:], head_only=True)
    film.close(pcm)
    return film.frames


def _speaking(performer: Performer, speech: tuple[Any, int, list[Said]], other: int = 0) -> list[Moment]:
    from presets.performance import speaking

    pcm, rate, spans = speech
    who = performer.who
    return speaking(dict(who.rest_face), spans, rate, int(len(pcm) / rate * FPS), who.seed + other)


def _actions(who: Presenter) -> dict[str, list[Moment]]:
    from presets.performance import action

    poses: dict[str, Any] = {**who.gesture_poses(), "nod": None}
    face = dict(who.rest_face)
    return {
        name: action(name, pose, face, who.seed + number) for number, (name, pose) in enumerate(poses.items())
    }


def _shoot(
    film: Any, performer: Performer, camera: Camera, moments: Sequence[Moment], head_only: bool = False
) -> list[int]:
    """Film the moments; returns the first and the last frame."""
    first = film.frames
    for moment in moments:
        film.add(performer.draw(moment, camera, head_only))
    return [first, film.frames - 1]


if __name__ == "__main__":
    main()
