"""Texts that are longer than an engine takes in one call."""

from __future__ import annotations

from collections.abc import Iterator

from greenroom.engines.g2p.front import MAX_TEXT_CHARACTERS, sentences


def pieces(text: str, limit: int = MAX_TEXT_CHARACTERS) -> Iterator[str]:
    """The text in pieces of whole sentences, none longer than `limit` characters unless a sentence is."""
    piece = ""
    for sentence in sentences(text):
        if piece and len(piece) + 1 + len(sentence) > limit:
            yield piece
            piece = ""
        piece = f"{piece} {sentence}" if piece else sentence
    if piece:
        yield piece
