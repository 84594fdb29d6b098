"""After the check of the recordings: to a person where one is to decide, else to the training.

A person decides where a text of the order is doubtful, or where the operator wants to hear every voice and
see every letter (`GREENROOM_VOICE_AUDIT=people`).
"""

from __future__ import annotations

from greenroom.db.session import Session
from greenroom.jobs.engine import JobSubmission
from greenroom.moderation import service as moderation
from greenroom.moderation.errors import ReviewStateError
from greenroom.moderation.service import Subject
from greenroom.moderation.subjects import Place
from greenroom.moderation.verdicts import Verdict
from greenroom.runtime import Context
from greenroom.voices.modeling.charging import release_voice
from greenroom.voices.modeling.logs import ADMIN, note
from greenroom.voices.modeling.models import VoiceEvent, VoiceJob
from greenroom.voices.modeling.repository import VoiceJobRepository, job_of_any_tenant

KIND = "voice"
_PART = "recordings and letter"
_MESSAGE_CHARACTERS = 256


async def review_order(context: Context, row: VoiceJob) -> Verdict:
    """Raises ContentRefusedError: a text of the order is refused."""
    texts = {
        "voice_name": row.voice_name,
        "description": row.options.get("description"),
        "custom_text": row.options.get("custom_text"),
    }
    return await moderation.require_allowed(context, texts)


async def after_audit(context: Context, row: VoiceJob) -> None:
    """The recordings are good: go on."""
    row.options = {**row.options, "checked_run": row.run_id}
    verdict = await review_order(context, row)
    wants_people = context.settings.voice_audit == "people" and not row.is_synthetic
    if wants_people or moderation.is_for_people(context, verdict):
        row.advance(VoiceEvent.ASK)
        note(row, context.now(), "A person looks at the recordings and the letter.")
        subject = Subject(KIND, row.id, f"voice {row.voice_name}: {row.prefix}")
        await moderation.ask_people(context, subject, _PART, verdict)
        return
    await start_training(context, row)


async def start_training(context: Context, row: VoiceJob) -> None:
    """In the transaction that accepts the material."""
    assert context.runtime.jobs is not None and row.run_id is not None
    row.advance(VoiceEvent.ACCEPTED)
    row.run_id = context.new_id()
    note(row, context.now(), "The recordings were accepted; the training waits for its turn.")
    VoiceJobRepository(context).touch(row)
    await context.runtime.jobs.submit(context, JobSubmission(row.run_id, "voices.train", row.id))


class VoiceReview:
    """`moderation.subjects.Moderated`."""

    async def find(self, session: Session, subject_id: str) -> Place | None:
        row = await job_of_any_tenant(session, subject_id)
        return None if row is None else Place(row.tenant_id, row.project_id)

    async def approve(self, context: Context, subject_id: str) -> None:
        row = await self._waiting(context, subject_id)
        row.people_report = {"message": "accepted", "audit_time": int(context.now().timestamp())}
        note(row, context.now(), "A person accepted the material.", ADMIN)
        await start_training(context, row)

    async def refuse(self, context: Context, subject_id: str, reason: str) -> None:
        row = await self._waiting(context, subject_id)
        message = reason or "the material was not accepted"
        row.advance(VoiceEvent.REFUSED)
        row.reject_times += 1
        row.error_code = "MSS.00000003"
        row.error_msg = f"The material was not accepted: {message}. Cure: mend it and commit the job again."
        row.people_report = {
            "message": message[:_MESSAGE_CHARACTERS],
            "audit_time": int(context.now().timestamp()),
        }
        note(row, context.now(), "A person refused the material.", ADMIN, message)
        VoiceJobRepository(context).touch(row)
        await release_voice(context, row)

    async def freeze(self, context: Context, subject_id: str, code: str, reason: str) -> None:
        raise ReviewStateError(
            "voice training jobs are not frozen: freeze the voice that one made, or delete it"
        )

    async def unfreeze(self, context: Context, subject_id: str) -> None:
        await self.freeze(context, subject_id, "", "")

    async def _waiting(self, context: Context, subject_id: str) -> VoiceJob:
        row = await VoiceJobRepository(context).find(subject_id)
        if row is None or row.state != "AUDITING":
            raise ReviewStateError(f"the voice training job {subject_id} waits for nobody any more")
        return row


VOICES = VoiceReview()
