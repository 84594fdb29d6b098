"""Callbacks: kept with a task when it is ordered, sent when it ends.

Each attempt is a durable job of its own, so a crash neither loses one nor holds a worker while the receiver
is away. A receiver gets each callback at least once, with an id in the header `X-Greenroom-Callback-Id`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any, Protocol, Self
from urllib.parse import urlsplit

import structlog

from greenroom.callbacks.models import Callback, CallbackState
from greenroom.callbacks.repository import CallbackRepository
from greenroom.errors import InvalidParameterError
from greenroom.jobs.engine import JobOutcome, JobSubmission
from greenroom.jobs.models import JobState
from greenroom.jobs.repository import JobRepository
from greenroom.outgoing import Outgoing
from greenroom.runtime import Context

log = structlog.get_logger(__name__)

KIND = "callbacks.send"
FIELD = "callback_config"
LONGEST_PAUSE_S = 3600
_PAUSE_GROWS = 3


class Config(Protocol):
    """The contract's `CallBackConfig`."""

    callback_url: str
    auth_type: Any
    key: str | None


@dataclass(slots=True, frozen=True)
class Receiver:
    """Where a callback goes and how it is signed."""

    url: str
    auth_type: str = "NONE"
    """`NONE`, or `MSS_A`: see `callbacks.signing`."""
    key: str = field(default="", repr=False)

    @classmethod
    def of(cls, config: Config | None) -> Self | None:
        """What a request asks for; None where it asks for no callback."""
        return (
            None if config is None else cls(config.callback_url, config.auth_type or "NONE", config.key or "")
        )

    def sealed(self, context: Context, owner: str) -> bytes:
        return context.runtime.vault.encrypt(json.dumps(asdict(self)), owner)

    @classmethod
    def opened(cls, context: Context, data: bytes, owner: str) -> Self:
        return cls(**json.loads(context.runtime.vault.decrypt(data, owner)))


def check_receiver(context: Context, receiver: Receiver | None, field: str = f"{FIELD}.callback_url") -> None:
    """What can be said before anything is made. The receiver's name is looked up when something is sent.

    Args:
        field: where the URL stands in the request.

    Raises:
        InvalidParameterError: no URL that may be sent to, or nothing to sign with.
    """
    if receiver is None:
        return
    Outgoing.of(context.settings).check(field, receiver.url)
    if receiver.auth_type == "MSS_A" and not receiver.key:
        raise InvalidParameterError(f"{FIELD}.key is missing: auth_type MSS_A signs with it")


async def keep_callback(context: Context, subject_id: str, receiver: Receiver | None) -> None:
    """Remember where to send when the task ends. Raises as `check_receiver` does."""
    if receiver is None:
        return
    check_receiver(context, receiver)
    row = Callback(id=context.new_id(), subject_id=subject_id, state=CallbackState.WAITING, body={})
    row.host = (urlsplit(receiver.url).hostname or "")[:256]
    row.receiver = receiver.sealed(context, row.id)
    await CallbackRepository(context).add(row)


async def receiver_of(context: Context, subject_id: str) -> Receiver | None:
    """Of a task that has one."""
    row = await CallbackRepository(context).of_task(subject_id)
    return None if row is None else Receiver.opened(context, row.receiver, row.id)


async def send_callback(context: Context, subject_id: str, body: Mapping[str, Any]) -> None:
    """The task has ended: send `body`, once, if the task has a callback. Part of the caller's transaction."""
    row = await CallbackRepository(context).of_task(subject_id)
    if row is None or row.state != CallbackState.WAITING:
        return
    row.advance(CallbackState.DUE)
    row.body, row.due_at = {name: value for name, value in body.items() if value is not None}, context.now()
    CallbackRepository(context).touch(row)
    await _submit(context, row, 0.0)


async def end_attempt(context: Context, subject_id: str, outcome: JobOutcome) -> None:
    """`JobKind.ended` of one attempt: the callback was taken, or is sent again later, or is given up."""
    repository = CallbackRepository(context)
    row = await repository.find_locked(subject_id)
    if row is None or row.state != CallbackState.DUE:
        return
    repository.touch(row)
    if outcome.state is JobState.SUCCEEDED:
        row.advance(CallbackState.SENT)
        return
    row.attempts += 1
    row.fault = (outcome.error_msg or "it was stopped")[:512]
    pause_s = pause_after(row.attempts, context.settings.callback_first_retry_s)
    assert row.due_at is not None, "it is due"
    last_at = row.due_at + timedelta(seconds=context.settings.callback_retry_s)
    if context.now() + timedelta(seconds=pause_s) > last_at:
        row.advance(CallbackState.GIVEN_UP)
        log.warning("a callback was given up", callback_id=row.id, host=row.host, fault=row.fault)
        return
    await _submit(context, row, pause_s)


def pause_after(failures: int, first_s: int) -> float:
    """Seconds until the next attempt."""
    return float(min(LONGEST_PAUSE_S, first_s * _PAUSE_GROWS ** min(failures - 1, 20)))


async def forget_callbacks(context: Context, subject_ids: Sequence[str]) -> None:
    """The tasks are deleted: so is what was sent of them."""
    rows = await CallbackRepository(context).of_tasks(subject_ids)
    jobs = await JobRepository(context).of_subjects([row.id for row in rows])
    assert context.runtime.jobs is not None, "the server runs no job engine"
    await context.runtime.jobs.forget(context, [job.id for job in jobs])
    for row in rows:
        await CallbackRepository(context).remove(row)


async def _submit(context: Context, row: Callback, delay_s: float) -> None:
    assert context.runtime.jobs is not None, "the server runs no job engine"
    job_id = f"{row.id}-{row.attempts + 1}"
    await context.runtime.jobs.submit(context, JobSubmission(job_id, KIND, row.id, delay_s))
