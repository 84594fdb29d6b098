"""Where a shape inherits from: placeholders of layout and master, and the styles of text by level."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from greenroom.slides.builds import A, P

_SAME = {
    "ctrTitle": "title", "subTitle": "body", "obj": "body", "half": "body", "tbl": "body", "chart": "body",
    "pic": "body", "media": "body", "dgm": "body", "clipArt": "body",
}  # fmt: skip
_TITLE, _OTHER = "title", ("dt", "ftr", "sldNum")


def placeholder_of(shape: Any) -> Any:
    """The `p:ph` of a shape, or None."""
    return shape.find(f"./*/{P}nvPr/{P}ph")


def ancestors(shape: Any, layout: Any, master: Any) -> list[Any]:
    """The placeholders of layout and master (`p:sldLayout`, `p:sldMaster`) that a shape is made after."""
    place = placeholder_of(shape)
    if place is None:
        return []
    kind, index = place.get("type", "obj"), place.get("idx", "0")
    found = []
    for root in (layout, master):
        if root is None:
            continue
        match = _match(root, kind, index if root is layout else None)
        if match is not None and match is not shape:
            found.append(match)
            own = placeholder_of(match)
            kind = own.get("type", kind) if kind == "obj" else kind
    return found


def _match(root: Any, kind: str, index: str | None) -> Any:
    shapes = [
        (shape, ph) for shape in root.iter(f"{P}sp", f"{P}pic") if (ph := placeholder_of(shape)) is not None
    ]
    if index is not None:
        for shape, ph in shapes:
            if ph.get("idx", "0") == index and _family(ph.get("type", "obj")) == _family(kind):
                return shape
        for shape, ph in shapes:
            if ph.get("idx", "0") == index and index != "0":
                return shape
    return next((shape for shape, ph in shapes if _family(ph.get("type", "obj")) == _family(kind)), None)


def _family(kind: str) -> str:
    return _SAME.get(kind, kind)


class TextStyle:
    """Looks members up along the chain from the run to the presentation."""

    def __init__(self, shape: Any, parents: Sequence[Any], master: Any, presentation: Any) -> None:
        self.bodies = [body for owner in (shape, *parents) if (body := owner.find(f"{P}txBody")) is not None]
        place = placeholder_of(shape)
        self._lists = [found for body in self.bodies if (found := body.find(f"{A}lstStyle")) is not None]
        if place is not None:
            kind = _family(place.get("type", "obj"))
            for parent in parents:
                own = placeholder_of(parent)
                kind = _family(own.get("type", kind)) if own is not None else kind
            name = "titleStyle" if kind == _TITLE else "otherStyle" if kind in _OTHER else "bodyStyle"
            styles = master.find(f"{P}txStyles/{P}{name}") if master is not None else None
            self._lists += [styles] if styles is not None else []
        default = presentation.find(f"{P}defaultTextStyle")
        self._lists += [default] if default is not None else []

    def body(self, name: str, default: str) -> str:
        """An attribute of `a:bodyPr`."""
        for body in self.bodies:
            properties = body.find(f"{A}bodyPr")
            if properties is not None and properties.get(name) is not None:
                return str(properties.get(name))
        return default

    def fit(self) -> Any:
        """`a:normAutofit` or `a:spAutoFit`, the nearest; None where the text may run over."""
        for body in self.bodies:
            properties = body.find(f"{A}bodyPr")
            for name in ("normAutofit", "spAutoFit", "noAutofit"):
                found = properties.find(f"{A}{name}") if properties is not None else None
                if found is not None:
                    return None if name == "noAutofit" else found
        return None

    def levels(self, paragraph: Any) -> list[Any]:
        """The paragraph's own properties and those of its level, the nearest first."""
        own = paragraph.find(f"{A}pPr")
        level = own.get("lvl", "0") if own is not None else "0"
        number = int(level) + 1 if level.isdigit() and int(level) < 9 else 1
        chain = [own] if own is not None else []
        return chain + [
            found for styles in self._lists if (found := styles.find(f"{A}lvl{number}pPr")) is not None
        ]


def first_attribute(chain: Sequence[Any], name: str, default: str) -> str:
    for node in chain:
        if node is not None and node.get(name) is not None:
            return str(node.get(name))
    return default


def first_child(chain: Sequence[Any], *names: str) -> Any:
    """The nearest child of one of these names, or None."""
    for node in chain:
        for name in names:
            found = node.find(f"{A}{name}") if node is not None else None
            if found is not None:
                return found
    return None
