"""One-off codes open once; an import that a crash cut off goes on; tables are read as they were written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.billing.conftest import (
    OpenShop,
    Shop,
    make_shop,
    open_shop,
)

from greenroom.billing.quotas import every_user_quota
from greenroom.jobs.engine import JobOutcome, JsonValue
from greenroom.jobs.models import JobState
from greenroom.jobs.running import JobRunner
from greenroom.tenants.service import scope_of_project
from greenroom.workspace import jobs
from greenroom.workspace.errors import TableError
from greenroom.workspace.models import CodePurpose, ExchangeTask, TaskState, TaskType
from greenroom.workspace.service import create_once_code, redeem_once_code
from greenroom.workspace.tables import MAX_ROWS, read_table, write_table

__all__ = ["OpenShop", "make_shop", "open_shop"]


class TestOnceCode:
    async def test_it_opens_once_and_for_its_owner(self, open_shop: Shop) -> None:
        runtime = open_shop.studio.runtime
        async with open_shop.context("ana") as context:
            code = (await create_once_code(context, CodePurpose.CHAT)).once_code
        assert await redeem_once_code(runtime, code, CodePurpose.TTS) is None
        scope = await redeem_once_code(runtime, code, CodePurpose.CHAT)
        assert scope is not None
        assert (scope.project_id, scope.app_user_id) == (open_shop.studio.acme.project_id, "ana")
        assert await redeem_once_code(runtime, code, CodePurpose.CHAT) is None

    async def test_it_ends_by_itself(self, open_shop: Shop) -> None:
        async with open_shop.context() as context:
            code = (await create_once_code(context, CodePurpose.TTS)).once_code
        open_shop.wait(minutes=5.1)
        assert await redeem_once_code(open_shop.studio.runtime, code, CodePurpose.TTS) is None


async def test_an_import_goes_on_where_a_crash_cut_it_off(
    open_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = jobs.find_exchange("user-quota").columns
    rows = [{"user_id": f"u{number}", "voice_clone_basic": "1"} for number in range(250)]
    runtime = open_shop.studio.runtime
    async with open_shop.context() as context:
        task = ExchangeTask(
            id="task1", resource="user-quota", name="x", type=TaskType.IMPORT, state=TaskState.WAITING,
            total=250, succeeded=0, failed=0, faults={}, tenant_id=context.tenant_id,
            project_id=context.project_id, created_at=context.now(), updated_at=context.now(),
        )  # fmt: skip
        context.session.add(task)
        await runtime.objects.put_bytes(task.input_key, write_table(columns, rows))
    scope = await scope_of_project(runtime, open_shop.studio.acme.project_id)

    async def durable(name: str, function: Any) -> JsonValue:
        return await function()

    def job() -> JobRunner:
        return JobRunner(runtime, scope, "task1", durable)

    real, calls = jobs._import_batch, 0

    async def dies_in_the_second_batch(*arguments: Any) -> None:
        nonlocal calls
        calls += 1
        await real(*arguments)
        if calls == 2:
            raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(jobs, "_import_batch", dies_in_the_second_batch)
        with pytest.raises(ConnectionError):
            await jobs._Exchange(job()).take_in()
    async with open_shop.context() as context:
        assert len(await every_user_quota(context)) == 100
        await every_user_quota(context)
        row = await context.session.get(ExchangeTask, "task1")
        assert row is not None and row.succeeded == 100
        row.advance(TaskState.RUNNING)
    await jobs._Exchange(job()).take_in()
    async with open_shop.context() as context:
        assert len(await every_user_quota(context)) == 250
        await jobs.end_exchange(context, "task1", JobOutcome(JobState.SUCCEEDED))
    async with open_shop.context() as context:
        row = await context.session.get(ExchangeTask, "task1")
        assert row is not None
        assert (row.state, row.succeeded, row.failed) == (TaskState.SUCCEEDED, 250, 0)


_CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc"))).map(str.strip)


class TestTables:
    @given(st.lists(st.tuples(_CELLS, _CELLS)))
    def test_what_is_written_is_read(self, rows: list[tuple[str, str]]) -> None:
        written = [{"a": a, "b": b} for a, b in rows if a or b]
        if all(not cell.startswith("'") for row in written for cell in row.values()):
            assert read_table(write_table(("a", "b"), written), ("a", "b")) == written

    def test_no_cell_is_a_formula(self) -> None:
        rows = [{"a": text} for text in ("=1+1", "@x", "+cmd|x", "-1", "-1.5", "-x", "\tx", "plain")]
        cells = write_table(("a",), rows).decode("utf-8-sig").splitlines()[1:]
        assert cells == ["'=1+1", "'@x", "'+cmd|x", "-1", "-1.5", "'-x", "'\tx", "plain"]

    def test_too_many_rows(self) -> None:
        with pytest.raises(TableError, match="more than"):
            read_table(b"a\n" + b"1\n" * (MAX_ROWS + 1), ("a",))

    def test_other_columns_are_ignored(self, tmp_path: Path) -> None:
        assert read_table(b"b,a,c\n2,1,3\n", ("a", "b")) == [{"a": "1", "b": "2"}]
