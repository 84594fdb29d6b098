"""`greenroom admin` for money and packages: ledger, resources, orders, accounts, invoices, prices,
notices.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from greenroom.cli.administration import AsJson, Data, administer, region_of, show_made, show_rows

if TYPE_CHECKING:
    from datetime import datetime

app = typer.Typer(no_args_is_help=True)
ledger = typer.Typer(no_args_is_help=True)
resources = typer.Typer(no_args_is_help=True)
orders = typer.Typer(no_args_is_help=True)
accounts = typer.Typer(no_args_is_help=True)
invoices = typer.Typer(no_args_is_help=True)

app.add_typer(ledger, name="ledger", help="The ledger: what was used, bought and paid.")
app.add_typer(resources, name="resources", help="Packages, allocations and pay-per-use.")
app.add_typer(orders, name="orders", help="Orders of the tenants.")
app.add_typer(accounts, name="accounts", help="Balances and payments.")
app.add_typer(invoices, name="invoices", help="Invoices of a month.")

TenantName = Annotated[str, typer.Option("--tenant", help="Name of the tenant.")]
MaybeTenant = Annotated[str | None, typer.Option("--tenant", help="Only this tenant's.")]
Region = Annotated[str | None, typer.Option(help="Region of the project; that of the server if left out.")]
ResourceId = Annotated[str, typer.Argument(help="Id of the resource: `resources list` shows it.")]
OrderId = Annotated[str, typer.Argument(help="Id of the order: `orders list` shows it.")]
Reference = Annotated[
    str, typer.Option(help="What the money is for, such as a bank's number; it counts once.")
]
RESOURCE_COLUMNS = ("id", "tenant", "item", "mode", "source", "state", "used", "amount", "expires_at")
ORDER_COLUMNS = ("id", "tenant", "kind", "state", "amount", "currency", "items", "created_at", "paid_at")


@ledger.command("show")
def show_ledger(
    tenant: TenantName,
    data: Data = None,
    since: Annotated[str | None, typer.Option(help="From this time on: 2026-01-31T00:00:00Z.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this time.")] = None,
    as_json: AsJson = False,
) -> None:
    """A tenant's entries, oldest first."""
    from greenroom.billing import administration

    times = _time("--since", since), _time("--until", until)
    rows = administer(data, lambda runtime: administration.show_ledger(runtime, tenant, *times))
    columns = ("sequence", "time", "kind", "item", "quantity", "unit", "amount", "currency", "subject_id")
    show_rows(rows, columns, as_json)


@ledger.command("verify")
def verify_ledger(
    data: Data = None,
    heads: Annotated[
        Path | None, typer.Option(help="A file of `ledger heads`: the chains must still hold them.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check every entry's seal, every chain and every balance. Exit code 1: something is wrong."""
    from greenroom.billing import administration
    from greenroom.cli.errors import UserError
    from greenroom.errors import GreenroomError

    try:
        noted = administration.parse_heads(heads.read_text(encoding="utf-8")) if heads is not None else None
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{heads} cannot be read: {error}") from None
    except GreenroomError as error:
        raise UserError(error.message) from None
    chains, faults = administer(data, lambda runtime: administration.verify_ledger(runtime, noted))
    if faults:
        show_rows(faults, ("tenant", "entry", "fault"), as_json)
        raise typer.Exit(1)
    show_made({"chains": chains, "faults": 0}, as_json)


@ledger.command("heads")
def ledger_heads(data: Data = None) -> None:
    """Print the ends of all chains as JSON, to be kept elsewhere and compared with `verify --heads`."""
    from greenroom.billing import administration

    show_made(administer(data, administration.ledger_heads), True)


@resources.command("list")
def list_resources(tenant: MaybeTenant = None, data: Data = None, as_json: AsJson = False) -> None:
    """What tenants have, also what was released."""
    from greenroom.billing import administration

    rows = administer(data, lambda runtime: administration.list_resources(runtime, tenant))
    show_rows(rows, RESOURCE_COLUMNS, as_json)


@resources.command("allocate")
def allocate(
    item: Annotated[str, typer.Argument(help="Such as live_channel_2d_model or video_time_2d_model.")],
    amount: Annotated[int, typer.Argument(help="Avatars, voices, channels or whole minutes.")],
    tenant: TenantName,
    months: Annotated[int, typer.Option(help="For how long.")] = 12,
    by_provider: Annotated[bool, typer.Option(help="A service provider gives it, not you.")] = False,
    region: Region = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Give a tenant something for nothing."""
    from greenroom.billing import administration
    from greenroom.iam.changes import Actor

    wanted = administration.Allocation(item, amount, months, by_provider)
    place = region_of(data, region)
    rows = administer(
        data, lambda runtime: administration.allocate(runtime, Actor(), (tenant, place), wanted)
    )
    show_rows(rows, RESOURCE_COLUMNS, as_json)


@resources.command("renew")
def renew(resource: ResourceId, data: Data = None, as_json: AsJson = False) -> None:
    """Renew a package for as long again; what it made is unfrozen."""
    from greenroom.billing import administration
    from greenroom.iam.changes import Actor

    show_made(administer(data, lambda runtime: administration.renew(runtime, Actor(), resource)), as_json)


@resources.command("auto-renew")
def auto_renew(
    resource: ResourceId,
    switch: Annotated[Literal["on", "off"], typer.Argument(help="on or off")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Let a package renew itself at its end, or not."""
    from greenroom.billing import administration
    from greenroom.iam.changes import Actor

    on = switch == "on"
    row = administer(data, lambda runtime: administration.set_auto_renew(runtime, Actor(), resource, on))
    show_made(row, as_json)


@resources.command("pay-per-use")
def pay_per_use(
    switch: Annotated[Literal["on", "off"], typer.Argument(help="on or off")],
    tenant: TenantName,
    region: Region = None,
    data: Data = None,
) -> None:
    """Switch pay-per-use of video on or off, as if the tenant signed its agreement or withdrew it."""
    from greenroom.billing import administration
    from greenroom.iam.changes import Actor

    on, place = switch == "on", region_of(data, region)
    administer(data, lambda runtime: administration.switch_pay_per_use(runtime, Actor(), (tenant, place), on))


@orders.command("list")
def list_orders(tenant: MaybeTenant = None, data: Data = None, as_json: AsJson = False) -> None:
    """Orders, newest first."""
    from greenroom.billing import administration

    rows = administer(data, lambda runtime: administration.list_orders(runtime, tenant))
    show_rows(rows, ORDER_COLUMNS, as_json)


@orders.command("pay")
def pay_order(order: OrderId, data: Data = None, as_json: AsJson = False) -> None:
    """Take an order's amount from the tenant's account; its packages begin now."""
    from greenroom.billing import administration
    from greenroom.iam.changes import Actor

    show_made(administer(data, lambda runtime: administration.pay_order(runtime, Actor(), order)), as_json)


@orders.command("cancel")
def cancel_order(order: OrderId, data: Data = None, as_json: AsJson = False) -> None:
    """Cancel an order that was not paid."""
    from greenroom.billing import administration
    from greenroom.iam.changes import Actor

    show_made(administer(data, lambda runtime: administration.cancel_order(runtime, Actor(), order)), as_json)


@accounts.command("list")
def list_accounts(data: Data = None, as_json: AsJson = False) -> None:
    """Every tenant's balance."""
    from greenroom.billing import administration

    rows = administer(data, administration.list_balances)
    show_rows(rows, ("tenant", "balance", "currency", "entries"), as_json)


@accounts.command("pay-in")
def pay_in(
    amount: Annotated[str, typer.Argument(help="Such as 100 or 12.50.")],
    tenant: TenantName,
    reference: Reference,
    region: Region = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Note that a tenant paid."""
    from greenroom.billing import administration
    from greenroom.iam.changes import Actor

    micros, place = _amount(amount), region_of(data, region)
    row = administer(
        data, lambda runtime: administration.add_payment(runtime, Actor(), (tenant, place), micros, reference)
    )
    show_made(row, as_json)


@accounts.command("correct")
def correct(
    amount: Annotated[str, typer.Argument(help="Above 0: charged. With -- before it, below 0: given back.")],
    tenant: TenantName,
    reference: Reference,
    region: Region = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Charge a tenant something, or give something back."""
    from greenroom.billing import administration
    from greenroom.iam.changes import Actor

    micros, place = _amount(amount), region_of(data, region)
    row = administer(
        data, lambda runtime: administration.correct(runtime, Actor(), (tenant, place), micros, reference)
    )
    show_made(row, as_json)


@invoices.command("export")
def export_invoice(
    month: Annotated[str, typer.Argument(help="Year and month, such as 2026-11.")],
    tenant: TenantName,
    out: Annotated[Path, typer.Option("--out", help="File to write: .csv or .pdf.")],
    data: Data = None,
) -> None:
    """Write a tenant's invoice of a month as CSV or PDF."""
    from greenroom.billing import administration
    from greenroom.billing.invoice_pdf import invoice_pdf
    from greenroom.billing.invoices import invoice_csv
    from greenroom.cli.errors import UserError

    write = {".csv": invoice_csv, ".pdf": invoice_pdf}.get(out.suffix.lower())
    if write is None:
        raise UserError(f"--out is {out}: give a file name that ends with .csv or .pdf")
    made = administer(data, lambda runtime: administration.invoice(runtime, tenant, month))
    try:
        out.write_bytes(write(made))
    except OSError as error:
        raise UserError(f"{out} cannot be written: {error.strerror}") from None
    print(f"{out}: {made.money(made.total)}")


@app.command("prices")
def list_prices(data: Data = None, as_json: AsJson = False) -> None:
    """What everything costs. GREENROOM_PRICES sets it."""
    from greenroom.billing import administration

    rows = administer(data, administration.list_prices)
    show_rows(rows, ("name", "price", "currency", "title"), as_json)


@app.command("storage")
def list_storage(
    month: Annotated[str | None, typer.Option(help="Year and month, such as 2026-11; this one.")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """What tenants store now, and what was above the free space in a month, by the second."""
    from greenroom.billing import storage

    rows = administer(data, lambda runtime: storage.list_storage(runtime, month))
    columns = ("tenant", "stored_bytes", "counted_bytes", "allowed_bytes", "month", "excess_byte_seconds")
    show_rows(rows, columns, as_json)


@app.command("notices")
def list_notices(tenant: MaybeTenant = None, data: Data = None, as_json: AsJson = False) -> None:
    """What tenants were told about their packages, newest first."""
    from greenroom.billing import administration

    rows = administer(data, lambda runtime: administration.list_notices(runtime, tenant))
    show_rows(rows, ("time", "tenant", "kind", "text"), as_json)


def _amount(text: str) -> int:
    """Millionths. Raises UserError."""
    from greenroom.billing.money import parse_amount
    from greenroom.cli.errors import UserError

    try:
        return parse_amount(text)
    except ValueError as error:
        raise UserError(str(error)) from None


def _time(option: str, text: str | None) -> datetime | None:
    """Raises UserError."""
    from greenroom.cli.errors import UserError
    from greenroom.clock import parse_wire_time

    try:
        return parse_wire_time(text) if text else None
    except ValueError:
        raise UserError(f"{option} takes a time in UTC such as 2026-01-31T00:00:00Z") from None
