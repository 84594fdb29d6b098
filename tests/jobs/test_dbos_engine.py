"""Durable jobs on SQLite: real workers, real child processes, real SIGKILL."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from job_work import KINDS, LINES, OPTIONS
from sqlalchemy import create_engine

from greenroom.db.base import Base
from greenroom.jobs.dbos_engine import DbosEngine
from greenroom.jobs.engine import JobSubmission
from greenroom.runtime import Runtime, Scope
from greenroom.settings import Settings

HERE = Path(__file__).parent
SCOPE = Scope(tenant_id="tenant", project_id="project", region="cn-north-4")


class Bench:
    """A data folder with its tables, and what a test wants to know about it."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.settings = Settings(data=data_dir)
        data_dir.mkdir()
        tables = create_engine(self.settings.sync_database_url)
        Base.metadata.create_all(tables)
        with tables.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE results (job_id TEXT, state TEXT, error_msg TEXT)")
        tables.dispose()
        self.engine = DbosEngine(self.settings, OPTIONS, KINDS)
        self.engine.prepare()
        self.runtime = Runtime.open(self.settings)

    async def submit(self, kind: str, job_id: str) -> None:
        async with self.runtime.transaction(SCOPE) as context:
            await self.engine.submit(context, JobSubmission(job_id, kind, job_id))

    def query(self, sql: str) -> list[Any]:
        connection = sqlite3.connect(self.data_dir / "greenroom.db", timeout=30)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def states(self) -> dict[str, str]:
        return dict(self.query("SELECT id, state FROM jobs"))

    def results(self) -> list[tuple[str, str, str | None]]:
        return self.query("SELECT job_id, state, error_msg FROM results")

    def notes(self) -> Counter[str]:
        path = self.data_dir / "steps.log"
        return Counter(path.read_text().splitlines() if path.exists() else [])

    def worker(self, attempts_without_progress: int = 10) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(HERE / "job_work.py"), str(self.data_dir), str(attempts_without_progress)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        return process

    async def until(self, condition: Callable[[], bool], seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, (self.states(), self.results(), self.notes())
            await asyncio.sleep(0.1)


@pytest.fixture
async def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    monkeypatch.setenv("PYTHONPATH", str(HERE))
    monkeypatch.syspath_prepend(str(HERE))
    bench = Bench(tmp_path / "data")
    yield bench
    await asyncio.to_thread(bench.engine.stop)
    bench.engine.close()
    await bench.runtime.close()


def _kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


class TestSubmit:
    async def test_a_job_runs_once_and_its_scratch_folder_goes(self, bench: Bench) -> None:
        await bench.submit("test.count", "job-1")
        await asyncio.to_thread(bench.engine.start)
        await bench.until(lambda: bench.states()["job-1"] == "SUCCEEDED")
        assert bench.results() == [("job-1", "SUCCEEDED", None)]
        assert bench.notes() == Counter({f"job-1 step {number}": 1 for number in range(4)})
        await bench.until(lambda: not (bench.settings.work_dir / "job-1").exists())

    async def test_a_rolled_back_transaction_leaves_no_job(self, bench: Bench) -> None:
        with pytest.raises(RuntimeError, match="changed my mind"):
            async with bench.runtime.transaction(SCOPE) as context:
                await bench.engine.submit(context, JobSubmission("job-1", "test.count", "job-1"))
                raise RuntimeError("changed my mind")
        assert bench.states() == {}
        assert bench.query("SELECT workflow_uuid FROM workflow_status") == []

    async def test_no_pickle_is_stored(self, bench: Bench) -> None:
        await bench.submit("test.count", "job-1")
        await asyncio.to_thread(bench.engine.start)
        await bench.until(lambda: bench.states()["job-1"] == "SUCCEEDED")
        assert bench.query("SELECT DISTINCT serialization FROM operation_outputs") == [("portable_json",)]
        assert bench.query("SELECT DISTINCT serialization FROM workflow_status") == [("portable_json",)]

    async def test_the_users_fault_reaches_the_row_in_words(self, bench: Bench) -> None:
        await bench.submit("test.refuse", "job-1")
        await bench.submit("test.broken", "job-2")
        await asyncio.to_thread(bench.engine.start)
        await bench.until(lambda: len(bench.results()) == 2)
        refused, broken = sorted(bench.results())
        assert refused[1] == "FAILED" and "Film it again" in str(refused[2])
        assert broken[1:] == ("FAILED", "An internal error stopped the job.")


class TestRequestCancel:
    async def test_a_running_job_stops(self, bench: Bench) -> None:
        await bench.submit("test.count", "job-1")
        await asyncio.to_thread(bench.engine.start)
        await bench.until((bench.data_dir / "job-1.count").exists)
        async with bench.runtime.transaction(SCOPE) as context:
            await bench.engine.request_cancel(context, "job-1")
        await bench.until(lambda: bench.states()["job-1"] == "CANCELLED", seconds=5)
        lines = (bench.data_dir / "job-1.count").read_text()
        await asyncio.sleep(0.3)
        assert (bench.data_dir / "job-1.count").read_text() == lines
        assert bench.results() == [("job-1", "CANCELLED", None)]

    async def test_a_waiting_job_never_starts(self, bench: Bench) -> None:
        await bench.submit("test.count", "job-1")
        await bench.submit("test.count", "job-2")
        async with bench.runtime.transaction(SCOPE) as context:
            await bench.engine.request_cancel(context, "job-1")
        assert bench.states() == {"job-1": "CANCELLED", "job-2": "WAITING"}
        assert bench.query("SELECT status FROM workflow_status WHERE workflow_uuid = 'job-1'") == [
            ("CANCELLED",)
        ]
        await asyncio.to_thread(bench.engine.start)
        await bench.until(lambda: bench.states()["job-2"] == "SUCCEEDED")
        assert bench.notes()["job-1 step 0"] == 0


class TestStop:
    async def test_a_stopped_job_goes_on_at_the_next_start(self, bench: Bench) -> None:
        await bench.submit("test.count", "job-1")
        await asyncio.to_thread(bench.engine.start)
        await bench.until((bench.data_dir / "job-1.count").exists)
        await asyncio.to_thread(bench.engine.stop)
        assert bench.states() == {"job-1": "RUNNING"}
        await asyncio.to_thread(bench.engine.start)
        await bench.until(lambda: bench.states()["job-1"] == "SUCCEEDED")
        assert bench.results() == [("job-1", "SUCCEEDED", None)]
        assert bench.notes()["job-1 step 0"] == 1


@pytest.mark.crash
class TestKill:
    async def test_every_job_ends_once_whenever_the_worker_is_killed(self, bench: Bench) -> None:
        jobs = [f"job-{number}" for number in range(2)]
        for job in jobs:
            await bench.submit("test.count", job)
        chance = random.Random(7)
        kills = 0
        while len(bench.results()) < len(jobs):
            noted = sum(bench.notes().values())
            worker = await asyncio.to_thread(bench.worker)
            try:
                if kills % 2:
                    # A slow machine takes longer than the sleep to begin, and what never gets on is given up.
                    await bench.until(
                        lambda noted=noted: (
                            sum(bench.notes().values()) > noted or len(bench.results()) == len(jobs)
                        )
                    )
                await asyncio.sleep(chance.uniform(0.2, 2.0))
            finally:
                _kill(worker)
            kills += 1
            assert kills < 40, (bench.states(), bench.notes())
        assert kills >= 3
        assert sorted(bench.results()) == [(job, "SUCCEEDED", None) for job in jobs]
        for job in jobs:
            counted = (bench.data_dir / f"{job}.count").read_text().splitlines()
            assert counted == [str(number) for number in range(LINES)]
            # A step that had ended ran once; only the one that a kill cut off ran again.
            assert sum(bench.notes()[f"{job} step {number}"] for number in range(4)) <= 4 + kills

    async def test_a_job_that_kills_its_worker_is_given_up(self, bench: Bench) -> None:
        await bench.submit("test.poison", "job-1")
        for attempt in (1, 2):
            worker = await asyncio.to_thread(bench.worker, 2)
            try:
                await bench.until(lambda attempt=attempt: bench.notes()["job-1 attempt"] == attempt)
            finally:
                _kill(worker)
        worker = await asyncio.to_thread(bench.worker, 2)
        try:
            await bench.until(lambda: bench.states()["job-1"] == "FAILED")
            # What it left is removed after that; a worker killed in between leaves it to the next one.
            await bench.until(lambda: not os.path.exists(bench.settings.work_dir / "job-1"))
        finally:
            _kill(worker)
        assert [state for _, state, _ in bench.results()] == ["FAILED"]
        assert bench.notes()["job-1 attempt"] == 2
