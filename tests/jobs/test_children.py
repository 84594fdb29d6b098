"""Supervised child processes: real interpreters, real kills."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from greenroom.jobs.children import Child, ChildError, ChildKilledError, ChildLimits, run_in_child

WORK = "child_work"


@pytest.fixture(autouse=True)
def _importable_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))


async def _until(condition: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        await asyncio.sleep(0.05)


def _is_running(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


class TestCall:
    async def test_result_and_progress(self, tmp_path: Path) -> None:
        seen: list[tuple[str, float]] = []
        result = await run_in_child(
            f"{WORK}:add",
            {"a": 2, "b": 3},
            tmp_path / "log.txt",
            on_progress=lambda stage, done: seen.append((stage, done)),
        )
        assert result["sum"] == 5
        assert result["pid"] != os.getpid()
        assert [entry for entry in seen if entry[0] == "adding"][-1] == ("adding", 1.0)
        assert "noise on standard output" in (tmp_path / "log.txt").read_text()

    async def test_child_keeps_its_state_between_calls(self, tmp_path: Path) -> None:
        async with Child(tmp_path / "log.txt") as child:
            first = await child.call(f"{WORK}:add", {"a": 1, "b": 1})
            second = await child.call(f"{WORK}:add", {"a": 1, "b": 1})
        assert (first["pid"], first["calls_seen"]) == (second["pid"], 1)
        assert second["calls_seen"] == 2
        assert not _is_running(first["pid"])

    async def test_threads_that_wait_sleep_unless_the_operator_says_otherwise(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
        found = await run_in_child(f"{WORK}:environment", {}, tmp_path / "log.txt")
        assert (found["OMP_WAIT_POLICY"], found["OPENBLAS_NUM_THREADS"]) == ("PASSIVE", "3")

    async def test_an_engines_error_keeps_its_kind_and_text(self, tmp_path: Path) -> None:
        with pytest.raises(ChildError) as caught:
            await run_in_child(f"{WORK}:refuse_footage", {}, tmp_path / "log.txt")
        assert caught.value.kind == "FootageError"
        assert caught.value.is_user_fault
        assert "Film it again" in str(caught.value)

    async def test_a_fault_of_the_program_is_no_user_fault(self, tmp_path: Path) -> None:
        async with Child(tmp_path / "log.txt") as child:
            with pytest.raises(ChildError) as caught:
                await child.call(f"{WORK}:fail", {})
            assert not caught.value.is_user_fault
            assert "in fail" in caught.value.trace
            assert (await child.call(f"{WORK}:add", {"a": 1, "b": 2}))["sum"] == 3

    async def test_heartbeat_while_the_work_is_silent(self, tmp_path: Path) -> None:
        times: list[float] = []
        task = asyncio.create_task(
            run_in_child(
                f"{WORK}:sleep_long",
                {},
                tmp_path / "log.txt",
                on_progress=lambda stage, done: times.append(time.monotonic()),
            )
        )
        await _until(lambda: len(times) >= 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
        assert max(gaps) < 2.0


class TestLimits:
    async def test_memory(self, tmp_path: Path) -> None:
        with pytest.raises(ChildKilledError) as caught:
            await run_in_child(
                f"{WORK}:eat_memory", {}, tmp_path / "log.txt", ChildLimits(memory_mb=300, seconds=60)
            )
        assert caught.value.kind == "MemoryLimit"

    async def test_time(self, tmp_path: Path) -> None:
        with pytest.raises(ChildKilledError) as caught:
            await run_in_child(f"{WORK}:sleep_long", {}, tmp_path / "log.txt", ChildLimits(seconds=1))
        assert caught.value.kind == "TimeLimit"

    async def test_a_stopped_process_counts_as_silent(self, tmp_path: Path) -> None:
        pids = tmp_path / "pids"
        async with Child(tmp_path / "log.txt", ChildLimits(silent_seconds=3)) as child:
            task = asyncio.create_task(child.call(f"{WORK}:sleep_long", {"pids": str(pids)}))
            await _until(pids.exists)
            os.kill(int(pids.read_text().split()[0]), signal.SIGSTOP)
            with pytest.raises(ChildKilledError) as caught:
                await task
        assert caught.value.kind == "Silent"


class TestDeath:
    @pytest.mark.parametrize(
        ("signal_number", "kind"), [(signal.SIGKILL, "Killed"), (signal.SIGSEGV, "Crashed")]
    )
    async def test_a_dying_child_is_reported(self, tmp_path: Path, signal_number: int, kind: str) -> None:
        with pytest.raises(ChildKilledError) as caught:
            await run_in_child(f"{WORK}:die", {"signal": int(signal_number)}, tmp_path / "log.txt")
        assert caught.value.kind == kind

    async def test_cancel_kills_the_child_and_its_helpers(self, tmp_path: Path) -> None:
        pids = tmp_path / "pids"
        task = asyncio.create_task(
            run_in_child(f"{WORK}:sleep_long", {"pids": str(pids)}, tmp_path / "log.txt")
        )
        await _until(pids.exists)
        child, helper = map(int, pids.read_text().split())
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await _until(lambda: not _is_running(child) and not _is_running(helper))

    @pytest.mark.crash
    async def test_no_orphan_after_the_parent_is_killed(self, tmp_path: Path) -> None:
        pids = tmp_path / "pids"
        script = (
            "import asyncio, pathlib\n"
            "from greenroom.jobs.children import run_in_child\n"
            f"asyncio.run(run_in_child('{WORK}:sleep_long', {{'pids': {str(pids)!r}}}, "
            f"pathlib.Path({str(tmp_path / 'log.txt')!r})))\n"
        )
        parent = subprocess.Popen([sys.executable, "-c", script])
        await _until(pids.exists)
        child = int(pids.read_text().split()[0])
        assert _is_running(child)
        parent.kill()
        parent.wait()
        await _until(lambda: not _is_running(child), seconds=3)
