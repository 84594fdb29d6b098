from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from greenroom.db.migrate import alembic_config, load_models, migrate
from greenroom.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, database_url: str | None) -> Settings:
    return Settings(data=tmp_path, database_url=database_url)


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
    threads = [threading.Thread(target=_migrate_in_a_process, args=(settings,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine = create_engine(settings.sync_database_url)
    assert {"tenants", "projects", "access_keys", "assets"} <= set(inspect(engine).get_table_names())
    engine.dispose()


def _migrate_in_a_process(settings: Settings) -> None:
    code = (
        "from greenroom.settings import Settings; from greenroom.db.migrate import migrate; "
        f"migrate(Settings(data={str(settings.data_dir)!r}, database_url={settings.database_url!r}))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_down_and_up_again(settings: Settings) -> None:
    migrate(settings)
    config = alembic_config(settings.sync_database_url)
    command.downgrade(config, "base")
    migrate(settings)
    engine = create_engine(settings.sync_database_url)
    assert {"users", "audit_events", "rate_windows"} <= set(inspect(engine).get_table_names())
    engine.dispose()


def test_the_keys_of_an_older_release_become_an_administrators(settings: Settings) -> None:
    """What release 0.1.0 wrote: tenants and keys, no users."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    config = alembic_config(settings.sync_database_url)
    command.upgrade(config, "iam_0001")
    engine = create_engine(settings.sync_database_url)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO tenants (id, name, created_at) VALUES ('t', 'acme', 1)"))
        connection.execute(
            text("INSERT INTO projects (id, tenant_id, name, created_at) VALUES ('p', 't', 'cn-north-4', 1)")
        )
        for key, state in (("AK1", "ACTIVE"), ("AK2", "REVOKED")):
            connection.execute(
                text(
                    "INSERT INTO access_keys (id, tenant_id, project_id, secret, state, created_at) "
                    "VALUES (:key, 't', 'p', :secret, :state, 1)"
                ),
                {"key": key, "secret": b"x", "state": state},
            )
    migrate(settings)
    query = (
        "SELECT k.id, k.state, u.name, g.name, count(gp.policy_id) FROM access_keys k "
        "JOIN users u ON u.id = k.user_id JOIN group_members m ON m.user_id = u.id "
        "JOIN groups g ON g.id = m.group_id JOIN group_policies gp ON gp.group_id = g.id "
        "GROUP BY k.id, k.state, u.name, g.name ORDER BY k.id"
    )
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    assert rows == [("AK1", "ACTIVE", "acme", "admin", 2), ("AK2", "DISABLED", "acme", "admin", 2)]


def test_the_audit_record_only_grows(settings: Settings) -> None:
    migrate(settings)
    engine = create_engine(settings.sync_database_url)
    insert = (
        "INSERT INTO audit_events (at, kind, actor, action, resource, message, source, request_id, count) "
        "VALUES (1, 'CHANGE', 'a', 'b', 'c', 'd', 'e', 'f', 1)"
    )
    with engine.begin() as connection:
        connection.execute(text(insert))
    for statement in ("UPDATE audit_events SET actor = 'x'", "DELETE FROM audit_events"):
        with pytest.raises(DBAPIError, match="kept as they were written"), engine.begin() as connection:
            connection.execute(text(statement))
    engine.dispose()
