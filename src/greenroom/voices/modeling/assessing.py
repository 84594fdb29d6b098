"""What was measured of recordings, in the wire's words: expected, actual, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from greenroom.voices.modeling.wire import AssessProperty, AssessResult
from greenroom.voices.recordings import limits
from greenroom.voices.recordings.faults import RecordingReport, Severity

GOOD, FAIR, BAD = 1, 0, -1


@dataclass(slots=True, frozen=True)
class _Range:
    """From what on a measure is bad or only fair, on either side."""

    bad_below: float = -np.inf
    fair_below: float = -np.inf
    fair_above: float = np.inf
    bad_above: float = np.inf

    def status(self, value: float) -> int:
        if not self.bad_below <= value <= self.bad_above:
            return BAD
        return GOOD if self.fair_below <= value <= self.fair_above else FAIR


_SNR = _Range(limits.LEAST_SNR_DB, limits.GOOD_SNR_DB)
_ROOM = _Range(fair_above=limits.LONGEST_DECAY_S * 0.8, bad_above=limits.LONGEST_DECAY_S)
_LEVEL = _Range(limits.SILENT_DB, limits.QUIET_DB, -9.0)
_SPEED = {"zh-CN": _Range(90, 150, 330, 450), "en-US": _Range(60, 100, 210, 280)}
"""Characters a minute, words a minute."""


def assess(reports: list[RecordingReport], language: str) -> AssessResult | None:
    """Over all recordings: the median of each measure. None where nothing could be measured."""
    measures = _medians(reports)
    if not measures:
        return None
    return AssessResult(
        speed=_speed(measures, language),
        sound=_level(measures),
        snr=_snr(measures),
        reverb=_reverb(measures),
        suggestion=_suggestion(reports),
    )


def _medians(reports: list[RecordingReport]) -> dict[str, float]:
    names = {name for report in reports for name in report.measures}
    return {
        name: float(np.median([report.measures[name] for report in reports if name in report.measures]))
        for name in names
    }


def _speed(measures: Mapping[str, float], language: str) -> AssessProperty | None:
    if "words_per_minute" not in measures:
        return None
    asked = _SPEED.get(language, _SPEED["en-US"])
    value = measures["words_per_minute"]
    unit = "characters" if language.startswith("zh") else "words"
    faster = value < asked.fair_below
    return _property(
        f"{asked.fair_below:g} to {asked.fair_above:g} {unit} a minute",
        f"{value:.0f} {unit} a minute",
        asked.status(value),
        ("请读得快一些。", "Read a little faster.")
        if faster
        else ("请读得慢一些。", "Read a little slower."),
    )


def _level(measures: Mapping[str, float]) -> AssessProperty | None:
    if "level_db" not in measures:
        return None
    value = measures["level_db"]
    louder = value < limits.QUIET_DB
    return _property(
        f"{limits.QUIET_DB:g} to -9 dB below full scale",
        f"{value:.0f} dB",
        _LEVEL.status(value),
        ("请靠近麦克风或调高音量。", "Come nearer to the microphone, or turn it up.")
        if louder
        else ("请调低麦克风音量。", "Turn the microphone down."),
    )


def _snr(measures: Mapping[str, float]) -> AssessProperty | None:
    if "snr_db" not in measures:
        return None
    value = measures["snr_db"]
    return _property(
        f"{limits.GOOD_SNR_DB:g} dB or more",
        f"{value:.0f} dB",
        _SNR.status(value),
        ("请在安静的房间录音。", "Record in a quiet room."),
    )


def _reverb(measures: Mapping[str, float]) -> AssessProperty | None:
    if "decay_s" not in measures:
        return None
    value = measures["decay_s"]
    return _property(
        f"{limits.LONGEST_DECAY_S:g} s or less",
        f"{value:.2f} s",
        _ROOM.status(value),
        ("请在有窗帘或地毯的小房间录音。", "Record in a small room with curtains or carpets."),
    )


def _property(expected: str, actual: str, status: int, advice: tuple[str, str]) -> AssessProperty:
    chinese, english = advice if status != GOOD else (None, None)
    return AssessProperty(
        expected=expected, actual=actual, status=status, suggestion=chinese, suggestion_en=english
    )


def _suggestion(reports: list[RecordingReport]) -> str | None:
    faults = [fault for report in reports for fault in report.faults if fault.severity is Severity.ERROR]
    return faults[0].line[:256] if faults else None
