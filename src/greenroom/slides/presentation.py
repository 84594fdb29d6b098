"""PPTX: which slides are shown in which order, what they are called, what the presenter says, what appears
when (python-pptx: MIT)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from greenroom.slides.builds import Builds, builds_of
from greenroom.slides.errors import DeckError
from greenroom.slides.pdf import require_pages

_FONT_TAGS = re.compile(r"\}(latin|ea|cs)$")
_TITLE_CHARACTERS = 256
_NOTES_CHARACTERS = 20_000
"""Of one page: more than a scene can say is cut where the scenes are made."""
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u200b\ufeff]")


@dataclass(slots=True, frozen=True)
class Slide:
    number: int
    """From 1, over the slides that are shown."""
    part_name: str
    """Within the archive: `ppt/slides/slide3.xml`."""
    title: str
    notes: str
    builds: Builds
    source: Any
    """python-pptx's own slide."""


@dataclass(slots=True, frozen=True)
class Presentation:
    name: str
    size: tuple[int, int]
    """Width and height in EMU."""
    slides: tuple[Slide, ...]
    fonts: tuple[str, ...]
    """Named by its slides and their theme."""
    hidden: int
    """How many slides are hidden, and left out."""
    source: Any


def open_presentation(path: Path) -> Presentation:
    """Read everything but pictures.

    Raises:
        DeckError: damaged, no PPTX, no slide that is shown, or more than 100 of them.
    """
    import pptx

    try:
        source = pptx.Presentation(str(path))
        every = list(source.slides)
    except Exception as error:  # python-pptx meets a damaged file with whatever breaks first
        raise DeckError(f"{path.name} is damaged: save it again in PowerPoint.") from error
    require_pages(path.name, len(every))
    shown = [slide for slide in every if slide._element.get("show") not in ("0", "false")]
    if not shown:
        raise DeckError(f"every slide of {path.name} is hidden: unhide one.")
    try:
        slides = tuple(_slide(number, slide) for number, slide in enumerate(shown, start=1))
        fonts = tuple(sorted(set(_fonts(shown))))
    except Exception as error:
        raise DeckError(f"{path.name} is damaged: save it again in PowerPoint.") from error
    size = (int(source.slide_width or 9_144_000), int(source.slide_height or 6_858_000))
    return Presentation(path.name, size, slides, fonts, len(every) - len(shown), source)


def clean(text: str) -> str:
    """Vertical tabs, which PowerPoint writes for line breaks, become those; invisible characters go."""
    text = text.replace("\x0b", "\n").replace("\x0c", "\n").replace("\r", "\n").replace("\xa0", " ")
    return _CONTROL.sub("", text).strip()


def _slide(number: int, slide: Any) -> Slide:
    title = slide.shapes.title
    titled = title is not None and title.has_text_frame
    notes = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
    return Slide(
        number=number,
        part_name=str(slide.part.partname).lstrip("/"),
        title=" ".join(clean(title.text_frame.text).split())[:_TITLE_CHARACTERS] if titled else "",
        notes=clean(notes.text)[:_NOTES_CHARACTERS] if notes is not None else "",
        builds=builds_of(slide._element),
        source=slide,
    )


def _fonts(slides: list[Any]) -> Iterator[str]:
    """Every typeface that the slides, their layouts and masters name; the theme's where they point to it."""
    roots: dict[int, Any] = {}
    themes: dict[str, str] = {}
    for slide in slides:
        layout = slide.slide_layout
        for owner in (slide, layout, layout.slide_master):
            roots[id(owner._element)] = owner._element
        themes |= theme_fonts(layout.slide_master)
    used = {node.get("typeface") for root in roots.values() for node in root.iter() if _is_font(node)} - {
        None,
        "",
    }
    used |= {"+mn-lt"} if any(root.find(".//{*}txBody") is not None for root in roots.values()) else set()
    for name in used:
        found = themes.get(name, "") if name.startswith("+") else name
        if found:
            yield found


def _is_font(node: Any) -> bool:
    return isinstance(node.tag, str) and _FONT_TAGS.search(node.tag) is not None


def theme_fonts(master: Any) -> dict[str, str]:
    """`+mj-lt`, `+mn-lt` and so on with their typefaces; nothing where the theme is missing or broken."""
    theme = theme_of(master)
    if theme is None:
        return {}
    found = {}
    for kind, short in (("majorFont", "mj"), ("minorFont", "mn")):
        for tag, script in (("latin", "lt"), ("ea", "ea"), ("cs", "cs")):
            node = theme.find(f".//{{*}}{kind}/{{*}}{tag}")
            if node is not None and node.get("typeface"):
                found[f"+{short}-{script}"] = str(node.get("typeface"))
    return found


def theme_of(master: Any) -> Any:
    """The root of the master's theme, or None."""
    from lxml import etree

    for relation in master.part.rels.values():
        if relation.reltype.endswith("/theme") and not relation.is_external:
            try:
                return etree.fromstring(
                    relation.target_part.blob, etree.XMLParser(resolve_entities=False, no_network=True)
                )
            except etree.XMLSyntaxError:
                return None
    return None
