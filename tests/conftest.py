"""Fixtures that every test may use: a real server in its own process, and the public SDK as its client."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.answers import CheckedClient
from tests.databases import fresh_database, running_postgresql
from tests.prepared import KEYS, TENANTS, prepare

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
"""Footage, voices and files for measuring; not part of the repository."""

LONGEST = (
    "crash/test_server_kill.py",
    "video/test_sharing.py",
    "voices/modeling/test_training_a_voice.py",
    "crash/test_voice_kill.py",
    "crash/test_video_kill.py",
    "contract/test_review_of_orders.py",
)
"""Files that come first, so that no process of several is left alone with one of them at the end."""

os.environ.setdefault("GREENROOM_VOICE_MODELER", "simple")
"""It learns in seconds; tests of the other one ask for it."""
os.environ.setdefault("GREENROOM_SPEECH_EFFORT", "quick")
"""The same words at the same times for a tenth of the computing; those of the own decoder ask for it."""

START_TIMEOUT_S = 300
HURRIED_TESTS = {"GREENROOM_THROTTLE": "off", "GREENROOM_REPLAY_CHECK": "false"}
"""Tests call faster than the contract's rates allow, and the same thing from several clients within a second,
which nothing tells from a replay. Tests of rates and replays start servers of their own."""


@dataclass(slots=True, frozen=True)
class Credentials:
    """A key pair as `greenroom credentials create --json` prints it."""

    tenant: str
    region: str
    project_id: str
    access_key: str
    secret_key: str


@dataclass(slots=True)
class RunningServer:
    """A `greenroom serve` process and how to reach it."""

    data_dir: Path
    process: subprocess.Popen[str]
    base_url: str
    credentials: Credentials
    other_credentials: Credentials
    """Of another tenant, for tests that tenants never see each other."""
    environment: dict[str, str] = field(default_factory=dict)

    def client(self, credentials: Credentials | None = None) -> Any:
        """The unmodified public SDK's client, whose answers are compared with the contract."""
        return sdk_client(self.base_url, credentials or self.credentials)

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self._end()

    def kill(self) -> None:
        """kill -9, as a power cut would."""
        self.process.kill()
        self._end()

    def _end(self) -> int:
        try:
            return self.process.wait(timeout=40)
        finally:
            if self.process.stdout is not None:
                self.process.stdout.close()


def greenroom_command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "greenroom.cli.main", *arguments]


def create_credentials(data_dir: Path, tenant: str) -> Credentials:
    """Run the command that an administrator runs."""
    command = greenroom_command(
        "credentials", "create", "--data", str(data_dir), "--tenant", tenant, "--json"
    )
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return Credentials(**json.loads(output))


def start_server(data_dir: Path, **environment: str) -> RunningServer:
    """Start `greenroom serve` on a free port and wait until it says that it is ready.

    A data folder that does not exist is prepared; in one that exists the server makes what is missing.
    Keyword arguments become environment variables of the process, such as `GREENROOM_SIGNATURE_WINDOW_S`.
    """
    if not data_dir.exists():
        prepare(data_dir)
    with (data_dir / "server.log").open("a") as log:
        process = subprocess.Popen(
            greenroom_command("serve", "--data", str(data_dir), "--port", "0"),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, **environment},
        )
    base_url = _wait_until_ready(process, data_dir)
    acme, globex = _credentials(data_dir)
    return RunningServer(
        data_dir=data_dir,
        process=process,
        base_url=base_url,
        credentials=acme,
        other_credentials=globex,
        environment=environment,
    )


def _credentials(data_dir: Path) -> list[Credentials]:
    """Of the tenants in a prepared folder, or new ones."""
    kept = data_dir / KEYS
    if kept.is_file():
        found = json.loads(kept.read_text())
        return [Credentials(**found[tenant]) for tenant in TENANTS]
    return [create_credentials(data_dir, tenant) for tenant in TENANTS]


def _wait_until_ready(process: subprocess.Popen[str], data_dir: Path) -> str:
    deadline = time.monotonic() + START_TIMEOUT_S
    place = data_dir / "server.json"
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the server ended: {(data_dir / 'server.log').read_text()[-2000:]}")
        if place.is_file():
            found = json.loads(place.read_text())
            if found["pid"] == process.pid:
                assert process.stdout is not None
                process.stdout.readline()
                return str(found["url"])
        time.sleep(0.05)
    process.kill()
    pytest.fail("the server did not become ready")


def sdk_client(base_url: str, credentials: Credentials) -> Any:
    from huaweicloudsdkcore.auth.credentials import BasicCredentials
    from huaweicloudsdkmetastudio.v1 import MetaStudioClient

    keys = BasicCredentials(credentials.access_key, credentials.secret_key, credentials.project_id)
    return CheckedClient(
        MetaStudioClient.new_builder().with_credentials(keys).with_endpoint(base_url).build()
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    tests = Path(__file__).parent
    places = {tests / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL that the tests started; skips where it cannot be had."""
    with running_postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str | None:
    """For `Settings(database_url=...)`: each test runs on SQLite and on a fresh PostgreSQL database."""
    if request.param == "sqlite":
        return None
    return fresh_database(request.getfixturevalue("postgresql"))


@pytest.fixture(scope="session")
def small_cast(pytestconfig: pytest.Config) -> Path:
    """For `Settings(cast_folder=...)`: the cast that ships, its first presenter at a third of the size."""
    from tests.cast.small import small_cast_in  # here: few tests need what it imports

    assert pytestconfig.cache is not None
    return small_cast_in(pytestconfig.cache.mkdir("small-cast"))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, small_cast: Path) -> Iterator[RunningServer]:
    """One server for all contract tests; each test makes what it needs and expects nothing of the others."""
    running = start_server(
        tmp_path_factory.mktemp("server") / "data", **HURRIED_TESTS, GREENROOM_CAST_FOLDER=str(small_cast)
    )
    yield running
    running.stop()


@pytest.fixture
def client(server: RunningServer) -> Any:
    """The public SDK, as the first tenant."""
    return server.client()


@pytest.fixture
def other_client(server: RunningServer) -> Any:
    """The public SDK, as another tenant."""
    return server.client(server.other_credentials)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of test footage; tests that use it are skipped where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the test footage is not here: put it into {SHARED_DATA}")
    return SHARED_DATA
