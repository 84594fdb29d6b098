"""From `subtitle_config` to a look: where subtitles stand on a canvas and how large they are."""

from __future__ import annotations

from greenroom.scripts.wire import SubtitleConfig
from greenroom.stage.subtitle_plan import LINE_SPACING, MOST_LINES, Box, SubtitleStyle
from greenroom.subtitles.errors import SubtitleStyleError

SMALLEST_FONT, LARGEST_FONT = 24, 120
_FONT_SHARE = 0.05
"""Of the canvas's shorter side: 36 pixels at 720p, 54 at 1080p."""
_STROKE_SHARE = 0.08
"""Of the font size."""
_WIDTH_SHARE = 0.9
"""The middle of the canvas that every screen shows (EBU R 95, graphics safe area)."""
_BELOW_SHARE = 0.06
_BELOW_SHARE_PORTRAIT = 0.12
"""Players of portrait videos put their own signs at the bottom."""


def style_of(
    config: SubtitleConfig | None, canvas: tuple[int, int], field: str = "video_config.subtitle_config"
) -> SubtitleStyle:
    """What is given, completed by what suits the canvas (width, height).

    Raises:
        SubtitleStyleError: the box leaves the picture or holds no text; the font is too small.
    """
    config = config or SubtitleConfig.model_validate({})
    size = config.font_size or default_font_size(canvas)
    if not SMALLEST_FONT <= size <= LARGEST_FONT and config.font_size:
        raise SubtitleStyleError(f"{field}.font_size is {size}: give {SMALLEST_FONT} to {LARGEST_FONT}")
    stroke = config.stroke_thickness
    box = _box(config, canvas, size, field)
    style = SubtitleStyle(
        box=box,
        font_size=size,
        font_name=config.font_name or None,
        colour=(config.font_color or "#FFFFFF").upper(),
        stroke_colour=(config.stroke_color or "#000000").upper(),
        stroke=round(size * _STROKE_SHARE, 1) if stroke is None else stroke,
        opacity=1.0 if config.opacity is None else config.opacity,
    )
    if style.room < 4 * size:
        raise SubtitleStyleError(
            f"{field}.w is {box.width}: with font_size {size} a line needs {4 * size} pixels or more"
        )
    return style


def default_font_size(canvas: tuple[int, int]) -> int:
    return max(min(round(min(canvas) * _FONT_SHARE), LARGEST_FONT), min(SMALLEST_FONT, min(canvas) // 10))


def _box(config: SubtitleConfig, canvas: tuple[int, int], size: int, field: str) -> Box:
    width, height = canvas
    box_width = config.w or min(round(width * _WIDTH_SHARE), width - (config.dx or 0))
    box_height = config.h or round(size * LINE_SPACING * MOST_LINES)
    left = config.dx if config.dx is not None else (width - box_width) // 2
    below = round(height * (_BELOW_SHARE if width >= height else _BELOW_SHARE_PORTRAIT))
    top = config.dy if config.dy is not None else max(0, height - below - box_height)
    if not config.h:
        box_height = min(box_height, height - top)
    if left < 0 or left + box_width > width:
        raise SubtitleStyleError(
            f"{field}: dx {left} and w {box_width} leave the picture ({width} wide): make them smaller"
        )
    if top + box_height > height:
        raise SubtitleStyleError(
            f"{field}: dy {top} and h {box_height} leave the picture ({height} high): make them smaller"
        )
    if box_height < size:
        raise SubtitleStyleError(
            f"{field}.h is {box_height}: with font_size {size} a line needs {size} pixels or more"
        )
    return Box(left, top, box_width, box_height)
