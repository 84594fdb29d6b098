"""Proof: subtitles begin and end with the words that are said, to within 80 ms, in English and in Chinese.

What is said is timed by the phonemes of the synthesis, which know nothing of words or scripts.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import pytest

from greenroom.engines.protocols import SpeechStyle
from greenroom.stage.speech import Speech, speak
from greenroom.stage.subtitle_plan import Cue
from greenroom.subtitles.cues import CLOSED_GAP_MS, SHORTEST_MS, cues_of
from greenroom.subtitles.lines import LineWidth
from greenroom.subtitles.speaking import timed_words

pytestmark = pytest.mark.media

ENGLISH = (
    "Revenue rose by 3.5% in 2024, and “Lumen”, our new lamp, ships on May 5 at 10:30. Dr. Vega, who leads "
    "the second team, says that it uses half of the power of the old one. It costs $120. "
    "Well-known firms agree!"
)
CHINESE = (
    "今天，我们要给大家介绍一款非常适合在家里使用的新台灯。“晨光”公司的收入增长了3.5%，达到1200万元。"
    "它的耗电量只有老款的一半，而且可以用手机来控制亮度和颜色。会议10:30开始，欢迎大家！"
)


def phoneme_times(said: Speech) -> list[tuple[float, float]]:
    """Beginning and end of each run of sounds between pauses, in milliseconds."""
    assert said.phonemes is not None
    runs: list[tuple[float, float]] = []
    is_pause = True
    for span in said.phonemes:
        start, end = (sample * 1000 / said.sample_rate for sample in (span.start_sample, span.end_sample))
        if span.symbol == "sil":
            is_pause = True
            continue
        runs = [*runs, (start, end)] if is_pause else [*runs[:-1], (runs[-1][0], end)]
        is_pause = False
    return runs


@cache
def made(text: str, voice: str, style: SpeechStyle | None = None) -> tuple[Speech, list[Cue]]:
    said = speak(text, voice, style)
    words = timed_words(said.words or (), said.sample_rate)
    return said, cues_of(text, words, LineWidth(), round(said.duration_s * 1000))


@pytest.mark.parametrize(
    ("text", "voice", "style"),
    [
        (ENGLISH, "kokoro-af_heart", None),
        (ENGLISH, "kokoro-am_michael", SpeechStyle(speed_percent=150)),
        (ENGLISH, "piper-en_US-joe", None),
        (CHINESE, "kokoro-zf_xiaobei", None),
    ],
)
def test_cues_begin_and_end_with_the_sound(text: str, voice: str, style: SpeechStyle | None) -> None:
    said, cues = made(text, voice, style)
    sounds = [
        (span.start_sample * 1000 / said.sample_rate, span.end_sample * 1000 / said.sample_rate)
        for span in said.phonemes or ()
        if span.symbol != "sil"
    ]
    assert len(cues) >= 3
    for number, cue in enumerate(cues):
        assert min(abs(cue.start_ms - start) for start, _ in sounds) <= 80
        is_stretched = cue.end_ms - cue.start_ms == SHORTEST_MS
        closes = number + 1 < len(cues) and cue.end_ms == cues[number + 1].start_ms
        assert is_stretched or closes or min(abs(cue.end_ms - end) for _, end in sounds) <= 80


@pytest.mark.parametrize(("text", "voice"), [(ENGLISH, "kokoro-af_heart"), (CHINESE, "kokoro-zf_xiaobei")])
def test_each_pause_of_the_speech_is_where_the_text_has_one(text: str, voice: str) -> None:
    """The words of a cue are those said in its time: cues that follow a pause begin where the sound does."""
    said, cues = made(text, voice)
    runs = phoneme_times(said)
    assert abs(cues[0].start_ms - runs[0][0]) <= 80
    assert abs(cues[-1].end_ms - runs[-1][1]) <= 80 or cues[-1].end_ms - cues[-1].start_ms == SHORTEST_MS
    for before, after in pairwise(cues):
        if after.start_ms - before.end_ms > CLOSED_GAP_MS:
            assert min(abs(after.start_ms - start) for start, _ in runs) <= 80
            assert min(abs(before.end_ms - end) for _, end in runs) <= 80


def test_each_sentence_begins_at_its_first_word() -> None:
    """Against the words alone: the sentence's first word, said by itself in the list of words."""
    said, cues = made(ENGLISH, "kokoro-af_heart")
    words = timed_words(said.words or (), said.sample_rate)
    for first in ("Revenue", "Well-known"):
        (word,) = [word for word in words if word.text.startswith(first)]
        (cue,) = [cue for cue in cues if cue.lines[0].startswith(first)]
        assert abs(cue.start_ms - word.start_ms) <= 80
