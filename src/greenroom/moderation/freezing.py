"""Freezing of an asset, a task or a whole tenant, with a reason; the appeal against it, and its end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from greenroom.clock import wire_time
from greenroom.db.session import Session
from greenroom.errors import InvalidParameterError
from greenroom.iam.changes import Actor, changing, find_tenant, note
from greenroom.moderation.errors import ReviewNotFoundError, ReviewStateError
from greenroom.moderation.models import Freeze, FreezeState
from greenroom.moderation.repository import STANDING, ModerationRepository
from greenroom.moderation.subjects import subject_of
from greenroom.runtime import Context, Runtime
from greenroom.storage.holds import hold, release
from greenroom.tenants.repository import TenantRepository
from greenroom.tenants.service import scope_of_project

TENANT = "tenant"
_FOLDERS = ("assets", "video", "scripts", "training", "uploads/auditions", "uploads/speech")
"""Of the object store: each holds a folder a project."""
MAX_APPEAL_CHARACTERS = 4000


async def freeze(
    runtime: Runtime, actor: Actor, kind: str, subject: str, why: tuple[str, str]
) -> dict[str, Any]:
    """Freeze it at once; links that were given out stop to work.

    Args:
        kind: asset, task or tenant.
        subject: the id of an asset or task, the name of a tenant.
        why: a code, such as `copyright`, and a reason for the tenant to read.

    Raises:
        ReviewNotFoundError, UnknownNameError: no such thing.
        ReviewStateError: it is frozen already.
        InvalidParameterError: no such kind, or no reason.
    """
    code, reason = why[0].strip()[:64], why[1].strip()[:256]
    if not code or not reason:
        raise InvalidParameterError("a freeze needs a code and a reason: the tenant is shown both")
    if kind == TENANT:
        return await _freeze_tenant(runtime, actor, subject, (code, reason))
    async with _subject(runtime, kind, subject) as context:
        row = _row(context.runtime, actor, kind, subject, (code, reason))
        row.tenant_id, row.project_id = context.tenant_id, context.project_id
        await _begin(context.session, row)
        await subject_of(kind).freeze(context, subject, code, reason)
        await note(runtime, context.session, actor, (row.tenant_id, f"moderation:{kind}:freeze", subject))
        return _shown(row, {})


@asynccontextmanager
async def _subject(runtime: Runtime, kind: str, subject_id: str) -> AsyncIterator[Context]:
    """A transaction in the project of the subject."""
    async with runtime.sessions.read() as session:
        place = await subject_of(kind).find(session, subject_id)
    if place is None:
        raise ReviewNotFoundError(f"no {kind} has the id {subject_id}")
    async with runtime.transaction(await scope_of_project(runtime, place.project_id)) as context:
        yield context


def _row(runtime: Runtime, actor: Actor, kind: str, subject_id: str, why: tuple[str, str]) -> Freeze:
    return Freeze(
        id=runtime.new_id(),
        subject_kind=kind,
        subject_id=subject_id,
        state=FreezeState.FROZEN,
        reason_code=why[0],
        reason=why[1],
        frozen_at=runtime.clock(),
        frozen_by=actor.name,
    )


async def _begin(session: Session, row: Freeze) -> None:
    found = ModerationRepository(session)
    standing = await found.standing_freeze(row.subject_kind, row.subject_id)
    if standing is not None:
        raise ReviewStateError(f"it is frozen already: see the freeze {standing.id}")
    await found.add(row)


async def _freeze_tenant(runtime: Runtime, actor: Actor, name: str, why: tuple[str, str]) -> dict[str, Any]:
    async with changing(runtime, actor, name, "moderation:tenant:freeze", name) as change:
        row = _row(runtime, actor, TENANT, change.tenant.id, why)
        row.tenant_id = change.tenant.id
        await _begin(change.session, row)
        change.tenant.enabled = False
        change.tenant.disabled_reason = f"frozen: {why[1]}"[:256]
        await hold(change.session, await _folders(change.session, change.tenant.id), why[1], runtime.clock())
        return _shown(row, {change.tenant.id: name})


async def _folders(session: Session, tenant_id: str) -> list[str]:
    projects = await TenantRepository(session).projects_of(tenant_id)
    return [f"{folder}/{project.id}" for project in projects for folder in _FOLDERS]


async def appeal(
    runtime: Runtime, actor: Actor, freeze_id: str, text: str, tenant: str | None = None
) -> dict[str, Any]:
    """Record that the tenant asks for the end of a freeze, in its words.

    Args:
        tenant: name of the one that appeals; another's freeze is not found.

    Raises:
        ReviewNotFoundError: no such freeze.
        ReviewStateError: it has ended, or an appeal waits for its answer.
        InvalidParameterError: no text, or far too much.
    """
    if not text.strip() or len(text) > MAX_APPEAL_CHARACTERS:
        raise InvalidParameterError(f"an appeal has 1 to {MAX_APPEAL_CHARACTERS} characters")
    async with runtime.sessions.write.begin() as session:
        row = await _require(session, freeze_id)
        if tenant is not None and row.tenant_id != (await find_tenant(session, tenant)).id:
            raise _no_freeze(freeze_id)
        if row.state not in (FreezeState.FROZEN, FreezeState.UPHELD):
            raise ReviewStateError(
                f"the freeze {freeze_id} is {row.state}: there is nothing to appeal against"
            )
        row.state, row.appeal, row.appealed_at, row.answer = FreezeState.APPEALED, text, runtime.clock(), None
        await note(runtime, session, actor, (row.tenant_id, "moderation:freeze:appeal", freeze_id))
        return _shown(row, {})


async def uphold(runtime: Runtime, actor: Actor, freeze_id: str, answer: str) -> dict[str, Any]:
    """Turn an appeal down. Raises ReviewNotFoundError, ReviewStateError."""
    async with runtime.sessions.write.begin() as session:
        row = await _require(session, freeze_id)
        if row.state != FreezeState.APPEALED:
            raise ReviewStateError(f"the freeze {freeze_id} is {row.state}: no appeal waits for an answer")
        row.state, row.answer = FreezeState.UPHELD, answer[:256]
        await note(runtime, session, actor, (row.tenant_id, "moderation:freeze:uphold", freeze_id))
        return _shown(row, {})


async def lift(runtime: Runtime, actor: Actor, freeze_id: str, answer: str = "") -> dict[str, Any]:
    """End a freeze, with or without an appeal: the state before comes back.

    Raises:
        ReviewNotFoundError: no such freeze.
        ReviewStateError: it has ended already.
    """
    async with runtime.sessions.read() as session:
        row = await _require(session, freeze_id)
        if row.state not in STANDING:
            raise ReviewStateError(f"the freeze {freeze_id} is {row.state}: it has ended")
        tenant = next(one for one in await TenantRepository(session).tenants() if one.id == row.tenant_id)
    if row.subject_kind == TENANT:
        async with changing(runtime, actor, tenant.name, "moderation:tenant:unfreeze", tenant.name) as change:
            change.tenant.enabled, change.tenant.disabled_reason = True, None
            await release(change.session, await _folders(change.session, change.tenant.id))
            return await _end(change.session, runtime, actor, (freeze_id, answer))
    async with _subject(runtime, row.subject_kind, row.subject_id) as context:
        await subject_of(row.subject_kind).unfreeze(context, row.subject_id)
        action = f"moderation:{row.subject_kind}:unfreeze"
        await note(runtime, context.session, actor, (row.tenant_id, action, row.subject_id))
        return await _end(context.session, runtime, actor, (freeze_id, answer))


async def _end(session: Session, runtime: Runtime, actor: Actor, what: tuple[str, str]) -> dict[str, Any]:
    row = await _require(session, what[0])
    row.state, row.ended_at, row.ended_by = FreezeState.LIFTED, runtime.clock(), actor.name
    row.answer = what[1][:256] or row.answer
    return _shown(row, {})


async def list_freezes(
    runtime: Runtime, states: Sequence[FreezeState], tenant: str | None, limit: int
) -> list[dict[str, Any]]:
    """Newest first. Raises UnknownNameError."""
    async with runtime.sessions.read() as session:
        tenant_id = (await find_tenant(session, tenant)).id if tenant else None
        names = {row.id: row.name for row in await TenantRepository(session).tenants()}
        rows = await ModerationRepository(session).freezes(states, tenant_id, limit)
    return [_shown(row, names) for row in rows]


async def standing_freeze(session: Session, kind: str, subject_id: str) -> Freeze | None:
    """The freeze that holds something now, by the operator or for its content; None if there is none."""
    return await ModerationRepository(session).standing_freeze(kind, subject_id)


async def _require(session: Session, freeze_id: str) -> Freeze:
    row = await ModerationRepository(session).freeze(freeze_id)
    if row is None:
        raise _no_freeze(freeze_id)
    return row


def _no_freeze(freeze_id: str) -> ReviewNotFoundError:
    return ReviewNotFoundError(f"no freeze has the id {freeze_id}: list the freezes")


def _shown(row: Freeze, names: dict[str, str]) -> dict[str, Any]:
    subject = names.get(row.subject_id, row.subject_id)
    return {
        "id": row.id,
        "tenant": names.get(row.tenant_id, row.tenant_id),
        "kind": row.subject_kind,
        "subject": subject,
        "state": row.state,
        "code": row.reason_code,
        "reason": row.reason,
        "frozen_at": wire_time(row.frozen_at),
        "frozen_by": row.frozen_by,
        "appeal": row.appeal,
        "answer": row.answer,
        "ended_at": wire_time(row.ended_at) if row.ended_at else None,
    }
