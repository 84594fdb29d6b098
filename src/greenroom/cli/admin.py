"""`greenroom admin`: tenants, users, groups, policies, access keys, rates and the audit record.

Works on the data folder's database, beside a running server: it notices within half a second.
"""

from __future__ import annotations

from typing import Annotated

import typer

from greenroom.cli import admin_billing, admin_people, admin_permissions, admin_quotas, admin_review
from greenroom.cli.administration import AsJson, Data, administer, region_of, show_made, show_rows

app = typer.Typer(no_args_is_help=True)
tenants = typer.Typer(no_args_is_help=True)
projects = typer.Typer(no_args_is_help=True)
rates = typer.Typer(no_args_is_help=True)

app.add_typer(tenants, name="tenants", help="Tenants: each has its own users and data.")
app.add_typer(projects, name="projects", help="A tenant's projects: one a region.")
app.add_typer(admin_people.users, name="users", help="A tenant's users.")
app.add_typer(admin_people.groups, name="groups", help="Groups: users get permissions through them.")
app.add_typer(admin_permissions.policies, name="policies", help="Policies: what a group may do.")
app.add_typer(admin_permissions.keys, name="keys", help="Access keys.")
app.add_typer(admin_quotas.quotas, name="quotas", help="How much each user of a tenant may make.")
app.add_typer(admin_review.review, name="review", help="Content that people decide on; words; exemptions.")
app.add_typer(admin_review.freeze, name="freeze", help="Frozen assets, tasks and tenants, and appeals.")
app.add_typer(rates, name="rates", help="Calls a second, where they differ from the contract's.")
app.add_typer(admin_billing.app)

TenantName = Annotated[str, typer.Argument(help="Name of the tenant.")]
Region = Annotated[str | None, typer.Option(help="Region of the project; that of the server if left out.")]


@tenants.command("create")
def create_tenant(
    name: TenantName, data: Data = None, region: Region = None, as_json: AsJson = False
) -> None:
    """Make a tenant with its first user, an administrator of the same name."""
    from greenroom.iam import accounts
    from greenroom.iam.changes import Actor

    place = region_of(data, region)
    show_made(
        administer(data, lambda runtime: accounts.create_tenant(runtime, Actor(), name, place)), as_json
    )


@tenants.command("list")
def list_tenants(data: Data = None, as_json: AsJson = False) -> None:
    """Every tenant."""
    from greenroom.iam import accounts

    rows = administer(data, accounts.list_tenants)
    show_rows(rows, ("name", "enabled", "reason", "regions", "created_at"), as_json)


@tenants.command("disable")
def disable_tenant(
    name: TenantName,
    data: Data = None,
    reason: Annotated[str | None, typer.Option(help="Shown with each refusal.")] = None,
) -> None:
    """Refuse every request of a tenant."""
    from greenroom.iam import accounts
    from greenroom.iam.changes import Actor

    administer(
        data,
        lambda runtime: accounts.set_tenant_enabled(runtime, Actor(), name, enabled=False, reason=reason),
    )


@tenants.command("enable")
def enable_tenant(name: TenantName, data: Data = None) -> None:
    """Let a disabled tenant's requests through again."""
    from greenroom.iam import accounts
    from greenroom.iam.changes import Actor

    administer(data, lambda runtime: accounts.set_tenant_enabled(runtime, Actor(), name, enabled=True))


@projects.command("create")
def create_project(
    region: Annotated[str, typer.Argument(help="Region: cn-north-4, cn-east-3 or ap-southeast-3.")],
    tenant: Annotated[str, typer.Option(help="Name of the tenant.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Make a tenant's project in one more region."""
    from greenroom.cli.settings import load_settings
    from greenroom.iam import accounts
    from greenroom.iam.changes import Actor

    place = load_settings(data=data, region=region).region
    made = administer(data, lambda runtime: accounts.create_project(runtime, Actor(), tenant, place))
    show_made(made, as_json)


@projects.command("list")
def list_projects(
    tenant: Annotated[str, typer.Option(help="Name of the tenant.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """A tenant's projects."""
    from greenroom.iam import accounts

    rows = administer(data, lambda runtime: accounts.list_tenant_projects(runtime, tenant))
    show_rows(rows, ("region", "id", "created_at"), as_json)


WhoseRate = Annotated[
    str,
    typer.Option("--tenant", help="Name of the tenant; '*': every one; 'system': all of them together."),
]
RateOperation = Annotated[
    str, typer.Option("--operation", help="Operation, such as ShowAsset; '*': every one.")
]
RateRegion = Annotated[str, typer.Option("--region", help="Region; '*' for every one.")]


@rates.command("list")
def list_rates(data: Data = None, as_json: AsJson = False) -> None:
    """The rates that were set."""
    from greenroom.iam import accounts

    rows = administer(data, accounts.list_rates)
    show_rows(rows, ("tenant", "operation", "region", "per_second"), as_json)


@rates.command("set")
def set_rate(
    per_second: Annotated[int, typer.Argument(help="Calls a second; 0 for as many as come.")],
    tenant: WhoseRate,
    operation: RateOperation = "*",
    region: RateRegion = "*",
    data: Data = None,
) -> None:
    """Set a rate in place of the contract's. The most particular one counts: tenant, operation, region."""
    _set_rate(data, tenant, (operation, region), per_second)


@rates.command("clear")
def clear_rate(
    tenant: WhoseRate, operation: RateOperation = "*", region: RateRegion = "*", data: Data = None
) -> None:
    """Go back to the contract's rate."""
    _set_rate(data, tenant, (operation, region), None)


def _set_rate(data: Data, tenant: str, place: tuple[str, str], per_second: int | None) -> None:
    from greenroom.api.catalogue import UnknownOperationError, find_entry
    from greenroom.cli.errors import UserError
    from greenroom.cli.settings import load_settings
    from greenroom.iam import accounts
    from greenroom.iam.changes import Actor

    operation, region = place
    if operation != "*":
        try:
            operation = find_entry(operation).id
        except UnknownOperationError:
            raise UserError(f"no operation is called {operation}: `greenroom ops` lists them") from None
    if region != "*":
        region = load_settings(data=data, region=region).region
    administer(
        data, lambda runtime: accounts.set_rate(runtime, Actor(), tenant, (operation, region), per_second)
    )


@app.command("audit")
def audit(
    data: Data = None,
    tenant: Annotated[str | None, typer.Option(help="Only this tenant's.")] = None,
    kind: Annotated[str | None, typer.Option(help="REFUSAL or CHANGE.")] = None,
    actor: Annotated[str | None, typer.Option(help="Only of this access key, user/NAME or operator.")] = None,
    since: Annotated[str | None, typer.Option(help="From this time on: 2026-01-31T00:00:00Z.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this time.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many, the newest.")] = 100,
    as_json: AsJson = False,
) -> None:
    """What was refused and what administrators changed, newest first."""
    from greenroom.cli.errors import UserError
    from greenroom.clock import parse_wire_time
    from greenroom.iam.accounts import tenant_id_of
    from greenroom.iam.models import AuditKind
    from greenroom.iam.record import list_audit_events
    from greenroom.iam.repository import AuditFilter
    from greenroom.runtime import Runtime

    if kind is not None and kind not in list(AuditKind):
        raise UserError(f"--kind cannot be {kind!r}: take {' or '.join(AuditKind)}")
    try:
        times = [parse_wire_time(text) if text else None for text in (since, until)]
    except ValueError:
        raise UserError("--since and --until take a time in UTC such as 2026-01-31T00:00:00Z") from None

    async def work(runtime: Runtime) -> list[dict[str, object]]:
        wanted = AuditFilter(
            tenant_id=await tenant_id_of(runtime, tenant) if tenant is not None else None,
            kind=AuditKind(kind) if kind else None,
            actor=actor,
            since=times[0],
            until=times[1],
            limit=limit,
        )
        return await list_audit_events(runtime, wanted)

    columns = ("time", "kind", "tenant", "actor", "action", "resource", "error_code", "source", "count")
    show_rows(administer(data, work), columns, as_json)
