"""PDF pages as pictures, by PDFium (pypdfium2: Apache-2.0 and BSD-3-Clause).

PDFium runs no scripts here (built without V8) and fetches nothing. What it draws is still a file from
outside: callers run it in a child process with limits.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from greenroom.slides.deck import MOST_PAGES, Deck, FontUse, Page, page_file
from greenroom.slides.errors import DeckError
from greenroom.slides.fonts import look_up
from greenroom.slides.pictures import pixel_size, write_picture

_NOTE_KIND = 1
"""FPDF_ANNOT_TEXT: a sticky note, which is how presenters' notes travel in a PDF."""
_HIDDEN = 1 << 1
"""The annotation flag Hidden (ISO 32000-1, table 165)."""
_MOST_FONT_OBJECTS = 20_000
_STAND_IN = "PDFium's own stand-in"


@contextmanager
def open_pdf(path: Path, most: int = MOST_PAGES) -> Iterator[Any]:
    """The document, with 1 to `most` pages.

    Raises:
        DeckError: damaged, protected by a password, without pages, or with too many.
    """
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise DeckError(f"{path.name} is protected by a password: save it without one.") from None
        raise DeckError(f"{path.name} is damaged: export it again.") from None
    try:
        require_pages(path.name, len(document), most)
        yield document
    finally:
        document.close()


def require_pages(name: str, count: int, most: int = MOST_PAGES) -> None:
    """Raises DeckError: none, or more than `most`."""
    if count == 0:
        raise DeckError(f"{name} has no pages: add one.")
    if count > most:
        raise DeckError(f"{name} has {count} pages; at most {most} are taken: split it.")


def read_pdf(path: Path, folder: Path, progress: Any) -> Deck:
    """Draw every page into `folder`. The sticky notes of a page are its notes.

    Raises:
        DeckError: see `open_pdf`; or a page that cannot be drawn.
    """
    pages, fonts = [], dict[str, bool]()
    with open_pdf(path) as document:
        for index in range(len(document)):
            page = _load(document, index)
            notes = _take_notes(page)
            name = draw_page(page, folder, page_file(index + 1).partition(".")[0])
            _collect_fonts(page, fonts)
            pages.append(Page(index + 1, (name,), _title(document, index), notes))
            page.close()
            progress("drawing pages", (index + 1) / len(document))
    return Deck(tuple(pages), "PDFium", tuple(_font_use(*font) for font in sorted(fonts.items())))


def draw_page(page: Any, folder: Path, stem: str) -> str:
    """Draw one page on white; returns the file's name. Raises DeckError."""
    import pypdfium2 as pdfium

    width, height = page.get_size()
    size = pixel_size(width, height)
    try:
        bitmap = page.render(scale=max(size[0] / width, size[1] / height), fill_color=(255, 255, 255, 255))
        picture = bitmap.to_pil()
    except (pdfium.PdfiumError, ValueError, MemoryError) as error:
        raise DeckError("a page of the PDF cannot be drawn: export it again.") from error
    if picture.size != size:
        picture = picture.convert("RGB").resize(size)
    return write_picture(picture, folder, stem)


def families_in(path: Path, most: int = MOST_PAGES) -> set[str]:
    """The families of the fonts with which the text of a PDF is set. Raises as `open_pdf` does."""
    found = dict[str, bool]()
    with open_pdf(path, most) as document:
        for index in range(len(document)):
            page = document[index]
            _collect_fonts(page, found)
            page.close()
    return set(found)


def _load(document: Any, index: int) -> Any:
    import pypdfium2 as pdfium

    try:
        return document[index]
    except pdfium.PdfiumError as error:
        raise DeckError(f"page {index + 1} of the PDF is damaged: export it again.") from error


def _take_notes(page: Any) -> str:
    """The texts of the sticky notes, in their order; they are hidden so that none is drawn."""
    import pypdfium2.raw as raw

    texts = []
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        if raw.FPDFAnnot_GetSubtype(annotation) == _NOTE_KIND:
            texts.append(_contents(annotation))
            raw.FPDFAnnot_SetFlags(annotation, raw.FPDFAnnot_GetFlags(annotation) | _HIDDEN)
        raw.FPDFPage_CloseAnnot(annotation)
    return "\n".join(text for text in texts if text)


def _contents(annotation: Any) -> str:
    import pypdfium2.raw as raw

    length = raw.FPDFAnnot_GetStringValue(annotation, b"Contents", None, 0)
    buffer = ctypes.create_string_buffer(length)
    pointer = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort))
    raw.FPDFAnnot_GetStringValue(annotation, b"Contents", pointer, length)
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\0").replace("\r", "\n").strip()


def _title(document: Any, index: int) -> str:
    """The bookmark that points to the page, if one does."""
    try:
        for item in document.get_toc(max_depth=3):
            destination = item.get_dest()
            if destination is not None and destination.get_index() == index:
                return str(item.get_title() or "").strip()[:256]
    except Exception:  # a broken outline costs the titles, not the deck
        return ""
    return ""


def _collect_fonts(page: Any, found: dict[str, bool]) -> None:
    """Families of the page's text, each with whether it comes inside the file."""
    import pypdfium2.raw as raw

    for number, item in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=4)):
        if number > _MOST_FONT_OBJECTS:
            return
        font = raw.FPDFTextObj_GetFont(item)
        if not font:
            continue
        length = raw.FPDFFont_GetFamilyName(font, None, 0)
        buffer = ctypes.create_string_buffer(length + 1)
        raw.FPDFFont_GetFamilyName(font, buffer, length)
        name = buffer.value.decode("utf-8", "replace").partition("+")[-1] or buffer.value.decode(
            "utf-8", "replace"
        )
        if name:
            found[name] = found.get(name, True) and raw.FPDFFont_GetIsEmbedded(font) == 1


def _font_use(name: str, is_embedded: bool) -> FontUse:
    if is_embedded:
        return FontUse(name, is_installed=True)
    match = look_up(name)
    if match is not None and match.is_exact:
        return FontUse(name, is_installed=True)
    return FontUse(name, is_installed=False, replaced_by=_STAND_IN)
