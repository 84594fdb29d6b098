"""Brings a database to this release's schema, and writes new revisions.

    python -m greenroom.db.migrate revision CONTEXT MESSAGE

Each context has its own line of revisions (an Alembic branch), so contexts never wait for one another.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import to_tuple
from filelock import FileLock
from sqlalchemy import MetaData, create_engine, text

import greenroom
from greenroom.db.base import Base
from greenroom.settings import Settings

_MIGRATION_LOCK = 0x67726E72
MIGRATIONS = Path(__file__).parent / "migrations"


def load_models() -> MetaData:
    """Import the tables of every context."""
    root = Path(greenroom.__path__[0])
    for path in sorted(root.iterdir()):
        if (path / "models.py").is_file() or (path / "models" / "__init__.py").is_file():
            importlib.import_module(f"greenroom.{path.name}.models")
    return Base.metadata


def alembic_config(database_url: str) -> Config:
    """The configuration of the migrations, for one database."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["database_url"] = database_url
    return config


def migrate(settings: Settings) -> None:
    """Bring the database of these settings to the newest schema; several processes may do so at once."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    config = alembic_config(settings.sync_database_url)
    with FileLock(settings.data_dir / "migrate.lock"), _only_migration(settings.sync_database_url):
        _use_write_ahead_log(settings.sync_database_url)
        # Alembic's own look imports the tables of all contexts, half of what a short command takes.
        if not _is_newest(config):
            command.upgrade(config, "heads")


def _is_newest(config: Config) -> bool:
    """Whether the database has the newest schema already."""
    scripts = ScriptDirectory.from_config(config)
    # A revision that another one depends on is not written down beside it.
    implied = {name for script in scripts.walk_revisions() for name in to_tuple(script.dependencies, ())}
    engine = create_engine(config.attributes["database_url"])
    with engine.connect() as connection:
        found = set(MigrationContext.configure(connection).get_current_heads())
    engine.dispose()
    return found == set(scripts.get_heads()) - implied


@contextmanager
def _only_migration(database_url: str) -> Iterator[None]:
    """PostgreSQL's own lock, for servers on several machines; SQLite needs no more than that of the file."""
    engine = create_engine(database_url)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK})
            connection.commit()
        yield
    engine.dispose()


def _use_write_ahead_log(database_url: str) -> None:
    """SQLite's WAL mode, kept in the file. Changing the mode waits for nobody, so it is done here, once."""
    engine = create_engine(database_url)
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            if connection.exec_driver_sql("PRAGMA journal_mode").scalar() != "wal":
                connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    engine.dispose()


def write_revision(context: str, message: str) -> list[Path]:
    """Write the next revision of a context: its tables as they are now against the migrations so far."""
    with TemporaryDirectory() as folder:
        config = alembic_config(f"sqlite:///{folder}/empty.db")
        command.upgrade(config, "heads")
        config.attributes["context"] = context
        scripts = ScriptDirectory.from_config(config)
        heads = [head for head in scripts.get_heads() if head.startswith(f"{context}_")]
        number = (
            sum(1 for script in scripts.walk_revisions() if script.revision.startswith(f"{context}_")) + 1
        )
        made = command.revision(
            config,
            message=message,
            autogenerate=True,
            head=heads[0] if heads else "base",
            branch_label=None if heads else context,
            rev_id=f"{context}_{number:04d}",
        )
    found = made if isinstance(made, list) else [made]
    return [Path(script.path) for script in found if script is not None]


def main() -> None:
    if len(sys.argv) != 4 or sys.argv[1] != "revision":
        sys.exit("usage: python -m greenroom.db.migrate revision CONTEXT MESSAGE")
    for path in write_revision(sys.argv[2], sys.argv[3]):
        print(path)


if __name__ == "__main__":
    main()
