"""The heavy work of subtitles, run in a supervised child process: the words of a scene and their times."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from greenroom.engines.protocols import Progress, SpeechStyle, WordSpan, vocabulary_from_json
from greenroom.stage.subtitle_plan import SubtitleStyle
from greenroom.subtitles.alignment import TimedWord
from greenroom.subtitles.cues import cues_of
from greenroom.subtitles.errors import SubtitleFileError
from greenroom.subtitles.lines import LineWidth
from greenroom.subtitles.text import script_text, shown_text
from greenroom.subtitles.writing import write_srt

_RECOGNISER_WEIGHTS = "whisper-base"


def generate(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`{text, audio, voice_id, style, vocabulary, look, out}`: speak a scene, or listen to it, and write its
    SRT file.

    `look` is the `SubtitleStyle`. Answers `{duration_ms}`.
    """
    from greenroom.stage.speech import speak, speech_from_audio

    progress("speaking", 0.0)
    if payload["audio"] is not None:
        said = speech_from_audio(Path(payload["audio"]))
        text, words = hear(said)
    else:
        style, vocabulary = SpeechStyle(**payload["style"]), vocabulary_from_json(payload.get("vocabulary"))
        said = speak(payload["text"], payload["voice_id"], style, vocabulary)
        text, words = script_text(payload["text"]), said.words or ()
    duration_ms = round(said.duration_s * 1000)
    look = SubtitleStyle.from_json(payload["look"])
    width = LineWidth.estimated(look, shown_text(text).text)
    cues = cues_of(text, timed_words(words, said.sample_rate), width, duration_ms, look.most_lines)
    if not cues:
        raise SubtitleFileError("no word was heard in the recording: upload its subtitles yourself")
    Path(payload["out"]).write_text(write_srt(cues), encoding="utf-8")
    return {"duration_ms": duration_ms}


def timed_words(words: Sequence[WordSpan], sample_rate: int) -> list[TimedWord]:
    """With times in milliseconds."""
    return [
        TimedWord(
            word.text,
            round(word.start_sample * 1000 / sample_rate),
            round(word.end_sample * 1000 / sample_rate),
        )
        for word in words
    ]


def hear(said: Any) -> tuple[str, tuple[WordSpan, ...]]:
    """The text of a recording (a `stage.speech.Speech`) and its words.

    Raises:
        RecogniserMissingError: speech recognition is not installed.
        MissingWeightsError: its model is not.
    """
    from greenroom.engines.whisper.recogniser import WhisperRecogniser

    return WhisperRecogniser(threads=1).words(said.pcm, said.sample_rate)


def can_hear() -> bool:
    """Whether `hear` works on this machine, by the looks of it."""
    from greenroom.engines import weights

    installed = importlib.util.find_spec("faster_whisper") is not None
    return installed and weights.is_present(_RECOGNISER_WEIGHTS)
