"""Subtitle files: SRT, WebVTT (W3C, 2019) and ASS (Advanced SubStation Alpha v4.00+)."""

from __future__ import annotations

from collections.abc import Sequence

from greenroom.stage.subtitle_plan import Cue, SubtitleStyle


def write_srt(cues: Sequence[Cue]) -> str:
    blocks = (
        f"{number}\n{_clock(cue.start_ms, ',')} --> {_clock(cue.end_ms, ',')}\n{_lines(cue)}\n"
        for number, cue in enumerate(cues, 1)
    )
    return "\n".join(blocks)


def write_vtt(cues: Sequence[Cue]) -> str:
    blocks = (
        f"{_clock(cue.start_ms, '.')} --> {_clock(cue.end_ms, '.')}\n{_escaped(_lines(cue))}\n"
        for cue in cues
    )
    return "WEBVTT\n\n" + "\n".join(blocks)


def write_ass(cues: Sequence[Cue], style: SubtitleStyle, canvas: tuple[int, int]) -> str:
    """With the look and the place of the burnt-in subtitles, as far as ASS can say it."""
    events = (
        f"Dialogue: 0,{_ass_clock(cue.start_ms)},{_ass_clock(cue.end_ms)},Default,,0,0,0,,"
        + r"\N".join(_ass_text(line) for line in cue.lines)
        for cue in cues
    )
    return "\n".join([_ass_head(style, canvas), *events, ""])


def _ass_head(style: SubtitleStyle, canvas: tuple[int, int]) -> str:
    box = style.box
    left, right = box.x, canvas[0] - box.x - box.width
    below = canvas[1] - box.y - box.height
    colour = _ass_colour(style.colour, style.opacity)
    stroke = _ass_colour(style.stroke_colour, style.opacity)
    return f"""[Script Info]
ScriptType: v4.00+
PlayResX: {canvas[0]}
PlayResY: {canvas[1]}
WrapStyle: 2
ScaledBorderAndShadow: yes

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, \
Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, \
MarginR, MarginV, Encoding
Style: Default,{style.font_name or "Sans"},{style.font_size},{colour},{colour},{stroke},{stroke},0,0,0,0,\
100,100,0,0,1,{style.stroke:g},0,2,{left},{right},{below},1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"""


def _lines(cue: Cue) -> str:
    return "\n".join(cue.lines)


def _clock(moment_ms: int, mark: str) -> str:
    seconds, rest = divmod(moment_ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{mark}{rest:03d}"


def _ass_clock(moment_ms: int) -> str:
    hundredths = round(moment_ms / 10)
    seconds, rest = divmod(hundredths, 100)
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:02d}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _ass_text(line: str) -> str:
    return line.replace("\\", "\\\u2060").replace("{", "\\{").replace("}", "\\}")


def _ass_colour(colour: str, opacity: float) -> str:
    """`&HAABBGGRR`, where AA is how transparent it is."""
    red, green, blue = colour[1:3], colour[3:5], colour[5:7]
    return f"&H{round(255 * (1 - opacity)):02X}{blue}{green}{red}".upper()
