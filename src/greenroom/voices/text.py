"""Texts that are longer than an engine takes in one call."""

from __future__ import annotations

from collections.abc import Iterator

from greenroom.engines.g2p.front import MAX_TEXT_CHARACTERS, sentences
from greenroom.engines.ssml.spoken import is_ssml


def pieces(text: str, limit: int = MAX_TEXT_CHARACTERS) -> Iterator[str]:
    """The text in pieces of whole sentences, none longer than `limit` characters unless a sentence is.

    SSML is one piece: its elements may reach over all of it.
    """
    if is_ssml(text):
        yield text
        return
    piece = ""
    for sentence in sentences(text):
        if piece and len(piece) + 1 + len(sentence) > limit:
            yield piece
            piece = ""
        piece = f"{piece} {sentence}" if piece else sentence
    if piece:
        yield piece
