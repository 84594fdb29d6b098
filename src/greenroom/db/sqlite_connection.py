"""SQLite with one trip to its thread a statement, in place of four.

aiosqlite keeps each connection in a thread of its own. SQLAlchemy's adapter goes there to make a cursor, to
execute, to fetch and to close, and each trip costs some 60 microseconds: together more than all else that a
small request needs. Here all of it is one trip. A statement that is said to be short, and that reads with no
transaction, takes none: it runs where it is asked. Pinned with aiosqlite and SQLAlchemy; see docs/adr/0004.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, event
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
)
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import await_only

SHORT = "greenroom_short"
"""Execution option of a statement that takes microseconds: it reads some rows by an index."""


@dataclass(slots=True)
class _Outcome:
    """What a cursor knows once it is closed."""

    description: Any = None
    rowcount: int = -1
    lastrowid: int | None = None
    arraysize: int = 1


class _OneTripCursor(AsyncAdapt_aiosqlite_cursor):
    __slots__ = ("is_short",)

    def __init__(self, adapt_connection: Any) -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection
        self._cursor: Any = _Outcome()
        self._soft_closed_memoized: Any = {}
        self._rows: deque[Any] = deque()
        self.is_short = False

    def execute(self, operation: Any, parameters: Any = None) -> Any:
        return self._run(lambda cursor: cursor.execute(operation, parameters or ()))

    def executemany(self, operation: Any, seq_of_parameters: Any) -> Any:
        return self._run(lambda cursor: cursor.executemany(operation, seq_of_parameters))

    def close(self) -> None:
        self._rows.clear()

    async def _async_soft_close(self) -> None:
        """The real cursor is closed since its statement ended."""

    def _run(self, statement: Callable[[sqlite3.Cursor], Any]) -> None:
        connection = self._connection

        def work() -> tuple[_Outcome, list[Any]]:
            cursor = connection._conn.cursor()
            try:
                statement(cursor)
                rows = cursor.fetchall() if cursor.description else []
                return _Outcome(cursor.description, cursor.rowcount, cursor.lastrowid), rows
            finally:
                cursor.close()

        async def trip() -> tuple[_Outcome, list[Any]]:
            async with self._adapt_connection._execute_mutex:
                found: tuple[_Outcome, list[Any]] = await connection._execute(work)
                return found

        try:
            if self.is_short and not connection.in_transaction:
                # The mutex is free: the session that has the connection waits for this answer.
                self._cursor, rows = work()
            else:
                self._cursor, rows = await_only(trip())
        except Exception as error:
            self._adapt_connection._handle_exception(error)
        self._rows = deque(rows)


class _OneTripConnection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ()

    _cursor_cls = _OneTripCursor

    def commit(self) -> None:
        if self._connection.in_transaction:
            super().commit()

    def rollback(self) -> None:
        """Nothing is to be undone where only reading was done; the pool asks for it after each use."""
        if self._connection.in_transaction:
            super().rollback()


def use_one_trip_connections(engine: AsyncEngine) -> None:
    """Let every connection that the engine opens from now on be of this kind."""

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def _on_execute(
        connection: Any, cursor: Any, statement: Any, parameters: Any, context: Any, many: bool
    ) -> None:
        if (
            context is not None
            and context.execution_options.get(SHORT)
            and isinstance(cursor, _OneTripCursor)
        ):
            cursor.is_short = True

    @event.listens_for(engine.sync_engine, "do_connect")
    def _on_do_connect(dialect: Dialect, record: Any, arguments: Any, options: Any) -> Any:
        opened: Any = dialect.connect(*arguments, **options)
        return _OneTripConnection(dialect.dbapi, opened._connection)
