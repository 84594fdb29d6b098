"""Checks one recording: what can be told from its sound, and its words where a recogniser is there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from greenroom.engines.pitch import median_pitch
from greenroom.voices.recordings import limits
from greenroom.voices.recordings.faults import AGAIN, Fault, FaultCode, RecordingReport, Severity
from greenroom.voices.recordings.recording import Hear, Recording
from greenroom.voices.recordings.sound import Levels, clipped, levels_of
from greenroom.voices.recordings.speakers import find_change
from greenroom.voices.recordings.spectrum import bandwidth_hz, decay_s, music
from greenroom.voices.recordings.word_check import with_words

_SPEAKER_EVIDENCE = -12.0
"""Single speakers stay below -36, two lie above -9."""
_MANY_SEMITONES = 7.0


def check_recording(recording: Recording, hear: Hear | None) -> RecordingReport:
    """Everything about a recording. Without `hear` its words are not compared, and the report says so.

    Args:
        recording: at its own sample rate, for its bandwidth is looked at.
    """
    pcm, rate = recording.pcm, recording.sample_rate
    levels = levels_of(pcm, rate)
    empty = _nothing_there(recording, levels)
    if empty is not None:
        return RecordingReport(recording.name, levels.speech_s, (empty,), {"level_db": levels.speech_db})
    measures = {
        "snr_db": levels.snr_db,
        "level_db": levels.speech_db,
        "bandwidth_hz": bandwidth_hz(pcm, rate),
    }
    faults = [*_length_faults(recording, levels), *_level_faults(recording, levels)]
    faults += _clipping(recording)
    if levels.snr_db >= limits.LEAST_SNR_DB:
        # Under much noise the highest sounds cannot be seen.
        faults += _band_faults(recording, measures["bandwidth_hz"])
    faults += _room_faults(recording, measures)
    faults += _music_faults(recording, levels)
    faults += _speaker_faults(recording)
    pitch = median_pitch(pcm, rate)
    if pitch is not None:
        measures["pitch_hz"] = pitch
    report = RecordingReport(recording.name, levels.speech_s, tuple(faults), measures)
    return with_words(report, recording, hear)


def _nothing_there(recording: Recording, levels: Levels) -> Fault | None:
    length_s = len(recording.pcm) / recording.sample_rate
    if length_s > recording.longest_s:
        return _length_fault(recording.name, length_s, recording.longest_s)
    if not len(recording.pcm) or levels.speech_db < limits.SILENT_DB:
        return Fault(
            FaultCode.SILENT,
            f"{recording.name} is silent ({max(levels.speech_db, -120):.0f} dB below full scale).",
            f"choose the right microphone, see that it is not muted, and {AGAIN}",
            ((0.0, length_s),) if length_s else (),
        )
    return None


def _length_faults(recording: Recording, levels: Levels) -> list[Fault]:
    if levels.speech_s >= limits.SHORTEST_S:
        return []
    return [
        Fault(
            FaultCode.TOO_SHORT,
            f"{recording.name}: there is {levels.speech_s:.1f} s of speech; "
            f"{limits.SHORTEST_S:g} s is the least.",
            "read a whole sentence",
        )
    ]


def _music_faults(recording: Recording, levels: Levels) -> list[Fault]:
    share, ranges = music(recording.pcm, recording.sample_rate, levels)
    if share <= limits.MOST_MUSIC_SHARE:
        return []
    return [
        Fault(
            FaultCode.MUSIC,
            f"{recording.name}: music or other steady tones play in {share:.0%} of it.",
            f"turn music and machines off and {AGAIN}",
            tuple(ranges),
        )
    ]


def _level_faults(recording: Recording, levels: Levels) -> list[Fault]:
    faults = []
    if levels.speech_db < limits.QUIET_DB:
        faults.append(
            Fault(
                FaultCode.QUIET,
                f"{recording.name} is very quiet: speech lies at {levels.speech_db:.0f} dB, "
                f"{limits.QUIET_DB:g} is the least.",
                "turn the microphone up, or come nearer to it",
                severity=Severity.WARNING,
            )
        )
    snr = levels.snr_db
    if snr < limits.GOOD_SNR_DB:
        is_error = snr < limits.LEAST_SNR_DB
        wanted = limits.LEAST_SNR_DB if is_error else limits.GOOD_SNR_DB
        faults.append(
            Fault(
                FaultCode.NOISE,
                f"{recording.name}: the voice stands only {snr:.0f} dB out of the noise; "
                f"{wanted:g} dB {'is the least' if is_error else 'would be good'}.",
                "record in a quiet room, shut windows, turn fans off, and come nearer to the microphone",
                severity=Severity.ERROR if is_error else Severity.WARNING,
            )
        )
    return faults


def _clipping(recording: Recording) -> list[Fault]:
    share, ranges = clipped(recording.pcm, recording.sample_rate)
    if share <= limits.MOST_CLIPPED_SHARE:
        return []
    return [
        Fault(
            FaultCode.CLIPPED,
            f"{recording.name} is overdriven: {share:.2%} of it lies on cut tops.",
            f"turn the microphone down so that the loudest words stay below full scale, and {AGAIN}",
            tuple(ranges),
        )
    ]


def _band_faults(recording: Recording, band_hz: float) -> list[Fault]:
    if band_hz >= limits.GOOD_BANDWIDTH_HZ:
        return []
    is_error = band_hz < limits.LEAST_BANDWIDTH_HZ
    return [
        Fault(
            FaultCode.BANDWIDTH,
            f"{recording.name} holds nothing above {band_hz / 1000:.1f} kHz"
            + (", as over a telephone." if band_hz <= 4_200 else "."),
            "record with a microphone at 16 kHz or more (44.1 kHz is best), not over a "
            "telephone, a headset with "
            "Bluetooth or a call",
            severity=Severity.ERROR if is_error else Severity.WARNING,
        )
    ]


def _room_faults(recording: Recording, measures: dict[str, float]) -> list[Fault]:
    decay = decay_s(recording.pcm, recording.sample_rate)
    if decay is None:
        return []
    measures["decay_s"] = decay
    if decay <= limits.LONGEST_DECAY_S:
        return []
    return [
        Fault(
            FaultCode.ROOM,
            f"{recording.name}: the room echoes for about {decay:.1f} s; "
            f"{limits.LONGEST_DECAY_S:g} s is the most.",
            "record in a small room with curtains, carpets or clothes, a hand's width from the microphone",
        )
    ]


def _speaker_faults(recording: Recording) -> list[Fault]:
    change = find_change(recording.pcm, recording.sample_rate)
    if change is None:
        return []
    if change.evidence < _SPEAKER_EVIDENCE and change.semitones < _MANY_SEMITONES:
        return []
    end = len(recording.pcm) / recording.sample_rate
    return [
        Fault(
            FaultCode.SPEAKERS,
            f"{recording.name}: another voice seems to speak from {change.at_s:.1f} s on.",
            "record one person alone",
            ((change.at_s, end),),
        )
    ]


def unreadable(name: str, reason: str) -> RecordingReport:
    """The report on a file that holds no sound that can be read."""
    fault = Fault(
        FaultCode.UNREADABLE, reason.rstrip(".") + ".", "export the sound as WAV and upload it again"
    )
    return RecordingReport(name, 0.0, (fault,))


def too_long(name: str, length_s: float, longest_s: float) -> RecordingReport:
    """The report on a file that is not even read, for its length."""
    return RecordingReport(name, 0.0, (_length_fault(name, length_s, longest_s),))


def _length_fault(name: str, length_s: float, longest_s: float) -> Fault:
    return Fault(
        FaultCode.TOO_LONG,
        f"{name} lasts {length_s / 60:.1f} min; {longest_s / 60:.1f} min is the most.",
        "cut it at its pauses into shorter files"
        if longest_s > limits.LONGEST_SENTENCE_S
        else "read this one sentence alone",
        ((longest_s, length_s),),
    )


def same_speaker(reports: list[RecordingReport]) -> list[RecordingReport]:
    """The reports, with a fault where the pitch is far from that of the others: another person's."""
    pitches = [
        report.measures["pitch_hz"] for report in reports if "pitch_hz" in report.measures and report.is_fit
    ]
    if len(pitches) < 3:
        return reports
    usual = float(np.median(pitches))
    return [_compared(report, usual) for report in reports]


def _compared(report: RecordingReport, usual_hz: float) -> RecordingReport:
    pitch = report.measures.get("pitch_hz")
    if pitch is None or abs(12 * np.log2(pitch / usual_hz)) < _MANY_SEMITONES:
        return report
    fault = Fault(
        FaultCode.OTHER_SPEAKER,
        f"{report.name}: the voice lies at {pitch:.0f} Hz, those of the other recordings at "
        f"{usual_hz:.0f} Hz: "
        "another person seems to read.",
        "record one person alone",
    )
    return replace(report, faults=(*report.faults, fault))
