"""The rows of voice modeling, and the table of their states."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from greenroom.db.base import ScopedRow, UtcTime


class VoiceState(StrEnum):
    """Those of the contract's states that this implementation passes through."""

    CREATING = "CREATING"
    """It waits for its files."""
    SYSTEM_AUDITING = "SYSTEM_AUDITING"
    SPLITTING = "SPLITTING"
    """A package is unpacked, and long files are cut."""
    SPLIT_FAILED = "SPLIT_FAILED"
    ANNOTATING = "ANNOTATING"
    """The recordings of a package are listened to."""
    AUDITING = "AUDITING"
    """A person decides."""
    AUDIT_FAILED = "AUDIT_FAILED"
    WAITING = "WAITING"
    PROCESSING = "PROCESSING"
    UPLOADING = "UPLOADING"
    FAILED = "FAILED"
    SUCCEED = "SUCCEED"

    @property
    def takes_files(self) -> bool:
        """The user may upload, confirm and commit."""
        return self in _OPEN


class VoiceEvent(StrEnum):
    COMMIT = "COMMIT"
    SPLIT = "SPLIT"
    ANNOTATE = "ANNOTATE"
    NOT_SPLIT = "NOT_SPLIT"
    REFUSED = "REFUSED"
    ASK = "ASK"
    ACCEPTED = "ACCEPTED"
    STARTED = "STARTED"
    TRAINED = "TRAINED"
    PUBLISHED = "PUBLISHED"
    FAILED = "FAILED"


_S, _E = VoiceState, VoiceEvent
_OPEN = frozenset({_S.CREATING, _S.AUDIT_FAILED, _S.SPLIT_FAILED, _S.FAILED})
_CHECKED = (_S.SYSTEM_AUDITING, _S.SPLITTING, _S.ANNOTATING)

TRANSITIONS: Mapping[tuple[VoiceState, VoiceEvent], VoiceState] = {
    **{(state, _E.COMMIT): _S.SYSTEM_AUDITING for state in _OPEN},
    (_S.SYSTEM_AUDITING, _E.SPLIT): _S.SPLITTING,
    (_S.SPLITTING, _E.NOT_SPLIT): _S.SPLIT_FAILED,
    (_S.SPLITTING, _E.ANNOTATE): _S.ANNOTATING,
    **{(state, _E.REFUSED): _S.AUDIT_FAILED for state in (*_CHECKED, _S.AUDITING)},
    **{(state, _E.ASK): _S.AUDITING for state in _CHECKED},
    **{(state, _E.ACCEPTED): _S.WAITING for state in (*_CHECKED, _S.AUDITING)},
    (_S.WAITING, _E.STARTED): _S.PROCESSING,
    (_S.PROCESSING, _E.TRAINED): _S.UPLOADING,
    (_S.UPLOADING, _E.PUBLISHED): _S.SUCCEED,
    **{
        (state, _E.FAILED): _S.FAILED
        for state in (*_CHECKED, _S.AUDITING, _S.WAITING, _S.PROCESSING, _S.UPLOADING)
    },
}


class VoiceJob(ScopedRow):
    """One voice, from the recordings to the asset."""

    __tablename__ = "voice_jobs"

    job_type: Mapped[str] = mapped_column(String(32))
    create_type: Mapped[str] = mapped_column(String(16))
    voice_name: Mapped[str] = mapped_column(String(256), index=True)
    language: Mapped[str] = mapped_column(String(64))
    """CN or EN"""
    sex: Mapped[str | None] = mapped_column(String(16))
    tag: Mapped[str | None] = mapped_column(String(32))
    batch_name: Mapped[str | None] = mapped_column(String(256))
    state: Mapped[str] = mapped_column(String(32), default=VoiceState.CREATING, index=True)
    options: Mapped[dict[str, Any]]
    """The members of the request that are shown again, or used, as they were given."""
    segment_count: Mapped[int] = mapped_column(default=0)
    confirmed: Mapped[dict[str, Any]]
    """By index: the etag of the recording that was found good."""
    operation_logs: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    report: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """Of the last check: `audit.Audit.to_json`, and its `assess_result` as on the wire."""
    people_report: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """What a person decided: `message`, `audit_time`."""
    reject_times: Mapped[int] = mapped_column(default=0)
    is_synthetic: Mapped[bool] = mapped_column(default=False)
    """The speaker does not exist, so nobody has to agree."""
    run_id: Mapped[str | None] = mapped_column(String(64))
    """The durable job that works or worked on it last."""
    asset_id: Mapped[str | None] = mapped_column(String(64))
    quality: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    once_digest: Mapped[str | None] = mapped_column(String(64))
    """Of the token that opens the material once."""
    once_expires_at: Mapped[datetime | None] = mapped_column(UtcTime)
    error_code: Mapped[str | None] = mapped_column(String(32))
    error_msg: Mapped[str | None] = mapped_column(String(2048))

    def can(self, event: VoiceEvent) -> bool:
        return (VoiceState(self.state), event) in TRANSITIONS

    def advance(self, event: VoiceEvent) -> None:
        """Go where `event` leads.

        Raises:
            ValueError: the table of transitions has no such way.
        """
        try:
            self.state = TRANSITIONS[VoiceState(self.state), event]
        except KeyError:
            raise ValueError(f"a voice training job in {self.state} cannot take {event}") from None

    @property
    def prefix(self) -> str:
        """Where its objects lie."""
        return f"voice-training/{self.project_id}/{self.id}"

    @property
    def speech_language(self) -> str:
        """BCP 47"""
        return speech_language(self.language)

    @property
    def output_language(self) -> str:
        """BCP 47 of what the voice is to speak."""
        return output_speech_language(self.options.get("output_language") or "") or self.speech_language


def speech_language(language: str) -> str:
    """BCP 47 of the wire's CN and EN."""
    return "zh-CN" if language == "CN" else "en-US"


WIRE_LANGUAGES = {
    "CN": "zh-CN", "EN": "en-US", "JPN": "ja-JP", "ESP": "es-ES", "fr": "fr-FR", "Ita": "it-IT",
    "por": "pt-BR",
}  # fmt: skip
"""The contract's names of the languages that a voice can be learnt for, and BCP 47."""


def output_speech_language(language: str) -> str | None:
    """BCP 47 of a name as `output_language` has it, in any case; None: no voice here speaks that."""
    names = {name.upper(): code for name, code in WIRE_LANGUAGES.items()}
    return names.get(language.upper())


class VoiceAssessment(ScopedRow):
    """A short recording that is only looked at."""

    __tablename__ = "voice_assessments"

    language: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(32), default=VoiceState.CREATING)
    run_id: Mapped[str | None] = mapped_column(String(64))
    report: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """A `RecordingReport`."""
    error_code: Mapped[str | None] = mapped_column(String(32))
    error_msg: Mapped[str | None] = mapped_column(String(2048))

    @property
    def object_key(self) -> str:
        """Below `uploads/` it is swept away after two days."""
        return f"uploads/voice-assessments/{self.project_id}/{self.id}"
