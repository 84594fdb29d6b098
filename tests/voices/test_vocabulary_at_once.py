"""Two requests that write the same key of a vocabulary at the same moment, on PostgreSQL.

SQLite lets one request write after the other, so that the second sees what the first has written.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.databases import fresh_database

from greenroom.db.migrate import migrate
from greenroom.iam.service import create_credentials
from greenroom.runtime import Context, Runtime
from greenroom.settings import Settings
from greenroom.tenants.service import scope_of_project
from greenroom.voices.vocabulary import entries, groups, switches
from greenroom.voices.vocabulary.errors import VocabularyError
from greenroom.voices.vocabulary.wire import (
    SaveTtscTenantConfigsRequestBody,
    SaveTtscVocabularyConfigsRequestBody,
    ShowVocabularySwitchConfigsQuery,
)

Work = Callable[[Context], Awaitable[Any]]


class Project:
    """One project, in which two requests run side by side."""

    def __init__(self, runtime: Runtime, project_id: str) -> None:
        self.runtime = runtime
        self._project_id = project_id

    @asynccontextmanager
    async def request(self) -> AsyncIterator[Context]:
        scope = await scope_of_project(self.runtime, self._project_id, None)
        async with self.runtime.transaction(scope) as context:
            yield context

    async def alone(self, work: Work) -> Any:
        async with self.request() as context:
            return await work(context)

    async def both(self, first: Work, second: Work) -> tuple[Any, Any]:
        """The second begins before the first is committed, and waits for it in the database."""
        async with self.request() as context:
            one = await first(context)
            waiting = asyncio.create_task(self.alone(second))
            await self._until_it_waits()
        return one, await waiting

    async def _until_it_waits(self) -> None:
        async with asyncio.timeout(30), self.request() as onlooker:
            while not await onlooker.session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                await asyncio.sleep(0.02)


@pytest.fixture
async def project(tmp_path: Path, postgresql: str) -> AsyncIterator[Project]:
    settings = Settings(data=tmp_path, database_url=fresh_database(postgresql))
    migrate(settings)
    runtime = Runtime.open(settings)
    credentials = await create_credentials(runtime, "acme", "cn-north-4")
    yield Project(runtime, credentials.project_id)
    await runtime.close()


def entry(key: str, value: str, entry_id: str | None = None) -> Work:
    body = SaveTtscVocabularyConfigsRequestBody(type="ALIAS", key=key, value=value)
    if entry_id is None:
        return lambda context: entries.create_ttsc_vocabulary_configs(context, body)
    return lambda context: entries.save_ttsc_vocabulary_configs(context, entry_id, body)


async def test_the_second_entry_of_a_key_is_refused_as_it_is_later(project: Project) -> None:
    with pytest.raises(VocabularyError, match=r"key 'MLF' has the entry .* of type ALIAS already"):
        await project.both(entry("MLF", "farm"), entry("MLF", "mill"))
    with pytest.raises(VocabularyError, match=r"key 'MLF' has the entry .* already"):
        await project.alone(entry("MLF", "mill"))


async def test_an_entry_is_not_renamed_to_a_key_that_is_just_made(project: Project) -> None:
    made = await project.alone(entry("OLD", "farm"))
    with pytest.raises(VocabularyError, match="key 'MLF' has the entry"):
        await project.both(entry("MLF", "farm"), entry("MLF", "mill", made.id))
    await project.alone(entry("NEW", "mill", made.id))


async def test_two_groups_of_one_name(project: Project) -> None:
    def group(context: Context) -> Awaitable[Any]:
        return groups.create_ttsc_vocabulary_groups(context, "Orchard")

    with pytest.raises(VocabularyError, match="there is a group 'Orchard' already"):
        await project.both(group, group)


async def test_the_last_turn_of_a_switch_holds(project: Project) -> None:
    def turn(value: str) -> Work:
        body = SaveTtscTenantConfigsRequestBody(key="ALIAS", value=value)
        return lambda context: switches.save_ttsc_tenant_configs(context, body)

    await project.both(turn("true"), turn("false"))
    query = ShowVocabularySwitchConfigsQuery()
    shown = await project.alone(lambda context: switches.show_vocabulary_switch_configs(context, query))
    assert [(one.key, one.value) for one in shown.data] == [("ALIAS", "false")]
