"""`greenroom admin policies` and `greenroom admin keys`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from greenroom.cli.administration import AsJson, Data, Tenant, administer, region_of, show_made, show_rows
from greenroom.cli.errors import UserError

policies = typer.Typer(no_args_is_help=True)
keys = typer.Typer(no_args_is_help=True)

PolicyName = Annotated[str, typer.Argument(help="Name of the policy.")]
GroupOption = Annotated[str, typer.Option("--group", help="Name of the group.")]
Place = Annotated[str, typer.Option("--region", help="Only in this region's project; '*' for all.")]
AccessKey = Annotated[str, typer.Argument(help="The access key (AK).")]


@policies.command("save")
def save_policy(
    name: PolicyName,
    tenant: Tenant,
    file: Annotated[Path, typer.Option("--file", help="The JSON document; - for standard input.")],
    description: Annotated[str, typer.Option(help="What it is for.")] = "",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Make a policy from a JSON document, or replace the one with this name."""
    from greenroom.iam import permissions
    from greenroom.iam.changes import Actor

    document = _read_document(file)
    made = administer(
        data,
        lambda runtime: permissions.save_policy(runtime, Actor(), tenant, name, document, description),
    )
    show_made(made, as_json)


def _read_document(file: Path) -> dict[str, object]:
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        found: dict[str, object] = json.loads(text)
    except OSError as error:
        raise UserError(f"{file} cannot be read ({error.strerror}): give the path of the document") from None
    except ValueError as error:
        raise UserError(f"{file} is not valid JSON ({error}): correct it there") from None
    return found


@policies.command("list")
def list_policies(tenant: Tenant, data: Data = None, as_json: AsJson = False) -> None:
    """The system's policies and the tenant's own."""
    from greenroom.iam import permissions

    rows = administer(data, lambda runtime: permissions.list_policies(runtime, tenant))
    show_rows(rows, ("name", "type", "description", "updated_at"), as_json)


@policies.command("show")
def show_policy(name: PolicyName, tenant: Tenant, data: Data = None) -> None:
    """The JSON document of a policy."""
    from greenroom.iam import permissions

    for row in administer(data, lambda runtime: permissions.list_policies(runtime, tenant)):
        if row["name"] == name:
            print(json.dumps(row["document"], indent=2, ensure_ascii=False))
            return
    raise UserError(f"the tenant {tenant} has no policy {name!r}: `greenroom admin policies list` shows them")


@policies.command("delete")
def delete_policy(name: PolicyName, tenant: Tenant, data: Data = None) -> None:
    """Delete a policy that no group has."""
    from greenroom.iam import permissions
    from greenroom.iam.changes import Actor

    administer(data, lambda runtime: permissions.delete_policy(runtime, Actor(), tenant, name))


@policies.command("attach")
def attach_policy(
    name: PolicyName, tenant: Tenant, group: GroupOption, region: Place = "*", data: Data = None
) -> None:
    """Give a group a policy."""
    _set_attached(data, tenant, (group, name, region), attached=True)


@policies.command("detach")
def detach_policy(
    name: PolicyName, tenant: Tenant, group: GroupOption, region: Place = "*", data: Data = None
) -> None:
    """Take a policy away from a group."""
    _set_attached(data, tenant, (group, name, region), attached=False)


def _set_attached(data: Data, tenant: str, what: tuple[str, str, str], *, attached: bool) -> None:
    from greenroom.iam import permissions
    from greenroom.iam.changes import Actor

    group, policy, region = what
    administer(
        data,
        lambda runtime: permissions.set_attached(
            runtime, Actor(), tenant, group, policy, attached=attached, region=region
        ),
    )


@keys.command("create")
def create_key(
    tenant: Tenant,
    user: Annotated[str, typer.Option(help="Name of the user.")],
    region: Annotated[str | None, typer.Option(help="Project for requests that name none.")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Make a key pair for a user. The secret key is shown this once."""
    from greenroom.iam import service
    from greenroom.iam.changes import Actor

    place = region_of(data, region)
    made = administer(data, lambda runtime: service.create_key(runtime, Actor(), tenant, user, place))
    show_made(asdict(made), as_json)


@keys.command("list")
def list_keys(
    tenant: Tenant,
    user: Annotated[str | None, typer.Option(help="Only this user's.")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Access keys, their state and their last use (to the minute)."""
    from greenroom.iam import service

    rows = administer(data, lambda runtime: service.list_keys(runtime, tenant, user))
    show_rows(rows, ("access_key", "user", "region", "state", "created_at", "last_used_at"), as_json)


@keys.command("rotate")
def rotate_key(access_key: AccessKey, tenant: Tenant, data: Data = None, as_json: AsJson = False) -> None:
    """Make a new pair for the same user; the old one is disabled."""
    from greenroom.iam import service
    from greenroom.iam.changes import Actor

    made = administer(data, lambda runtime: service.rotate_key(runtime, Actor(), tenant, access_key))
    show_made(asdict(made), as_json)


@keys.command("disable")
def disable_key(access_key: AccessKey, tenant: Tenant, data: Data = None) -> None:
    """Refuse a key; running servers do so within a second."""
    _set_state(data, tenant, access_key, enabled=False)


@keys.command("enable")
def enable_key(access_key: AccessKey, tenant: Tenant, data: Data = None) -> None:
    """Take a disabled key again."""
    _set_state(data, tenant, access_key, enabled=True)


def _set_state(data: Data, tenant: str, access_key: str, *, enabled: bool) -> None:
    from greenroom.iam import service
    from greenroom.iam.changes import Actor

    administer(
        data, lambda runtime: service.set_key_state(runtime, Actor(), tenant, access_key, enabled=enabled)
    )


@keys.command("delete")
def delete_key(access_key: AccessKey, tenant: Tenant, data: Data = None) -> None:
    """Delete a key for good."""
    from greenroom.iam import service
    from greenroom.iam.changes import Actor

    administer(data, lambda runtime: service.delete_key(runtime, Actor(), tenant, access_key))
