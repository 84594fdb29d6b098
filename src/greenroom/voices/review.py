"""Content review of texts that are to be spoken: a doubtful one is spoken once a person has let it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from greenroom.db.session import Session
from greenroom.jobs.engine import JobSubmission
from greenroom.moderation import service as moderation
from greenroom.moderation.errors import ContentRefusedError, ReviewStateError
from greenroom.moderation.service import Subject
from greenroom.moderation.subjects import Place
from greenroom.moderation.verdicts import Verdict
from greenroom.runtime import Context
from greenroom.voices.models import Audition, AuditionState
from greenroom.voices.repository import AuditionRepository, audition_of_any_tenant
from greenroom.voices.tasks.models import SpeechTask, TaskState
from greenroom.voices.tasks.repository import SpeechTaskRepository, task_of_any_tenant

Order = Audition | SpeechTask
_TITLE_CHARACTERS = 80


@dataclass(slots=True, frozen=True)
class SpokenTexts:
    """`moderation.subjects.Moderated` of one kind of order."""

    kind: str
    name: str
    """In sentences."""
    job_kind: str
    failed: AuditionState | TaskState
    repository: type[AuditionRepository] | type[SpeechTaskRepository]
    of_any_tenant: Callable[[Session, str], Awaitable[Order | None]]

    async def enqueue(self, context: Context, row: Order, verdict: Verdict) -> None:
        """Send a new order to people, or to be spoken."""
        if moderation.is_for_people(context, verdict):
            subject = Subject(self.kind, row.id, f"{self.name} {row.text[:_TITLE_CHARACTERS]}")
            await moderation.ask_people(context, subject, "text", verdict)
        else:
            await self._speak(context, row.id)

    async def find(self, session: Session, subject_id: str) -> Place | None:
        row = await self.of_any_tenant(session, subject_id)
        return None if row is None else Place(row.tenant_id, row.project_id)

    async def approve(self, context: Context, subject_id: str) -> None:
        await self._require(context, subject_id)
        await self._speak(context, subject_id)

    async def refuse(self, context: Context, subject_id: str, reason: str) -> None:
        row = await self._require(context, subject_id)
        row.advance(self.failed)  # type: ignore[arg-type]
        row.error_code = ContentRefusedError.error_code
        row.error_msg = f"The text did not pass the content review: {reason}"
        self.repository(context).touch(row)  # type: ignore[arg-type]

    async def freeze(self, context: Context, subject_id: str, code: str, reason: str) -> None:
        raise ReviewStateError(f"{self.name}s are not frozen: their sound is gone after two days")

    async def unfreeze(self, context: Context, subject_id: str) -> None:
        await self.freeze(context, subject_id, "", "")

    async def _speak(self, context: Context, order_id: str) -> None:
        assert context.runtime.jobs is not None, "the server runs no job engine"
        await context.runtime.jobs.submit(context, JobSubmission(order_id, self.job_kind, order_id))

    async def _require(self, context: Context, order_id: str) -> Order:
        row = await self.repository(context).find(order_id)
        if row is None:
            raise ReviewStateError(f"the {self.name} {order_id} is gone")
        return row


AUDITIONS = SpokenTexts(
    "audition",
    "audition",
    "voices.audition",
    AuditionState.FAILED,
    AuditionRepository,
    audition_of_any_tenant,
)
SPEECH_TASKS = SpokenTexts(
    "speech", "speech task", "voices.task", TaskState.FAILED, SpeechTaskRepository, task_of_any_tenant
)
