"""Reading subtitle files that people have edited: SRT, WebVTT or ASS, told apart by their content.

Times are read strictly, for a wrong one shows the wrong words; numbering, styles and everything else is
passed over.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from greenroom.stage.subtitle_plan import Cue
from greenroom.subtitles.errors import SubtitleFileError

MOST_BYTES = 1024 * 1024

_TIME = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]*>|<\d[\d:.]*>|\{\\[^{}\n]*\}")
_OVERRIDE = re.compile(r"\{[^{}]*\}")
_ESCAPED_BRACES = str.maketrans({"\ue000": "{", "\ue001": "}"})
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u2060\ufeff]")


def read_subtitles(data: bytes) -> list[Cue]:
    """The cues of a file, in order.

    Raises:
        SubtitleFileError: it is empty, too large, of another kind, or a time in it is wrong.
    """
    if len(data) > MOST_BYTES:
        raise SubtitleFileError(f"it has {len(data)} bytes: a subtitle file has at most {MOST_BYTES}")
    lines = re.split(r"\r\n|\r|\n", _text(data))
    first = next((line.strip() for line in lines if line.strip()), "")
    if first.startswith("WEBVTT"):
        found = list(_blocks(lines, is_vtt=True))
    elif first.startswith("[") or any(line.startswith("Dialogue:") for line in lines):
        found = sorted(_dialogues(lines), key=lambda entry: entry[1].start_ms)
    elif any("-->" in line for line in lines):
        found = list(_blocks(lines, is_vtt=False))
    elif not first:
        raise SubtitleFileError("it is empty: upload a file with at least one subtitle")
    else:
        raise SubtitleFileError("it is neither SRT nor WebVTT nor ASS: upload one of these")
    _check_order(found)
    cues = [cue for _, cue in found if cue.lines]
    if not cues:
        raise SubtitleFileError("it holds no subtitle: upload a file with at least one")
    return cues


def _text(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SubtitleFileError(f"line {line} is not UTF-8: save the file as UTF-8") from None


def _blocks(lines: Sequence[str], is_vtt: bool) -> Iterator[tuple[int, Cue]]:
    """The line number of each time, and its cue."""
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if is_vtt and line.startswith(("NOTE", "STYLE", "REGION")):
            while number < len(lines) and lines[number].strip():
                number += 1
            continue
        if "-->" not in line:
            continue
        at = number
        text = []
        while number < len(lines) and lines[number].strip() and "-->" not in lines[number]:
            text.append(lines[number])
            number += 1
        if number < len(lines) and "-->" in lines[number] and text and text[-1].strip().isdigit():
            text.pop()  # the number of a cue that no empty line parts from this one
        start, _, end = line.partition("-->")
        # WebVTT has settings after the end.
        times = _time(at, start), _time(at, (end.split() or [""])[0])
        yield at, _cue(at, times, [_plain(one, is_vtt) for one in text])


def _plain(line: str, is_vtt: bool) -> str:
    line = _TAG.sub("", line)
    return html.unescape(line) if is_vtt else line


def _dialogues(lines: Sequence[str]) -> Iterator[tuple[int, Cue]]:
    columns = ["Layer", "Start", "End", "Style", "Name", "MarginL", "MarginR", "MarginV", "Effect", "Text"]
    section = ""
    for number, line in enumerate(lines, 1):
        if line.startswith("["):
            section = line.strip().lower()
        elif section in ("", "[events]") and line.startswith("Format:"):
            columns = [name.strip() for name in line.partition(":")[2].split(",")]
        elif line.startswith("Dialogue:"):
            values = line.partition(":")[2].split(",", len(columns) - 1)
            row = dict(zip(columns, values, strict=False))
            if not {"Start", "End", "Text"} <= row.keys():
                raise SubtitleFileError(f"line {number} has too few values: give {', '.join(columns)}")
            times = _time(number, row["Start"]), _time(number, row["End"])
            yield number, _cue(number, times, _ass_lines(row["Text"]))


def _ass_lines(text: str) -> list[str]:
    text = text.replace("\\{", "\ue000").replace("\\}", "\ue001")
    text = _OVERRIDE.sub("", text).translate(_ESCAPED_BRACES).replace("\\h", " ")
    return re.split(r"\\[Nn]", text)


def _cue(number: int, times: tuple[int, int], lines: Sequence[str]) -> Cue:
    start, end = times
    if end <= start:
        raise SubtitleFileError(f"line {number}: the subtitle ends before it begins: correct its times")
    clean = (" ".join(_CONTROL.sub("", line).split()) for line in lines)
    return Cue(start, end, tuple(line for line in clean if line))


def _time(number: int, text: str) -> int:
    found = _TIME.fullmatch(text.strip())
    if found is None or int(found[2]) > 59 or int(found[3]) > 59:
        raise SubtitleFileError(
            f"line {number}: {text.strip()[:40]!r} is no time: write it as 00:00:02,500 --> 00:00:04,000"
        )
    hours, minutes, seconds = int(found[1] or 0), int(found[2]), int(found[3])
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + int(found[4].ljust(3, "0"))


def _check_order(found: Sequence[tuple[int, Cue]]) -> None:
    for (_, before), (number, cue) in pairwise(found):
        if cue.start_ms < before.end_ms:
            raise SubtitleFileError(
                f"line {number}: the subtitle begins at {cue.start_ms / 1000:.3f} s, before the one above it "
                f"ends ({before.end_ms / 1000:.3f} s): correct its times"
            )
