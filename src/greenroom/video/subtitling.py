"""The subtitles of a video in the child process that plans it: cues for the picture, and files beside it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from greenroom.engines.protocols import WordSpan
from greenroom.stage.subtitle_plan import Cue, SubtitleStyle
from greenroom.subtitles.cues import cues_of, fitted
from greenroom.subtitles.files import read_subtitles
from greenroom.subtitles.lines import LineWidth
from greenroom.subtitles.speaking import timed_words
from greenroom.subtitles.text import script_text, shown_text
from greenroom.subtitles.writing import write_ass, write_srt, write_vtt
from greenroom.video.errors import VideoContentError

FILE_NAMES = ("subtitles.srt", "subtitles.vtt", "subtitles.ass")


def with_subtitles(made: Any, payload: dict[str, Any]) -> Any:
    """The render plan with its subtitles, where `payload["subtitles"]` asks for them.

    That is `{style, burn, folder}`; a scene has `number`, `text`, `timing` and `subtitle_file`. The files
    `FILE_NAMES` are written into the folder, with the times of the whole video.

    Raises:
        SubtitleFileError: an edited file cannot be read.
        SubtitleFontError: the font or a character is not on this machine.
        VideoContentError: a file's subtitles lie behind the end of their scene.
    """
    from greenroom.stage.plan import scene_frames
    from greenroom.stage.subtitle_fonts import font_chain

    order = payload.get("subtitles")
    if order is None:
        return made
    style = SubtitleStyle.from_json(order["style"])
    scenes, whole, frames = [], [], 0
    for scene, given in zip(made.scenes, payload["scenes"], strict=True):
        length = scene_frames(made, scene)
        cues = _scene_cues(given, style, length * 1000 // made.fps, order["burn"])
        whole += [cue.moved(round(frames * 1000 / made.fps)) for cue in cues]
        scenes.append(replace(scene, subtitles=tuple(cues)) if order["burn"] else scene)
        frames += length
    # Whoever draws the ASS file shall take the same font.
    named = replace(style, font_name=font_chain(style.font_name).family) if order["burn"] else style
    _write_files(Path(order["folder"]), whole, named, (made.width, made.height))
    return replace(made, scenes=tuple(scenes), subtitle_style=style if order["burn"] else None)


def _scene_cues(given: dict[str, Any], style: SubtitleStyle, scene_ms: int, burn: bool) -> list[Cue]:
    if given["subtitle_file"] is not None:
        edited = read_subtitles(Path(given["subtitle_file"]).read_bytes())
        last_ms = edited[-1].start_ms
        if last_ms >= scene_ms:
            raise VideoContentError(
                f"the subtitle file of the scene with sequence_no {given['number']}: its last one begins at "
                f"{last_ms / 1000:.1f} s and the scene ends at {scene_ms / 1000:.1f} s: correct its times"
            )
        width = _width(style, "".join(line for cue in edited for line in cue.lines), burn)
        within = [Cue(cue.start_ms, min(cue.end_ms, scene_ms), cue.lines) for cue in edited]
        return [piece for cue in within for piece in fitted(cue, width, style.most_lines)]
    timing = json.loads(Path(given["timing"]).read_text())
    text = timing.get("heard") or script_text(given["text"] or "")
    words = [WordSpan(**word) for word in timing.get("words") or ()]
    spoken = timed_words(words, _sample_rate(Path(given["wav"])))
    return cues_of(text, spoken, _width(style, shown_text(text).text, burn), scene_ms, style.most_lines)


def _width(style: SubtitleStyle, text: str, burn: bool) -> LineWidth:
    """By the font that will draw it; files alone need none."""
    from greenroom.stage.subtitle_fonts import font_chain

    if not burn:
        return LineWidth.estimated(style, text)
    return LineWidth(font_chain(style.font_name, text).widths(text, style.font_size), style.room)


def _sample_rate(wav: Path) -> int:
    import wave

    with wave.open(str(wav)) as file:
        rate: int = file.getframerate()
    return rate


def _write_files(folder: Path, cues: Sequence[Cue], style: SubtitleStyle, canvas: tuple[int, int]) -> None:
    texts = write_srt(cues), write_vtt(cues), write_ass(cues, style, canvas)
    for name, text in zip(FILE_NAMES, texts, strict=True):
        (folder / name).write_text(text, encoding="utf-8")
