"""Reads a deck of any kind: `read_deck` chooses the way.

PDF goes straight to PDFium. Of PPTX, texts and steps come from the file itself and the pictures from
LibreOffice, or from the plain renderer where there is none. Old PPT becomes PPTX first, by LibreOffice.
`read(payload, progress)` is what the supervised child runs (`jobs.children`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from greenroom.media.content import Content, identify
from greenroom.media.documents import check_deck
from greenroom.slides import office
from greenroom.slides.deck import MOST_PICTURES, Deck, Page, page_file
from greenroom.slides.errors import DeckError, OfficeError
from greenroom.slides.fonts import font_uses
from greenroom.slides.pdf import draw_page, families_in, open_pdf, read_pdf
from greenroom.slides.presentation import Presentation, open_presentation
from greenroom.slides.variants import write_variants

Report = Callable[[str, float], None]
Pictures = dict[tuple[int, int], str]
"""File names by number of the page and step."""


class Drawer(Protocol):
    """Makes the pictures of a PPTX."""

    @property
    def name(self) -> str: ...

    def draw(self, path: Path, deck: Presentation, folder: Path, progress: Report) -> Drawing:
        """Draw each state of each slide into `folder`. Raises DeckError."""


class Drawing:
    """What a drawer made."""

    def __init__(self, pictures: Pictures, families: set[str] | None, notices: list[str]) -> None:
        """`families`: those of the fonts in the drawing, where that is known."""
        self.pictures, self.families, self.notices = pictures, families, notices


def read(payload: dict[str, Any], progress: Report) -> dict[str, Any]:
    """`{path, folder, use_office}`: a `Deck` as JSON; its pictures lie in `folder`."""
    deck = read_deck(
        Path(payload["path"]), Path(payload["folder"]), progress, payload.get("use_office", True)
    )
    return deck.to_json()


def read_deck(path: Path, folder: Path, progress: Report, use_office: bool = True) -> Deck:
    """Read a PPTX, PPT or PDF and draw its pages into `folder`.

    `use_office`: False draws PPTX with the plain renderer even where LibreOffice is installed.

    Raises:
        DeckError: it cannot be read, holds nothing to show, or more than is taken.
        MediaError: it is no deck, or harmful; see `media.documents`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    content = identify(path)
    check_deck(path, content)
    if content is Content.PDF:
        return read_pdf(path, folder, progress)
    if content is Content.OLE:
        if office.find_office() is None:
            raise OfficeError(
                f"{path.name} is an old PPT file, which needs LibreOffice on the worker: save it as PPTX."
            )
        with TemporaryDirectory(dir=folder, prefix=".office-") as scratch:
            converted = office.convert(path, "pptx", Path(scratch))
            check_deck(converted, Content.ZIP)
            return _read_pptx(converted, folder, progress, use_office)
    return _read_pptx(path, folder, progress, use_office)


def _read_pptx(path: Path, folder: Path, progress: Report, use_office: bool) -> Deck:
    progress("reading the deck", 0.0)
    deck = open_presentation(path)
    if sum(len(slide.builds.states) for slide in deck.slides) > MOST_PICTURES:
        raise DeckError(
            f"{path.name} has more than {MOST_PICTURES} steps of animation in all: split it, "
            "or export it as PDF."
        )
    notices = _notices(deck)
    drawer = _drawer(use_office)
    try:
        drawing = drawer.draw(path, deck, folder, progress)
    except OfficeError as error:
        notices.append(f"{str(error).rstrip('.')}; the pages were drawn by the plain renderer.")
        drawer = _drawer(use_office=False)
        drawing = drawer.draw(path, deck, folder, progress)
    pages = tuple(
        Page(
            slide.number,
            _names(slide.number, len(slide.builds.states), drawing.pictures),
            slide.title,
            slide.notes,
        )
        for slide in deck.slides
    )
    fonts = font_uses(deck.fonts, drawing.families)
    return Deck(pages, drawer.name, fonts, (*notices, *drawing.notices))


def _names(number: int, states: int, pictures: Pictures) -> tuple[str, ...]:
    """One picture for each state; a state like the one before has no picture of its own."""
    names: list[str] = []
    for step in range(states):
        names.append(pictures.get((number, step)) or names[-1])
    return tuple(names)


def _notices(deck: Presentation) -> list[str]:
    notices = []
    if deck.hidden:
        notices.append(f"{deck.hidden} hidden {'slide is' if deck.hidden == 1 else 'slides are'} left out.")
    moving = [str(slide.number) for slide in deck.slides if slide.builds.has_motion]
    if moving:
        notices.append(f"Motion and emphasis are not shown; they are used on page {', '.join(moving)}.")
    return notices


def _drawer(use_office: bool) -> Drawer:
    from greenroom.slides.plain.drawer import PlainDrawer

    return PlainDrawer() if not use_office or office.find_office() is None else OfficeDrawer()


class OfficeDrawer:
    """By way of LibreOffice and PDF."""

    name = "LibreOffice"

    def draw(self, path: Path, deck: Presentation, folder: Path, progress: Report) -> Drawing:
        with TemporaryDirectory(dir=folder, prefix=".office-") as name:
            scratch = Path(name)
            ready = scratch / "deck.pptx"
            plan = write_variants(path, deck, ready)
            progress("converting with LibreOffice", 0.05)
            made = office.convert(ready, "pdf", scratch, office.SECONDS + 5 * len(plan))
            return Drawing(_draw(made, plan, folder, progress), families_in(made, len(plan)), [])


def _draw(made: Path, plan: list[tuple[int, int]], folder: Path, progress: Report) -> Pictures:
    """Each page of LibreOffice's PDF is one entry of the plan."""
    last = dict(plan)
    pictures: Pictures = {}
    with open_pdf(made, len(plan)) as document:
        if len(document) != len(plan):
            raise OfficeError(f"LibreOffice made {len(document)} pages of {len(plan)} slides and steps")
        for index, (number, step) in enumerate(plan):
            stem = page_file(number, None if step == last[number] else step).partition(".")[0]
            page = document[index]
            pictures[number, step] = draw_page(page, folder, stem)
            page.close()
            progress("drawing pages", 0.4 + 0.6 * (index + 1) / len(plan))
    return pictures
