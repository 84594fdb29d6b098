"""`python -m presets.contact --out docs/cast.jpg`: the presenters as they ship, for looking at.

Two rows a presenter, from its finished package: at rest, on five sounds of a spoken sentence, blinking, and in
each action. `--presenter` leaves out the others, `--size` makes the cells larger.
"""

from __future__ import annotations

import argparse
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from greenroom.cast.catalogue import ARCHIVE, Presenter, load_cast
from greenroom.engines.face.geometry import eye_opening
from greenroom.engines.face.tracker import LiteRtFaceTracker
from greenroom.engines.protocols import VIDEO_FPS
from greenroom.stage.loop import LoopFrame
from greenroom.stage.performance import Performer, PersonPicture, open_avatar
from greenroom.stage.speech import speak
from presets.sheet import BACKDROP

SENTENCE = "My father feeds two of our moody puffins."
SOUNDS = {"/a/": "ɑ", "/i/": "i", "/u/": "u", "/m/": "m", "/f/": "f"}
_LABEL = 16
_COLUMNS = 6
_WELL_INTO = 0.62
"""Share of an action after which its gesture stands."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--presenter", action="append")
    parser.add_argument("--size", type=int, default=200, help="of a cell, pixels")
    chosen = parser.parse_args()
    cast = [one for one in load_cast().presenters if not chosen.presenter or one.name in chosen.presenter]
    rows = [_row(one, chosen.size) for one in cast]
    width = max(row.width for row in rows)
    sheet = Image.new("RGB", (width, sum(row.height for row in rows)), "white")
    for number, row in enumerate(rows):
        sheet.paste(row, (0, sum(above.height for above in rows[:number])))
    sheet.save(chosen.out, quality=86, optimize=True)


def _row(presenter: Presenter, size: int) -> Image.Image:
    with tempfile.TemporaryDirectory(prefix="contact-") as name:
        with zipfile.ZipFile(presenter.path(ARCHIVE)) as archive:
            archive.extractall(name)
        performer = Performer(open_avatar(Path(name), threads=2))
        shots = [*_faces(performer, presenter), *_actions(performer)]
        performer.close()
    lines = -(-len(shots) // _COLUMNS)
    row = Image.new("RGB", (size * _COLUMNS, (size + _LABEL) * lines), "white")
    draw = ImageDraw.Draw(row)
    for number, (label, picture) in enumerate(shots):
        left, top = number % _COLUMNS * size, number // _COLUMNS * (size + _LABEL)
        row.paste(picture.resize((size, size), Image.Resampling.LANCZOS), (left, top + _LABEL))
        draw.text((left + 4, top + 2), f"{presenter.name}, {label}" if not number else label, fill="black")
    return row


def _faces(performer: Performer, presenter: Presenter) -> list[tuple[str, Image.Image]]:
    """Head and shoulders: at rest, on each sound where it is longest, and blinking."""
    speech = speak(SENTENCE, presenter.person.voice)
    track = performer.drive(speech.pcm, speech.sample_rate, speech.phonemes)
    face = performer.avatar.face
    assert face is not None and performer.avatar.idle is not None
    side = 2.1 * (face.chin - face.forehead)
    box = (
        face.centre - side / 2,
        face.forehead - 0.30 * side,
        face.centre + side / 2,
        face.forehead + 0.70 * side,
    )
    first, last = performer.avatar.idle
    idle = [performer.still(LoopFrame(at, at, 0.0)) for at in range(first, last + 1)]
    shots = [("rest", _flat(idle[0], box))]
    for label, symbol in SOUNDS.items():
        spans = [span for span in speech.phonemes or () if symbol in span.symbol]
        if spans:
            span = max(spans, key=lambda one: one.end_sample - one.start_sample)
            middle = (span.start_sample + span.end_sample) / 2 / speech.sample_rate
            number = round(middle * VIDEO_FPS)
            shots.append((label, _flat(performer.frame(number, track, number), box)))
    eyes = eye_opening(LiteRtFaceTracker().track(iter(frame.colour for frame in idle), VIDEO_FPS).landmarks)
    return [*shots, ("blink", _flat(idle[int(np.argmin(eyes))], box))]


def _actions(performer: Performer) -> list[tuple[str, Image.Image]]:
    """The whole picture, in each action."""
    shots = []
    for name, (first, last) in performer.avatar.actions.items():
        at = round(first + _WELL_INTO * (last - first))
        picture = performer.still(LoopFrame(at, at, 0.0))
        high, wide = picture.colour.shape[:2]
        box = ((wide - high) / 2, 0.0, (wide + high) / 2, float(high))
        shots.append((name.replace("_", " "), _flat(picture, box)))
    return shots


def _flat(person: PersonPicture, box: tuple[float, float, float, float]) -> Image.Image:
    """A part of the picture over the sheet's backdrop."""
    colour: Any = person.colour[..., ::-1].astype(np.float64)
    if person.alpha is not None:
        alpha = person.alpha[..., None] / 255
        colour = colour * alpha + BACKDROP * (1 - alpha)
    left, top, right, bottom = (round(edge) for edge in box)
    sheet = Image.new("RGB", (right - left, bottom - top), tuple(int(part) for part in BACKDROP))
    sheet.paste(Image.fromarray(colour.clip(0, 255).astype(np.uint8)), (-left, -top))
    return sheet


if __name__ == "__main__":
    main()
