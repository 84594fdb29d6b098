"""French: gruut's dictionary and letter model, elision, and the liaisons that nobody leaves out."""

from __future__ import annotations

import re

from greenroom.engines.g2p.front import Word
from greenroom.engines.g2p.latin import LatinFront
from greenroom.engines.g2p.lexicon import lexicon
from greenroom.engines.g2p.tables import tables

_VOWEL = re.compile("[aeiouyøœɑɔəɛ]\u0303?")
_LINKS = {word: sound for sound, words in tables("french")["liaison"].items() for word in words}
_WEAK = frozenset(tables("french")["weak"])
_ASPIRATED = tuple(tables("french")["aspirated"])
_FIXED: dict[str, str] = tables("french")["fixed"]


class FrenchFront(LatinFront):
    language = "french"

    def say(self, word: str) -> str:
        said = self._sounds(word)
        if word in _WEAK:
            return said
        vowels = list(_VOWEL.finditer(said))
        strong = [vowel for vowel in vowels if vowel.group() != "ə"] or vowels
        return said[: strong[-1].start()] + "ˈ" + said[strong[-1].start() :] if strong else said

    def link(self, words: list[Word]) -> list[Word]:
        """Liaison: `les amis` is said with a z. Only over a plain space, never over a stop."""
        linked = []
        for word, following in zip(words, [*words[1:], None], strict=True):
            sound = _LINKS.get(word.text.lower())
            if sound and following and word.after == " " and _opens_with_vowel(following):
                word = Word(word.text, word.phonemes + sound, word.after)
            linked.append(word)
        return linked

    def _sounds(self, word: str) -> str:
        if word in _FIXED:
            return _FIXED[word]
        found = lexicon("fr").find(word)
        if found:
            return "".join(found)
        head, mark, rest = word.partition("'")
        if mark and rest:
            onset = {
                "c": "s",
                "qu": "k",
                "j": "ʒ",
                "jusqu": "ʒysk",
                "lorsqu": "lɔʁsk",
                "puisqu": "pɥisk",
            }.get(head, head)
            return onset + self._sounds(rest)
        if "-" in word:
            return " ".join(self._sounds(part) for part in word.split("-") if part)
        return "".join(lexicon("fr").guess(word.replace("'", "")))


def _opens_with_vowel(word: Word) -> bool:
    if word.text.lower().startswith(_ASPIRATED):
        return False
    return _VOWEL.match(word.phonemes.lstrip("ˈˌ")) is not None
