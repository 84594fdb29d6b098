"""The texts of TEXT layers: decoded, and checked against the fonts of this machine."""

from __future__ import annotations

import re
from dataclasses import replace

from greenroom.scripts.layer_wire import LayerExtension
from greenroom.scripts.texts import decoded
from greenroom.scripts.wire import LayerConfig, TextLayerConfig
from greenroom.stage.errors import SceneError
from greenroom.stage.layer_plan import Align, Layer, Outline, Shadow, TextLook
from greenroom.stage.layer_text import measure_text
from greenroom.stage.subtitle_fonts import SubtitleFontError, font_chain
from greenroom.video.errors import VideoContentError

SMALLEST_FONT = 4
"""Pixels (contract: TextLayerConfig.font_size, 4 to 120)."""
_DEFAULT_SHARE = 0.05
"""Font size without one, of the video's shorter side."""
_COLOUR = re.compile(r"#([0-9A-Fa-f]{6})([0-9A-Fa-f]{2})?")


def text_layer(field: str, layer: Layer, config: LayerConfig, canvas: tuple[int, int]) -> Layer:
    """The layer with its text. Looks at the fonts, which takes a moment the first time.

    Raises:
        VideoContentError: the text or a member of `text_config` cannot be drawn.
    """
    given = config.text_config or TextLayerConfig.model_validate({})
    extension = config.x_greenroom or LayerExtension()
    colour, opacity = _colour(f"{field}.text_config.font_color", given.font_color)
    outline, shadow = extension.outline, extension.shadow
    look = TextLook(
        text=_decoded(f"{field}.text_config.text_context", given.text_context),
        font_size=_font_size(f"{field}.text_config.font_size", given.font_size, canvas),
        font_name=given.font_name or None,
        colour=colour,
        opacity=opacity,
        align=Align(extension.align or Align.START),
        outline=Outline(outline.color, outline.width) if outline else None,
        shadow=Shadow(shadow.color, shadow.dx, shadow.dy, shadow.blur, shadow.opacity) if shadow else None,
    )
    try:
        font_chain(look.font_name)
    except SubtitleFontError as error:
        raise VideoContentError(f"{field}.text_config.font_name: {error}") from None
    try:
        measure_text(look, layer.width)
    except SceneError as error:
        raise VideoContentError(f"{field}.text_config.text_context: {error}") from None
    return replace(layer, text=look)


def _decoded(field: str, context: str | None) -> str:
    try:
        text = decoded(context or "")
    except ValueError:
        raise VideoContentError(f"{field} is not base64 of a text in UTF-8: encode the text") from None
    if not text.strip():
        raise VideoContentError(f"{field} is empty: give the text in base64, or leave the layer out")
    return text


def _font_size(field: str, size: int | None, canvas: tuple[int, int]) -> int:
    if not size:
        return max(SMALLEST_FONT, round(_DEFAULT_SHARE * min(canvas)))
    if size < SMALLEST_FONT:
        raise VideoContentError(f"{field} is {size}: give {SMALLEST_FONT} to 120 pixels")
    return size


def _colour(field: str, text: str | None) -> tuple[str, float]:
    """`#RRGGBB` and the opacity."""
    if not text:
        return "#FFFFFF", 1.0
    found = _COLOUR.fullmatch(text)
    if found is None:
        raise VideoContentError(f"{field} is {text!r}: write #RRGGBB, or #RRGGBBAA with its opacity")
    return f"#{found[1]}".upper(), int(found[2], 16) / 255 if found[2] else 1.0
