"""`greenroom admin review` and `greenroom admin freeze`: what people decide on, and what is frozen."""

from __future__ import annotations

from typing import Annotated

import typer

from greenroom.cli.administration import AsJson, Data, administer, show_made, show_rows

review = typer.Typer(no_args_is_help=True)
freeze = typer.Typer(no_args_is_help=True)
words = typer.Typer(no_args_is_help=True)
exempt = typer.Typer(no_args_is_help=True)

review.add_typer(words, name="words", help="Words that texts are searched for.")
review.add_typer(exempt, name="exempt", help="Tenants that answer for their content by themselves.")

OfTenant = Annotated[str | None, typer.Option("--tenant", help="Only this tenant's.")]
Limit = Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")]
By = Annotated[str, typer.Option("--by", help="Who decides, for the record.")]
Item = Annotated[str, typer.Argument(help="Id of the item.")]
FreezeId = Annotated[str, typer.Argument(help="Id of the freeze.")]
Word = Annotated[str, typer.Argument(help="A word or phrase, in English or Chinese.")]


@review.command("list")
def list_queue(
    data: Data = None,
    tenant: OfTenant = None,
    state: Annotated[str, typer.Option(help="WAITING, APPROVED, REFUSED, WITHDRAWN or ALL.")] = "WAITING",
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """The queue, oldest first."""
    from greenroom.cli.errors import UserError
    from greenroom.moderation import queue
    from greenroom.moderation.models import ReviewState

    if state != "ALL" and state not in list(ReviewState):
        raise UserError(f"--state cannot be {state!r}: take {', '.join(ReviewState)} or ALL")
    wanted = None if state == "ALL" else ReviewState(state)
    rows = administer(data, lambda runtime: queue.list_queue(runtime, wanted, tenant, limit))
    show_rows(rows, ("id", "created_at", "tenant", "title", "part", "why", "state"), as_json)


@review.command("approve")
def approve(item: Item, data: Data = None, by: By = "operator", as_json: AsJson = False) -> None:
    """Let it be used."""
    _decide(data, (item, by, None), approved=True, as_json=as_json)


@review.command("refuse")
def refuse(
    item: Item,
    reason: Annotated[str, typer.Option(help="Shown to the tenant.")],
    data: Data = None,
    by: By = "operator",
    as_json: AsJson = False,
) -> None:
    """Refuse it: the asset, video task or audition becomes FAILED."""
    _decide(data, (item, by, reason), approved=False, as_json=as_json)


def _decide(data: Data, what: tuple[str, str, str | None], *, approved: bool, as_json: bool) -> None:
    from greenroom.iam.changes import Actor
    from greenroom.moderation import queue

    item, by, reason = what
    made = administer(
        data,
        lambda runtime: queue.decide(runtime, Actor(by), item, approved=approved, reason=reason),
        with_jobs=True,
    )
    show_made({name: made[name] for name in ("id", "kind", "subject", "state", "reason")}, as_json)


@words.command("list")
def list_words(
    data: Data = None,
    built_in: Annotated[bool, typer.Option("--built-in", help="With those that Greenroom brings.")] = False,
    as_json: AsJson = False,
) -> None:
    """The words that were added."""
    from greenroom.moderation import queue

    rows = administer(data, lambda runtime: queue.list_words(runtime, built_in=built_in))
    show_rows(rows, ("word", "category", "decision", "list"), as_json)


@words.command("set")
def set_word(
    word: Word,
    data: Data = None,
    decision: Annotated[
        str, typer.Option(help="REFUSE, DOUBT (a person decides) or ALLOW (in spite of a built-in word).")
    ] = "REFUSE",
    category: Annotated[str, typer.Option(help="Shown to the tenant.")] = "other",
    as_json: AsJson = False,
) -> None:
    """Add a word, or change what happens with it. Counts from the next request on."""
    from greenroom.iam.changes import Actor
    from greenroom.moderation import queue

    made = administer(data, lambda runtime: queue.set_word(runtime, Actor(), word, category, decision))
    show_made(made, as_json)


@words.command("remove")
def remove_word(word: Word, data: Data = None) -> None:
    """Take an added word away."""
    from greenroom.iam.changes import Actor
    from greenroom.moderation import queue

    administer(data, lambda runtime: queue.remove_word(runtime, Actor(), word))


@exempt.command("add")
def add_exempt(
    tenant: Annotated[str, typer.Argument(help="Name of the tenant.")],
    reason: Annotated[str, typer.Option(help="For the record, such as the agreement's number.")],
    data: Data = None,
) -> None:
    """Review nothing of a tenant's any more."""
    _set_exempt(data, tenant, reason)


@exempt.command("remove")
def remove_exempt(
    tenant: Annotated[str, typer.Argument(help="Name of the tenant.")], data: Data = None
) -> None:
    """Review a tenant's content again."""
    _set_exempt(data, tenant, None)


@exempt.command("list")
def list_exempt(data: Data = None, as_json: AsJson = False) -> None:
    """Tenants that are exempt."""
    from greenroom.moderation import queue

    show_rows(administer(data, queue.list_exempt), ("tenant", "since", "reason"), as_json)


def _set_exempt(data: Data, tenant: str, reason: str | None) -> None:
    from greenroom.iam.changes import Actor
    from greenroom.moderation import queue

    administer(data, lambda runtime: queue.set_exempt(runtime, Actor(), tenant, reason))


@freeze.command("add")
def add_freeze(
    kind: Annotated[str, typer.Argument(help="asset, task or tenant.")],
    subject: Annotated[str, typer.Argument(help="Id of the asset or task, name of the tenant.")],
    reason: Annotated[str, typer.Option(help="Shown to the tenant.")],
    code: Annotated[str, typer.Option(help="A short code for the reason, such as COPYRIGHT.")] = "CONTENT",
    data: Data = None,
    by: By = "operator",
    as_json: AsJson = False,
) -> None:
    """Freeze at once: it cannot be used, and links to its files stop to work."""
    from greenroom.iam.changes import Actor
    from greenroom.moderation import freezing

    made = administer(
        data,
        lambda runtime: freezing.freeze(runtime, Actor(by), kind, subject, (code, reason)),
        with_jobs=True,
    )
    show_made(made, as_json)


@freeze.command("list")
def list_freezes(
    data: Data = None,
    tenant: OfTenant = None,
    every: Annotated[bool, typer.Option("--all", help="With those that have ended.")] = False,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """What is frozen, newest first; appeals that wait are APPEALED."""
    from greenroom.moderation import freezing
    from greenroom.moderation.repository import STANDING

    states = () if every else STANDING
    rows = administer(data, lambda runtime: freezing.list_freezes(runtime, states, tenant, limit))
    columns = ("id", "frozen_at", "tenant", "kind", "subject", "state", "code", "reason", "appeal")
    show_rows(rows, columns, as_json)


@freeze.command("appeal")
def appeal(
    freeze_id: FreezeId,
    text: Annotated[str, typer.Option(help="What the tenant says.")],
    data: Data = None,
    by: By = "operator",
    as_json: AsJson = False,
) -> None:
    """Record a tenant's appeal."""
    from greenroom.iam.changes import Actor
    from greenroom.moderation import freezing

    show_made(administer(data, lambda runtime: freezing.appeal(runtime, Actor(by), freeze_id, text)), as_json)


@freeze.command("uphold")
def uphold(
    freeze_id: FreezeId,
    answer: Annotated[str, typer.Option(help="The answer to the appeal.")],
    data: Data = None,
    by: By = "operator",
    as_json: AsJson = False,
) -> None:
    """Turn an appeal down."""
    from greenroom.iam.changes import Actor
    from greenroom.moderation import freezing

    show_made(
        administer(data, lambda runtime: freezing.uphold(runtime, Actor(by), freeze_id, answer)), as_json
    )


@freeze.command("lift")
def lift(
    freeze_id: FreezeId,
    answer: Annotated[str, typer.Option(help="The answer to the appeal, if there was one.")] = "",
    data: Data = None,
    by: By = "operator",
    as_json: AsJson = False,
) -> None:
    """Unfreeze: the state before comes back."""
    from greenroom.iam.changes import Actor
    from greenroom.moderation import freezing

    show_made(administer(data, lambda runtime: freezing.lift(runtime, Actor(by), freeze_id, answer)), as_json)
