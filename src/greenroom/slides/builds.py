"""The steps of a slide's animation: what is hidden before the first click, and after each one.

Read from the timing tree (ECMA-376 part 1, 19.5): the main sequence holds one `p:par` for each click; the
effects in it name shapes, or paragraphs of shapes, that appear (`presetClass="entr"`) or go (`"exit"`).
Effects that move or recolour what is there are not followed.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, NamedTuple

from greenroom.slides.deck import MOST_STEPS

P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_AFTER_CLICK = "clickEffect"
_MOVING = {"emph", "path", "verb", "mediacall"}


class Target(NamedTuple):
    """What an effect shows or hides."""

    shape_id: str
    paragraph: int | None
    """None: the whole shape."""


Hidden = frozenset[Target]


@dataclass(slots=True, frozen=True)
class Builds:
    states: tuple[Hidden, ...]
    """What is hidden before the first click, after the first, and so on; at least one."""
    has_motion: bool = False
    """It also holds effects that are not followed."""


def builds_of(slide: Any) -> Builds:
    """Of a `p:sld` element. At most `MOST_STEPS` clicks are kept apart; the last state is always the end."""
    clicks = _clicks(slide)
    state = set[Target]()
    decided = set[Target]()
    for effect in (effect for click in clicks for effect in click.effects):
        if effect.target not in decided and effect.shows:
            state.add(effect.target)
        decided.add(effect.target)
    states = [frozenset(state)]
    for click in clicks:
        for effect in click.effects:
            (state.discard if effect.shows else state.add)(effect.target)
        if click.waits:
            states.append(frozenset(state))
        else:
            states[-1] = frozenset(state)
    if len(states) > MOST_STEPS + 1:
        states = [*states[:MOST_STEPS], states[-1]]
    if all(one == states[-1] for one in states):
        states = states[-1:]
    return Builds(tuple(states), any(click.has_motion for click in clicks))


class _Effect(NamedTuple):
    target: Target
    shows: bool


class _Click(NamedTuple):
    effects: list[_Effect]
    waits: bool
    """For a click; else it begins by itself."""
    has_motion: bool


def _clicks(slide: Any) -> list[_Click]:
    main = next((node for node in slide.iter(f"{P}cTn") if node.get("nodeType") == "mainSeq"), None)
    steps = main.find(f"{P}childTnLst") if main is not None else None
    return [_click(step) for step in steps] if steps is not None else []


def _click(step: Any) -> _Click:
    effects: list[_Effect] = []
    waits = has_motion = False
    for node in step.iter(f"{P}cTn"):
        kind = node.get("presetClass")
        waits = waits or node.get("nodeType") == _AFTER_CLICK
        has_motion = has_motion or kind in _MOVING
        if kind in ("entr", "exit"):
            effects += [_Effect(target, kind == "entr") for target in _targets(node)]
    return _Click(effects, waits, has_motion)


def _targets(effect: Any) -> list[Target]:
    """The shapes and paragraphs that an effect names, each once."""
    found: dict[Target, None] = {}
    for target in effect.iter(f"{P}spTgt"):
        shape_id = target.get("spid", "")
        span = target.find(f"{P}txEl/{P}pRg")
        if span is None:
            found[Target(shape_id, None)] = None
            continue
        first, last = _number(span.get("st")), _number(span.get("end"))
        for paragraph in range(first, min(last, first + 200) + 1):
            found[Target(shape_id, paragraph)] = None
    return list(found)


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() and len(text) < 6 else 0


def without(slide: Any, hidden: Hidden) -> Any:
    """A copy of a `p:sld` element without what is hidden and without its animation.

    Paragraphs that are hidden keep their room, so that what is shown does not move.
    """
    shown = copy.deepcopy(slide)
    for node in shown.findall(f"{P}timing"):
        shown.remove(node)
    by_id = {named.get("id"): named for named in shown.iter(f"{P}cNvPr")}
    for target in hidden:
        named = by_id.get(target.shape_id)
        shape = named.getparent().getparent() if named is not None else None
        if shape is None or shape.getparent() is None:
            continue
        if target.paragraph is None:
            shape.getparent().remove(shape)
            continue
        paragraphs = shape.findall(f"{P}txBody/{A}p")
        if target.paragraph < len(paragraphs):
            _make_invisible(paragraphs[target.paragraph])
    return shown


def _make_invisible(paragraph: Any) -> None:
    """Its letters become transparent and its bullet goes."""
    properties = paragraph.find(f"{A}pPr")
    if properties is None:
        properties = paragraph.makeelement(f"{A}pPr", {})
        paragraph.insert(0, properties)
    for child in list(properties):
        if child.tag.startswith(f"{A}bu"):
            properties.remove(child)
    place = sum(child.tag in (f"{A}lnSpc", f"{A}spcBef", f"{A}spcAft") for child in properties)
    properties.insert(place, properties.makeelement(f"{A}buNone", {}))
    for run in paragraph:
        if run.tag not in (f"{A}r", f"{A}fld"):
            continue
        look = run.find(f"{A}rPr")
        if look is None:
            look = run.makeelement(f"{A}rPr", {})
            run.insert(0, look)
        for child in list(look):
            if child.tag.endswith(("Fill", "effectLst", "highlight", "hlinkClick")):
                look.remove(child)
        fill = look.makeelement(f"{A}solidFill", {})
        colour = fill.makeelement(f"{A}srgbClr", {"val": "000000"})
        colour.append(colour.makeelement(f"{A}alpha", {"val": "0"}))
        fill.append(colour)
        look.insert(1 if look.find(f"{A}ln") is not None else 0, fill)
