"""What a check of all recordings comes to: is enough of it good, and what is to be said of the rest?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from greenroom.voices.recordings.check import same_speaker
from greenroom.voices.recordings.faults import Fault, RecordingReport, Severity

LEAST_SHARE = 0.5
"""Where more than half of what was given does not do, something is wrong with all of it."""
_MOST_SHOWN = 300


@dataclass(slots=True, frozen=True)
class Audit:
    reports: tuple[RecordingReport, ...]
    wavs: tuple[str | None, ...]
    """The prepared file of each."""
    least_s: int
    most_s: int

    @classmethod
    def of(cls, answer: dict[str, Any], least_s: int, most_s: int) -> Audit:
        """From what `materials.check` answered."""
        reports = [
            RecordingReport.from_json({name: value for name, value in one.items() if name != "wav"})
            for one in answer["reports"]
        ]
        wavs = tuple(one["wav"] for one in answer["reports"])
        return cls(tuple(same_speaker(reports)), wavs, least_s, most_s)

    @property
    def good(self) -> list[tuple[RecordingReport, str]]:
        """With their files."""
        return [
            (report, wav)
            for report, wav in zip(self.reports, self.wavs, strict=True)
            if report.is_fit and wav is not None
        ]

    @property
    def good_s(self) -> float:
        return sum(report.seconds for report, _ in self.good)

    @property
    def refusal(self) -> str | None:
        """Why the job cannot go on; None: it can."""
        count, good = len(self.reports), len(self.good)
        worst = self.errors[0][1].line if self.errors else ""
        if self.good_s > self.most_s:
            return (
                f"There are {self.good_s:.0f} s of speech; this edition takes {self.most_s} s at "
                "most. Cure: leave "
                "some recordings out, or choose a larger edition."
            )
        if self.good_s < self.least_s:
            return (
                f"{good} of {count} recordings are good, with {self.good_s:.0f} s of speech; "
                "this edition needs "
                f"{self.least_s} s. Cure: mend those that are not, or record more. {worst}".strip()
            )
        if good < LEAST_SHARE * count:
            return (
                f"Only {good} of {count} recordings are good. Cure: mend what they have in "
                "common, or leave the "
                f"bad ones out. {worst}".strip()
            )
        return None

    @property
    def errors(self) -> list[tuple[RecordingReport, Fault]]:
        return [
            (report, fault)
            for report in self.reports
            for fault in report.faults
            if fault.severity is Severity.ERROR
        ]

    @property
    def summary(self) -> str:
        """For the log of a job that goes on."""
        count, good = len(self.reports), len(self.good)
        left_out = f" {count - good} are left out; the audit result names them." if good < count else ""
        return f"{good} of {count} recordings are good, with {self.good_s:.0f} s of speech.{left_out}"

    def to_json(self, audit_time: int) -> dict[str, Any]:
        """What is kept of it in the job's row."""
        shown = [report.to_json() for report in self.reports][:_MOST_SHOWN]
        return {"audit_time": audit_time, "good_s": round(self.good_s, 1), "reports": shown}


def reports_of(kept: dict[str, Any] | None) -> list[RecordingReport]:
    """From what `Audit.to_json` gave."""
    return [RecordingReport.from_json(one) for one in (kept or {}).get("reports", [])]
