"""`greenroom admin users` and `greenroom admin groups`."""

from __future__ import annotations

from typing import Annotated

import typer

from greenroom.cli.administration import (
    AsJson,
    Data,
    PasswordFromInput,
    Tenant,
    administer,
    read_password,
    show_made,
    show_rows,
)

users = typer.Typer(no_args_is_help=True)
groups = typer.Typer(no_args_is_help=True)

UserName = Annotated[str, typer.Argument(help="Name of the user.")]
GroupName = Annotated[str, typer.Argument(help="Name of the group.")]


@users.command("create")
def create_user(
    name: UserName,
    tenant: Tenant,
    group: Annotated[list[str] | None, typer.Option(help="A group to be in; may be given again.")] = None,
    password_stdin: PasswordFromInput = False,
    ask_password: Annotated[bool, typer.Option("--password", help="Ask for a password.")] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Make a user. Without a group it can do nothing; without a password it has access keys only."""
    from greenroom.iam import people
    from greenroom.iam.changes import Actor

    password = read_password(password_stdin) if password_stdin or ask_password else None
    made = administer(
        data,
        lambda runtime: people.create_user(runtime, Actor(), tenant, name, password, tuple(group or ())),
    )
    show_made(made, as_json)


@users.command("list")
def list_users(tenant: Tenant, data: Data = None, as_json: AsJson = False) -> None:
    """A tenant's users and their groups."""
    from greenroom.iam import people

    rows = administer(data, lambda runtime: people.list_users(runtime, tenant))
    show_rows(rows, ("name", "enabled", "groups", "has_password", "created_at", "last_login_at"), as_json)


@users.command("disable")
def disable_user(name: UserName, tenant: Tenant, data: Data = None) -> None:
    """Refuse a user's access keys, and end its tokens."""
    _set_enabled(data, tenant, name, enabled=False)


@users.command("enable")
def enable_user(name: UserName, tenant: Tenant, data: Data = None) -> None:
    """Let a disabled user in again."""
    _set_enabled(data, tenant, name, enabled=True)


def _set_enabled(data: Data, tenant: str, name: str, *, enabled: bool) -> None:
    from greenroom.iam import people
    from greenroom.iam.changes import Actor

    administer(data, lambda runtime: people.set_user_enabled(runtime, Actor(), tenant, name, enabled=enabled))


@users.command("password")
def set_password(
    name: UserName, tenant: Tenant, password_stdin: PasswordFromInput = False, data: Data = None
) -> None:
    """Set a password. The user's tokens end, and a lock after wrong passwords too."""
    from greenroom.iam import people
    from greenroom.iam.changes import Actor

    password = read_password(password_stdin)
    administer(data, lambda runtime: people.set_password(runtime, Actor(), tenant, name, password))


@users.command("delete")
def delete_user(name: UserName, tenant: Tenant, data: Data = None) -> None:
    """Delete a user with its access keys."""
    from greenroom.iam import people
    from greenroom.iam.changes import Actor

    administer(data, lambda runtime: people.delete_user(runtime, Actor(), tenant, name))


@groups.command("create")
def create_group(
    name: GroupName,
    tenant: Tenant,
    description: Annotated[str, typer.Option(help="What it is for.")] = "",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Make a group without policies."""
    from greenroom.iam import people
    from greenroom.iam.changes import Actor

    made = administer(data, lambda runtime: people.create_group(runtime, Actor(), tenant, name, description))
    show_made(made, as_json)


@groups.command("list")
def list_groups(tenant: Tenant, data: Data = None, as_json: AsJson = False) -> None:
    """A tenant's groups with members and policies."""
    from greenroom.iam import people

    rows = administer(data, lambda runtime: people.list_groups(runtime, tenant))
    show_rows(rows, ("name", "members", "policies", "description"), as_json)


@groups.command("delete")
def delete_group(name: GroupName, tenant: Tenant, data: Data = None) -> None:
    """Delete a group; its members lose what it gave them."""
    from greenroom.iam import people
    from greenroom.iam.changes import Actor

    administer(data, lambda runtime: people.delete_group(runtime, Actor(), tenant, name))


@groups.command("add")
def add_member(name: GroupName, user: UserName, tenant: Tenant, data: Data = None) -> None:
    """Put a user into a group."""
    _set_member(data, tenant, (name, user), member=True)


@groups.command("remove")
def remove_member(name: GroupName, user: UserName, tenant: Tenant, data: Data = None) -> None:
    """Take a user out of a group."""
    _set_member(data, tenant, (name, user), member=False)


def _set_member(data: Data, tenant: str, names: tuple[str, str], *, member: bool) -> None:
    from greenroom.iam import people
    from greenroom.iam.changes import Actor

    administer(data, lambda runtime: people.set_member(runtime, Actor(), tenant, *names, member=member))
