"""Decks as PowerPoint writes them, made with python-pptx and a timing tree of our own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_SHAPE
from pptx.util import Inches, Pt

RED, GREEN, BLUE = RGBColor(220, 20, 20), RGBColor(20, 160, 20), RGBColor(20, 20, 220)
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"


def new_deck(wide: bool = True) -> Any:
    deck = Presentation()
    if wide:
        deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
    return deck


def add_slide(deck: Any, title: str = "", notes: str = "", bullets: Sequence[str] = ()) -> Any:
    layout = deck.slide_layouts[1 if bullets else 5]
    slide = deck.slides.add_slide(layout)
    slide.shapes.title.text = title
    if bullets:
        slide.placeholders[1].text_frame.text = "\n".join(bullets)
    if notes:
        slide.notes_slide.notes_text_frame.text = notes
    return slide


def add_box(
    slide: Any, colour: RGBColor, left: float, top: float = 3.0, kind: Any = MSO_SHAPE.RECTANGLE
) -> Any:
    """A box of two inches without an outline."""
    box = slide.shapes.add_shape(kind, Inches(left), Inches(top), Inches(2), Inches(2))
    box.fill.solid()
    box.fill.fore_color.rgb = colour
    box.line.fill.background()
    return box


def add_text(slide: Any, text: str, font: str | None = None, size: int = 28) -> Any:
    frame = slide.shapes.add_textbox(Inches(1), Inches(5.5), Inches(8), Inches(1)).text_frame
    frame.text = text
    frame.paragraphs[0].runs[0].font.size = Pt(size)
    if font is not None:
        frame.paragraphs[0].runs[0].font.name = font
    return frame


def animate(
    slide: Any, clicks: Sequence[Sequence[tuple[Any, str, int | None]]], automatic: bool = False
) -> None:
    """One `p:par` a click; an effect is (shape, "entr" or "exit" or "emph", paragraph or None)."""
    steps = "".join(_step(effects, automatic) for effects in clicks)
    slide._element.append(
        etree.fromstring(
            f'<p:timing xmlns:p="{_P}"><p:tnLst><p:par><p:cTn id="1" nodeType="tmRoot"><p:childTnLst>'
            f'<p:seq><p:cTn id="2" nodeType="mainSeq"><p:childTnLst>{steps}</p:childTnLst></p:cTn></p:seq>'
            "</p:childTnLst></p:cTn></p:par></p:tnLst></p:timing>"
        )
    )


def _step(effects: Sequence[tuple[Any, str, int | None]], automatic: bool) -> str:
    inside = ""
    for number, (shape, kind, paragraph) in enumerate(effects):
        node = "afterEffect" if automatic else "withEffect" if number else "clickEffect"
        span = "" if paragraph is None else f'<p:txEl><p:pRg st="{paragraph}" end="{paragraph}"/></p:txEl>'
        inside += (
            f'<p:par><p:cTn presetID="1" presetClass="{kind}" nodeType="{node}"><p:childTnLst><p:set>'
            "<p:cBhvr>"
            f'<p:tgtEl><p:spTgt spid="{shape.shape_id}">{span}</p:spTgt></p:tgtEl>'
            "</p:cBhvr></p:set></p:childTnLst></p:cTn></p:par>"
        )
    return (
        '<p:par><p:cTn><p:stCondLst><p:cond delay="indefinite"/></p:stCondLst><p:childTnLst><p:par><p:cTn>'
        f"<p:childTnLst>{inside}</p:childTnLst></p:cTn></p:par></p:childTnLst></p:cTn></p:par>"
    )


def save(deck: Any, folder: Path, name: str = "deck.pptx") -> Path:
    path = folder / name
    deck.save(path)
    return path
