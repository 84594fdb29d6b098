"""Colours and fills of DrawingML, through theme and colour map (ECMA-376 part 1, 20.1.2.3 and 19.3.1.6)."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from typing import Any, NamedTuple

from PIL import ImageColor

from greenroom.slides.builds import A, P
from greenroom.slides.presentation import theme_fonts, theme_of

Rgb = tuple[int, int, int]


class Colour(NamedTuple):
    rgb: Rgb
    alpha: int = 255

    @property
    def rgba(self) -> tuple[int, int, int, int]:
        return (*self.rgb, self.alpha)


class Gradient(NamedTuple):
    stops: tuple[tuple[float, Colour], ...]
    """Places from 0 to 1, in order; at least two."""
    angle: float
    """Degrees clockwise from left to right."""


class PictureFill(NamedTuple):
    blip: Any


Fill = Colour | Gradient | PictureFill

BLACK, WHITE = Colour((0, 0, 0)), Colour((255, 255, 255))
_DEFAULTS = {
    "dk1": "000000", "lt1": "FFFFFF", "dk2": "44546A", "lt2": "E7E6E6", "accent1": "4472C4",
    "accent2": "ED7D31", "accent3": "A5A5A5", "accent4": "FFC000", "accent5": "5B9BD5", "accent6": "70AD47",
    "hlink": "0563C1", "folHlink": "954F72",
}  # fmt: skip
_MAP = {"bg1": "lt1", "tx1": "dk1", "bg2": "lt2", "tx2": "dk2"}
_NAMES = {"dk": "dark", "lt": "light", "med": "medium"}


class Palette:
    """What names mean on one slide."""

    def __init__(self, slide: Any) -> None:
        """`slide`: python-pptx's."""
        master = slide.slide_layout.slide_master
        theme = theme_of(master)
        self.fonts = theme_fonts(master)
        self._theme = theme
        self._scheme = dict(_DEFAULTS)
        scheme = theme.find(f".//{A}clrScheme") if theme is not None else None
        for node in scheme if scheme is not None else ():
            if len(node):
                name = node.tag.rpartition("}")[2]
                self._scheme[name] = (
                    node[0].get("lastClr") or node[0].get("val") or self._scheme.get(name, "")
                )
        self._map = dict(_MAP)
        for owner in (
            master._element.find(f"{P}clrMap"),
            slide._element.find(f"{P}clrMapOvr/{A}overrideClrMapping"),
        ):
            self._map |= dict(owner.attrib) if owner is not None else {}

    def named(self, name: str, instead: Colour | None = None) -> Colour:
        """A colour of the scheme; `phClr` is what the style's user gave."""
        if name == "phClr":
            return instead or BLACK
        return Colour(_hex(self._scheme.get(self._map.get(name, name), "000000")))

    def colour(self, owner: Any, instead: Colour | None = None) -> Colour | None:
        """Of the first colour element below `owner`, or None."""
        for node in owner if owner is not None else ():
            found = self._base(node, instead)
            if found is not None:
                return _modified(found, node)
        return None

    def _base(self, node: Any, instead: Colour | None) -> Colour | None:
        tag = node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""
        value = node.get("val", "")
        match tag:
            case "srgbClr":
                return Colour(_hex(value))
            case "schemeClr":
                return self.named(value, instead)
            case "sysClr":
                return Colour(_hex(node.get("lastClr") or ("FFFFFF" if value == "window" else "000000")))
            case "prstClr":
                return Colour(_preset(value))
            case "scrgbClr":
                parts = [min(255, max(0, round(_share(node.get(name)) * 255))) for name in "rgb"]
                return Colour((parts[0], parts[1], parts[2]))
        return None

    def fill(self, properties: Any, instead: Colour | None = None) -> Fill | bool | None:
        """Of a properties element: a fill; False for none at all; None where it does not say."""
        for node in properties if properties is not None else ():
            tag = node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""
            if tag == "noFill":
                return False
            if tag == "solidFill":
                return self.colour(node, instead) or None
            if tag == "gradFill":
                return self._gradient(node, instead)
            if tag == "blipFill":
                return PictureFill(node)
            if tag == "pattFill":
                return self.colour(node.find(f"{A}fgClr"), instead)
        return None

    def style_fill(self, reference: Any, table: str) -> Fill | bool | None:
        """What `a:fillRef` or `a:bgRef` picks from the theme's `fillStyleLst` or `bgFillStyleLst`."""
        index = int(reference.get("idx", "0") or 0)
        colour = self.colour(reference)
        if index == 0 or index == 1000:
            return False
        styles = self._theme.find(f".//{A}{table}") if self._theme is not None else None
        place = (index - 1001 if index > 1000 else index) - (0 if index > 1000 else 1)
        if styles is None or not 0 <= place < len(styles):
            return colour
        holder = styles.makeelement("holder", {})
        holder.append(_copied(styles[place]))
        return self.fill(holder, colour)

    def _gradient(self, node: Any, instead: Colour | None) -> Fill | None:
        stops = []
        for stop in node.iter(f"{A}gs"):
            colour = self.colour(stop, instead)
            if colour is not None:
                stops.append((_share(stop.get("pos")), colour))
        if len(stops) < 2:
            return stops[0][1] if stops else None
        linear = node.find(f"{A}lin")
        angle = int(linear.get("ang", "0")) / 60_000 if linear is not None else 90.0
        return Gradient(tuple(sorted(stops, key=lambda stop: stop[0])), angle)


def mean_of(gradient: Gradient) -> Colour:
    colours: Sequence[Colour] = [colour for _, colour in gradient.stops]
    parts = [sum(colour.rgb[channel] for colour in colours) // len(colours) for channel in range(3)]
    return Colour((parts[0], parts[1], parts[2]), max(colour.alpha for colour in colours))


def _modified(colour: Colour, node: Any) -> Colour:
    red, green, blue = (value / 255 for value in colour.rgb)
    alpha = colour.alpha
    for change in node:
        tag = change.tag.rpartition("}")[2] if isinstance(change.tag, str) else ""
        amount = _share(change.get("val"))
        hue, light, vivid = colorsys.rgb_to_hls(red, green, blue)
        match tag:
            case "alpha":
                alpha = round(255 * min(1.0, max(0.0, amount)))
            case "lumMod":
                red, green, blue = colorsys.hls_to_rgb(hue, min(1.0, light * amount), vivid)
            case "lumOff":
                red, green, blue = colorsys.hls_to_rgb(hue, min(1.0, max(0.0, light + amount)), vivid)
            case "satMod":
                red, green, blue = colorsys.hls_to_rgb(hue, light, min(1.0, vivid * amount))
            case "shade":
                red, green, blue = red * amount, green * amount, blue * amount
            case "tint":
                red, green, blue = (1 - (1 - value) * amount for value in (red, green, blue))
    parts = [min(255, max(0, round(value * 255))) for value in (red, green, blue)]
    return Colour((parts[0], parts[1], parts[2]), alpha)


def _share(text: str | None) -> float:
    """100000 is the whole."""
    try:
        return float((text or "0").rstrip("%")) / (100 if (text or "").endswith("%") else 100_000)
    except ValueError:
        return 0.0


def _hex(text: str) -> Rgb:
    try:
        return int(text[0:2], 16), int(text[2:4], 16), int(text[4:6], 16)
    except ValueError:
        return 0, 0, 0


def _preset(name: str) -> Rgb:
    for short, long in _NAMES.items():
        if name.startswith(short) and not name.startswith(long):
            name = long + name[len(short) :]
    try:
        found = ImageColor.getrgb(name.lower())
    except ValueError:
        return 0, 0, 0
    return found[0], found[1], found[2]


def _copied(node: Any) -> Any:
    import copy

    return copy.deepcopy(node)
