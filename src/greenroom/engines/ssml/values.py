"""The values of attributes: times, rates, pitches, volumes. Each answers None for what it cannot read.

Names and relative values are those of W3C SSML 1.1, section 3.2.4; the standard leaves the factor that a
name stands for to the voice.
"""

from __future__ import annotations

import re

SHORTEST_BREAK_MS, LONGEST_BREAK_MS = 200, 10_000
"""The cloud's range."""
STRENGTHS_MS = {"none": 0, "x-weak": 100, "weak": 200, "medium": 350, "strong": 700, "x-strong": 1200}

_RATES = {"x-slow": 0.5, "slow": 0.75, "medium": 1.0, "default": 1.0, "fast": 1.3, "x-fast": 1.7}
_PITCHES = {"x-low": 0.75, "low": 0.88, "medium": 1.0, "default": 1.0, "high": 1.12, "x-high": 1.3}
_VOLUMES = {
    "silent": 0.0, "x-soft": 0.4, "soft": 0.65, "medium": 1.0, "default": 1.0, "loud": 1.4, "x-loud": 1.9,
}  # fmt: skip
_LOW, _HIGH = 0.5, 2.0

RATE_CURE = "give 50% to 200%, a change as +20% or -20%, or " + ", ".join(_RATES)
PITCH_CURE = "give a change as +10%, -10%, +2st or -2st (half to double at most), or " + ", ".join(_PITCHES)
VOLUME_CURE = "give 0% to 200%, a change as +6dB, -6dB or +20%, or " + ", ".join(_VOLUMES)
TIME_CURE = "give 200ms to 10s, as 700ms or 1.5s"

_NUMBER = r"(\d{1,6}(?:\.\d{1,6})?|\.\d{1,6})"
_TIME = re.compile(rf"{_NUMBER}(ms|s)")
_AMOUNT = re.compile(rf"([+-]?){_NUMBER}(%|st|dB|)")


def milliseconds(value: str) -> int | None:
    """`700ms` or `1.5s`, within the range of a break."""
    found = _TIME.fullmatch(value.strip())
    if found is None:
        return None
    ms = round(float(found[1]) * (1000 if found[2] == "s" else 1))
    return ms if SHORTEST_BREAK_MS <= ms <= LONGEST_BREAK_MS else None


def rate(value: str) -> float | None:
    """A factor of 0.5 to 2. A bare number is one, too; from 50 on it is per cent, like the cloud's speeds."""
    value = value.strip()
    if value in _RATES:
        return _RATES[value]
    sign, amount, unit = _amount(value)
    if unit == "%":
        return _within(_changed(sign, amount))
    if unit == "" and not sign:
        return _within(amount / 100 if amount >= 50 else amount)
    return None


def pitch(value: str) -> float | None:
    """A factor of 0.5 to 2. Hertz are not taken: a voice's own pitch is not known."""
    value = value.strip()
    if value in _PITCHES:
        return _PITCHES[value]
    sign, amount, unit = _amount(value)
    if unit == "%":
        return _within(_changed(sign, amount))
    if unit == "st" and amount <= 12:
        return _within(2 ** ((-amount if sign == "-" else amount) / 12))
    return None


def volume(value: str) -> float | None:
    """A factor of 0 to 2. A bare number is per cent, as in SSML 1.0."""
    value = value.strip()
    if value in _VOLUMES:
        return _VOLUMES[value]
    sign, amount, unit = _amount(value)
    if unit == "dB" and amount <= 120:
        factor = 10 ** ((-amount if sign == "-" else amount) / 20)
        # 6 dB is a little less than double, 6.02 dB is double.
        return factor if factor <= 2.001 else None
    if unit == "%" or (unit == "" and not sign):
        factor = _changed(sign, amount)
        return factor if 0 <= factor <= 2 else None
    return None


def _amount(value: str) -> tuple[str, float, str]:
    found = _AMOUNT.fullmatch(value)
    return (found[1], float(found[2]), found[3]) if found else ("", 0.0, "?")


def _changed(sign: str, percent: float) -> float:
    """`+20%` is a change, `120%` the same as a share."""
    if not sign:
        return percent / 100
    return 1 + (percent if sign == "+" else -percent) / 100


def _within(factor: float) -> float | None:
    return factor if _LOW <= factor <= _HIGH else None
