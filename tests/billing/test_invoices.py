"""Orders, payments and what becomes of them on an invoice."""

from __future__ import annotations

import base64
import csv
import io
import re
import zlib

import pytest
from tests.billing.conftest import PRICES, OpenShop, Shop
from tests.billing.test_metering import make, sign

from greenroom.billing import administration
from greenroom.billing.errors import InsufficientResourcesError, OrderError, OrderNotFoundError
from greenroom.billing.invoice_pdf import invoice_pdf
from greenroom.billing.invoices import Invoice, invoice_csv
from greenroom.billing.products import Item
from greenroom.errors import InvalidParameterError
from greenroom.iam.changes import Actor

REGION = "cn-north-4"
DIALOG = "chat_channel_2d_model"


async def states(shop: Shop) -> list[str]:
    return [row["state"] for row in await administration.list_orders(shop.studio.runtime, "acme")]


class TestOrders:
    async def test_unsigned_or_not_automatic_it_waits_to_be_paid(self, shop: Shop) -> None:
        order_id = await shop.order(DIALOG, period_type=2, period_num=2, subscription_num=3)
        assert (await states(shop), await shop.resources()) == (["UNPAID"], [])
        paid = await administration.pay_order(shop.studio.runtime, Actor(), order_id)
        assert (paid["state"], paid["amount"], paid["items"]) == ("PAID", "60.00", [f"3 {DIALOG}"])
        (row,) = await shop.resources()
        assert (row.amount, row.order_id, row.charging_mode, row.auto_renew) == (
            3,
            order_id,
            "PERIODIC",
            False,
        )
        with pytest.raises(OrderError, match="PAID"):
            await administration.pay_order(shop.studio.runtime, Actor(), order_id)
        assert await shop.balance() == -60_000_000

    async def test_signed_and_automatic_it_is_paid_at_once(self, shop: Shop) -> None:
        await sign(shop)
        await shop.order("modeling_count_2d_model", subscription_num=2, period_type=6)
        assert await states(shop) == ["PAID"]
        avatars = [row for row in await shop.resources() if row.item == Item.AVATAR]
        assert [(row.amount, row.charging_mode) for row in avatars] == [(1, "ONE_TIME")] * 2
        assert await shop.balance() == -600_000_000

    async def test_a_cancelled_one_cannot_be_paid(self, shop: Shop) -> None:
        order_id = await shop.order(DIALOG)
        await administration.cancel_order(shop.studio.runtime, Actor(), order_id)
        with pytest.raises(OrderError, match="CANCELLED"):
            await administration.pay_order(shop.studio.runtime, Actor(), order_id)
        with pytest.raises(OrderNotFoundError):
            await administration.pay_order(shop.studio.runtime, Actor(), "none")
        assert await shop.entries() == []

    async def test_prepaid_means_paid_before(self, make_shop: OpenShop) -> None:
        shop = await make_shop(prices=PRICES, prepaid=True)
        await sign(shop)
        order_id = await shop.order(DIALOG, period_type=2)
        assert await states(shop) == ["UNPAID"]
        with pytest.raises(InsufficientResourcesError, match=r"10\.00 USD"):
            await administration.pay_order(shop.studio.runtime, Actor(), order_id)
        await administration.add_payment(shop.studio.runtime, Actor(), ("acme", REGION), 10_000_000, "B-1")
        await administration.pay_order(shop.studio.runtime, Actor(), order_id)
        assert await shop.balance() == 0


class TestPayments:
    async def test_a_reference_counts_once(self, shop: Shop) -> None:
        runtime = shop.studio.runtime
        for _ in range(2):
            await administration.add_payment(runtime, Actor(), ("acme", REGION), 5_000_000, "B-1")
        assert await shop.balance() == 5_000_000
        with pytest.raises(InvalidParameterError, match=r"used for 5\.00 before"):
            await administration.add_payment(runtime, Actor(), ("acme", REGION), 6_000_000, "B-1")
        with pytest.raises(InvalidParameterError, match="more than 0"):
            await administration.add_payment(runtime, Actor(), ("acme", REGION), 0, "B-2")


async def invoice_of(shop: Shop) -> Invoice:
    """A month with an avatar, two videos, a payment and a correction."""
    runtime = shop.studio.runtime
    await sign(shop)
    await shop.order("modeling_count_2d_model")
    await make(shop, "modeling:1", Item.AVATAR, 1)
    for number, steps in enumerate((1257, 2)):
        await make(shop, f"video:{number}", Item.VIDEO, steps)
    await administration.add_payment(runtime, Actor(), ("acme", REGION), 100_000_000, "B-1")
    await administration.correct(runtime, Actor(), ("acme", REGION), -1_500_000, "G-1")
    async with shop.context() as context:
        month = f"{context.now():%Y-%m}"
    return await administration.invoice(runtime, "acme", month)


class TestInvoice:
    async def test_lines_and_total(self, shop: Shop) -> None:
        invoice = await invoice_of(shop)
        assert [(line.description, line.quantity, line.unit, line.amount) for line in invoice.lines] == [
            ("Correction", "", "", -150),
            ("Image modeling, made", "1", "NUM", 0),
            ("Packages ordered", "", "", 30_000),
            ("Video production, by use", "12.59", "MIN", 315),
        ]
        assert (invoice.total, invoice.paid, invoice.balance) == (30_165, 10_000, -20_165)
        assert (invoice.tenant, invoice.number) == ("acme", f"acme-{invoice.first:%Y%m}")

    async def test_another_months_is_empty_and_a_wrong_month_is_refused(self, shop: Shop) -> None:
        await invoice_of(shop)
        runtime = shop.studio.runtime
        empty = await administration.invoice(runtime, "acme", "2020-02")
        assert (empty.lines, empty.total, empty.balance) == ((), 0, 0)
        with pytest.raises(InvalidParameterError, match="2026-11"):
            await administration.invoice(runtime, "acme", "November")

    async def test_as_csv(self, shop: Shop) -> None:
        invoice = await invoice_of(shop)
        rows = list(csv.DictReader(io.StringIO(invoice_csv(invoice).decode())))
        assert [row["amount"] for row in rows] == ["-1.50", "0.00", "300.00", "3.15", "301.65"]
        assert {row["currency"] for row in rows} == {"USD"}
        assert rows[-1]["description"] == "Total"

    async def test_as_pdf(self, make_shop: OpenShop) -> None:
        issuer = "Studio & Sons; 1 Lane"
        invoice = await invoice_of(await make_shop(quotas="enforced", prices=PRICES, invoice_issuer=issuer))
        pdf = invoice_pdf(invoice)
        assert pdf == invoice_pdf(invoice)
        shown = _texts(pdf)
        for text in ("Studio & Sons", f"Invoice {invoice.number}", "12.59", "301.65 USD", "For: acme"):
            assert text in shown, shown

    async def test_a_long_one_has_pages_and_a_chinese_issuer_a_font(self, shop: Shop) -> None:
        from dataclasses import replace

        invoice = await invoice_of(shop)
        long = replace(invoice, lines=invoice.lines * 40, issuer=("星光录音棚",))
        pdf = invoice_pdf(long)
        assert len(re.findall(rb"/Type /Page\b", pdf)) == 5
        assert b"STSong-Light" in pdf


def _texts(pdf: bytes) -> str:
    """The texts that the pages draw; reportlab writes them as literal strings in compressed streams."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    pages = [zlib.decompress(base64.a85decode(b"<~" + stream.strip(), adobe=True)) for stream in streams]
    found = re.findall(rb"\(((?:\\.|[^\\()])*)\) Tj", b"\n".join(pages))
    return "\n".join(re.sub(rb"\\(.)", rb"\1", one).decode("latin-1") for one in found)
