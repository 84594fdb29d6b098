"""The durable job of one attempt to send a callback."""

from __future__ import annotations

import json

from greenroom.callbacks.repository import CallbackRepository
from greenroom.callbacks.service import Receiver, end_attempt
from greenroom.callbacks.signing import signed_url
from greenroom.jobs.engine import JobContext, JobKind, JsonValue
from greenroom.jobs.errors import JobCancelledError, JobError
from greenroom.outgoing import AddressRefusedError, Outgoing, OutgoingError

NOT_TAKEN = "MSS.00000004"
ID_HEADER, ATTEMPT_HEADER = "X-Greenroom-Callback-Id", "X-Greenroom-Callback-Attempt"


async def run_send(job: JobContext) -> None:
    await job.step("send", _Attempt(job).send)


class _Attempt:
    def __init__(self, job: JobContext) -> None:
        self._job = job

    async def send(self) -> JsonValue:
        """The answer's status. Raises JobError: it was not taken, whatever the reason."""
        async with self._job.transaction(read_only=True) as context:
            row = await CallbackRepository(context).find(self._job.subject_id)
            if row is None:
                raise JobCancelledError
            receiver = Receiver.opened(context, row.receiver, row.id)
            now, outgoing = context.now(), Outgoing.of(context.settings)
        url = signed_url(receiver.url, receiver.key, now) if receiver.auth_type == "MSS_A" else receiver.url
        headers = {
            "Content-Type": "application/json",
            ID_HEADER: row.id,
            ATTEMPT_HEADER: str(row.attempts + 1),
        }
        try:
            answer = await outgoing.post(url, json.dumps(row.body).encode(), headers)
        except (AddressRefusedError, OutgoingError) as error:
            raise JobError(NOT_TAKEN, str(error)) from None
        if not 200 <= answer.status < 300:
            raise JobError(NOT_TAKEN, f"the receiver answered {answer.status}; 200 to 299 means taken")
        return answer.status


SEND = JobKind(run=run_send, ended=end_attempt)
