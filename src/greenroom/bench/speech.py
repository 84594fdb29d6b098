"""How fast the voices speak, how soon, how well they are understood, and whether their times are exact.

What is said is transcribed back by Whisper base. Beside the synthetic voices stands a human reading the same
English sentences (public-domain texts), where `GREENROOM_BENCH_RECORDINGS` names their folder.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from greenroom.bench.table import Row
from greenroom.engines import registry
from greenroom.engines.protocols import EngineError, Pcm, SpeechStyle
from greenroom.engines.whisper.error_rate import error_rate, unit_count
from greenroom.engines.whisper.recogniser import WhisperRecogniser
from greenroom.stage.speech import Speech, join_chunks, speech_from_audio, stream_speech

RECORDINGS_VARIABLE = "GREENROOM_BENCH_RECORDINGS"
"""Names a folder of human recordings; they are not part of Greenroom."""

READ_BY_A_HUMAN = {
    "LJ001-0001": "Printing, in the only sense with which we are at present concerned, differs from most if "
    "not from all the arts and crafts represented in the Exhibition.",
    "LJ001-0009": "Printing, then, for our purpose, may be considered as the art of making books by means of "
    "movable types.",
    "LJ001-0010": "Now, as all books not primarily intended as picture books consist principally of types "
    "composed to form letterpress.",
}
_ENGLISH = tuple(READ_BY_A_HUMAN.values())
SENTENCES: dict[str, tuple[str, ...]] = {
    "en-US": _ENGLISH,
    "en-GB": _ENGLISH,
    "zh-CN": (
        "你好，欢迎来到我们的公司。",
        "今天的天气很好，我们一起去公园散步。",
        "请把这份文件交给办公室的同事。",
    ),
    "es-ES": ("Hola, ¿cómo está usted esta mañana?", "La reunión empieza a las nueve en la sala grande."),
    "fr-FR": (
        "Bonjour, les amis ont acheté une voiture.",
        "La réunion commence ce matin dans la grande salle.",
    ),
    "ja-JP": ("今日はいい天気です。", "私たちの会社へようこそ。"),
    "it-IT": ("Buongiorno, benvenuti nella nostra azienda.", "La riunione comincia nella sala grande."),
    "pt-BR": ("Olá, você está bem?", "A reunião começa na sala grande da empresa."),
}
VOICES = (
    "kokoro-af_heart", "kokoro-am_michael", "kokoro-bf_emma", "kokoro-bm_george", "piper-en_US-joe",
    "kokoro-zf_xiaoxiao", "kokoro-zm_yunxi", "kokoro-ef_dora", "kokoro-ff_siwis", "kokoro-jf_alpha",
    "kokoro-if_sara", "kokoro-pf_dora",
)  # fmt: skip
_SHORT_CLAUSE = {
    "zh-CN": "你好，欢迎你。", "ja-JP": "こんにちは。", "es-ES": "Hola a todos.", "fr-FR": "Bonjour à tous.",
    "it-IT": "Buongiorno a tutti.", "pt-BR": "Bom dia a todos.",
}  # fmt: skip
_VOWELS = tuple("aeiouæɑɐɒɔəɛɜɪʊʌ")


@dataclass(slots=True)
class Measured:
    """What one voice did over all its sentences."""

    voice_id: str
    language: str
    seconds: float = 0
    """of speech"""
    computed_s: float = 0
    cpu_s: float = 0
    """of all threads; on a busy machine the fairer figure"""
    first_sound_s: float = 0
    edits: float = 0
    units: int = 0
    length_error: int = 0
    """samples by which phonemes and sound differ, at worst"""
    lag_ms: float = 0
    peak: float = 0
    level_db: float = 0


def run(voices: Sequence[str] = VOICES) -> list[Row]:
    """Measure every voice of the list on this machine, with the threads that the engines use by default."""
    recogniser = WhisperRecogniser(registry.engine_threads())
    measured = [_measure(voice_id, recogniser) for voice_id in voices]
    human = _human_error_rate(recogniser)
    piper = next((m.computed_s / m.seconds for m in measured if m.voice_id.startswith("piper")), None)
    rows = [row for m in measured for row in _rows(m, human, piper)]
    return rows + _espeak_row(recogniser)


def _measure(voice_id: str, recogniser: WhisperRecogniser) -> Measured:
    language = registry.voice(voice_id).language
    found = Measured(voice_id, language)
    short = _SHORT_CLAUSE.get(language, "Good morning, everyone.")
    for _ in stream_speech(short, voice_id):
        pass
    began = time.perf_counter()
    next(iter(stream_speech(short, voice_id)))
    found.first_sound_s = time.perf_counter() - began
    sounds = []
    for text in SENTENCES[language]:
        began, cpu_began = time.perf_counter(), time.process_time()
        speech = join_chunks(stream_speech(text, voice_id, SpeechStyle()))
        found.computed_s += time.perf_counter() - began
        found.cpu_s += time.process_time() - cpu_began
        found.seconds += speech.duration_s
        heard = recogniser.transcribe(speech.pcm, speech.sample_rate, language)
        found.units += unit_count(text, language)
        found.edits += error_rate(text, heard, language) * unit_count(text, language)
        found.length_error = max(found.length_error, _length_error(speech))
        sounds.append(speech)
    found.lag_ms = _lag_ms(sounds)
    everything = np.concatenate([speech.pcm for speech in sounds])
    found.peak = float(np.abs(everything).max())
    found.level_db = _level_db(everything)
    return found


def _rows(m: Measured, human: float | None, piper_factor: float | None) -> list[Row]:
    factor = m.computed_s / m.seconds
    beside = f"Piper {piper_factor:.2f}" if piper_factor and not m.voice_id.startswith("piper") else ""
    is_english = m.language.startswith("en")
    spoken = f"a human reading the same {100 * human:.1f} %" if human is not None and is_english else ""
    threads = {"threads": registry.engine_threads(), "cpu_per_second": m.cpu_s / m.seconds}
    unit = "% of characters" if m.language[:2] in {"zh", "ja"} else "% of words"
    return [
        Row(f"{m.voice_id} real time factor", factor, "", beside, "< 1", threads),
        Row(f"{m.voice_id} first sound", m.first_sound_s, "s", goal="<= 2 s"),
        Row(f"{m.voice_id} heard wrongly", 100 * m.edits / max(1, m.units), unit, spoken, "<= 10 %",
            {"counted": m.units}),
        Row(f"{m.voice_id} phonemes against sound", m.length_error, "samples", goal="0"),
        Row(f"{m.voice_id} phonemes ahead of loudness", m.lag_ms, "ms", "without the correction 45 to 80",
            "-30 to 30", {"peak": m.peak, "level_dbfs": m.level_db}),
    ]  # fmt: skip


def _length_error(speech: Speech) -> int:
    spans = speech.phonemes or ()
    gaps = sum(abs(later.start_sample - earlier.end_sample) for earlier, later in itertools.pairwise(spans))
    return gaps + abs(len(speech.pcm) - (spans[-1].end_sample if spans else 0))


def _lag_ms(sounds: Sequence[Speech]) -> float:
    """The shift of the phoneme times at which vowels and closures follow the loudness best; 0 is exact."""
    scores = {}
    for lag_ms in range(-120, 121, 10):
        columns = [_loudness_and_openness(speech, lag_ms) for speech in sounds]
        loud, wide = (np.concatenate([column[index] for column in columns]) for index in (0, 1))
        scores[lag_ms] = float(np.corrcoef(loud, wide)[0, 1])
    return float(-max(scores, key=lambda lag: scores[lag]))


def _loudness_and_openness(speech: Speech, lag_ms: int) -> tuple[Pcm, Pcm]:
    hop = speech.sample_rate // 200
    count = len(speech.pcm) // hop
    level = 10 * np.log10(np.mean(speech.pcm[: count * hop].reshape(count, hop) ** 2, axis=1) + 1e-7)
    wide = np.zeros(len(speech.pcm), np.float32)
    for span in speech.phonemes or ():
        value = 1.0 if span.symbol.startswith(_VOWELS) else 0.0 if span.symbol[0] in "pbtdkɡs" else 0.5
        wide[span.start_sample : span.end_sample] = 0 if span.symbol == "sil" else value
    shifted = np.roll(wide, lag_ms * speech.sample_rate // 1000)
    return level.astype(np.float32), shifted[: count * hop].reshape(count, hop).mean(axis=1).astype(
        np.float32
    )


def _level_db(pcm: Pcm) -> float:
    """Root mean square of what is not silence, in dB below full scale."""
    heard = pcm[np.abs(pcm) > 0.003]
    return float(20 * np.log10(np.sqrt(np.mean(heard**2)) + 1e-9))


def _human_error_rate(recogniser: WhisperRecogniser) -> float | None:
    edits, units = 0.0, 0
    for name, text in READ_BY_A_HUMAN.items():
        path = Path(os.environ.get(RECORDINGS_VARIABLE, "recordings")) / f"{name}.wav"
        if not path.is_file():
            return None
        speech = speech_from_audio(path)
        words = unit_count(text, "en")
        edits += error_rate(text, recogniser.transcribe(speech.pcm, speech.sample_rate, "en"), "en") * words
        units += words
    return edits / units


def _espeak_row(recogniser: WhisperRecogniser) -> list[Row]:
    """eSpeak NG on the same sentences, where it is installed: very fast, and how it is understood."""
    program = shutil.which("espeak-ng")
    if program is None:
        return []
    edits, units, computed_s, seconds = 0.0, 0, 0.0, 0.0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out.wav"
        for text in _ENGLISH:
            began = time.perf_counter()
            subprocess.run([program, "-v", "en-us", "-w", str(path), text], check=True, capture_output=True)
            computed_s += time.perf_counter() - began
            try:
                speech = speech_from_audio(path)
            except EngineError:
                return []
            seconds += speech.duration_s
            words = unit_count(text, "en")
            heard = recogniser.transcribe(speech.pcm, speech.sample_rate, "en")
            edits, units = edits + error_rate(text, heard, "en") * words, units + words
    rate = 100 * edits / units
    return [
        Row("espeak-ng heard wrongly", rate, "% of words", extra={"realtime_factor": computed_s / seconds})
    ]
