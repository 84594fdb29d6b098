"""`greenroom admin` for money and packages, as an operator types it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.command_line import greenroom_here


class Operator:
    def __init__(self, data: Path) -> None:
        self.data = data

    def run(self, *arguments: str, expect: int = 0) -> str:
        """Standard output, or standard error of a command that fails."""
        done = greenroom_here("admin", *arguments, "--data", self.data)
        assert done.returncode == expect, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout if expect in (0, 1) else done.stderr

    def read(self, *arguments: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads(self.run(*arguments, "--json"))
        return found


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    opened = Operator(tmp_path_factory.mktemp("operator"))
    opened.run("tenants", "create", "acme")
    yield opened


def test_allocate_list_and_renew(operator: Operator) -> None:
    operator.run("resources", "allocate", "live_channel_2d_model", "3", "--tenant", "acme", "--months", "2")
    operator.run("resources", "allocate", "voice_clone_basic", "2", "--tenant", "acme")
    rows = operator.read("resources", "list", "--tenant", "acme")
    assert sorted((row["item"], row["amount"], row["source"]) for row in rows) == [
        ("live_channel_2d_model", 3.0, "ADMIN_ALLOCATED"),
        ("voice_clone_basic", 1.0, "ADMIN_ALLOCATED"),
        ("voice_clone_basic", 1.0, "ADMIN_ALLOCATED"),
    ]
    live = next(row for row in rows if row["item"] == "live_channel_2d_model")
    operator.run("resources", "renew", str(live["id"]))
    operator.run("resources", "auto-renew", str(live["id"]), "on")
    after = next(row for row in operator.read("resources", "list") if row["id"] == live["id"])
    assert str(after["expires_at"]) > str(live["expires_at"])
    assert after["auto_renew"] is True


def test_pay_per_use(operator: Operator) -> None:
    operator.run("resources", "pay-per-use", "on", "--tenant", "acme")
    modes = [row["state"] for row in operator.read("resources", "list") if row["mode"] == "ON_DEMAND"]
    assert modes == ["ACTIVE", "ACTIVE"]
    operator.run("resources", "pay-per-use", "off", "--tenant", "acme")
    modes = [row["state"] for row in operator.read("resources", "list") if row["mode"] == "ON_DEMAND"]
    assert modes == ["RELEASED", "RELEASED"]


def test_accounts_and_invoices(operator: Operator, tmp_path: Path) -> None:
    operator.run("accounts", "pay-in", "100", "--tenant", "acme", "--reference", "B-1")
    operator.run("accounts", "correct", "--tenant", "acme", "--reference", "C-1", "12.5")
    (account,) = operator.read("accounts", "list")
    assert (account["tenant"], account["balance"]) == ("acme", "87.50")
    month = str(operator.read("ledger", "show", "--tenant", "acme")[-1]["time"])[:7]
    for suffix, start in (("csv", b"invoice,"), ("pdf", b"%PDF")):
        out = tmp_path / f"invoice.{suffix}"
        assert "12.50 USD" in operator.run("invoices", "export", month, "--tenant", "acme", "--out", str(out))
        assert out.read_bytes().startswith(start)


def test_what_is_refused(operator: Operator, tmp_path: Path) -> None:
    for arguments, words in (
        (("resources", "allocate", "gold", "1", "--tenant", "acme"), "no item 'gold'"),
        (("resources", "allocate", "voice_clone_basic", "0", "--tenant", "acme"), "1 to 1000"),
        (("resources", "allocate", "voice_clone_basic", "1", "--tenant", "nobody"), "no tenant 'nobody'"),
        (("resources", "renew", "none"), "no resource has the id none"),
        (("orders", "pay", "none"), "no order has the id none"),
        (("accounts", "pay-in", "ten", "--tenant", "acme", "--reference", "x"), "'ten' is not an amount"),
        (("invoices", "export", "May", "--tenant", "acme", "--out", str(tmp_path / "x.pdf")), "2026-11"),
        (("invoices", "export", "2026-11", "--tenant", "acme", "--out", "x.doc"), ".csv or .pdf"),
        (("ledger", "verify", "--heads", str(tmp_path / "none.json")), "cannot be read"),
    ):
        assert words in operator.run(*arguments, expect=2)


def test_prices_and_changes_are_on_record(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENROOM_PRICES", '{"video_time_2d_model.minute": "0.25"}')
    prices = {row["name"]: row["price"] for row in operator.read("prices")}
    assert (prices["video_time_2d_model.minute"], prices["asset_storage.month"]) == ("0.25", "0.00")
    actions = {row["action"] for row in operator.read("audit", "--kind", "CHANGE", "--tenant", "acme")}
    assert {"billing:allocate", "billing:renew", "billing:payPerUse", "billing:payment"} <= actions


def test_verify_tells_what_was_tampered_with(operator: Operator, tmp_path: Path) -> None:
    assert "faults:      0" in operator.run("ledger", "verify")
    heads = tmp_path / "heads.json"
    heads.write_text(operator.run("ledger", "heads"))
    operator.run("ledger", "verify", "--heads", str(heads))
    with closing(sqlite3.connect(operator.data / "greenroom.db")) as connection, connection:
        connection.execute("DROP TRIGGER billing_ledger_no_update")
        connection.execute("UPDATE billing_ledger SET amount_micros = 0 WHERE kind = 'PAYMENT'")
    assert "it was changed after it was written" in operator.run("ledger", "verify", expect=1)


def test_limits_of_users(operator: Operator) -> None:
    operator.run("quotas", "set", "ana", "video_time_2d_model=60", "voice_clone_basic=3", "--tenant", "acme")
    operator.run("quotas", "set", "ana", "voice_clone_basic=2", "--tenant", "acme")
    rows = operator.read("quotas", "list", "--tenant", "acme")
    assert [(row["user"], row["item"], row["limit"]) for row in rows] == [
        ("ana", "video_time_2d_model", 60.0),
        ("ana", "voice_clone_basic", 2),
    ]
    operator.run("quotas", "delete", "ana", "--tenant", "acme")
    assert operator.read("quotas", "list", "--tenant", "acme") == []
    events = operator.read("audit", "--kind", "CHANGE", "--tenant", "acme")
    assert sum(event["action"] == "billing:quota" for event in events) == 3


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("set", "ana", "voices=3", "--tenant", "acme"), "'voices'"),
        (("set", "ana", "voice_clone_basic=many", "--tenant", "acme"), "ITEM=NUMBER"),
        (("set", "ana", "voice_clone_basic=-2", "--tenant", "acme"), "-1 (none)"),
        (("delete", "bob", "--tenant", "acme"), "bob"),
        (("list", "--tenant", "nobody"), "'nobody'"),
    ],
)
def test_wrong_limits(operator: Operator, arguments: tuple[str, ...], word: str) -> None:
    assert word in operator.run("quotas", *arguments, expect=2)
