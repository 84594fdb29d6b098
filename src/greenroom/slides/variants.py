"""A PPTX made ready for LibreOffice: one slide for each picture that is wanted, and nothing that it would
fetch or run.

The archive is rewritten entry by entry: the slides that are shown stand in their order, each once for every
step of its animation; links to the outside point nowhere.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

from greenroom.slides.builds import P, without
from greenroom.slides.errors import DeckError
from greenroom.slides.presentation import Presentation

_PRESENTATION = "ppt/presentation.xml"
_RELATIONS = "ppt/_rels/presentation.xml.rels"
_TYPES = "[Content_Types].xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_SLIDE_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.slide+xml"
_FIRST_ID = 256
"""ECMA-376 part 1, 19.7.13: identifiers of slides begin there."""
_NOWHERE = "about:blank"
_DROPPED = re.compile(r"ppt/(activeX|embeddings|ctrlProps|vbaProject|customUI)", re.IGNORECASE)


def write_variants(path: Path, deck: Presentation, out: Path) -> list[tuple[int, int]]:
    """Write `out`; returns for each of its slides the number of the page and of the step.

    Equal states in a row share one slide. Raises DeckError: the archive's parts do not fit together.
    """
    plan = [
        (slide.number, step)
        for slide in deck.slides
        for step, hidden in enumerate(slide.builds.states)
        if step == 0 or hidden != slide.builds.states[step - 1]
    ]
    try:
        with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            _Writer(source, target, deck).write(plan)
    except (KeyError, zipfile.BadZipFile, ValueError, SyntaxError) as error:
        raise DeckError(f"{path.name} is damaged: save it again in PowerPoint.") from error
    return plan


class _Writer:
    def __init__(self, source: zipfile.ZipFile, target: zipfile.ZipFile, deck: Presentation) -> None:
        self._source, self._target, self._deck = source, target, deck
        self._names = set(source.namelist())

    def write(self, plan: list[tuple[int, int]]) -> None:
        rewritten = {_PRESENTATION, _RELATIONS, _TYPES}
        for name in sorted(self._names - rewritten):
            if _DROPPED.match(name):
                continue
            data = self._source.read(name)
            self._target.writestr(name, _harmless(data) if name.endswith(".rels") else data)
        parts = [self._write_slide(*item) for item in plan]
        self._write_list(parts)

    def _write_slide(self, number: int, step: int) -> str:
        """The name of a new slide part that shows this step."""
        slide = self._deck.slides[number - 1]
        shown = without(_parsed(self._source.read(slide.part_name)), slide.builds.states[step])
        shown.attrib.pop("show", None)
        name = f"ppt/slides/step{number}-{step}.xml"
        self._target.writestr(name, _written(shown))
        relations = _relations_of(slide.part_name)
        if relations in self._names:
            data = _harmless(self._source.read(relations), drop=("notesSlide", "comments", "vmlDrawing"))
            self._target.writestr(_relations_of(name), data)
        return name

    def _write_list(self, parts: list[str]) -> None:
        presentation = _parsed(self._source.read(_PRESENTATION))
        relations = _parsed(_harmless(self._source.read(_RELATIONS)))
        types = _parsed(self._source.read(_TYPES))
        for node in list(relations):
            if node.get("Type", "").endswith("/slide"):
                relations.remove(node)
        slides = presentation.find(f"{P}sldIdLst")
        for node in list(slides):
            slides.remove(node)
        for extra in (f"{P}custShowLst", f"{P}extLst"):  # sections and shows name slides that are gone
            for node in presentation.findall(extra):
                presentation.remove(node)
        for number, part in enumerate(parts):
            key = f"rIdStep{number}"
            attributes = {"Id": key, "Type": f"{_OFFICE}/slide", "Target": part.removeprefix("ppt/")}
            relations.append(relations.makeelement(f"{_PACKAGE}Relationship", attributes))
            item = {"id": str(_FIRST_ID + number), f"{{{_OFFICE}}}id": key}
            slides.append(slides.makeelement(f"{P}sldId", item))
            override = {"PartName": f"/{part}", "ContentType": _SLIDE_TYPE}
            types.append(types.makeelement(types.tag.replace("Types", "Override"), override))
        for name, root in ((_PRESENTATION, presentation), (_RELATIONS, relations), (_TYPES, types)):
            self._target.writestr(name, _written(root))


def _harmless(data: bytes, drop: tuple[str, ...] = ()) -> bytes:
    """Relationships without anything outside the archive."""
    root = _parsed(data)
    for node in list(root):
        if node.get("Type", "").rpartition("/")[2] in drop:
            root.remove(node)
        elif node.get("TargetMode") == "External":
            node.set("Target", _NOWHERE)
    return _written(root)


def _relations_of(name: str) -> str:
    path = PurePosixPath(name)
    return f"{path.parent}/_rels/{path.name}.rels"


def _parsed(data: bytes) -> Any:
    from lxml import etree

    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))


def _written(root: Any) -> bytes:
    from lxml import etree

    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
