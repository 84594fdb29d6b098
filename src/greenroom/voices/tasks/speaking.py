"""The heavy work of speech tasks, run in a supervised child process: say a part, join the parts.

A file appears under its name only when it is whole, so that a task which was cut off can trust what it finds.
"""

from __future__ import annotations

import json
import os
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from greenroom.engines.protocols import Pcm, Progress, SpeechStyle, vocabulary_from_json
from greenroom.media.sound_file import SoundFormat, write_sound
from greenroom.media.wav import read_wav, write_wav
from greenroom.subtitles.alignment import TimedWord
from greenroom.subtitles.cues import cues_of
from greenroom.subtitles.lines import LineWidth
from greenroom.subtitles.text import script_text
from greenroom.subtitles.writing import write_srt
from greenroom.voices.tasks.order import ResultFile, TaskOrder

_SILENCE_RATE = 24_000
_GAP_MS = 160
"""Between parts: an engine ends a text with a shorter pause than a sentence."""


def speak_part(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`{text, voice_id, style, vocabulary, wav, times}`: write the sound of a part and its times."""
    from greenroom.stage.speech import join_chunks, stream_speech

    vocabulary = vocabulary_from_json(payload["vocabulary"])
    style = SpeechStyle(**payload["style"])
    expected = max(1, len(payload["text"]))

    def chunks() -> Iterator[Any]:
        said = 0
        for chunk in stream_speech(payload["text"], payload["voice_id"], style, vocabulary):
            said += len(chunk.text)
            progress("speaking", min(0.99, said / expected))
            yield chunk

    speech = join_chunks(chunks())
    ms = 1000 / speech.sample_rate
    words = [[word.text, word.start_sample * ms, word.end_sample * ms] for word in speech.words or ()]
    phonemes = [[span.symbol, span.start_sample * ms, span.end_sample * ms] for span in speech.phonemes or ()]
    actions = [[mark.name, mark.sample * ms] for mark in speech.marks if mark.is_action]
    write_wav(Path(payload["wav"]), speech.pcm, speech.sample_rate)
    times = {"words": words, "phonemes": phonemes, "actions": actions, "ms": len(speech.pcm) * ms}
    target = Path(payload["times"])
    building = target.with_suffix(".building")
    building.write_text(json.dumps(times))
    os.replace(building, target)
    return {}


def join_parts(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`{parts, order, text, folder, audio}`: write the files that the order asks for, into the folder.

    A part is `[wav, times]`; without parts there is silence. Answers `{files, duration_ms}`.
    """
    progress("joining", 0.0)
    order, folder = TaskOrder.from_json(payload["order"]), Path(payload["folder"])
    folder.mkdir(parents=True, exist_ok=True)
    parts = [(Path(wav), json.loads(Path(times).read_text())) for wav, times in payload["parts"]]
    times = _joined_times([times for _, times in parts])
    silence_ms = order.silence_ms if not parts else 0
    rate = _rate(parts[0][0]) if parts else _SILENCE_RATE
    sound = _sound([wav for wav, _ in parts], rate) if parts else [_silence(silence_ms or 0, rate)]
    write_sound(folder / payload["audio"], sound, SoundFormat(order.audio_format, rate, order.channels))
    duration_ms = round(times["ms"]) if parts else silence_ms or 0
    files = [ResultFile.AUDIO]
    if order.times:
        (folder / "times.json").write_text(_times_file(times, duration_ms, rate), encoding="utf-8")
        files.append(ResultFile.INFO)
    if order.subtitles:
        srt = _subtitles(payload["text"], times, duration_ms, order)
        (folder / "subtitles.srt").write_text(srt, encoding="utf-8")
        files.append(ResultFile.SUBTITLES)
    if times["actions"]:
        actions = [{"tag": tag, "time_ms": round(at)} for tag, at in times["actions"]]
        (folder / "actions.json").write_text(json.dumps({"actions": actions}, ensure_ascii=False))
        files.append(ResultFile.ACTIONS)
    return {"files": [file.value for file in files], "duration_ms": duration_ms}


def _sound(parts: list[Path], rate: int) -> Iterator[Pcm]:
    for number, path in enumerate(parts):
        if number:
            yield _silence(_GAP_MS, rate)
        yield read_wav(path)[0]


def _silence(ms: int, rate: int) -> Pcm:
    return np.zeros(round(rate * ms / 1000), np.float32)


def _joined_times(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """All in milliseconds from the beginning of the whole."""
    joined: dict[str, Any] = {"words": [], "phonemes": [], "actions": [], "ms": 0.0}
    for number, part in enumerate(parts):
        offset = joined["ms"] + (_GAP_MS if number else 0)
        for name in ("words", "phonemes", "actions"):
            joined[name] += [[what, *(moment + offset for moment in when)] for what, *when in part[name]]
        joined["ms"] = offset + part["ms"]
    return joined


def _times_file(times: dict[str, Any], duration_ms: int, rate: int) -> str:
    spans = {
        kind: [
            {label: what, "start_ms": round(start), "end_ms": round(end)} for what, start, end in times[kind]
        ]
        for kind, label in (("words", "text"), ("phonemes", "symbol"))
    }
    return json.dumps({"duration_ms": duration_ms, "sample_rate": rate, **spans}, ensure_ascii=False)


def _subtitles(text: str, times: dict[str, Any], duration_ms: int, order: TaskOrder) -> str:
    words = [TimedWord(word, round(start), round(end)) for word, start, end in times["words"]]
    width = LineWidth(most_characters=-(-order.subtitle_characters // order.subtitle_lines) or None)
    return write_srt(cues_of(script_text(text), words, width, duration_ms, order.subtitle_lines))


def _rate(path: Path) -> int:
    with wave.open(str(path)) as file:
        rate: int = file.getframerate()
    return rate
