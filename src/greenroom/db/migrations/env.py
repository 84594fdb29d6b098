"""How Alembic reaches the database; `greenroom.db.migrate` calls it."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from greenroom.db.migrate import load_models

config = context.config
metadata = load_models()
_PREFIX = "greenroom."


def _is_ours(item: Any, name: str | None, kind: str, reflected: bool, compared: Any) -> bool:
    """Only our own tables, and for a new revision only those of its context: the job engine has its own."""
    table = item if kind == "table" else getattr(item, "table", None)
    if table is None:
        return True
    if table.name not in metadata.tables:
        return False
    wanted = config.attributes.get("context")
    return wanted is None or _context_of(table.name) == wanted


def _context_of(table_name: str) -> str | None:
    from greenroom.db.base import Base

    for mapper in Base.registry.mappers:
        if mapper.local_table is not None and getattr(mapper.local_table, "name", None) == table_name:
            return mapper.class_.__module__.removeprefix(_PREFIX).split(".")[0]
    return None


def _render_item(kind: str, item: Any, autogen_context: Any) -> Any:
    """Our time type is a plain big integer in the database."""
    if kind == "type" and type(item).__name__ == "UtcTime":
        return "sa.BigInteger()"
    return False


def run() -> None:
    engine = create_engine(config.attributes["database_url"], poolclass=NullPool)
    with engine.begin() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=True,
            include_object=_is_ours,
            render_item=_render_item,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
