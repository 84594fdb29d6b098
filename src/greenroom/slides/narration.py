"""From a page and its notes to what is said while which picture is shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from greenroom.slides.deck import Deck, Page

_MARK = re.compile(r"\[\s*click\s*\]|<step\s*/>", re.IGNORECASE)
"""`[click]` or `<step/>` in the notes: the next step of the page's animation."""


@dataclass(slots=True, frozen=True)
class Passage:
    """A picture and what is said over it."""

    page: int
    picture: str
    text: str
    """Empty: the picture is shown in silence."""


def passages_of(deck: Deck, *, skip_silent: bool = False) -> list[Passage]:
    """One passage for each page, or for each part of its notes between marks.

    The first part shows the page before any click, the next one the page after the first, and so on; the
    last part shows everything. Notes without marks show everything at once. A page without notes is silent,
    or left out with `skip_silent`.
    """
    passages: list[Passage] = []
    for page in deck.pages:
        spoken = _spoken(page)
        if spoken or not skip_silent:
            passages += spoken or [Passage(page.number, page.picture, "")]
    return passages


def without_marks(notes: str) -> str:
    return _MARK.sub(" ", notes).strip()


def _spoken(page: Page) -> list[Passage]:
    if "<speak" in page.notes:
        # Its elements may reach over a mark.
        return _said(page, [without_marks(page.notes)])
    return _said(page, [part.strip() for part in _MARK.split(page.notes)])


def _said(page: Page, parts: Sequence[str]) -> list[Passage]:
    said: list[Passage] = []
    for number, part in enumerate(parts):
        is_last = number == len(parts) - 1
        picture = page.picture if is_last else page.pictures[min(number, len(page.pictures) - 1)]
        if not any(character.isalnum() for character in part):
            continue
        if said and said[-1].picture == picture:  # a mark on a page that does not move
            said[-1] = Passage(page.number, picture, f"{said[-1].text} {part}")
        else:
            said.append(Passage(page.number, picture, part))
    return said
