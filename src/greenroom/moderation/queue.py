"""The operator's side of the review: the queue, the words, the exempt tenants."""

from __future__ import annotations

from typing import Any

from greenroom.clock import wire_time
from greenroom.engines.protocols import Decision
from greenroom.errors import InvalidParameterError
from greenroom.iam.changes import Actor, find_tenant, note
from greenroom.moderation.errors import ReviewNotFoundError, ReviewStateError
from greenroom.moderation.models import ModeratedWord, ReviewExemption, ReviewItem, ReviewState
from greenroom.moderation.repository import ModerationRepository
from greenroom.moderation.subjects import subject_of
from greenroom.moderation.words import ALLOW, MAX_WORD_CHARACTERS, built_in_words, normalise
from greenroom.runtime import Runtime, Scope
from greenroom.tenants.repository import TenantRepository
from greenroom.tenants.service import scope_of_project

DECISIONS = (Decision.REFUSE.value, Decision.DOUBT.value, ALLOW)


async def list_queue(
    runtime: Runtime, state: ReviewState | None, tenant: str | None, limit: int
) -> list[dict[str, Any]]:
    """Oldest first. Raises UnknownNameError."""
    async with runtime.sessions.read() as session:
        tenant_id = (await find_tenant(session, tenant)).id if tenant else None
        names = {row.id: row.name for row in await TenantRepository(session).tenants()}
        items = await ModerationRepository(session).items(state, tenant_id, limit)
    return [_shown(item, names) for item in items]


def _shown(item: ReviewItem, names: dict[str, str]) -> dict[str, Any]:
    return {
        "id": item.id,
        "tenant": names.get(item.tenant_id, item.tenant_id),
        "kind": item.subject_kind,
        "subject": item.subject_id,
        "title": item.title,
        "part": item.part,
        "findings": item.findings,
        "why": "; ".join(_why(finding) for finding in item.findings)[:160],
        "state": item.state,
        "created_at": wire_time(item.created_at),
        "decided_by": item.decided_by,
        "reason": item.reason,
    }


def _why(finding: dict[str, Any]) -> str:
    parts = [finding.get(name) for name in ("category", "detail", "place")]
    return " / ".join(str(part) for part in parts if part)


async def decide(
    runtime: Runtime, actor: Actor, item_id: str, *, approved: bool, reason: str | None = None
) -> dict[str, Any]:
    """Approve or refuse an item, and do what follows for its subject.

    Raises:
        ReviewNotFoundError: no such item.
        ReviewStateError: it was decided already.
    """
    scope = await _scope_of_item(runtime, item_id)
    async with runtime.transaction(scope) as context:
        found = ModerationRepository(context.session)
        item = await found.item(item_id)
        assert item is not None
        if item.state != ReviewState.WAITING:
            raise ReviewStateError(f"the item {item_id} is {item.state}: only a WAITING one can be decided")
        item.state = ReviewState.APPROVED if approved else ReviewState.REFUSED
        item.decided_at, item.decided_by = context.now(), actor.name
        item.reason = (reason or "")[:256] or None
        await context.session.flush()
        subject = subject_of(item.subject_kind)
        if not approved:
            await found.withdraw(item.subject_kind, item.subject_id, None)
            await subject.refuse(context, item.subject_id, item.reason or "a reviewer refused it")
        elif not await found.waiting_items(item.subject_kind, item.subject_id):
            await subject.approve(context, item.subject_id)
        action = "moderation:review:approve" if approved else "moderation:review:refuse"
        await note(runtime, context.session, actor, (item.tenant_id, action, item.subject_id))
        return _shown(item, {})


async def _scope_of_item(runtime: Runtime, item_id: str) -> Scope:
    async with runtime.sessions.read() as session:
        item = await ModerationRepository(session).item(item_id)
    if item is None:
        raise ReviewNotFoundError(f"no item of the queue has the id {item_id}: list the queue")
    return await scope_of_project(runtime, item.project_id)


async def set_exempt(runtime: Runtime, actor: Actor, tenant: str, reason: str | None) -> None:
    """Exempt a tenant with a reason, or with None review it again. Raises UnknownNameError."""
    async with runtime.sessions.write.begin() as session:
        row = await find_tenant(session, tenant)
        found = ModerationRepository(session)
        known = await found.exemption(row.id)
        if reason is None:
            if known is None:
                raise ReviewNotFoundError(f"the tenant {tenant} is not exempt")
            await found.remove(known)
        elif known is None:
            await found.add(
                ReviewExemption(tenant_id=row.id, reason=reason[:256], created_at=runtime.clock())
            )
        else:
            known.reason = reason[:256]
        action = "moderation:review:exempt" if reason is not None else "moderation:review:include"
        await note(runtime, session, actor, (row.id, action, tenant))


async def list_exempt(runtime: Runtime) -> list[dict[str, Any]]:
    async with runtime.sessions.read() as session:
        names = {row.id: row.name for row in await TenantRepository(session).tenants()}
        rows = await ModerationRepository(session).exemptions()
    return [
        {
            "tenant": names.get(row.tenant_id, row.tenant_id),
            "reason": row.reason,
            "since": wire_time(row.created_at),
        }
        for row in rows
    ]


async def set_word(runtime: Runtime, actor: Actor, text: str, category: str, decision: str) -> dict[str, Any]:
    """Add a word, or change what happens with it; ALLOW lets a built-in one pass.

    Raises:
        InvalidParameterError: no word, too long, or an unknown decision.
    """
    normal = normalise(text)
    if not normal or len(text) > MAX_WORD_CHARACTERS or len(normal) > MAX_WORD_CHARACTERS:
        raise InvalidParameterError(f"a word has 1 to {MAX_WORD_CHARACTERS} letters or digits")
    if decision not in DECISIONS:
        raise InvalidParameterError(f"the decision cannot be {decision!r}: take {', '.join(DECISIONS)}")
    async with runtime.sessions.write.begin() as session:
        found = ModerationRepository(session)
        known = await found.word(normal)
        if known is not None:
            await found.remove(known)
        row = ModeratedWord(
            normal=normal, text=text, category=category[:32], decision=decision, created_at=runtime.clock()
        )
        await found.add(row)
        await note(runtime, session, actor, (None, "moderation:word:set", f"{decision} {text}"))
    return {"word": text, "compared_as": normal, "category": category, "decision": decision}


async def remove_word(runtime: Runtime, actor: Actor, text: str) -> None:
    """Take an operator's word away. Raises ReviewNotFoundError."""
    async with runtime.sessions.write.begin() as session:
        found = ModerationRepository(session)
        known = await found.word(normalise(text))
        if known is None:
            raise ReviewNotFoundError(
                f"{text!r} was not added by an operator: to let a built-in word pass, set it to ALLOW"
            )
        await found.remove(known)
        await note(runtime, session, actor, (None, "moderation:word:remove", text))


async def list_words(runtime: Runtime, *, built_in: bool) -> list[dict[str, Any]]:
    """The operator's words, and with `built_in` those of the lists."""
    async with runtime.sessions.read() as session:
        own = await ModerationRepository(session).words()
    rows = [
        {"word": row.text, "category": row.category, "decision": row.decision, "list": "own"} for row in own
    ]
    if built_in:
        taken = {row.normal for row in own}
        rows += [
            {"word": word.text, "category": word.category, "decision": word.decision, "list": "built-in"}
            for word in built_in_words()
            if normalise(word.text) not in taken
        ]
    return rows
