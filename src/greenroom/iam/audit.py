"""Writes refusals into the audit record, and the last use of keys, without holding up the answer.

Events wait in memory and are written in batches, the first one at once. Equal refusals of one batch (same
tenant, actor, action, error and source) become one row with a count, so that a flood of refused requests
cannot fill the disk. A process that is killed loses what it has not written: a fifth of a second at most.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from greenroom.clock import Clock
from greenroom.db.session import Sessions
from greenroom.iam.models import AuditKind
from greenroom.iam.repository import AuditRepository, IamRepository

log = structlog.get_logger(__name__)

BATCH_INTERVAL_S = 0.2
MAX_WAITING = 20_000
"""Different refusals that may wait; beyond that they only go to the log."""
USE_PRECISION = timedelta(minutes=1)


@dataclass(slots=True, frozen=True)
class Refusal:
    """A request that was turned away."""

    tenant_id: str | None
    actor: str
    action: str
    resource: str
    error_code: str
    message: str
    source: str
    request_id: str


class AuditWriter:
    """One a process. `close` writes what still waits."""

    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock
        self._refusals: dict[tuple[str | None, ...], tuple[Refusal, datetime, int]] = {}
        self._uses: dict[str, datetime] = {}
        self._noted: dict[str, datetime] = {}
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    def refused(self, refusal: Refusal) -> None:
        key = (
            refusal.tenant_id,
            refusal.actor,
            refusal.action,
            refusal.resource,
            refusal.error_code,
            refusal.source,
        )
        before = self._refusals.get(key)
        if before is None and len(self._refusals) >= MAX_WAITING:
            log.warning("audit event not kept", error_code=refusal.error_code, tenant_id=refusal.tenant_id)
            return
        self._refusals[key] = (refusal, self._clock(), 1 if before is None else before[2] + 1)
        self._wake()

    def used(self, access_key: str) -> None:
        """Note the use of a key; it is written once a minute."""
        now = self._clock()
        noted = self._noted.get(access_key)
        if noted is not None and now - noted < USE_PRECISION:
            return
        if len(self._noted) > MAX_WAITING:
            self._noted.clear()
        self._noted[access_key] = self._uses[access_key] = now
        self._wake()

    async def close(self) -> None:
        self._closing = True
        if self._task is not None:
            await self._task
        await self._write()

    def _wake(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        while self._refusals or self._uses:
            try:
                await self._write()
            except Exception:
                log.exception("audit events could not be written")
                if self._closing:
                    return
            await asyncio.sleep(BATCH_INTERVAL_S)

    async def _write(self) -> None:
        refusals, self._refusals = self._refusals, {}
        uses, self._uses = self._uses, {}
        if not refusals and not uses:
            return
        try:
            async with self._sessions.write.begin() as session:
                if refusals:
                    await AuditRepository(session).append([_row(*one) for one in refusals.values()])
                for access_key in sorted(uses):
                    await IamRepository(session).note_use(access_key, uses[access_key])
        except BaseException:
            self._refusals = refusals | self._refusals
            self._uses = uses | self._uses
            raise


def _row(refusal: Refusal, moment: datetime, count: int) -> Mapping[str, object]:
    return {
        "at": moment,
        "kind": AuditKind.REFUSAL,
        "tenant_id": refusal.tenant_id,
        "actor": refusal.actor[:128],
        "action": refusal.action[:128],
        "resource": printable(refusal.resource, 256),
        "error_code": refusal.error_code,
        "message": printable(refusal.message, 512),
        "source": refusal.source[:64],
        "request_id": refusal.request_id[:64],
        "count": count,
    }


def printable(text: str, length: int) -> str:
    """Text that every database takes, and that no terminal obeys: without control characters."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text[:length])
