"""Draws one shape of a slide: what it is filled with, its outline, its text, its picture, what it groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

from greenroom.slides.builds import A, P
from greenroom.slides.plain.canvas import Canvas, Frame, Place, gradient_picture
from greenroom.slides.plain.geometry import LINES, Point, outline, text_box
from greenroom.slides.plain.palette import Colour, Fill, Gradient, Palette, PictureFill, mean_of
from greenroom.slides.plain.styles import TextStyle, ancestors
from greenroom.slides.plain.text import Line, TextBox
from greenroom.slides.presentation import Presentation, Slide

_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MOST_PIXELS = 64_000_000
"""Of a picture in the deck."""
_MOST_DRAWN = 24_000_000
_MOST_DEPTH = 12
_LINE_EMU = 9525
_GRAPHICS = {"chart": "a chart", "diagram": "a diagram (SmartArt)", "oleObject": "an embedded object"}


class ShapeDrawer:
    """For the shapes of one part: the slide, its layout or its master."""

    def __init__(
        self,
        canvas: Canvas,
        palette: Palette,
        slide: Slide,
        part: Any,
        note: Callable[[str], None],
        deck: Presentation,
    ) -> None:
        """`note` is told what is left out."""
        self._canvas, self._palette, self._slide = canvas, palette, slide
        self._part, self._note, self._deck = part, note, deck
        layout = slide.source.slide_layout
        self._layout, self._master = layout._element, layout.slide_master._element

    def draw(self, shape: Any, frame: Frame | None = None, depth: int = 0) -> None:
        frame = frame or Frame()
        tag = shape.tag.rpartition("}")[2] if isinstance(shape.tag, str) else ""
        if _is_hidden(shape) or depth > _MOST_DEPTH:
            return
        match tag:
            case "sp" | "cxnSp":
                self._shape(shape, frame)
            case "pic":
                self._picture(shape, frame)
            case "grpSp":
                transform = shape.find(f"{P}grpSpPr/{A}xfrm")
                inner = frame.inside(transform) if transform is not None else frame
                for child in shape:
                    self.draw(child, inner, depth + 1)
            case "graphicFrame":
                self._graphic(shape, frame, depth)
            case "AlternateContent":
                fallback = shape.find(f"{_MC}Fallback")
                for child in fallback if fallback is not None else ():
                    self.draw(child, frame, depth + 1)
                if fallback is None or not len(fallback):
                    self._note("an object of a newer kind")

    def fill_box(self, place: Place, fill: Fill) -> None:
        """Fill a box, such as the whole slide."""
        x, y, width, height = self._canvas.pixels(place)
        self._fill([[(x, y), (x + width, y), (x + width, y + height), (x, y + height)]], place, fill)

    def _shape(self, shape: Any, frame: Frame) -> None:
        parents = ancestors(shape, self._layout, self._master)
        place = self._place(shape, parents, frame)
        if place is None:
            return
        properties = shape.find(f"{P}spPr")
        preset = properties.find(f"{A}prstGeom") if properties is not None else None
        if shape.tag.endswith("cxnSp") or (preset is not None and preset.get("prst") in LINES):
            self._connector(shape, place)
            return
        geometry = next(
            (
                own
                for owner in (shape, *parents)
                if (own := owner.find(f"{P}spPr")) is not None
                and (own.find(f"{A}prstGeom") is not None or own.find(f"{A}custGeom") is not None)
            ),
            properties,
        )
        paths = self._paths(geometry, place)
        fill = self._fill_of(shape, parents)
        if isinstance(fill, (Colour, Gradient, PictureFill)):
            self._fill(paths, place, fill)
        self._outline(shape, parents, paths, place)
        body = shape.find(f"{P}txBody")
        if body is not None:
            style = TextStyle(shape, parents, self._master, self._deck.source.part._element)
            self.text(body, style, place, self._font_colour(shape), geometry=geometry)

    def text(
        self,
        body: Any,
        style: TextStyle,
        place: Place,
        colour: Colour | None,
        bold: bool = False,
        geometry: Any = None,
    ) -> None:
        """Set a text into its box; `geometry`: the properties of the shape that holds it."""
        if not "".join(node.text or "" for node in body.iter(f"{A}t")).strip():
            return
        if style.body("vert", "horz") not in ("horz", ""):
            self._note("text that runs upright, which was set level")
        scale = self._canvas.scale
        left, top, right, bottom = (
            float(style.body(name, default)) * scale
            for name, default in (("lIns", "91440"), ("tIns", "45720"), ("rIns", "91440"), ("bIns", "45720"))
        )
        x, y, width, height = self._canvas.pixels(_inner(place, geometry))
        box = TextBox(style, self._palette, scale, self._slide.number)
        box.default_colour, box.force_bold = colour, bold
        room = width - left - right if style.body("wrap", "square") != "none" else 10 * width + 10_000
        lines = box.fitted(body, max(1.0, room), height - top - bottom)
        if style.body("wrap", "square") == "none":
            room = width - left - right
        tall = sum(line.before + line.height for line in lines)
        free = height - top - bottom - tall
        anchor = style.body("anchor", "t")
        start = y + top + (free if anchor == "b" else free / 2 if anchor == "ctr" else 0.0)
        colours = [look.colour for line in lines for look, _, _ in line.pieces]
        layer = self._canvas.layer_for(place, *colours)
        _set_lines(layer, box, lines, (x + left, start, room))
        self._canvas.put(layer, place)
        if box.missing:
            self._note(f"characters that no font here has ({' '.join(sorted(box.missing)[:8])})")

    def text_height(self, body: Any, style: TextStyle, width: float) -> float:
        """EMU that a text needs in a box of this width, its margins included."""
        scale = self._canvas.scale
        across = float(style.body("lIns", "91440")) + float(style.body("rIns", "91440"))
        down = float(style.body("tIns", "45720")) + float(style.body("bIns", "45720"))
        box = TextBox(style, self._palette, scale, self._slide.number)
        lines = box.lines(body, max(1.0, (width - across) * scale), 1.0)
        return sum(line.before + line.height for line in lines) / scale + down

    def _place(self, shape: Any, parents: Sequence[Any], frame: Frame) -> Place | None:
        """Of the shape itself, else of what it is made after."""
        for number, owner in enumerate((shape, *parents)):
            transform = owner.find(f"{P}spPr/{A}xfrm")
            if transform is None:
                transform = owner.find(f"{P}xfrm")
            if transform is not None:
                place = (frame if number == 0 else Frame()).place(transform)
                if place is not None:
                    return place
        return None

    def _paths(self, properties: Any, place: Place) -> list[list[Point]]:
        x, y, width, height = self._canvas.pixels(place)
        paths, is_own = outline(properties, width, height)
        if not is_own:
            self._note("a shape in its own outline, a simpler one was drawn")
        return [
            [
                (x + (width - px if place.flip_h else px), y + (height - py if place.flip_v else py))
                for px, py in path
            ]
            for path in paths
        ]

    def _fill_of(self, shape: Any, parents: Sequence[Any]) -> Fill | bool | None:
        for owner in (shape, *parents):
            fill = self._palette.fill(owner.find(f"{P}spPr"))
            if fill is not None:
                return fill
        reference = shape.find(f"{P}style/{A}fillRef")
        return self._palette.style_fill(reference, "fillStyleLst") if reference is not None else None

    def _fill(self, paths: list[list[Point]], place: Place, fill: Fill) -> None:
        if isinstance(fill, Colour):
            layer = self._canvas.layer_for(place, fill)
            if fill.alpha:
                self._canvas.polygons(layer, paths, fill)
        else:
            layer = self._canvas.layer()
            x, y, width, height = self._canvas.pixels(place)
            size = _bounded(width, height)
            if isinstance(fill, Gradient):
                picture: Image.Image | None = gradient_picture(fill, size)
            else:
                picture = self._blip(fill.blip, size)
            if picture is None:
                return
            layer.paste(picture, (round(x), round(y)))
            empty = self._canvas.layer()
            empty.paste(layer, (0, 0), self._canvas.mask(paths))
            layer = empty
        self._canvas.put(layer, place)

    def _outline(self, shape: Any, parents: Sequence[Any], paths: list[list[Point]], place: Place) -> None:
        pen = self._pen(shape, parents)
        if pen is None:
            return
        layer = self._canvas.layer_for(place, pen[0])
        for path in paths:
            self._canvas.line(layer, [*path, *path[:2]], *pen)
        self._canvas.put(layer, place)

    def _pen(self, shape: Any, parents: Sequence[Any] = ()) -> tuple[Colour, float] | None:
        """The outline's colour and width in pixels, or None."""
        reference = shape.find(f"{P}style/{A}lnRef")
        width, fill = float(_LINE_EMU), None
        for owner in (shape, *parents):
            line = owner.find(f"{P}spPr/{A}ln")
            if line is not None:
                width = float(line.get("w") or width)
                fill = self._palette.fill(line) if fill is None else fill
        if fill is None and reference is not None and reference.get("idx") not in (None, "0"):
            fill = self._palette.colour(reference)
        if isinstance(fill, Gradient):
            fill = mean_of(fill)
        return (fill, width * self._canvas.scale) if isinstance(fill, Colour) else None

    def _connector(self, shape: Any, place: Place) -> None:
        pen = self._pen(shape)
        if pen is None:
            return
        x, y, width, height = self._canvas.pixels(place)
        first, last = (x, y), (x + width, y + height)
        if place.flip_h:
            first, last = (last[0], first[1]), (first[0], last[1])
        if place.flip_v:
            first, last = (first[0], last[1]), (last[0], first[1])
        layer = self._canvas.layer_for(place, pen[0])
        self._canvas.line(layer, [first, last], *pen)
        line = shape.find(f"{P}spPr/{A}ln")
        for name, tip, back in (("tailEnd", last, first), ("headEnd", first, last)):
            end = line.find(f"{A}{name}") if line is not None else None
            if end is not None and end.get("type", "none") != "none":
                self._canvas.polygons(layer, [_arrow(tip, back, pen[1] * 4)], pen[0])
        self._canvas.put(layer, place)

    def _font_colour(self, shape: Any) -> Colour | None:
        return self._palette.colour(shape.find(f"{P}style/{A}fontRef"))

    def _picture(self, shape: Any, frame: Frame) -> None:
        parents = ancestors(shape, self._layout, self._master)
        place = self._place(shape, parents, frame)
        fill = shape.find(f"{P}blipFill")
        if place is None or fill is None:
            return
        x, y, width, height = self._canvas.pixels(place)
        picture = self._blip(fill, _bounded(width, height))
        if picture is None:
            return
        if place.flip_h:
            picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        if place.flip_v:
            picture = picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        layer, shown = self._canvas.layer(), self._canvas.layer()
        layer.paste(picture, (round(x), round(y)))
        paths = self._paths(shape.find(f"{P}spPr"), place)
        shown.paste(layer, (0, 0), self._canvas.mask(paths))
        self._canvas.put(shown, place)
        self._outline(shape, (), paths, place)

    def _blip(self, fill: Any, size: tuple[int, int]) -> Image.Image | None:
        """The picture of a `blipFill`, cropped and at this size; None where it cannot be read."""
        blip = fill.find(f"{A}blip")
        key = blip.get(f"{_R}embed") if blip is not None else None
        if key is None:
            self._note("a picture that lies outside the deck")
            return None
        try:
            with Image.open(BytesIO(self._part.related_part(key).blob)) as opened:
                if opened.width * opened.height > _MOST_PIXELS:
                    raise ValueError("too large")
                picture = opened.convert("RGBA")
        except Exception:  # Pillow and python-pptx meet a broken picture with whatever breaks first
            self._note("a picture in a format that is not read here, such as EMF, WMF or SVG")
            return None
        crop = fill.find(f"{A}srcRect")
        if crop is not None:
            left, top, right, bottom = (float(crop.get(name) or 0) / 100_000 for name in "ltrb")
            box = (
                round(picture.width * left), round(picture.height * top),
                round(picture.width * (1 - right)), round(picture.height * (1 - bottom)),
            )  # fmt: skip
            if box[2] > box[0] and box[3] > box[1]:
                picture = picture.crop(box)
        picture = picture.resize(size, Image.Resampling.LANCZOS)
        faint = blip.find(f"{A}alphaModFix")
        if faint is not None:
            share = float(faint.get("amt") or 100_000) / 100_000
            picture.putalpha(picture.getchannel("A").point(lambda value: round(value * share)))
        return picture

    def _graphic(self, shape: Any, frame: Frame, depth: int) -> None:
        from greenroom.slides.plain.charts import draw_chart
        from greenroom.slides.plain.table import draw_table

        place = self._place(shape, ancestors(shape, self._layout, self._master), frame)
        if place is None:
            return
        table = shape.find(f"{A}graphic/{A}graphicData/{A}tbl")
        if table is not None:
            draw_table(self, self._canvas, self._palette, table, place, self._deck)
            return
        data = shape.find(f"{A}graphic/{A}graphicData")
        kind = data.get("uri", "").rpartition("/")[2] if data is not None else ""
        if kind == "chart" and draw_chart(self._canvas, self._palette, self._part, data, place):
            return
        inner = data.findall(f".//{P}pic") if data is not None else []
        for child in inner[:1]:
            self.draw(child, frame, depth + 1)
        if not inner:
            self._note(_GRAPHICS.get(kind, "an object"))


def _inner(place: Place, properties: Any) -> Place:
    """Where a shape's text goes."""
    left, top, right, bottom = text_box(properties)
    return place._replace(
        x=place.x + place.width * left,
        y=place.y + place.height * top,
        width=place.width * (right - left),
        height=place.height * (bottom - top),
    )


def _bounded(width: float, height: float) -> tuple[int, int]:
    """Whole pixels. Raises ValueError: far more than any slide shows."""
    if width * height > _MOST_DRAWN:
        raise ValueError("the shape is far larger than the slide")
    return max(1, round(width)), max(1, round(height))


def _set_lines(layer: Image.Image, box: TextBox, lines: list[Line], at: tuple[float, float, float]) -> None:
    """Draw lines below each other from x, y in a room of this width."""
    left, y, room = at
    draw = ImageDraw.Draw(layer)
    for line in lines:
        y += line.before
        base = y + line.height - line.descent * line.spacing
        free = max(0.0, line.room - line.width) if room < 10_000 else 0.0
        shift = free / 2 if line.align == "ctr" else free if line.align == "r" else 0.0
        if line.align in ("ctr", "r") and line.room - line.width < 0:
            shift = (line.room - line.width) / (2 if line.align == "ctr" else 1)
        x = left + line.indent + shift
        if line.bullet is not None:
            _set_piece(draw, box, line.bullet, (x - line.indent + line.bullet_indent, base))
        for look, text, width in line.pieces:
            _set_piece(draw, box, (look, text), (x, base))
            if look.is_underlined and look.colour.alpha:
                thick = max(1, round(line.ascent / 16))
                draw.line([(x, base + 2 * thick), (x + width, base + 2 * thick)], look.colour.rgba, thick)
            x += width
        y += line.height


def _set_piece(draw: Any, box: TextBox, piece: tuple[Any, str], at: tuple[float, float]) -> None:
    look, text = piece
    if look.colour.alpha == 0:
        return
    x, y = at
    for face, part in box.faces(look, text):
        font = box.font(face, look)
        draw.text((x, y), part, font=font, fill=look.colour.rgba, anchor="ls")
        x += font.getlength(part)


def _arrow(tip: Point, back: Point, size: float) -> list[Point]:
    length = ((tip[0] - back[0]) ** 2 + (tip[1] - back[1]) ** 2) ** 0.5 or 1.0
    ux, uy = (tip[0] - back[0]) / length, (tip[1] - back[1]) / length
    foot = (tip[0] - ux * size, tip[1] - uy * size)
    half = size / 2
    return [tip, (foot[0] - uy * half, foot[1] + ux * half), (foot[0] + uy * half, foot[1] - ux * half)]


def _is_hidden(shape: Any) -> bool:
    named = shape.find(f"./*/{P}cNvPr") if isinstance(shape.tag, str) else None
    return named is not None and named.get("hidden") in ("1", "true")
