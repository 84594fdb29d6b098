from __future__ import annotations

from greenroom.voices.text import pieces


class TestPieces:
    def test_whole_sentences_within_the_limit(self) -> None:
        text = " ".join(f"This is sentence {number}." for number in range(200))
        found = list(pieces(text, limit=300))
        assert " ".join(found) == text
        assert len(found) > 10
        assert all(len(piece) <= 300 and piece.endswith(".") for piece in found)

    def test_a_short_text_is_one_piece(self) -> None:
        assert list(pieces("Good morning. How are you?")) == ["Good morning. How are you?"]

    def test_nothing(self) -> None:
        assert list(pieces("  \n ")) == []
