"""A runtime on a virtual clock, with one tenant."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.prepared import migrate_new

from greenroom.iam.service import create_credentials
from greenroom.runtime import Runtime, Scope
from greenroom.settings import Settings
from greenroom.tenants.service import scope_of_project


class VirtualClock:
    """Stands still until the test moves `now`."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def runtime(tmp_path: Path, clock: VirtualClock, database_url: str | None) -> AsyncIterator[Runtime]:
    settings = Settings(data=tmp_path, database_url=database_url)
    migrate_new(settings)
    opened = Runtime.open(settings, clock=clock)
    yield opened
    await opened.close()


@pytest.fixture
async def scope(runtime: Runtime) -> Scope:
    made = await create_credentials(runtime, "acme", "cn-north-4")
    return await scope_of_project(runtime, made.project_id)
