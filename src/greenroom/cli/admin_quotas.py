"""`greenroom admin quotas`: how much each user of a tenant may make."""

from __future__ import annotations

from typing import Annotated

import typer

from greenroom.cli.administration import AsJson, Data, Tenant, administer, region_of, show_made, show_rows

quotas = typer.Typer(no_args_is_help=True)

User = Annotated[str, typer.Argument(help="The user, as requests name it in X-App-UserId.")]
Region = Annotated[str | None, typer.Option(help="Region of the project; that of the server if left out.")]


@quotas.command("list")
def list_quotas(
    tenant: Tenant,
    region: Region = None,
    offset: Annotated[int, typer.Option(min=0, help="Users to pass over.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=100, help="At most so many users.")] = 100,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Limits and what was used of them; what has neither is left out."""
    from greenroom.billing import user_limits

    place = tenant, region_of(data, region)
    rows = administer(data, lambda runtime: user_limits.list_quotas(runtime, place, offset, limit))
    show_rows(rows, ("user", "item", "limit", "used"), as_json)


@quotas.command("set")
def set_quota(
    user: User,
    limits: Annotated[
        list[str], typer.Argument(help="ITEM=NUMBER, such as video_time_2d_model=60; -1: none.")
    ],
    tenant: Tenant,
    region: Region = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Limit a user. Other limits of the user stay."""
    from greenroom.billing import user_limits
    from greenroom.iam.changes import Actor

    place, wanted = (tenant, region_of(data, region)), dict(_limit(text) for text in limits)
    made = administer(data, lambda runtime: user_limits.set_quota(runtime, Actor(), place, user, wanted))
    show_made(made, as_json)


@quotas.command("delete")
def delete_quota(user: User, tenant: Tenant, region: Region = None, data: Data = None) -> None:
    """Take all limits from a user."""
    from greenroom.billing import user_limits
    from greenroom.iam.changes import Actor

    place = tenant, region_of(data, region)
    administer(data, lambda runtime: user_limits.delete_quota(runtime, Actor(), place, user))


def _limit(text: str) -> tuple[str, int]:
    """Raises UserError."""
    from greenroom.cli.errors import UserError

    item, _, number = text.partition("=")
    try:
        return item, int(number)
    except ValueError:
        raise UserError(f"{text!r} is not ITEM=NUMBER: write it like voice_clone_basic=3") from None
