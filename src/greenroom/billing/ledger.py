"""The ledger: append-only, one chain a tenant, each entry sealed with the seal of the one before it.

A seal is HMAC-SHA256 over the entry's canonical JSON and the seal before it, with a key that comes from the
data folder's `secret.key`: who can write to the database, but does not have that file, can neither change an
entry nor forge one. Cutting entries off the end is seen by comparing with a head that was noted earlier.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from greenroom.billing.models import Account, EntryKind, LedgerEntry
from greenroom.billing.products import Item
from greenroom.billing.repository.ledger import LedgerRepository, Session
from greenroom.clock import wire_time
from greenroom.db.base import to_microseconds
from greenroom.runtime import Runtime

_PURPOSE = "billing ledger"


@dataclass(slots=True, frozen=True)
class Posting:
    """An entry to be written."""

    tenant_id: str
    project_id: str
    kind: EntryKind
    key: str
    amount_micros: int
    item: Item | None = None
    quantity: int = 0
    subject_id: str | None = None
    app_user_id: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


class Ledger:
    """The ledger within one transaction."""

    def __init__(self, runtime: Runtime, session: Session) -> None:
        self._runtime = runtime
        self._key = runtime.vault.derive_key(_PURPOSE)
        self.rows = LedgerRepository(session)

    async def lock(self, tenant_id: str) -> Account:
        """From here to the end of the transaction nobody else adds to the tenant's chain, reserves or
        draws.
        """
        return await self.rows.lock_account(tenant_id)

    async def post(self, posting: Posting) -> LedgerEntry:
        """Add an entry; the same key again gives the entry that is there."""
        account = await self.lock(posting.tenant_id)
        there = await self.rows.find(posting.tenant_id, posting.key)
        if there is not None:
            return there
        entry = LedgerEntry(
            tenant_id=posting.tenant_id,
            sequence=account.sequence + 1,
            at=self._runtime.clock(),
            kind=posting.kind,
            charge_key=posting.key,
            project_id=posting.project_id,
            app_user_id=posting.app_user_id,
            item=posting.item,
            quantity=posting.quantity,
            amount_micros=posting.amount_micros,
            currency=self._runtime.settings.currency,
            subject_id=posting.subject_id,
            details=dict(posting.details),
            previous_hash=account.hash,
        )
        entry.hash = seal(self._key, entry)
        account.sequence, account.hash = entry.sequence, entry.hash
        account.balance_micros -= entry.amount_micros
        await self.rows.add(entry)
        return entry

    async def verify(self, heads: Mapping[str, Mapping[str, Any]] | None = None) -> AsyncIterator[Fault]:
        """Everything that is wrong with any chain.

        Args:
            heads: sequence and hash by tenant as `heads` gave them earlier: the chains must still hold them.
        """
        accounts = {account.tenant_id: account for account in await self.rows.accounts()}
        known = dict(heads or {})
        for tenant_id in sorted({*accounts, *await self.rows.tenants(), *known}):
            async for fault in self._verify_chain(tenant_id, accounts.get(tenant_id), known.get(tenant_id)):
                yield fault

    async def heads(self) -> dict[str, dict[str, Any]]:
        """The ends of all chains, to be kept elsewhere and compared later."""
        return {
            account.tenant_id: {"sequence": account.sequence, "hash": account.hash}
            for account in await self.rows.accounts()
        }

    async def _verify_chain(
        self, tenant_id: str, account: Account | None, noted: Mapping[str, Any] | None
    ) -> AsyncIterator[Fault]:
        last, previous, balance, noted_seen = 0, "", 0, noted is None or noted["sequence"] == 0
        async for entry in self.rows.entries(tenant_id):
            if entry.sequence != last + 1:
                yield Fault(
                    tenant_id, entry.sequence, f"entries {last + 1} to {entry.sequence - 1} are missing"
                )
            if entry.previous_hash != previous:
                yield Fault(tenant_id, entry.sequence, "it does not follow the entry before it")
            if not hmac.compare_digest(entry.hash, seal(self._key, entry)):
                yield Fault(tenant_id, entry.sequence, "it was changed after it was written")
            if noted is not None and entry.sequence == noted["sequence"]:
                noted_seen = entry.hash == noted["hash"]
            last, previous, balance = entry.sequence, entry.hash, balance - entry.amount_micros
        if not noted_seen:
            assert noted is not None
            yield Fault(tenant_id, int(noted["sequence"]), "it is not the entry that was noted earlier")
        if account is None:
            yield Fault(tenant_id, last, "the tenant's account is missing")
        elif (account.sequence, account.hash) != (last, previous):
            yield Fault(tenant_id, account.sequence, f"the account ends there, the entries at {last}")
        elif account.balance_micros != balance:
            yield Fault(tenant_id, last, "the account's balance is not the sum of the entries")


@dataclass(slots=True, frozen=True)
class Fault:
    tenant_id: str
    sequence: int
    text: str


def seal(key: bytes, entry: LedgerEntry) -> str:
    """64 hexadecimal digits."""
    content = {
        "tenant_id": entry.tenant_id,
        "sequence": entry.sequence,
        "at": to_microseconds(entry.at),
        "kind": str(entry.kind),
        "charge_key": entry.charge_key,
        "project_id": entry.project_id,
        "app_user_id": entry.app_user_id,
        "item": None if entry.item is None else str(entry.item),
        "quantity": entry.quantity,
        "amount_micros": entry.amount_micros,
        "currency": entry.currency,
        "subject_id": entry.subject_id,
        "details": entry.details,
        "previous_hash": entry.previous_hash,
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.new(key, canonical.encode(), hashlib.sha256).hexdigest()


def described(entry: LedgerEntry) -> dict[str, Any]:
    """An entry for people and files."""
    return {
        "tenant_id": entry.tenant_id,
        "sequence": entry.sequence,
        "time": wire_time(entry.at),
        "kind": str(entry.kind),
        "charge_key": entry.charge_key,
        "project_id": entry.project_id,
        "app_user_id": entry.app_user_id,
        "item": entry.item,
        "quantity": entry.quantity,
        "amount_micros": entry.amount_micros,
        "currency": entry.currency,
        "subject_id": entry.subject_id,
        "details": entry.details,
        "hash": entry.hash,
    }
