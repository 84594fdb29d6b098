"""Content review and freezing: the queue, the words, exempt tenants, freezes and appeals."""

from __future__ import annotations

from greenroom.api.admin.table import Audience, Desk, administers
from greenroom.api.admin.wire import (
    Answer,
    Appeal,
    Because,
    FreezesQuery,
    Made,
    MaybeAnswer,
    NewFreeze,
    OwnFreezesQuery,
    QueueQuery,
    Rows,
    WordQuery,
    WordRule,
    WordsQuery,
)
from greenroom.moderation import freezing, queue
from greenroom.moderation.models import ReviewState
from greenroom.moderation.repository import STANDING


@administers("GET", "/review", "review:list")
async def list_review(desk: Desk, query: QueueQuery) -> Rows:
    """Oldest first."""
    state = None if query.state == "ALL" else ReviewState(query.state)
    return {"items": await queue.list_queue(desk.runtime, state, query.tenant, query.limit)}


@administers("POST", "/review/{item}/approve", "review:approve")
async def approve_item(desk: Desk, item: str) -> Made:
    return await queue.decide(desk.runtime, desk.actor, item, approved=True)


@administers("POST", "/review/{item}/refuse", "review:refuse")
async def refuse_item(desk: Desk, item: str, body: Because) -> Made:
    return await queue.decide(desk.runtime, desk.actor, item, approved=False, reason=body.reason)


@administers("GET", "/words", "word:list")
async def list_words(desk: Desk, query: WordsQuery) -> Rows:
    return {"words": await queue.list_words(desk.runtime, built_in=query.built_in)}


@administers("PUT", "/words", "word:set")
async def set_word(desk: Desk, body: WordRule) -> Made:
    return await queue.set_word(desk.runtime, desk.actor, body.word, body.category, body.decision)


@administers("DELETE", "/words", "word:remove")
async def remove_word(desk: Desk, query: WordQuery) -> None:
    await queue.remove_word(desk.runtime, desk.actor, query.word)


@administers("GET", "/exemptions", "exemption:list")
async def list_exemptions(desk: Desk) -> Rows:
    return {"exemptions": await queue.list_exempt(desk.runtime)}


@administers("PUT", "/tenants/{tenant}/exemption", "exemption:add")
async def add_exemption(desk: Desk, tenant: str, body: Because) -> None:
    await queue.set_exempt(desk.runtime, desk.actor, tenant, body.reason)


@administers("DELETE", "/tenants/{tenant}/exemption", "exemption:remove")
async def remove_exemption(desk: Desk, tenant: str) -> None:
    await queue.set_exempt(desk.runtime, desk.actor, tenant, None)


@administers("GET", "/freezes", "freeze:list")
async def list_freezes(desk: Desk, query: FreezesQuery) -> Rows:
    """Newest first; appeals that wait are APPEALED."""
    states = () if query.ended else STANDING
    return {"freezes": await freezing.list_freezes(desk.runtime, states, query.tenant, query.limit)}


@administers("POST", "/freezes", "freeze:add")
async def add_freeze(desk: Desk, body: NewFreeze) -> Made:
    why = body.code, body.reason
    return await freezing.freeze(desk.runtime, desk.actor, body.kind, body.subject, why)


@administers("POST", "/freezes/{freeze}/uphold", "freeze:uphold")
async def uphold_freeze(desk: Desk, freeze: str, body: Answer) -> Made:
    return await freezing.uphold(desk.runtime, desk.actor, freeze, body.answer)


@administers("POST", "/freezes/{freeze}/lift", "freeze:lift")
async def lift_freeze(desk: Desk, freeze: str, body: MaybeAnswer) -> Made:
    return await freezing.lift(desk.runtime, desk.actor, freeze, body.answer)


@administers("GET", "/tenants/{tenant}/freezes", "freeze:list", Audience.TENANT, while_disabled=True)
async def list_tenant_freezes(desk: Desk, tenant: str, query: OwnFreezesQuery) -> Rows:
    states = () if query.ended else STANDING
    return {"freezes": await freezing.list_freezes(desk.runtime, states, tenant, query.limit)}


@administers(
    "POST",
    "/tenants/{tenant}/freezes/{freeze}/appeal",
    "freeze:appeal",
    Audience.TENANT,
    while_disabled=True,
)
async def appeal_freeze(desk: Desk, tenant: str, freeze: str, body: Appeal) -> Made:
    return await freezing.appeal(desk.runtime, desk.actor, freeze, body.text, tenant=tenant)
