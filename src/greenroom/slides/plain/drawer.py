"""Draws the slides of a PPTX with Pillow: backgrounds, pictures, shapes, text, tables and simple charts.

What it cannot draw is named, page by page; nothing that is missing is passed over in silence.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from greenroom.slides.builds import P, without
from greenroom.slides.deck import page_file
from greenroom.slides.pictures import pixel_size, write_picture
from greenroom.slides.plain.canvas import Canvas, Place
from greenroom.slides.plain.palette import WHITE, Fill, Palette
from greenroom.slides.plain.shapes import ShapeDrawer
from greenroom.slides.presentation import Presentation, Slide

if TYPE_CHECKING:
    from greenroom.slides.reading import Drawing

_FINER = 2
"""Drawn at twice the size and made smaller, which smooths every edge."""
_EMU_PER_POINT = 12_700


class PlainDrawer:
    """A `reading.Drawer`."""

    name = "Greenroom"

    def draw(
        self, path: Path, deck: Presentation, folder: Path, progress: Callable[[str, float], None]
    ) -> Drawing:
        from greenroom.slides.reading import Drawing

        left_out: dict[str, set[int]] = {}
        pictures = {}
        for slide in deck.slides:
            states = slide.builds.states
            for step, hidden in enumerate(states):
                if step and hidden == states[step - 1]:
                    continue
                is_final = hidden == states[-1]
                stem = page_file(slide.number, None if is_final else step).partition(".")[0]
                root = without(slide.source._element, hidden)
                picture = _SlidePicture(deck, slide, left_out).draw(root)
                pictures[slide.number, step] = write_picture(picture, folder, stem)
            progress("drawing pages", slide.number / len(deck.slides))
        notices = [
            "LibreOffice is not used: the pages were drawn by the plain renderer, which leaves out effects "
            "such as shadows."
        ]
        for what, pages in sorted(left_out.items()):
            numbers = ", ".join(map(str, sorted(pages)))
            notices.append(f"Not drawn: {what} on page {numbers}.")
        return Drawing(pictures, None, notices)


class _SlidePicture:
    def __init__(self, deck: Presentation, slide: Slide, left_out: dict[str, set[int]]) -> None:
        self._deck, self._slide, self._left_out = deck, slide, left_out
        self._palette = Palette(slide.source)
        width, height = pixel_size(deck.size[0] / _EMU_PER_POINT, deck.size[1] / _EMU_PER_POINT)
        self._size = (width, height)
        self._canvas = Canvas((width * _FINER, height * _FINER), width * _FINER / deck.size[0])

    def draw(self, root: Any) -> Any:
        """A Pillow picture of this state of the slide, a `p:sld`."""
        layout = self._slide.source.slide_layout
        master = layout.slide_master
        owners = (
            (root, self._slide.source.part),
            (layout._element, layout.part),
            (master._element, master.part),
        )
        self._background(owners)
        for owner, part in self._shown_below(root, owners):
            self._shapes(owner, part, is_own=False)
        self._shapes(root, self._slide.source.part, is_own=True)
        return self._canvas.picture.resize(self._size, _lanczos()).convert("RGB")

    def _shown_below(self, root: Any, owners: Any) -> list[tuple[Any, Any]]:
        """Master and layout, as far as the slide shows their own shapes."""
        (_, _), layout, master = owners
        if root.get("showMasterSp") in ("0", "false"):
            return []
        return [layout] if layout[0].get("showMasterSp") in ("0", "false") else [master, layout]

    def _background(self, owners: Any) -> None:
        whole = Place(0, 0, self._deck.size[0], self._deck.size[1])
        for owner, part in owners:
            background = owner.find(f"{P}cSld/{P}bg")
            if background is None:
                continue
            fill: Fill | bool | None = None
            properties = background.find(f"{P}bgPr")
            reference = background.find(f"{P}bgRef")
            if properties is not None:
                fill = self._palette.fill(properties)
            elif reference is not None:
                fill = self._palette.style_fill(reference, "bgFillStyleLst")
            if fill is not None and not isinstance(fill, bool):
                self._drawer(part).fill_box(whole, fill)
                return
        self._canvas.picture.paste(WHITE.rgba, (0, 0, *self._canvas.picture.size))

    def _shapes(self, owner: Any, part: Any, is_own: bool) -> None:
        tree = owner.find(f"{P}cSld/{P}spTree")
        drawer = self._drawer(part)
        for shape in tree if tree is not None else ():
            if not is_own and _is_placeholder(shape):
                continue
            try:
                drawer.draw(shape)
            except Exception:  # a shape whose numbers make no sense costs itself, not the deck
                self._note("a damaged object")

    def _drawer(self, part: Any) -> ShapeDrawer:
        return ShapeDrawer(self._canvas, self._palette, self._slide, part, self._note, self._deck)

    def _note(self, what: str) -> None:
        self._left_out.setdefault(what, set()).add(self._slide.number)


def _is_placeholder(shape: Any) -> bool:
    return isinstance(shape.tag, str) and shape.find(f"./*/{P}nvPr/{P}ph") is not None


def _lanczos() -> Any:
    from PIL import Image

    return Image.Resampling.LANCZOS
