"""Speech to text with Whisper base: 99 languages, offline, int8 on the CPU.

It needs the `faster-whisper` package, which the `dev` extra brings.
"""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import soxr

from greenroom.engines import weights
from greenroom.engines.protocols import EngineError, Pcm, WordSpan

_RATE = 16_000
_PROMPTS = {"zh": "以下是普通话的句子。"}
"""Whisper writes simplified characters when the text before is in them."""


class RecogniserMissingError(EngineError):
    """The recogniser's package is not installed."""


class WhisperRecogniser:
    """A `Recogniser`. The model is loaded on first use and kept."""

    def __init__(self, threads: int = 1, weight_set: str = "whisper-base") -> None:
        self._threads = threads
        self._weight_set = weight_set
        self._loading = threading.Lock()
        self._model: Any = None

    def words(
        self, pcm: Pcm, sample_rate: int, language: str | None = None
    ) -> tuple[str, tuple[WordSpan, ...]]:
        """The text with punctuation, and each word of it with its times, which are good to about 0.1 s.

        The times are samples of `pcm`; the words do not overlap.
        """
        text, spans, last = "", [], 0
        for segment in self._segments(pcm, sample_rate, language, word_timestamps=True):
            for word in segment.words or ():
                start = max(last, min(len(pcm), round(word.start * sample_rate)))
                last = max(start, min(len(pcm), round(word.end * sample_rate)))
                text += word.word
                spans.append(WordSpan(word.word.strip(), start, last))
        return text.strip(), tuple(spans)

    def transcribe(self, pcm: Pcm, sample_rate: int, language: str | None = None) -> str:
        """The words that are said, with punctuation.

        Args:
            language: BCP 47 or ISO 639-1, as `en-US` or `zh`; None to let the model find out.
        """
        segments = self._segments(pcm, sample_rate, language)
        return "".join(segment.text for segment in segments).strip()

    def _segments(
        self, pcm: Pcm, sample_rate: int, language: str | None, word_timestamps: bool = False
    ) -> Iterator[Any]:
        code = language.split("-")[0] if language else None
        sound = soxr.resample(pcm, sample_rate, _RATE).astype(np.float32)
        segments, _ = self._loaded().transcribe(
            sound,
            language=code,
            beam_size=5,
            initial_prompt=_PROMPTS.get(code or ""),
            condition_on_previous_text=False,
            word_timestamps=word_timestamps,
        )
        yield from segments

    def _loaded(self) -> Any:
        with self._loading:
            if self._model is None:
                folder = weights.path(self._weight_set)
                os.environ.setdefault("HF_HUB_OFFLINE", "1")
                try:
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore")
                        from faster_whisper import WhisperModel
                except ImportError as error:
                    raise RecogniserMissingError(
                        "Recognition needs faster-whisper. Run: pip install 'greenroom[dev]'"
                    ) from error
                self._model = WhisperModel(
                    str(folder),
                    device="cpu",
                    compute_type="int8",
                    cpu_threads=self._threads,
                    local_files_only=True,
                )
            return self._model
