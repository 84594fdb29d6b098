"""`python -m presets.build --presenter anna --out DIR`: footage and base clips of one presenter."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from presets.cast import CAST
from presets.speech_motion import FPS

TEXTS = Path(__file__).with_name("speech.txt")
SILENCE_S = 2.0
IDLE_S = 12.0


@dataclass(slots=True, frozen=True)
class Said:
    """A phoneme in samples."""

    symbol: str
    start_sample: int
    end_sample: int


def say(text: str, voice: str, folder: Path) -> tuple[Any, int, list[Said]]:
    """Speech with silence before and after: samples, rate, phonemes. Kept in `folder` for the next time."""
    kept, sound = folder / "speech.json", folder / "speech.npy"
    if kept.exists() and sound.exists():
        stored = json.loads(kept.read_text())
        if stored["text"] == text and stored["voice"] == voice:
            return (
                np.load(sound, allow_pickle=False),
                stored["rate"],
                [Said(*row) for row in stored["phonemes"]],
            )
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
    rows = [[s.symbol, s.start_sample, s.end_sample] for s in spans]
    kept.write_text(
        json.dumps({"text": text, "voice": voice, "rate": rate, "phonemes": rows}, ensure_ascii=False)
    )
    np.save(sound, pcm)
    return pcm, rate, spans


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presenter", required=True, choices=sorted(CAST))
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--only", choices=("sheet", "clips", "footage"), help="make one kind of file")
    parser.add_argument("--size", default="1920x1080", help="width and height of the picture")
    parser.add_argument("--seconds", type=float, help="stop the footage after so many seconds")
    parser.add_argument("--quick", action="store_true", help="coarser light, for looking")
    chosen = parser.parse_args()
    width, height = (int(n) for n in chosen.size.split("x"))
    size = (width, height)
    chosen.out.mkdir(parents=True, exist_ok=True)
    from presets.presenter import Performer
    from presets.sheet import camera_for, contact_sheet

    who = CAST[chosen.presenter]
    if chosen.only in (None, "footage"):
        say(TEXTS.read_text().strip(), who.voice, chosen.out)
    started = time.monotonic()
    performer = Performer(who, size, 2048 if chosen.quick else 4096, chosen.quick)
    times: dict[str, float] = {"made_s": time.monotonic() - started}
    if chosen.only in (None, "sheet"):
        contact_sheet(performer, chosen.out / f"{who.name}-sheet.png")
    camera = camera_for(performer, "half")
    if chosen.only in (None, "clips"):
        _clips(performer, camera, chosen.out, size)
        times["clips_s"] = time.monotonic() - started
    if chosen.only in (None, "footage"):
        started = time.monotonic()
        frames = _footage(performer, camera, chosen.out, size, chosen.seconds)
        times["footage_s"] = time.monotonic() - started
        times["footage_frames"] = frames
    (chosen.out / "times.json").write_text(json.dumps({k: round(v, 1) for k, v in times.items()}) + "\n")


def _drawn(performer: Any, moments: list[Any], camera: Any) -> Iterator[Any]:
    for moment in moments:
        yield performer.draw(moment, camera)


def _clips(performer: Any, camera: Any, folder: Path, size: tuple[int, int]) -> None:
    from presets.film import film
    from presets.performance import action, idle

    who = performer.who
    face = dict(who.rest_face)
    film(_drawn(performer, idle(face, int(IDLE_S * FPS), who.seed), camera), folder, "idle", size)
    poses: dict[str, Any] = {**who.gesture_poses(), "nod": None}
    for number, (name, pose) in enumerate(poses.items()):
        film(_drawn(performer, action(name, pose, face, who.seed + number), camera), folder, name, size)


def _footage(performer: Any, camera: Any, folder: Path, size: tuple[int, int], seconds: float | None) -> int:
    from presets.film import film
    from presets.performance import speaking

    who = performer.who
    pcm, rate, spans = say(TEXTS.read_text().strip(), who.voice, folder)
    frames = int(len(pcm) / rate * FPS)
    if seconds is not None:
        frames = min(frames, int(seconds * FPS))
    moments = speaking(dict(who.rest_face), spans, rate, frames, who.seed)
    pcm = pcm[: int(frames * rate / FPS)]
    film(_drawn(performer, moments, camera), folder, "speaking", size, (pcm, rate), screen=True)
    return frames


if __name__ == "__main__":
    main()
