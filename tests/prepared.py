"""Databases and data folders that are ready: made once a process, then copied, for making one takes long."""

from __future__ import annotations

import asyncio
import atexit
import json
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import asdict
from functools import cache
from pathlib import Path

import psycopg
from tests.databases import fresh_database

from greenroom.db.migrate import migrate
from greenroom.iam.service import create_credentials
from greenroom.runtime import Runtime
from greenroom.settings import Settings

DATABASE, KEYS = "greenroom.db", "credentials.json"
TENANTS = ("acme", "globex")


def migrate_new(settings: Settings) -> None:
    """What `migrate` does to a database that is new and empty, in a fraction of the time.

    One that is not new is left as it is.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if settings.database_url is not None:
        _fill_from_template(settings.database_url)
    elif not (settings.data_dir / DATABASE).exists():
        shutil.copyfile(_migrated_file(), settings.data_dir / DATABASE)


def _fill_from_template(url: str) -> None:
    server_url, _, name = url.rpartition("/")
    plain = server_url.replace("+psycopg", "")
    with psycopg.connect(f"{plain}/{name}") as connection:
        if connection.execute("SELECT to_regclass('alembic_version')").fetchone() != (None,):
            return
    template = _migrated_database(server_url)
    with psycopg.connect(f"{plain}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}"')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def prepare(data_dir: Path) -> None:
    """Make a data folder as a server leaves it that was started and stopped: with its database, the tables of
    the job engine, its secret key, and keys of the tenants in `credentials.json`."""
    data_dir.mkdir(parents=True, exist_ok=True)
    for path in _prepared_folder().iterdir():
        shutil.copy(path, data_dir / path.name)


@cache
def _migrated_file() -> Path:
    folder = _scratch()
    migrate(Settings(data=folder))
    _settle(folder / DATABASE)
    return folder / DATABASE


@cache
def _migrated_database(server_url: str) -> str:
    """Its name."""
    url = fresh_database(server_url)
    migrate(Settings(data=_scratch(), database_url=url))
    return url.rpartition("/")[2]


@cache
def _prepared_folder() -> Path:
    from greenroom.jobs.dbos_engine import DbosEngine  # here: few tests need what takes so long to import

    settings = Settings(data=_scratch() / "data")
    migrate_new(settings)
    engine = DbosEngine(settings)
    engine.prepare()
    engine.close()
    made = asyncio.run(_credentials(settings))
    _settle(settings.data_dir / DATABASE)
    ready = _scratch()
    (ready / KEYS).write_text(json.dumps(made))
    for name in (DATABASE, "secret.key"):
        shutil.copy(settings.data_dir / name, ready / name)
    return ready


async def _credentials(settings: Settings) -> dict[str, dict[str, str]]:
    runtime = Runtime.open(settings)
    try:
        return {
            tenant: asdict(await create_credentials(runtime, tenant, settings.region)) for tenant in TENANTS
        }
    finally:
        await runtime.close()


def _settle(database: Path) -> None:
    """Leave nothing in SQLite's log, so that the file alone is the database."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _scratch() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="greenroom-prepared-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
