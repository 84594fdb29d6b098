"""Draws a business card in a child process, and finds the place of the person on it."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from greenroom.engines.protocols import Progress
from greenroom.video.cards.looks import LOOKS, OWN, Look

LINES = ("mobile_phone", "phone", "mail", "address", "other1", "other2", "other3")
_STAGE = 0.44
"""Share of the width where the person stands."""
_FACE, _LARGEST_FACE, _CHIN_LINE = 0.27, 0.40, 0.56
"""Heights of the face, and the row of the chin, in heights of the card."""
_MARGIN = 0.045
"""Of the text's panel, in widths of the card."""
_PANEL_ALPHA = 225
"""Of the white behind the text on a picture of the tenant's own."""


@dataclass(slots=True, frozen=True)
class _Line:
    text: str
    size: int
    colour: str
    gap: int
    """Above it, in pixels."""


def draw(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`{templet, texts, templet_picture, logo, package, canvas, out, place}`: write the card and the place.

    The place is `{dx, dy, width, height}` of the person's picture, as a scene's `human` has them.

    Raises:
        MediaError: a picture cannot be read.
        SubtitleFontError: no font of the system has a character of the texts.
    """
    canvas = payload["canvas"][0], payload["canvas"][1]
    card = _card(payload, canvas)
    out = Path(payload["out"])
    building = out.with_suffix(".part")
    card.save(building, format="PNG", compress_level=1)
    os.replace(building, out)
    place = Path(payload["place"])
    part = place.with_suffix(".part")
    part.write_text(json.dumps(_place(Path(payload["package"]), canvas)))
    os.replace(part, place)
    return {}


def _card(payload: dict[str, Any], canvas: tuple[int, int]) -> Any:
    from PIL import Image, ImageDraw

    look = LOOKS[payload["templet"]]
    width, height = canvas
    left = round((_STAGE + _MARGIN) * width)
    if payload["templet"] == OWN:
        card = _picture(Path(payload["templet_picture"]), canvas)
        panel = Image.new("RGBA", (width - round(_STAGE * width), height), (255, 255, 255, _PANEL_ALPHA))
        card.paste(panel, (width - panel.width, 0), panel)
    else:
        card = Image.new("RGB", canvas, look.background)
        pen = ImageDraw.Draw(card)
        pen.rectangle((0, 0, round(_STAGE * width), height), fill=look.stage)
        pen.rectangle(
            (round(_STAGE * width), 0, round(_STAGE * width) + height // 108, height), fill=look.accent
        )
    room = width - left - round(_MARGIN * width)
    lines = _lines(payload["texts"], look, height, room)
    logo = _logo(payload["logo"], (room, height // 8)) if payload["logo"] else None
    tall = sum(line.gap + line.size for line in lines) + (logo.height + height // 18 if logo else 0)
    y = max(height // 20, (height - tall) // 2)
    if logo is not None:
        card.paste(logo, (left, y), logo)
        y += logo.height + height // 18
    _write(card, lines, left, y)
    return card


def _lines(texts: dict[str, str], look: Look, height: int, room: int) -> list[_Line]:
    """Name, title and company large, the rest below; wrapped and made smaller until all fits."""
    for shrink in (1.0, 0.85, 0.7, 0.58, 0.48):
        lines: list[_Line] = []
        for name, size, colour, gap in (
            ("name", 84, look.ink, 0),
            ("title", 42, look.accent, 22),
            ("company", 46, look.ink, 18),
            *((name, 34, look.faint, 40 if name == LINES[0] else 18) for name in LINES),
        ):
            if texts.get(name):
                pixels = max(12, round(size * shrink * height / 1080))
                first, *rest = _wrapped(texts[name], pixels, room)
                lines.append(_Line(first, pixels, colour, round(gap * shrink * height / 1080)))
                lines += [_Line(text, pixels, colour, pixels // 5) for text in rest]
        if sum(line.gap + line.size for line in lines) < 0.74 * height:
            break
    return lines


def _wrapped(text: str, size: int, room: int) -> list[str]:
    """Broken between words where there are any, else between characters."""
    from greenroom.stage.subtitle_fonts import font_chain

    text = " ".join(text.split())
    widths = font_chain(None, text).widths(text, size)
    words = text.split(" ")
    lines: list[str] = []
    for word in words:
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and sum(widths[one] for one in joined) <= room:
            lines[-1] = joined
            continue
        lines.append("")
        for character in word:
            if sum(widths[one] for one in lines[-1]) + widths[character] > room:
                lines.append("")
            lines[-1] += character
    return lines


def _write(card: Any, lines: Sequence[_Line], left: int, y: int) -> None:
    from PIL import ImageDraw

    from greenroom.stage.subtitle_fonts import font_chain

    pen = ImageDraw.Draw(card)
    for line in lines:
        y += line.gap
        x = float(left)
        for face, text in font_chain(None, line.text).runs(line.text):
            font = face.at(line.size)
            pen.text((x, y + round(0.8 * line.size)), text, fill=line.colour, font=font, anchor="ls")
            x += float(font.getlength(text))
        y += line.size


def _picture(path: Path, canvas: tuple[int, int]) -> Any:
    """A picture file that covers the canvas. Raises MediaError."""
    from PIL import Image

    from greenroom.media.inspect import Role, inspect
    from greenroom.stage.scene import cover_fit, read_image

    inspect(path, Role.PICTURE, "")
    return Image.fromarray(np.ascontiguousarray(cover_fit(read_image(path), canvas)[..., ::-1]))


def _logo(path: str, box: tuple[int, int]) -> Any:
    """The logo with its transparency, as large as fits into the box. Raises MediaError."""
    from PIL import Image, ImageOps

    from greenroom.media.inspect import Role, inspect

    inspect(Path(path), Role.PICTURE, "")
    with Image.open(path) as opened:
        logo = ImageOps.exif_transpose(opened).convert("RGBA")
    scale = min(box[0] / logo.width, box[1] / logo.height)
    size = (max(1, round(logo.width * scale)), max(1, round(logo.height * scale)))
    return logo.resize(size, Image.Resampling.LANCZOS)


def _place(folder: Path, canvas: tuple[int, int]) -> dict[str, int]:
    """The person's face in the middle of their side, their lower edge below that of the card."""
    from greenroom.engines.mouth.package import AvatarPackage
    from greenroom.engines.photo.painter import face_places

    width, height = AvatarPackage.open(folder).size
    forehead, chin = np.median(face_places(folder), axis=0)
    face = float(chin[1] - forehead[1])
    # A close portrait fills its side, so that the ends of cut off shoulders are not seen.
    filling = min(_STAGE * canvas[0] / width, _LARGEST_FACE * canvas[1] / face)
    scale = max(_FACE * canvas[1] / face, filling)
    # A photo that ends under the chin stands on the card's edge; it must not hang in the air.
    y = max(_CHIN_LINE * canvas[1] - float(chin[1]) * scale, canvas[1] - height * scale)
    x = _STAGE * canvas[0] / 2 - float(forehead[0] + chin[0]) / 2 * scale
    return {"dx": round(x), "dy": round(y), "width": round(width * scale), "height": round(height * scale)}
