from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from greenroom.db.migrate import alembic_config, load_models, migrate
from greenroom.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


def test_the_migrations_make_the_tables_that_the_models_describe(settings: Settings) -> None:
    migrate(settings)
    metadata = load_models()
    engine = create_engine(settings.sync_database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_object": lambda item, name, kind, *_: kind != "table" or name in metadata.tables},
        )
        differences = compare_metadata(context, metadata)
    engine.dispose()
    assert differences == [], "write a revision: python -m greenroom.db.migrate revision CONTEXT MESSAGE"


def test_every_context_has_one_line_of_revisions(settings: Settings) -> None:
    scripts = ScriptDirectory.from_config(alembic_config(settings.sync_database_url))
    heads = [head.rpartition("_")[0] for head in scripts.get_heads()]
    bases = [base.rpartition("_")[0] for base in scripts.get_bases()]
    assert len(heads) == len(set(heads))
    assert sorted(bases) == sorted(set(bases))


def test_twice_and_all_at_once(settings: Settings) -> None:
    threads = [threading.Thread(target=_migrate_in_a_process, args=(settings.data_dir,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine = create_engine(settings.sync_database_url)
    assert {"tenants", "projects", "access_keys", "assets"} <= set(inspect(engine).get_table_names())
    engine.dispose()


def _migrate_in_a_process(data_dir: Path) -> None:
    code = (
        "from greenroom.settings import Settings; from greenroom.db.migrate import migrate; "
        f"migrate(Settings(data={str(data_dir)!r}))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
