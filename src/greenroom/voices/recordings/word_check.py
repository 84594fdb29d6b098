"""Checks the words of a recording: against its text where it has one, by a recogniser where one is there."""

from __future__ import annotations

from dataclasses import replace

from greenroom.engines.protocols import WordSpan
from greenroom.voices.recordings import limits
from greenroom.voices.recordings.faults import AGAIN, Fault, FaultCode, RecordingReport, Severity
from greenroom.voices.recordings.recording import Hear, Recording
from greenroom.voices.recordings.words import compare, unit_count, units


def with_words(report: RecordingReport, recording: Recording, hear: Hear | None) -> RecordingReport:
    if hear is None:
        return _without_recogniser(report, recording)
    heard, spans = hear(recording.pcm, recording.sample_rate, recording.language)
    text = recording.text if recording.text is not None and recording.text.strip() else None
    count = unit_count(text or heard, recording.language)
    minutes = max(report.seconds, 0.1) / 60
    measures = {**report.measures, "words_per_minute": count / minutes}
    report = replace(report, heard=heard, text=text or heard, measures=measures)
    if not units(heard, recording.language):
        fault = Fault(
            FaultCode.WORDS, f"{recording.name}: no word can be understood.", f"speak clearly and {AGAIN}"
        )
        return replace(report, faults=(*report.faults, fault))
    if text is None:
        return report
    found = compare(text, heard, recording.language)
    report = replace(report, measures={**measures, "error_rate": found.error_rate}, unmatched=found.unmatched)
    if found.error_rate <= limits.MOST_ERROR_RATE:
        return report
    fault = _word_fault(
        recording, heard, found.error_rate, found.missing, _wrong_times(heard, spans, recording, text)
    )
    return replace(report, faults=(*report.faults, fault))


def _word_fault(
    recording: Recording,
    heard: str,
    rate: float,
    missing: tuple[str, ...],
    ranges: tuple[tuple[float, float], ...],
) -> Fault:
    if rate >= limits.OTHER_TEXT_ERROR_RATE:
        return Fault(
            FaultCode.OTHER_TEXT,
            f"{recording.name} does not say its text: heard was “{_short(heard)}”.",
            f"upload the recording and the text that belong together, or {AGAIN}",
        )
    return Fault(
        FaultCode.WORDS,
        f"{recording.name}: {rate:.0%} of the words are not as written"
        + (f" (not heard: {_short(', '.join(missing))})." if missing else "."),
        f"{AGAIN} as it is written",
        ranges,
    )


def _wrong_times(
    heard: str, spans: tuple[WordSpan, ...], recording: Recording, text: str
) -> tuple[tuple[float, float], ...]:
    """When words were said that the text does not have there."""
    times = []
    position = 0
    found = compare(text, heard, recording.language)
    for span in spans:
        own = units(span.text, recording.language)
        if own and not all(position + number in found.heard_units for number in range(len(own))):
            times.append((span.start_sample / recording.sample_rate, span.end_sample / recording.sample_rate))
        position += len(own)
    return tuple(times)


def _without_recogniser(report: RecordingReport, recording: Recording) -> RecordingReport:
    if recording.text is None:
        fault = Fault(
            FaultCode.NO_TEXT,
            f"{recording.name} has no text, and no speech recognition is installed to write it.",
            "upload its text, or have the operator install speech recognition (`greenroom doctor`)",
        )
    else:
        fault = Fault(
            FaultCode.WORDS_UNCHECKED,
            f"{recording.name}: its words were not compared with the text, for no speech "
            "recognition is installed.",
            "have the operator install it (`greenroom doctor` says how), or check the words yourself",
            severity=Severity.WARNING,
        )
    return replace(report, text=recording.text, faults=(*report.faults, fault))


def _short(text: str, most: int = 120) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
