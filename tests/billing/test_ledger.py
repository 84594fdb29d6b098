"""The ledger: append-only, chained, and every tampering is found."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.billing.conftest import Shop

from greenroom.billing.ledger import Ledger, Posting
from greenroom.billing.models import EntryKind, LedgerEntry
from greenroom.billing.products import Item
from greenroom.runtime import Context


async def post(context: Context, key: str, amount: int = 1_000_000) -> LedgerEntry:
    posting = Posting(
        tenant_id=context.tenant_id,
        project_id=context.project_id,
        kind=EntryKind.USAGE,
        key=key,
        amount_micros=amount,
        item=Item.VIDEO,
        quantity=150,
        app_user_id="Zoë",
        details={"drawn": {"a": 1}},
    )
    return await Ledger(context.runtime, context.session).post(posting)


async def fill(shop: Shop, number: int) -> None:
    async with shop.context() as context:
        for index in range(number):
            await post(context, f"video:{index}")


async def tamper(shop: Shop, statement: str) -> None:
    """As someone who is the database's owner: without the triggers."""
    engine = shop.studio.runtime.sessions.engine
    async with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            for verb in ("update", "delete"):
                await connection.execute(text(f"DROP TRIGGER IF EXISTS billing_ledger_no_{verb}"))
        else:
            await connection.execute(text("ALTER TABLE billing_ledger DISABLE TRIGGER ALL"))
        await connection.execute(text(statement))


async def test_entries_are_counted_chained_and_summed(shop: Shop) -> None:
    await fill(shop, 3)
    entries = await shop.entries()
    assert [entry.sequence for entry in entries] == [1, 2, 3]
    assert [entry.previous_hash for entry in entries] == ["", entries[0].hash, entries[1].hash]
    assert await shop.balance() == -3_000_000
    assert await shop.faults() == []


async def test_the_same_key_is_one_entry(shop: Shop) -> None:
    async with shop.context() as context:
        first = await post(context, "video:1")
        again = await post(context, "video:1", amount=5)
        assert again.hash == first.hash
    assert len(await shop.entries()) == 1
    async with shop.context(theirs=True) as context:
        await post(context, "video:1")
    assert len(await shop.entries(theirs=True)) == 1


async def test_many_at_once_make_one_chain(shop: Shop) -> None:
    async def add(index: int) -> None:
        async with shop.context() as context:
            await post(context, f"video:{index % 8}")

    await asyncio.gather(*(add(index) for index in range(16)))
    assert [entry.sequence for entry in await shop.entries()] == list(range(1, 9))
    assert await shop.faults() == []
    assert await shop.balance() == -8_000_000


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing_ledger SET amount_micros = 0",
        "DELETE FROM billing_ledger WHERE sequence = 2",
    ],
)
async def test_the_database_refuses_to_change_or_delete(shop: Shop, statement: str) -> None:
    await fill(shop, 2)
    with pytest.raises(DBAPIError, match="kept as they were written"):
        async with shop.studio.runtime.sessions.engine.begin() as connection:
            await connection.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE billing_ledger SET amount_micros = 1 WHERE sequence = 2", "changed after"),
        ("UPDATE billing_ledger SET app_user_id = 'x' WHERE sequence = 3", "changed after"),
        ("UPDATE billing_ledger SET quantity = 151 WHERE sequence = 1", "changed after"),
        ("DELETE FROM billing_ledger WHERE sequence = 2", "missing"),
        ("DELETE FROM billing_ledger WHERE sequence = 3", "the account ends there"),
        ("UPDATE billing_accounts SET balance_micros = 7", "balance is not the sum"),
        ("DELETE FROM billing_accounts", "account is missing"),
    ],
)
async def test_what_was_tampered_with_is_found(shop: Shop, statement: str, words: str) -> None:
    await fill(shop, 3)
    await tamper(shop, statement)
    assert any(words in fault.text for fault in await shop.faults())


async def test_cutting_off_the_end_is_found_with_a_noted_head(shop: Shop) -> None:
    await fill(shop, 3)
    async with shop.context() as context:
        heads = await Ledger(context.runtime, context.session).heads()
        two = [
            entry async for entry in Ledger(context.runtime, context.session).rows.entries(context.tenant_id)
        ][1]
    await tamper(shop, "DELETE FROM billing_ledger WHERE sequence = 3")
    await tamper(
        shop,
        f"UPDATE billing_accounts SET sequence = 2, hash = '{two.hash}', balance_micros = -2000000",
    )
    assert await shop.faults() == []
    async with shop.context() as context:
        ledger = Ledger(context.runtime, context.session)
        faults = [fault async for fault in ledger.verify(heads)]
    assert [fault.text for fault in faults] == ["it is not the entry that was noted earlier"]


async def test_whoever_has_the_database_but_not_the_key_cannot_forge(shop: Shop, tmp_path: Any) -> None:
    """The seals were made with the data folder's key: with another one every entry is wrong."""
    await fill(shop, 2)
    from greenroom.iam.secrets import Vault

    shop.studio.runtime.vault = Vault(b"x" * 32)
    assert len(await shop.faults()) == 2
