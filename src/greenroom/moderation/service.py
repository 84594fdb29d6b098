"""What other contexts ask of the review: texts at once, files in a child process, people for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from greenroom.engines.protocols import Decision
from greenroom.jobs.children import Child, ChildLimits
from greenroom.moderation.chain import Chain, make_chain
from greenroom.moderation.errors import ContentRefusedError
from greenroom.moderation.models import ReviewItem, ReviewState
from greenroom.moderation.repository import ModerationRepository
from greenroom.moderation.verdicts import Verdict
from greenroom.moderation.words import Word
from greenroom.runtime import Context, Runtime

FILE_LIMITS = ChildLimits(memory_mb=3000, seconds=3600, silent_seconds=300)
REVIEW_TARGET = "greenroom.moderation.files:review_file"

_chains: dict[tuple[str, str | None], tuple[object, Chain]] = {}
"""By database and plugged moderators: what the chain was made from, and the chain."""


@dataclass(slots=True, frozen=True)
class Subject:
    """What is reviewed or frozen."""

    kind: str
    """A name of `subjects.SUBJECTS`."""
    id: str
    title: str


@dataclass(slots=True, frozen=True)
class FileKind:
    """What there is to look at and to listen to in a file."""

    kind: str
    """picture, video, sound or deck"""
    has_picture: bool = False
    has_sound: bool = False
    duration_s: float = 0.0


async def is_reviewed(context: Context, review_config: Mapping[str, Any] | None) -> bool:
    """Whether the tenant's content is reviewed at all.

    Only the operator exempts a tenant; one that is exempt may still ask for a review with
    `no_need_review: false`.
    """
    if context.settings.review == "off":
        return False
    if await ModerationRepository(context.session).exemption(context.tenant_id) is None:
        return True
    return review_config is not None and review_config.get("no_need_review") is False


async def review_texts(context: Context, texts: Mapping[str, str | None]) -> Verdict:
    """Each text by the name of its field. Takes some milliseconds."""
    chain = await _chain(context)
    verdict = Verdict()
    for field, text in texts.items():
        verdict = verdict.joined(chain.review_text(text or "", field))
    return verdict


async def require_allowed(
    context: Context, texts: Mapping[str, str | None], review_config: Mapping[str, Any] | None = None
) -> Verdict:
    """Review a request's texts; what is answered passes, or is doubtful and for `ask_people`.

    Raises:
        ContentRefusedError: a text is refused; it names the field and what it was found to be.
    """
    if not await is_reviewed(context, review_config):
        return Verdict()
    verdict = await review_texts(context, texts)
    if verdict.decision is Decision.REFUSE:
        raise ContentRefusedError(f"a text does not pass the content review ({verdict.reason}): change it")
    return verdict


def is_for_people(context: Context, verdict: Verdict) -> bool:
    """Whether a person decides: it is doubtful, or could not be examined where the operator wants to know."""
    doubtful = verdict.decision is Decision.DOUBT
    return doubtful or (bool(verdict.unexamined) and context.settings.review_unexamined == "queue")


async def file_payload(context: Context, kind: FileKind) -> dict[str, Any]:
    """For `REVIEW_TARGET` in a child process, but for the `path`."""
    words = [
        [row.text, row.category, row.decision] for row in await ModerationRepository(context.session).words()
    ]
    return {**asdict(kind), "words": words, "moderators": context.settings.moderators}


async def review_file_now(runtime: Runtime, path: Path, payload: Mapping[str, Any]) -> Verdict:
    """In a child of its own, within the settings' time for looking into a file.

    Raises:
        ChildError: it could not be reviewed.
    """
    limits = ChildLimits(memory_mb=FILE_LIMITS.memory_mb, seconds=runtime.settings.probe_timeout_s * 2)
    log_path = runtime.settings.work_dir / "review.log"
    async with Child(log_path, limits) as child:
        return Verdict.from_json(await child.call(REVIEW_TARGET, {**payload, "path": str(path)}))


async def ask_people(context: Context, subject: Subject, part: str, verdict: Verdict) -> None:
    """Put it into the queue; an item of the same part that waits already is replaced."""
    found = ModerationRepository(context.session)
    await found.withdraw(subject.kind, subject.id, part)
    await found.add(
        ReviewItem(
            id=context.new_id(),
            tenant_id=context.tenant_id,
            project_id=context.project_id,
            subject_kind=subject.kind,
            subject_id=subject.id,
            title=subject.title[:256],
            part=part,
            findings=verdict.to_json()["findings"]
            or [{"category": f"not examined: {', '.join(verdict.unexamined)}"}],
            state=ReviewState.WAITING,
            created_at=context.now(),
        )
    )


async def waits_for_people(context: Context, kind: str, subject_id: str) -> bool:
    return bool(await ModerationRepository(context.session).waiting_items(kind, subject_id))


async def withdraw(context: Context, kind: str, subject_id: str, part: str | None = None) -> None:
    """Nobody needs to decide on it any more."""
    await ModerationRepository(context.session).withdraw(kind, subject_id, part)


async def _chain(context: Context) -> Chain:
    """Made anew when the operator's words have changed."""
    found = ModerationRepository(context.session)
    stamp = await found.words_stamp()
    key = (context.settings.async_database_url, context.settings.moderators)
    known = _chains.get(key)
    if known is not None and known[0] == stamp:
        return known[1]
    words = [Word(row.text, row.category, row.decision) for row in await found.words()]
    chain = make_chain(words, context.settings.moderators)
    _chains[key] = (stamp, chain)
    return chain
