"""Review of a file: pictures as they are, videos by frames, sound through speech recognition, decks by their
texts and pictures. Runs in a child process: `review_file(payload, progress)`.
"""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from greenroom.engines.protocols import Image, Recogniser
from greenroom.media.decode import frame_at, read_audio, read_frames
from greenroom.media.errors import MediaError
from greenroom.moderation.chain import Chain, make_chain
from greenroom.moderation.verdicts import Verdict
from greenroom.moderation.words import Word

Report = Callable[[str, float], None]

MOST_FRAMES = 60
LEAST_STEP_S = 1.0
"""A video shows at least so much between two frames that are looked at."""
_HEARING_RATE = 16_000
_PIECE_S = 30
_SLIDE_TEXT = re.compile(rb"<a:t>([^<]*)</a:t>")
_DECK_TEXT_BYTES = 4 << 20
_DECK_PICTURES = 40
_DECK_PICTURE_BYTES = 20 << 20
_PICTURE_SIDE = 8196


def review_file(payload: dict[str, Any], progress: Report) -> dict[str, Any]:
    """For a child process.

    `payload` holds `path`, `kind` (picture, video, sound or deck), `has_picture`, `has_sound`, `duration_s`,
    `words` (the operator's, as lists of text, category, decision) and `moderators` (the setting).
    Answers a `Verdict` as JSON.
    """
    chain = make_chain([Word(*item) for item in payload["words"]], payload["moderators"])
    path = Path(payload["path"])
    verdict = Verdict()
    match payload["kind"]:
        case "picture":
            verdict = _review_picture(chain, path)
        case "deck":
            verdict = _review_deck(chain, path)
        case _:
            if payload["has_picture"]:
                verdict = _review_frames(chain, path, float(payload["duration_s"]), progress)
            if payload["has_sound"]:
                verdict = verdict.joined(_review_sound(chain, path, progress))
    return verdict.to_json()


def _review_picture(chain: Chain, path: Path) -> Verdict:
    if not chain.sees_pictures:
        return Verdict(unexamined=("pictures",))
    return _review_shown(chain, path, 0.0, lambda stage, done: None)


def _review_frames(chain: Chain, path: Path, duration_s: float, progress: Report) -> Verdict:
    if not chain.sees_pictures:
        return Verdict(unexamined=("pictures",))
    return _review_shown(chain, path, duration_s, progress)


def _review_shown(chain: Chain, path: Path, duration_s: float, progress: Report) -> Verdict:
    """The first picture, and then one each step: of a video, or of a GIF that moves."""
    verdict = chain.review_picture(_smaller(frame_at(path, 0)))
    step = max(LEAST_STEP_S, duration_s / MOST_FRAMES)
    wanted = step
    for number, picture in enumerate(read_frames(path, 5, strict=False)):
        time = number / 5
        if time + 1e-9 < wanted:
            continue
        wanted += step
        verdict = verdict.joined(chain.review_picture(_smaller(picture), f"the picture at {time:.0f} s"))
        progress("review", min(1.0, time / max(duration_s, 0.1)) / 2)
    return verdict


def _smaller(picture: Image) -> Image:
    """At most 512 pixels a side: classifiers look at less, and their time is the frames' number."""
    side = max(picture.shape[:2])
    if side <= 512:
        return picture
    size = (max(1, picture.shape[1] * 512 // side), max(1, picture.shape[0] * 512 // side))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _review_sound(chain: Chain, path: Path, progress: Report) -> Verdict:
    recogniser = _recogniser()
    if recogniser is None:
        return Verdict(unexamined=("sound",))
    pcm = read_audio(path, _HEARING_RATE)
    verdict = Verdict()
    piece = _PIECE_S * _HEARING_RATE
    before = ""
    for start in range(0, len(pcm), piece):
        text = recogniser.transcribe(pcm[start : start + piece], _HEARING_RATE)
        at = f"the sound at {start // _HEARING_RATE} s"
        # The end of the piece before belongs to the text: a word may lie across the cut.
        verdict = verdict.joined(chain.review_text(f"{before} {text}", at))
        before = text[-20:]
        progress("review", 0.5 + min(0.5, start / max(len(pcm), 1) / 2))
    return verdict


def _recogniser() -> Recogniser | None:
    from importlib.util import find_spec

    from greenroom.engines import weights
    from greenroom.engines.whisper.recogniser import WhisperRecogniser

    if find_spec("faster_whisper") is None or not weights.is_present("whisper-base"):
        return None
    return WhisperRecogniser(threads=1)


def _review_deck(chain: Chain, path: Path) -> Verdict:
    """The texts of slides and notes, and the pictures, of a PPTX; other decks are not opened."""
    if not zipfile.is_zipfile(path):
        return Verdict(unexamined=("deck",))
    verdict = Verdict()
    with zipfile.ZipFile(path) as archive:
        for name, text in _deck_texts(archive):
            verdict = verdict.joined(chain.review_text(text, name))
        for name, picture in _deck_pictures(archive):
            verdict = verdict.joined(chain.review_picture(_smaller(picture), name))
    return verdict


def _deck_texts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    for entry in archive.infolist():
        if re.fullmatch(r"ppt/(slides|notesSlides)/\w+\.xml", entry.filename):
            with archive.open(entry) as stream:
                data = stream.read(_DECK_TEXT_BYTES)
            texts = [html.unescape(item.decode("utf-8", "replace")) for item in _SLIDE_TEXT.findall(data)]
            yield Path(entry.filename).stem, " ".join(texts)


def _deck_pictures(archive: zipfile.ZipFile) -> Iterator[tuple[str, Image]]:
    from greenroom.media.content import Content
    from greenroom.media.pictures import read_size

    kinds = {".png": Content.PNG, ".jpg": Content.JPEG, ".jpeg": Content.JPEG}
    chosen = [
        entry
        for entry in archive.infolist()
        if entry.filename.startswith("ppt/media/")
        and Path(entry.filename).suffix.lower() in kinds
        and entry.file_size <= _DECK_PICTURE_BYTES
    ]
    for entry in chosen[:_DECK_PICTURES]:
        with archive.open(entry) as stream:
            data = stream.read(_DECK_PICTURE_BYTES)
        try:
            width, height = read_size(BytesIO(data), kinds[Path(entry.filename).suffix.lower()])
        except MediaError:
            continue
        if max(width, height) > _PICTURE_SIDE:
            continue
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        if picture is not None:
            yield Path(entry.filename).name, np.asarray(picture, np.uint8)
