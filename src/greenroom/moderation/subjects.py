"""What can be reviewed and frozen, and who knows how.

The contexts are named as text and imported when needed, so that this package imports none of them.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from greenroom.db.session import Session
from greenroom.errors import InvalidParameterError
from greenroom.runtime import Context

SUBJECTS: Mapping[str, str] = {
    "asset": "greenroom.assets.review:ASSETS",
    "task": "greenroom.video.review:VIDEO_TASKS",
    "audition": "greenroom.voices.review:AUDITIONS",
    "speech": "greenroom.voices.review:SPEECH_TASKS",
    "voice": "greenroom.voices.modeling.review:VOICES",
}
"""By kind; tenants are frozen by `freezing` itself."""


@dataclass(slots=True, frozen=True)
class Place:
    """Where a subject is."""

    tenant_id: str
    project_id: str


class Moderated(Protocol):
    """A context's side. Every call is inside the transaction that records the decision."""

    async def find(self, session: Session, subject_id: str) -> Place | None:
        """Over all tenants."""

    async def approve(self, context: Context, subject_id: str) -> None:
        """No item of it waits any more: let it be used."""

    async def refuse(self, context: Context, subject_id: str, reason: str) -> None: ...

    async def freeze(self, context: Context, subject_id: str, code: str, reason: str) -> None:
        """Twice is as once."""

    async def unfreeze(self, context: Context, subject_id: str) -> None: ...


def subject_of(kind: str) -> Moderated:
    """Raises InvalidParameterError."""
    if kind not in SUBJECTS:
        raise InvalidParameterError(f"there is no kind {kind!r}: take {', '.join([*SUBJECTS, 'tenant'])}")
    module, _, name = SUBJECTS[kind].partition(":")
    found: Moderated = getattr(importlib.import_module(module), name)
    return found
