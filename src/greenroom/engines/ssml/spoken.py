"""What an SSML text says, without its tags: for counting, for content review, for lists of actions."""

from __future__ import annotations

import re

from greenroom.engines.ssml.errors import SsmlError
from greenroom.engines.ssml.manner import Mark
from greenroom.engines.ssml.parser import parse
from greenroom.engines.ssml.pieces import Piece, SentenceEnd, Spoken, Sub

_TAG = re.compile(r"<[^<>]*>")
_SPACE = re.compile(r"\s+")


def is_ssml(text: str) -> bool:
    """A text with a `<speak` is SSML; any other `<` is a sign like every other."""
    return "<speak" in text


def plain_text(text: str) -> str:
    """The words that are said: of `sub` the alias, of `phoneme` the words whose sound it gives.

    A text that is not SSML comes back as it is.

    Raises:
        SsmlError: SSML that cannot be followed.
    """
    if not is_ssml(text):
        return text
    return _SPACE.sub(" ", "".join(_said(piece) for piece in parse(text))).strip()


def written_text(text: str) -> str:
    """The words as they are written, for reading along: of `sub` those between its tags.

    Paragraphs and sentences of the markup end in line breaks. Broken SSML comes back with its tags taken out.
    """
    if not is_ssml(text):
        return text
    try:
        pieces = parse(text)
    except SsmlError:
        return _TAG.sub("", text)
    shown = (piece.text if isinstance(piece, Spoken) else _gap(piece) for piece in pieces)
    lines = (_SPACE.sub(" ", line).strip() for line in "".join(shown).split("\n"))
    return "\n".join(line for line in lines if line)


def review_text(text: str) -> str:
    """Everything that a reviewer must see: what is said, and what `sub` writes in its place.

    Broken SSML, which is never spoken, comes back with its tags taken out.
    """
    if not is_ssml(text):
        return text
    try:
        pieces = parse(text)
    except SsmlError:
        return f"{_TAG.sub('', text)}\n{text}"
    written = [piece.text for piece in pieces if isinstance(piece, Sub)]
    return "\n".join([plain_text(text), *written])


def actions_of(text: str) -> list[str]:
    """The tags of the actions that a text marks, in order. Raises SsmlError as `plain_text` does."""
    if not is_ssml(text):
        return []
    return [piece.name for piece in parse(text) if isinstance(piece, Mark) and piece.is_action]


def _gap(piece: Piece) -> str:
    return "\n" if isinstance(piece, SentenceEnd) else ""


def _said(piece: Piece) -> str:
    if isinstance(piece, Sub):
        return piece.alias
    if isinstance(piece, Spoken):
        return piece.text
    # A break or a mark inside a word must not hide the word; only sentences are set apart.
    return " " if isinstance(piece, SentenceEnd) else ""
