"""From phonemes to the mouth: dominance functions (Cohen and Massaro 1993) over face units, closures held firm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from presets.anatomy import UNITS
from presets.mesh import F32, F64

FPS = 25
TONGUE = "tongueTip"


class Span(Protocol):
    """A phoneme in samples (`greenroom.engines.protocols.PhonemeSpan`)."""

    @property
    def symbol(self) -> str: ...
    @property
    def start_sample(self) -> int: ...
    @property
    def end_sample(self) -> int: ...


@dataclass(slots=True, frozen=True)
class Mouth:
    """The aim of one sound."""

    units: dict[str, float]
    weight: float = 1.0
    """How much it resists its neighbours."""
    reach_s: float = 0.11
    """How far before and after it is felt."""


CLOSED = Mouth(
    {"jawOpen": 0.02, "mouthPress": 0.40, "mouthRollLower": 0.16, "mouthRollUpper": 0.10}, 2.2, 0.07
)
_LIP_TEETH = Mouth(
    {"jawOpen": 0.05, "mouthRollLower": 0.55, "mouthUpperUp": 0.30, "mouthShrugLower": 0.25}, 2.0, 0.07
)
_DENTAL = Mouth({"jawOpen": 0.13, "mouthLowerDown": 0.18, TONGUE: 0.75, "tongueOut": 0.12}, 0.8, 0.08)
_ALVEOLAR = Mouth({"jawOpen": 0.11, "mouthLowerDown": 0.16, "mouthStretch": 0.08, TONGUE: 1.0}, 0.6, 0.08)
_HISS = Mouth(
    {"jawOpen": 0.045, "mouthStretch": 0.22, "mouthLowerDown": 0.26, "mouthUpperUp": 0.14}, 1.1, 0.08
)
_HUSH = Mouth({"jawOpen": 0.07, "mouthFunnel": 0.48, "mouthPucker": 0.20, "mouthLowerDown": 0.12}, 1.3, 0.11)
_VELAR = Mouth({"jawOpen": 0.17, "mouthLowerDown": 0.06}, 0.4, 0.08)
_ROUND = Mouth({"jawOpen": 0.07, "mouthPucker": 0.72, "mouthFunnel": 0.14}, 1.4, 0.13)
_R = Mouth({"jawOpen": 0.10, "mouthPucker": 0.30, "mouthFunnel": 0.24}, 0.9, 0.12)
_EE = Mouth(
    {"jawOpen": 0.10, "mouthSmile": 0.22, "mouthStretch": 0.30, "mouthUpperUp": 0.12, "mouthLowerDown": 0.22},
    1.1,
)
_IH = Mouth({"jawOpen": 0.15, "mouthStretch": 0.16, "mouthLowerDown": 0.18, "mouthUpperUp": 0.08}, 0.8)
_EH = Mouth({"jawOpen": 0.27, "mouthStretch": 0.16, "mouthLowerDown": 0.20, "mouthUpperUp": 0.10}, 1.0)
_AE = Mouth({"jawOpen": 0.40, "mouthStretch": 0.18, "mouthLowerDown": 0.22, "mouthUpperUp": 0.14}, 1.1)
_AH = Mouth({"jawOpen": 0.48, "mouthLowerDown": 0.18, "mouthUpperUp": 0.10}, 1.1)
_UH = Mouth({"jawOpen": 0.32, "mouthLowerDown": 0.16, "mouthUpperUp": 0.06}, 0.9)
_AW = Mouth({"jawOpen": 0.36, "mouthFunnel": 0.38, "mouthPucker": 0.10}, 1.1)
_OH = Mouth({"jawOpen": 0.25, "mouthFunnel": 0.36, "mouthPucker": 0.36}, 1.2, 0.12)
_OO = Mouth({"jawOpen": 0.10, "mouthPucker": 0.70, "mouthFunnel": 0.22}, 1.3, 0.13)
_SCHWA = Mouth({"jawOpen": 0.19, "mouthLowerDown": 0.12}, 0.5)
_YOD = Mouth({"jawOpen": 0.09, "mouthStretch": 0.22, "mouthSmile": 0.10, "mouthLowerDown": 0.12}, 0.7)
_BREATH = Mouth({"jawOpen": 0.18, "mouthLowerDown": 0.06}, 0.3)
SILENCE = Mouth({}, 1.6, 0.09)

SOUNDS: dict[str, tuple[Mouth, ...]] = {
    **dict.fromkeys("pbm", (CLOSED,)), "ɱ": (_LIP_TEETH,), "f": (_LIP_TEETH,), "v": (_LIP_TEETH,),
    "θ": (_DENTAL,), "ð": (_DENTAL,), **dict.fromkeys("tdnlɾɫɲ", (_ALVEOLAR,)), "T": (_ALVEOLAR,),
    "s": (_HISS,), "z": (_HISS,), **dict.fromkeys("ʃʒʧʤɕʑ", (_HUSH,)), **dict.fromkeys("kgɡŋxɣqʔ", (_VELAR,)),
    "h": (_BREATH,), "ɦ": (_BREATH,), "w": (_ROUND,), "ʍ": (_ROUND,), "ɥ": (_ROUND,), **dict.fromkeys("rɹɻʁ", (_R,)), "j": (_YOD,),
    "i": (_EE,), "ɪ": (_IH,), "ᵻ": (_IH,), "ɨ": (_IH,), "y": (_OO,), "e": (_EH,), "ɛ": (_EH,), "æ": (_AE,), "a": (_AH,),
    "ɑ": (_AH,), "ɐ": (_UH,), "ʌ": (_UH,), "ɒ": (_AW,), "ɔ": (_AW,), "o": (_OH,), "u": (_OO,), "ʊ": (_OO,), "ɯ": (_IH,),
    "ə": (_SCHWA,), "ɜ": (_UH, _R), "ɝ": (_UH, _R), "ɚ": (_SCHWA, _R), "ᵊ": (_SCHWA,), "ø": (_OH,), "œ": (_AW,),
    # the engine's single letters for diphthongs
    "A": (_EH, _EE), "I": (_AH, _EE), "W": (_AH, _OO), "Y": (_AW, _EE), "O": (_OH, _OO), "Q": (_SCHWA, _OO),
    "sil": (SILENCE,),
}  # fmt: skip
_VOWELS = set("iɪᵻɨyeɛæaɑɐʌɒɔouʊəɜɝɚøœAIWYOQ")


def aims(symbol: str) -> tuple[Mouth, ...]:
    """The mouths of a phoneme: one, or several in turn for diphthongs and affricates."""
    if symbol in SOUNDS:
        return SOUNDS[symbol]
    found: list[Mouth] = []
    for letter in symbol:
        found += SOUNDS.get(letter, ())
    return tuple(found) or (_SCHWA,)


def is_closure(symbol: str) -> bool:
    return symbol[:1] in ("p", "b", "m")


def is_vowel(symbol: str) -> bool:
    return symbol != "sil" and symbol[:1] in _VOWELS


def mouth_course(
    spans: Sequence[Span], sample_rate: int, frames: int, strength: float = 1.0
) -> tuple[F32, F32]:
    """Face units [frames, 52] and the tongue's tip [frames] for a speech.

    Args:
        spans: phonemes in order; silence is `sil`.
        strength: how large the speaker moves; closures stay closed.
    """
    names = [*UNITS, TONGUE]
    number = {name: k for k, name in enumerate(names)}
    times = (np.arange(frames) + 0.5) / FPS
    total, weight = np.zeros((frames, len(names))), np.zeros((frames, 1))
    closed = np.zeros(frames)
    for span in spans:
        start, end = span.start_sample / sample_rate, span.end_sample / sample_rate
        parts = aims(span.symbol)
        for k, aim in enumerate(parts):
            a = start + (end - start) * k / len(parts)
            b = start + (end - start) * (k + 1) / len(parts)
            first, last = max(0, int((a - 0.4) * FPS)), min(frames, int((b + 0.4) * FPS) + 2)
            t = times[first:last]
            outside = np.maximum(np.maximum(a + 0.25 * (b - a) - t, t - b + 0.25 * (b - a)), 0)
            here = aim.weight * np.exp(-((outside / aim.reach_s) ** 1.5) * 2.0)
            total[first:last] += here[:, None] * _row(aim, number)
            weight[first:last, 0] += here
        if is_closure(span.symbol):
            middle = (start + end) / 2
            half = max((end - start) / 2, 0.5 / FPS)
            closed = np.maximum(closed, np.clip(1 - (np.abs(times - middle) - half * 0.9) / 0.055, 0, 1))
    course = strength * total / np.maximum(weight, 1e-3)
    course = _calm(course)
    firm = closed[:, None]
    course = course * (1 - firm) + firm * _row(CLOSED, number)
    return course[:, : len(UNITS)].astype(np.float32), course[:, -1].astype(np.float32)


def _row(aim: Mouth, number: dict[str, int]) -> F64:
    row = np.zeros(len(number))
    for name, value in aim.units.items():
        for full in (name, f"{name}Left", f"{name}Right"):
            if full in number:
                row[number[full]] += value
    return row


def _calm(course: F64) -> F64:
    """Muscles are slow: a little smoothing over time."""
    padded = np.concatenate([course[:1], course, course[-1:]])
    return 0.16 * padded[:-2] + 0.68 * padded[1:-1] + 0.16 * padded[2:]
