"""Content review of the texts of speech tasks: a doubtful one is spoken once a person has let it."""

from __future__ import annotations

from greenroom.db.session import Session
from greenroom.jobs.engine import JobSubmission
from greenroom.moderation import service as moderation
from greenroom.moderation.errors import ContentRefusedError, ReviewStateError
from greenroom.moderation.service import Subject
from greenroom.moderation.subjects import Moderated, Place
from greenroom.moderation.verdicts import Verdict
from greenroom.runtime import Context
from greenroom.voices.tasks.models import SpeechTask, TaskState
from greenroom.voices.tasks.repository import SpeechTaskRepository, task_of_any_tenant

KIND = "speech"
_TITLE_CHARACTERS = 80


async def enqueue(context: Context, row: SpeechTask, verdict: Verdict) -> None:
    """Send a new task to people, or to be spoken."""
    if moderation.is_for_people(context, verdict):
        subject = Subject(KIND, row.id, f"speech task {row.text[:_TITLE_CHARACTERS]}")
        await moderation.ask_people(context, subject, "text", verdict)
    else:
        await _speak(context, row)


async def _speak(context: Context, row: SpeechTask) -> None:
    assert context.runtime.jobs is not None, "the server runs no job engine"
    await context.runtime.jobs.submit(context, JobSubmission(row.id, "voices.task", row.id))


class _SpeechTasks:
    """`moderation.subjects.Moderated` of speech tasks."""

    async def find(self, session: Session, subject_id: str) -> Place | None:
        row = await task_of_any_tenant(session, subject_id)
        return None if row is None else Place(row.tenant_id, row.project_id)

    async def approve(self, context: Context, subject_id: str) -> None:
        await _speak(context, await _require(context, subject_id))

    async def refuse(self, context: Context, subject_id: str, reason: str) -> None:
        row = await _require(context, subject_id)
        row.advance(TaskState.FAILED)
        row.error_code = ContentRefusedError.error_code
        row.error_msg = f"The text did not pass the content review: {reason}"
        SpeechTaskRepository(context).touch(row)

    async def freeze(self, context: Context, subject_id: str, code: str, reason: str) -> None:
        raise ReviewStateError("speech tasks are not frozen: their sound is gone after two days")

    async def unfreeze(self, context: Context, subject_id: str) -> None:
        await self.freeze(context, subject_id, "", "")


async def _require(context: Context, task_id: str) -> SpeechTask:
    row = await SpeechTaskRepository(context).find(task_id)
    if row is None:
        raise ReviewStateError(f"the speech task {task_id} is gone")
    return row


SPEECH_TASKS: Moderated = _SpeechTasks()
