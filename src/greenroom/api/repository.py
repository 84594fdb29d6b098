"""Every query on what API processes share: the calls of the last second, and used signatures."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import TextClause, delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from greenroom.api.models import RateWindow, UsedSignature
from greenroom.api.throttle import IDLE_S, WINDOW_S, Window
from greenroom.db.base import to_microseconds
from greenroom.db.session import Sessions

_WINDOW_US = int(WINDOW_S * 1_000_000)
_NOW_US = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
_TAKE = text(
    f"""
    INSERT INTO rate_windows AS w (key, hits) VALUES (:key, ARRAY[{_NOW_US}])
    ON CONFLICT (key) DO UPDATE SET hits = array_append(
        ARRAY(SELECT hit FROM unnest(w.hits) AS hit WHERE hit > {_NOW_US} - {_WINDOW_US}), {_NOW_US})
    WHERE (SELECT count(*) FROM unnest(w.hits) AS hit WHERE hit > {_NOW_US} - {_WINDOW_US}) < :rate
    RETURNING 1
    """
)
"""One statement, and one clock for all processes: the database's."""


class DatabaseRates:
    """Counts in the database: for several API processes on one. See `throttle.RateStore`."""

    def __init__(self, sessions: Sessions) -> None:
        self._engine = sessions.engine
        self._autocommit = sessions.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._take = _take_in_sqlite if self._engine.dialect.name == "sqlite" else _take_in_postgresql

    async def take(self, windows: Sequence[Window]) -> Window | None:
        if not windows:
            return None
        # A single window needs no transaction: its one statement is whole by itself.
        alone = len(windows) == 1 and self._take is _take_in_postgresql
        async with (self._autocommit if alone else self._engine).connect() as connection:
            for window in windows:
                if not await self._take(connection, window):
                    await connection.rollback()
                    return window
            if not alone:
                await connection.commit()
        return None

    async def forget(self) -> None:
        before = time.time_ns() // 1000 - int(IDLE_S * 1_000_000)
        async with self._engine.begin() as connection:
            await connection.execute(_forget(self._engine.dialect.name), {"before": before})


async def _take_in_postgresql(connection: AsyncConnection, window: Window) -> bool:
    result = await connection.execute(_TAKE, {"key": window.key, "rate": window.rate})
    return result.first() is not None


async def _take_in_sqlite(connection: AsyncConnection, window: Window) -> bool:
    """The transaction holds the write lock from its start, so that reading first is safe."""
    query = select(RateWindow.hits).where(RateWindow.key == window.key)
    found = (await connection.execute(query)).scalar_one_or_none()
    now = time.time_ns() // 1000
    hits = [hit for hit in found or [] if hit > now - _WINDOW_US]
    if len(hits) >= window.rate:
        return False
    table = RateWindow.__table__
    values = {"hits": [*hits, now]}
    if found is None:
        await connection.execute(table.insert(), {"key": window.key, **values})  # type: ignore[attr-defined]
    else:
        await connection.execute(
            table.update().where(RateWindow.key == window.key).values(**values)  # type: ignore[attr-defined]
        )
    return True


async def count_windows(session: AsyncSession) -> int:
    """How many windows the database holds."""
    return await session.scalar(select(func.count()).select_from(RateWindow)) or 0


def _forget(dialect: str) -> TextClause:
    last = "hits[array_upper(hits, 1)]" if dialect == "postgresql" else "json_extract(hits, '$[#-1]')"
    return text(f"DELETE FROM rate_windows WHERE {last} < :before")


REPEAT = timedelta(seconds=2)
"""How long one connection may repeat a request; see `claim_signature`."""


async def claim_signature(session: AsyncSession, signature: UsedSignature) -> bool:
    """Note in the request's own transaction that a signature is used; False: it was used before.

    A signature has no nonce, and its date only seconds: a client that sends the same thing twice within a
    second sends the same signature. Such a repeat is let through on the connection that the first one came
    on, for `REPEAT`; whoever copied the request has another connection.
    """
    claimed = await session.execute(
        text(
            "INSERT INTO used_signatures (signature, sender, used_at, expires_at) "
            "VALUES (:signature, :sender, :used_at, :expires_at) ON CONFLICT (signature) DO NOTHING"
        ),
        {
            "signature": signature.signature,
            "sender": signature.sender,
            "used_at": to_microseconds(signature.used_at),
            "expires_at": to_microseconds(signature.expires_at),
        },
    )
    if claimed.rowcount == 1:  # type: ignore[attr-defined]
        return True
    before = await session.get(UsedSignature, signature.signature)
    return (
        before is not None
        and before.sender == signature.sender != ""
        and signature.used_at - before.used_at <= REPEAT
    )


async def forget_signatures(session: AsyncSession, before: datetime) -> None:
    """Drop the signatures that the clock window refuses by itself."""
    await session.execute(delete(UsedSignature).where(UsedSignature.expires_at < before))
