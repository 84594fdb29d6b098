"""The async engine and its sessions: SQLite in WAL mode, or PostgreSQL by URL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from greenroom.db.sqlite_connection import use_one_trip_connections

Session = AsyncSession
"""One unit of work; services name it in their signatures and leave the queries to repositories."""

BUSY_TIMEOUT_MS = 30_000
_READ_ONLY = "greenroom_read_only"
_POOL = {"pool_size": 16, "max_overflow": 16, "pool_recycle": 1800}
"""Connections that one process may hold. Those that overflow are opened anew each time, which costs more than
the request."""


@dataclass(slots=True, frozen=True)
class Sessions:
    """Makers of sessions. A write session takes SQLite's write lock at its first statement."""

    engine: AsyncEngine
    write: async_sessionmaker[AsyncSession]
    read: async_sessionmaker[AsyncSession]

    async def close(self) -> None:
        await self.engine.dispose()


def open_sessions(database_url: str) -> Sessions:
    # Each connection of SQLite is used in its own thread and, for what is short, in the caller's.
    options = {"connect_args": {"check_same_thread": False}} if database_url.startswith("sqlite") else {}
    engine = create_async_engine(database_url, **_POOL, **options)
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    reader = engine.execution_options(**{_READ_ONLY: True})
    if engine.dialect.name == "postgresql":
        # Each statement sees one state of the database with or without a transaction around it (READ
        # COMMITTED), so that reading needs none: two round trips less.
        reader = reader.execution_options(isolation_level="AUTOCOMMIT")
    return Sessions(
        engine=engine,
        write=async_sessionmaker(engine, expire_on_commit=False),
        read=async_sessionmaker(reader, expire_on_commit=False, autoflush=False),
    )


def _prepare_sqlite(engine: AsyncEngine) -> None:
    """Foreign keys, patience, and explicit transactions; `migrate` has set the file to WAL.

    A transaction that reads first and writes later cannot wait for another writer: SQLite answers
    SQLITE_BUSY at once. So a writing one says BEGIN IMMEDIATE and waits in the queue at its start. A reading
    one has no transaction: each of its statements sees one state, as in PostgreSQL.
    """

    use_one_trip_connections(engine)

    @event.listens_for(engine.sync_engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _on_begin(connection: Connection) -> None:
        if not connection.get_execution_options().get(_READ_ONLY, False):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
