"""SSML to pieces, with the standard library's expat and nothing that could reach outside the text.

A text that declares a document type or entities is refused, so there is nothing to expand: the work is
linear in the length of the text.
"""

from __future__ import annotations

import re
from xml.parsers import expat

from greenroom.engines.ssml.elements import (
    ATOMS,
    EMPTY,
    Tag,
    atom_of,
    break_of,
    check_tag,
    manner_of,
    mark_of,
)
from greenroom.engines.ssml.errors import Place, SsmlError
from greenroom.engines.ssml.manner import PLAIN, Manner
from greenroom.engines.ssml.pieces import Piece, SentenceEnd, Text

MAX_BYTES = 128 * 1024
MAX_DEPTH = 32
MAX_ELEMENTS = 5_000

_SPACE = re.compile(r"\s+")
_ENDS = frozenset({"speak", "p", "s"})
_CURES = {
    expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]: (
        "only the entities &amp; &lt; &gt; &quot; &apos; are known; write the character itself"
    ),
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN]: "a tag is not closed; end it with >",
    expat.errors.codes[expat.errors.XML_ERROR_DUPLICATE_ATTRIBUTE]: "an attribute stands twice in one tag",
    expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]: (
        "something stands after </speak>; put the whole text between <speak> and </speak>"
    ),
}
_LEFT_OPEN = {
    expat.errors.codes[expat.errors.XML_ERROR_TAG_MISMATCH],
    expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
}
_CURE = "this is no well-formed XML; write & as &amp; and < as &lt;, and put attributes in quotes"


def parse(ssml: str) -> list[Piece]:
    """The pieces of an SSML text.

    Raises:
        SsmlError: it is not well formed, too large or too deep, or asks for what there is not; the text of
            the error names the element, the attribute, the place and the cure.
    """
    text = ssml.strip()
    start = Place(1, 1)
    try:
        data = text.encode()
    except UnicodeEncodeError:
        raise SsmlError(start, "the text holds half of a character (a lone surrogate); remove it") from None
    if len(data) > MAX_BYTES:
        raise SsmlError(start, f"the text is {len(data)} bytes; keep it within {MAX_BYTES // 1024} KB")
    if not text.startswith("<"):
        raise SsmlError(start, "something stands before <speak>; put the whole text between its tags")
    return _Reader().read(data)


class _Reader:
    def __init__(self) -> None:
        self._pieces: list[Piece] = []
        self._open: list[tuple[Tag, Manner]] = []
        self._elements = 0
        self._held = ""
        """The text of the element that holds text only."""
        self._expat = expat.ParserCreate("utf-8")
        self._expat.buffer_text = True
        self._expat.ordered_attributes = False
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._text
        self._expat.StartDoctypeDeclHandler = self._doctype
        self._expat.ProcessingInstructionHandler = self._instruction

    def read(self, data: bytes) -> list[Piece]:
        try:
            self._expat.Parse(data, True)
        except expat.ExpatError as error:
            place = Place(error.lineno, error.offset + 1)
            cure = _CURES.get(error.code, _CURE)
            if error.code in _LEFT_OPEN and self._open:
                name = self._open[-1][0].name
                cure = f"<{name}> is open; close it first, with </{name}>"
            raise SsmlError(place, cure) from None
        return self._pieces

    def _place(self) -> Place:
        return Place(self._expat.CurrentLineNumber, self._expat.CurrentColumnNumber + 1)

    def _doctype(self, *_: object) -> None:
        raise SsmlError(self._place(), "a document type (<!DOCTYPE ...>) is not taken; remove it")

    def _instruction(self, target: str, _: str) -> None:
        raise SsmlError(self._place(), f"the instruction <?{target[:40]} ...?> is not taken; remove it")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = Tag(name, attributes, self._place())
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise tag.error(f"the text has more than {MAX_ELEMENTS} elements; divide it into several texts")
        check_tag(tag)
        self._check_nesting(tag)
        manner = self._open[-1][1] if self._open else PLAIN
        if name in _ENDS:
            self._pieces.append(SentenceEnd())
        elif name == "break":
            self._pieces.append(break_of(tag))
        elif name in EMPTY:
            self._pieces.append(mark_of(tag))
        self._held = ""
        self._open.append((tag, manner_of(tag).within(manner)))

    def _check_nesting(self, tag: Tag) -> None:
        """Raises SsmlError: the tag stands where it may not."""
        around = [outer.name for outer, _ in self._open]
        if (tag.name == "speak") is bool(around):
            raise tag.error(
                "<speak> stands inside another element; it is the outermost one"
                if around
                else f"the text begins with <{tag.name}>; put it between <speak> and </speak>"
            )
        if not around:
            return
        if len(around) >= MAX_DEPTH:
            raise tag.error(f"<{tag.name}> lies in more than {MAX_DEPTH} others; take some of them away")
        if around[-1] in EMPTY | ATOMS:
            holds = "nothing" if around[-1] in EMPTY else "text only"
            raise tag.error(f"<{tag.name}> stands inside <{around[-1]}>, which holds {holds}; move it out")
        outer = {"p": {"p", "s", "emphasis"}, "s": {"s", "emphasis"}}.get(tag.name, set())
        wrong = next((name for name in reversed(around) if name in outer), None)
        if wrong is not None:
            raise tag.error(f"<{tag.name}> stands inside <{wrong}>; close <{wrong}> first")

    def _text(self, text: str) -> None:
        tag, manner = self._open[-1]
        if tag.name in EMPTY:
            if text.strip():
                raise tag.error(f"<{tag.name}> holds text; write it empty, as <{tag.name} .../>")
        elif tag.name in ATOMS:
            self._held += text
        else:
            self._add(Text(_SPACE.sub(" ", text), manner))

    def _add(self, piece: Text) -> None:
        """Elements that change nothing, and CDATA, cut a text into parts, which belong together."""
        last = self._pieces[-1]
        if isinstance(last, Text) and last.manner == piece.manner:
            added = piece.text.lstrip() if last.text.endswith(" ") else piece.text
            self._pieces[-1] = Text(last.text + added, piece.manner)
        else:
            self._pieces.append(piece)

    def _end(self, name: str) -> None:
        tag, manner = self._open.pop()
        if name in _ENDS:
            self._pieces.append(SentenceEnd())
        elif name in ATOMS:
            self._pieces.append(atom_of(tag, _SPACE.sub(" ", self._held).strip(), manner))
