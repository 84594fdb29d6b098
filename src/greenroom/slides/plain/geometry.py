"""Outlines of shapes as polygons, in the shape's own box (ECMA-376 part 1, 20.1.9 and 20.1.10.56)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from greenroom.slides.builds import A

Point = tuple[float, float]
_ROUND_STEPS = 16
_CURVE_STEPS = 12

_POLYGONS: dict[str, Sequence[Point]] = {
    "rect": ((0, 0), (1, 0), (1, 1), (0, 1)),
    "triangle": ((0.5, 0), (1, 1), (0, 1)),
    "rtTriangle": ((0, 0), (1, 1), (0, 1)),
    "diamond": ((0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5)),
    "parallelogram": ((0.25, 0), (1, 0), (0.75, 1), (0, 1)),
    "trapezoid": ((0.25, 0), (0.75, 0), (1, 1), (0, 1)),
    "hexagon": ((0.25, 0), (0.75, 0), (1, 0.5), (0.75, 1), (0.25, 1), (0, 0.5)),
    "pentagon": ((0.5, 0), (1, 0.38), (0.81, 1), (0.19, 1), (0, 0.38)),
    "homePlate": ((0, 0), (0.75, 0), (1, 0.5), (0.75, 1), (0, 1)),
    "chevron": ((0, 0), (0.75, 0), (1, 0.5), (0.75, 1), (0, 1), (0.25, 0.5)),
    "rightArrow": ((0, 0.25), (0.6, 0.25), (0.6, 0), (1, 0.5), (0.6, 1), (0.6, 0.75), (0, 0.75)),
    "leftArrow": ((1, 0.25), (0.4, 0.25), (0.4, 0), (0, 0.5), (0.4, 1), (0.4, 0.75), (1, 0.75)),
    "upArrow": ((0.25, 1), (0.25, 0.4), (0, 0.4), (0.5, 0), (1, 0.4), (0.75, 0.4), (0.75, 1)),
    "downArrow": ((0.25, 0), (0.25, 0.6), (0, 0.6), (0.5, 1), (1, 0.6), (0.75, 0.6), (0.75, 0)),
    "plus": (
        (0.25, 0), (0.75, 0), (0.75, 0.25), (1, 0.25), (1, 0.75), (0.75, 0.75), (0.75, 1), (0.25, 1),
        (0.25, 0.75), (0, 0.75), (0, 0.25), (0.25, 0.25),
    ),
}  # fmt: skip
_LIKE = {
    "flowChartProcess": "rect", "snip1Rect": "rect", "round1Rect": "roundRect", "round2SameRect": "roundRect",
    "flowChartDecision": "diamond", "flowChartAlternateProcess": "roundRect", "wedgeRectCallout": "rect",
    "flowChartTerminator": "roundRect", "flowChartConnector": "ellipse", "wedgeRoundRectCallout": "roundRect",
    "wedgeEllipseCallout": "ellipse", "isosTriangle": "triangle", "frame": "rect", "bevel": "rect",
    "flowChartInputOutput": "parallelogram", "mathPlus": "plus",
}  # fmt: skip
"""Shapes that are drawn as simpler ones; callouts without their tail."""
_TEXT_BOXES = {
    "ellipse": (0.146, 0.146, 0.854, 0.854),
    "triangle": (0.25, 0.5, 0.75, 1.0),
    "rtTriangle": (0.08, 0.58, 0.58, 0.92),
    "diamond": (0.25, 0.25, 0.75, 0.75),
    "parallelogram": (0.2, 0.1, 0.8, 0.9),
    "trapezoid": (0.17, 0.17, 0.83, 1.0),
    "hexagon": (0.15, 0.1, 0.85, 0.9),
    "pentagon": (0.19, 0.24, 0.81, 1.0),
    "homePlate": (0.0, 0.0, 0.87, 1.0),
    "chevron": (0.25, 0.0, 0.75, 1.0),
    "rightArrow": (0.0, 0.25, 0.8, 0.75),
    "leftArrow": (0.2, 0.25, 1.0, 0.75),
    "star5": (0.31, 0.38, 0.69, 0.76),
}
"""As `outline` draws them; other shapes hold their text in the whole box."""
LINES = {"line", "straightConnector1", "bentConnector3", "curvedConnector3", "bentConnector2"}


def outline(properties: Any, width: float, height: float) -> tuple[list[list[Point]], bool]:
    """The closed outlines of a shape of this size, and whether they are the shape's own."""
    custom = properties.find(f"{A}custGeom") if properties is not None else None
    if custom is not None:
        paths = [path for node in custom.iter(f"{A}path") for path in _path(node, width, height)]
        return paths, bool(paths)
    preset = properties.find(f"{A}prstGeom") if properties is not None else None
    name = preset.get("prst", "rect") if preset is not None else "rect"
    is_own = name not in _LIKE
    name = _LIKE.get(name, name)
    if name == "ellipse":
        return [_arc(width / 2, height / 2, width / 2, height / 2, 0, 360)], is_own
    if name == "roundRect":
        return [_rounded(width, height, min(width, height) * _adjusted(preset, 0.16667))], is_own
    if name in ("star5", "star6", "star8"):
        return [_star(width, height, int(name[4]))], is_own
    points = _POLYGONS.get(name)
    is_own = is_own and points is not None
    return [[(x * width, y * height) for x, y in points or _POLYGONS["rect"]]], is_own


def text_box(properties: Any) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the box for a shape's text, in shares of its own."""
    preset = properties.find(f"{A}prstGeom") if properties is not None else None
    name = preset.get("prst", "rect") if preset is not None else "rect"
    name = _LIKE.get(name, name)
    if name == "roundRect":
        inset = 0.29 * _adjusted(preset, 0.16667)
        return inset, inset, 1 - inset, 1 - inset
    return _TEXT_BOXES.get(name, (0.0, 0.0, 1.0, 1.0))


def _adjusted(preset: Any, default: float) -> float:
    guide = preset.find(f"{A}avLst/{A}gd") if preset is not None else None
    formula = guide.get("fmla", "") if guide is not None else ""
    number = formula.removeprefix("val ").strip()
    return min(0.5, max(0.0, int(number) / 100_000)) if number.lstrip("-").isdigit() else default


def _arc(x: float, y: float, rx: float, ry: float, start: float, end: float) -> list[Point]:
    steps = max(2, round(abs(end - start) / 360 * _ROUND_STEPS * 6))
    angles = (math.radians(start + (end - start) * step / steps) for step in range(steps + 1))
    return [(x + rx * math.cos(angle), y + ry * math.sin(angle)) for angle in angles]


def _rounded(width: float, height: float, radius: float) -> list[Point]:
    if radius <= 0:
        return [(0, 0), (width, 0), (width, height), (0, height)]
    right, bottom = width - radius, height - radius
    return [
        *_arc(right, radius, radius, radius, -90, 0),
        *_arc(right, bottom, radius, radius, 0, 90),
        *_arc(radius, bottom, radius, radius, 90, 180),
        *_arc(radius, radius, radius, radius, 180, 270),
    ]


def _star(width: float, height: float, points: int) -> list[Point]:
    found = []
    for corner in range(points * 2):
        angle = math.pi * corner / points - math.pi / 2
        reach = 0.5 if corner % 2 == 0 else 0.2
        found.append(((0.5 + reach * math.cos(angle)) * width, (0.5 + reach * math.sin(angle)) * height))
    return found


def _path(node: Any, width: float, height: float) -> list[list[Point]]:
    """Moves, lines and curves of an `a:path`; arcs are drawn as lines to their end."""
    across, down = _number(node.get("w")), _number(node.get("h"))
    sx, sy = width / across if across else 1.0, height / down if down else 1.0
    paths: list[list[Point]] = []
    for step in node:
        tag = step.tag.rpartition("}")[2]
        points = [(_number(pt.get("x")) * sx, _number(pt.get("y")) * sy) for pt in step.iter(f"{A}pt")]
        if tag == "moveTo" and points:
            paths.append(points[:1])
        elif tag == "lnTo" and points and paths:
            paths[-1].append(points[0])
        elif tag in ("cubicBezTo", "quadBezTo") and points and paths:
            paths[-1] += _curve([paths[-1][-1], *points])
    return [path for path in paths if len(path) > 1]


def _curve(points: list[Point]) -> list[Point]:
    found = []
    for step in range(1, _CURVE_STEPS + 1):
        share, left = step / _CURVE_STEPS, points
        while len(left) > 1:
            left = [(a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share) for a, b in pairwise(left)]
        found.append(left[0])
    return found


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0
