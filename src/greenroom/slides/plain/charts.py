"""Bar, column, line, area and pie charts, drawn simply: the values, their names, their colours."""

from __future__ import annotations

import math
from typing import Any

from PIL import Image, ImageDraw

from greenroom.slides.fonts import look_up
from greenroom.slides.plain.canvas import Canvas, Place
from greenroom.slides.plain.palette import Colour, Palette

_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MOST_VALUES = 2_000
_GREY = (120, 120, 120, 255)
_PALE = (225, 225, 225, 255)
_KINDS = ("BarPlot", "LinePlot", "AreaPlot", "PiePlot", "DoughnutPlot")


def draw_chart(canvas: Canvas, palette: Palette, part: Any, data: Any, place: Place) -> bool:
    """Draw the chart of a graphic frame; False where its kind or its data cannot be drawn."""
    try:
        chart = part.related_part(data[0].get(f"{_R}id")).chart
        plot = chart.plots[0]
        kind = type(plot).__name__
        names = [str(name) for name in plot.categories]
        series = [(str(one.name), [float(value or 0) for value in one.values]) for one in plot.series]
        title = (
            chart.chart_title.text_frame.text if chart.has_title and chart.chart_title.has_text_frame else ""
        )
        automatic = chart._chartSpace.find(".//{*}autoTitleDeleted")
        if not title and len(series) == 1 and (automatic is None or automatic.get("val") in ("0", "false")):
            title = series[0][0]
        sized = chart._chartSpace.find("./{*}txPr//{*}defRPr")
        points = float(sized.get("sz") or 1000) / 100 if sized is not None else 10.0
    except Exception:  # python-pptx meets charts that it does not know with whatever breaks first
        return False
    count = sum(len(values) for _, values in series)
    grouping = plot._element.find("./{*}grouping")
    is_stacked = grouping is not None and "tacked" in grouping.get("val", "")
    if kind not in _KINDS or is_stacked or not 0 < count <= _MOST_VALUES:
        return False
    layer = canvas.layer()
    drawing = _Chart(layer, palette, canvas.pixels(place), canvas.scale * 12_700 * min(points, 40.0))
    drawing.own_colours = [palette.fill(one._element.find("./{*}spPr")) for one in plot.series]
    inner = drawing.frame(title, [name for name, _ in series] if len(series) > 1 else [])
    if kind in ("PiePlot", "DoughnutPlot"):
        drawing.pie(inner, names, series[0][1], kind == "DoughnutPlot")
    else:
        is_sideways = kind == "BarPlot" and plot._element.find("./{*}barDir").get("val") == "bar"
        drawing.grid(inner, names, series, kind, is_sideways)
    canvas.put(layer, place)
    return True


Box = tuple[float, float, float, float]


class _Chart:
    def __init__(self, layer: Image.Image, palette: Palette, box: Box, size: float) -> None:
        """`size`: of the letters, in pixels."""
        self._draw = ImageDraw.Draw(layer)
        self._palette, self._box = palette, box
        match = look_up(palette.fonts.get("+mn-lt", "Arial"))
        self._size = max(8, round(min(box[3] / 12, size)))
        self._font = match.face.at(self._size) if match is not None else None
        self.own_colours: list[Any] = []

    def colour(self, number: int) -> tuple[int, int, int, int]:
        own = self.own_colours[number] if number < len(self.own_colours) else None
        found = own if isinstance(own, Colour) else self._palette.named(f"accent{number % 6 + 1}")
        return found.rgba

    def write(self, x: float, y: float, text: str, anchor: str = "mm") -> None:
        if self._font is not None:
            self._draw.text((x, y), text[:40], font=self._font, fill=_GREY, anchor=anchor)

    def frame(self, title: str, names: list[str]) -> Box:
        """Title above and names of the series below; returns what is left between."""
        x, y, width, height = self._box
        line = self._size * 1.6
        top, bottom = y + (line if title else line / 2), y + height
        if title:
            self.write(x + width / 2, y + line / 2, title)
        if names:
            bottom -= line
            step = width / len(names)
            for number, name in enumerate(names):
                at = x + step * (number + 0.5)
                mark = self._size * 0.35
                self._draw.rectangle(
                    (
                        at - step * 0.4,
                        bottom + line / 2 - mark,
                        at - step * 0.4 + 2 * mark,
                        bottom + line / 2 + mark,
                    ),
                    fill=self.colour(number),
                )
                self.write(at - step * 0.4 + 3 * mark, bottom + line / 2, name, "lm")
        return x, top, x + width, bottom

    def pie(self, box: Box, names: list[str], values: list[float], has_hole: bool) -> None:
        left, top, right, bottom = box
        radius = min(right - left, bottom - top) * 0.42
        x, y = (left + right) / 2, (top + bottom) / 2
        total = sum(abs(value) for value in values) or 1.0
        start = -90.0
        for number, value in enumerate(values):
            end = start + 360 * abs(value) / total
            circle = (x - radius, y - radius, x + radius, y + radius)
            self._draw.pieslice(circle, start, end, fill=self.colour(number), outline="white", width=2)
            middle = math.radians((start + end) / 2)
            if end - start > 8 and number < len(names):
                away = radius * 1.12
                side = "lm" if math.cos(middle) >= 0 else "rm"
                self.write(x + away * math.cos(middle), y + away * math.sin(middle), names[number], side)
            start = end
        if has_hole:
            hole = radius * 0.55
            self._draw.ellipse((x - hole, y - hole, x + hole, y + hole), fill="white")

    def grid(
        self, box: Box, names: list[str], series: list[tuple[str, list[float]]], kind: str, is_sideways: bool
    ) -> None:
        """Axes with round numbers, and the values between them."""
        every = [value for _, values in series for value in values]
        low, high = min(0.0, *every), max(0.0, *every)
        if 0 < (span := max(every) - min(every)) < high / 6:
            low = min(every) - span / 2  # as office programs do, so that the values differ
        step = _round_step((high - low) or 1.0)
        low, high = math.floor(low / step) * step, math.ceil(high / step) * step or step
        left, top, right, bottom = box
        edge = self._size * (6.0 if is_sideways else 3.2)
        left, bottom, right = left + edge, bottom - self._size * 1.6, right - self._size
        for number in range(round((high - low) / step) + 1):
            value = low + number * step
            share = (value - low) / (high - low)
            if is_sideways:
                at = left + (right - left) * share
                self._draw.line([(at, top), (at, bottom)], fill=_PALE, width=2)
                self.write(at, bottom + self._size * 0.8, f"{value:g}")
            else:
                at = bottom - (bottom - top) * share
                self._draw.line([(left, at), (right, at)], fill=_PALE, width=2)
                self.write(left - self._size * 0.4, at, f"{value:g}", "rm")
        zero = min(1.0, max(0.0, -low / (high - low)))
        inner = (left, top, right, bottom)
        count = max(len(values) for _, values in series)
        self._names(inner, names, count, is_sideways)
        for number, (_, values) in enumerate(series):
            shares = [(value - low) / (high - low) for value in values]
            if kind == "BarPlot":
                self._bars(inner, shares, (zero, number, len(series)), is_sideways)
            else:
                self._line(inner, shares, zero, number, kind == "AreaPlot")

    def _names(self, box: Box, names: list[str], count: int, is_sideways: bool) -> None:
        left, top, right, bottom = box
        every = max(1, math.ceil(count / 12))
        for number, name in enumerate(names[:count]):
            if number % every:
                continue
            if is_sideways:
                at = bottom - (bottom - top) * (number + 0.5) / count
                self.write(left - self._size * 0.4, at, name[:14], "rm")
            else:
                at = left + (right - left) * (number + 0.5) / count
                self.write(at, bottom + self._size * 0.8, name[:14])

    def _bars(self, box: Box, shares: list[float], group: tuple[float, int, int], is_sideways: bool) -> None:
        left, top, right, bottom = box
        zero, number, series = group
        slot = ((bottom - top) if is_sideways else (right - left)) / max(1, len(shares))
        thick = slot * 0.7 / series
        for place, share in enumerate(shares):
            begin = slot * place + slot * 0.15 + thick * number
            first, last = sorted((zero, share))
            if is_sideways:
                box_ = (
                    left + (right - left) * first, bottom - begin - thick,
                    left + (right - left) * last, bottom - begin,
                )  # fmt: skip
            else:
                box_ = (
                    left + begin, bottom - (bottom - top) * last,
                    left + begin + thick, bottom - (bottom - top) * first,
                )  # fmt: skip
            self._draw.rectangle(box_, fill=self.colour(number))

    def _line(self, box: Box, shares: list[float], zero: float, number: int, is_filled: bool) -> None:
        left, top, right, bottom = box
        step = (right - left) / max(1, len(shares))
        points = [
            (left + step * (place + 0.5), bottom - (bottom - top) * share)
            for place, share in enumerate(shares)
        ]
        if is_filled and len(points) > 1:
            base = bottom - (bottom - top) * zero
            self._draw.polygon(
                [(points[0][0], base), *points, (points[-1][0], base)], fill=self.colour(number)
            )
        elif len(points) > 1:
            self._draw.line(points, fill=self.colour(number), width=max(2, self._size // 6), joint="curve")


def _round_step(span: float) -> float:
    """A step of 1, 2 or 5 times a power of ten that cuts the span into five parts or so."""
    raw = span / 5
    power = 10.0 ** math.floor(math.log10(raw))
    return float(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * 0.999))
