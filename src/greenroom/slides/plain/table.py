"""Tables: cells with their fills, lines and texts. Without the styles' own definitions, which few files
carry, a table looks as PowerPoint's medium style does, in the colours of the theme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from greenroom.slides.builds import A, P
from greenroom.slides.plain.canvas import Canvas, Place
from greenroom.slides.plain.palette import WHITE, Colour, Gradient, Palette, mean_of
from greenroom.slides.plain.styles import TextStyle
from greenroom.slides.presentation import Presentation

if TYPE_CHECKING:
    from greenroom.slides.plain.shapes import ShapeDrawer

_BAND, _PLAIN = 0.40, 0.20
"""How much of the accent the stripes hold."""
_NO_STYLE = {"{2D5ABB26-0587-4C30-8999-92F81FD0307C}", "{5940675A-B579-460E-94D1-54222C63F5DA}"}
"""PowerPoint's `No Style` tables, without and with a grid."""
_CELL_MARGINS = (
    ("marL", "lIns", "91440"),
    ("marR", "rIns", "91440"),
    ("marT", "tIns", "45720"),
    ("marB", "bIns", "45720"),
)


def draw_table(
    drawer: ShapeDrawer, canvas: Canvas, palette: Palette, table: Any, place: Place, deck: Presentation
) -> None:
    properties = table.find(f"{A}tblPr")
    options = dict(properties.attrib) if properties is not None else {}
    style = properties.findtext(f"{A}tableStyleId", "") if properties is not None else ""
    widths = [float(column.get("w") or 0) for column in table.iter(f"{A}gridCol")]
    rows = table.findall(f"{A}tr")
    heights = _heights(rows, place)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row.findall(f"{A}tc")):
            body = cell.find(f"{A}txBody")
            if body is not None and column < len(widths) and "rowSpan" not in cell.attrib:
                across = sum(widths[column : column + int(cell.get("gridSpan") or 1)])
                heights[number] = max(heights[number], drawer.text_height(body, _style(cell, deck), across))
    y = place.y
    for number, (row, height) in enumerate(zip(rows, heights, strict=True)):
        x = place.x
        is_first = number == 0 and options.get("firstRow") in ("1", "true")
        for column, cell in enumerate(row.findall(f"{A}tc")):
            width = widths[column] if column < len(widths) else 0.0
            if cell.get("hMerge") not in ("1", "true") and cell.get("vMerge") not in ("1", "true"):
                across = sum(widths[column : column + int(cell.get("gridSpan") or 1)])
                down = sum(heights[number : number + int(cell.get("rowSpan") or 1)])
                box = Place(x, y, across, down)
                look = _look(palette, style, options, number, is_first)
                _draw_cell(drawer, palette, cell, box, look, deck, is_first)
            x += width
        y += height


def _heights(rows: list[Any], place: Place) -> list[float]:
    """As they stand in the file, or spread over the frame where that is taller."""
    heights = [float(row.get("h") or 0) for row in rows]
    total = sum(heights)
    return [height * place.height / total for height in heights] if 0 < total < place.height else heights


def _look(
    palette: Palette, style: str, options: dict[str, Any], number: int, is_first: bool
) -> tuple[Colour | None, Colour | None]:
    """Fill and colour of the text that the table's style gives a cell."""
    if style in _NO_STYLE or not style:
        return None, None
    accent = palette.named("accent1")
    if is_first:
        return accent, palette.named("bg1")
    is_band = options.get("bandRow") in ("1", "true") and (number + (options.get("firstRow") != "1")) % 2 == 1
    share = _BAND if is_band else _PLAIN
    mixed = [round(255 + (value - 255) * share) for value in accent.rgb]
    return Colour((mixed[0], mixed[1], mixed[2])), palette.named("dk1")


def _draw_cell(
    drawer: ShapeDrawer,
    palette: Palette,
    cell: Any,
    box: Place,
    look: tuple[Colour | None, Colour | None],
    deck: Presentation,
    is_bold: bool,
) -> None:
    properties = cell.find(f"{A}tcPr")
    own = palette.fill(properties)
    fill = mean_of(own) if isinstance(own, Gradient) else own
    if fill is None:
        fill = look[0]
    if isinstance(fill, Colour):
        drawer.fill_box(box, fill)
        if own is None:
            _lines(drawer, box)
    body = cell.find(f"{A}txBody")
    if body is None:
        return
    drawer.text(body, _style(cell, deck), box, look[1], is_bold)


def _style(cell: Any, deck: Presentation) -> TextStyle:
    """The cell's margins and anchor as those of a shape."""
    properties = cell.find(f"{A}tcPr")
    shape = cell.makeelement(f"{P}sp", {})
    holder = shape.makeelement(f"{P}txBody", {})
    margins = {
        inset: properties.get(name, default) if properties is not None else default
        for name, inset, default in _CELL_MARGINS
    }
    anchor = properties.get("anchor", "t") if properties is not None else "t"
    holder.append(holder.makeelement(f"{A}bodyPr", {**margins, "anchor": anchor}))
    shape.append(holder)
    return TextStyle(shape, (), None, deck.source.part._element)


def _lines(drawer: ShapeDrawer, box: Place) -> None:
    """White lines between cells, as the medium style has."""
    thick = 12_700
    drawer.fill_box(Place(box.x, box.y + box.height - thick / 2, box.width, thick), WHITE)
    drawer.fill_box(Place(box.x + box.width - thick / 2, box.y, thick, box.height), WHITE)
