"""A deck as it was read: what each page shows and says, which fonts it was drawn with, what is not as it was.

It is kept as JSON beside the pictures, under the name `FILE`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

FILE = "deck.json"
MOST_PAGES = 100
"""Service overview, table 4-7."""
MOST_STEPS = 50
"""Clicks of one page."""
MOST_PICTURES = 300
"""Of all pages and steps together."""


@dataclass(slots=True, frozen=True)
class FontUse:
    """A font that the deck names."""

    name: str
    is_installed: bool
    """Or comes inside the deck."""
    replaced_by: str | None = None
    """The font that was drawn instead, of one that is missing."""


@dataclass(slots=True, frozen=True)
class Page:
    number: int
    """From 1, over the pages that are shown."""
    pictures: tuple[str, ...]
    """File names: one for each step of the page's animation from the state before the first click on; the
    last shows everything. A page that does not move has one."""
    title: str = ""
    notes: str = ""

    @property
    def picture(self) -> str:
        """Of the page with everything on it."""
        return self.pictures[-1]


@dataclass(slots=True, frozen=True)
class Deck:
    pages: tuple[Page, ...]
    drawn_by: str
    """PDFium, LibreOffice or Greenroom (the plain renderer)."""
    fonts: tuple[FontUse, ...] = ()
    notices: tuple[str, ...] = ()
    """What differs from what a presenter would show, in sentences."""

    @property
    def missing_fonts(self) -> list[FontUse]:
        return [font for font in self.fonts if not font.is_installed]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(
            pages=tuple(Page(**{**page, "pictures": tuple(page["pictures"])}) for page in data["pages"]),
            drawn_by=data["drawn_by"],
            fonts=tuple(FontUse(**font) for font in data["fonts"]),
            notices=tuple(data["notices"]),
        )


def page_file(number: int, step: int | None = None, suffix: str = "png") -> str:
    """`page-003.png`; of an intermediate step `page-003-step-1.png`."""
    middle = "" if step is None else f"-step-{step}"
    return f"page-{number:03d}{middle}.{suffix}"
