"""Rates: every row of the contract, and exactly so many calls a second."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.prepared import migrate_new

from greenroom.api.catalogue import catalogue, find_entry
from greenroom.api.repository import DatabaseRates
from greenroom.api.throttle import MemoryRates, NotOfferedError, Window, windows_of
from greenroom.db.session import Sessions, open_sessions
from greenroom.settings import Settings

REGIONS = ("cn-north-4", "cn-east-3", "ap-southeast-3")


class VirtualSeconds:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class TestWindows:
    def test_every_row_of_the_contract_in_every_region(self) -> None:
        rows = [entry for entry in catalogue().values() if entry.rates is not None]
        assert len(rows) == 148
        for entry in rows:
            assert entry.rates is not None
            for region in REGIONS:
                rate = entry.rates[region]
                if rate is None:
                    with pytest.raises(NotOfferedError, match="not offered"):
                        windows_of(entry, "t1", region, {})
                    continue
                found = windows_of(entry, "t1", region, {})
                assert found[0] == Window(f"t1/{entry.id}/{region}", rate)
                assert len(found) == (2 if "system_wide" in entry.rates else 1)

    def test_sixteen_are_not_offered_in_singapore_and_four_are_counted_over_all_tenants(self) -> None:
        rows = [entry.rates for entry in catalogue().values() if entry.rates is not None]
        assert sum(1 for rates in rows if rates["ap-southeast-3"] is None) == 16
        assert sum(1 for rates in rows if rates.get("system_wide")) == 4

    def test_operations_without_a_row_are_not_limited(self) -> None:
        free = [entry for entry in catalogue().values() if entry.rates is None]
        assert len(free) == 151
        assert not any(windows_of(entry, "t1", region, {}) for entry in free for region in REGIONS)

    @pytest.mark.parametrize(
        ("overrides", "rate"),
        [
            ({}, 20),
            ({("*", "*", "*"): 7}, 7),
            ({("*", "*", "*"): 7, ("*", "ShowAsset", "*"): 8}, 8),
            ({("*", "ShowAsset", "cn-north-4"): 9, ("t1", "*", "*"): 10}, 10),
            ({("t1", "*", "*"): 10, ("t1", "ShowAsset", "*"): 11}, 11),
            ({("t1", "ShowAsset", "*"): 11, ("t1", "ShowAsset", "cn-north-4"): 12}, 12),
            ({("t1", "ShowAsset", "cn-east-3"): 12}, 20),
            ({("t2", "*", "*"): 12}, 20),
        ],
    )
    def test_the_most_particular_override_counts(
        self, overrides: dict[tuple[str, str, str], int], rate: int
    ) -> None:
        assert windows_of(find_entry("ShowAsset"), "t1", "cn-north-4", overrides)[0].rate == rate

    def test_an_override_lifts_a_limit_or_offers_an_operation(self) -> None:
        assert windows_of(find_entry("ShowAsset"), "t1", "cn-north-4", {("t1", "*", "*"): 0}) == []
        offered = windows_of(find_entry("CreateRobot"), "t1", "ap-southeast-3", {("t1", "*", "*"): 2})
        assert [window.rate for window in offered] == [2]

    def test_the_rate_of_the_whole_system(self) -> None:
        entry = find_entry("ShowResourceUsage")
        assert [window.rate for window in windows_of(entry, "t1", "cn-north-4", {})] == [10, 20]
        wider = windows_of(entry, "t1", "cn-north-4", {("system", "ShowResourceUsage", "*"): 50})
        assert [window.rate for window in wider] == [10, 50]


class TestMemoryRates:
    async def test_never_more_than_the_rate_in_any_second_and_all_of_it_when_asked(self) -> None:
        """Ten minutes of a caller that asks without pause, at odd moments."""
        clock = VirtualSeconds()
        rates, chance = MemoryRates(clock), random.Random(7)
        passed: list[float] = []
        while clock.now < 1600:
            clock.now += chance.uniform(0.001, 0.02)
            if await rates.take([Window("a", 10)]) is None:
                passed.append(clock.now)
        for first, after in zip(passed, passed[10:], strict=False):
            assert after - first >= 1.0, "eleven within a second"
        assert 600 * 10 - 600 <= len(passed) <= 600 * 10 + 10

    async def test_a_refused_call_counts_nowhere(self) -> None:
        clock = VirtualSeconds()
        rates = MemoryRates(clock)
        tenant, system = Window("t1", 5), Window("system", 3)
        answers = [await rates.take([tenant, system]) for _ in range(10)]
        assert answers == [None] * 3 + [system] * 7
        assert [await rates.take([tenant]) for _ in range(3)] == [None, None, tenant]

    async def test_tenants_do_not_share_and_idle_windows_go(self) -> None:
        clock = VirtualSeconds()
        rates = MemoryRates(clock)
        assert await rates.take([Window("t1", 1)]) is None
        assert await rates.take([Window("t2", 1)]) is None
        clock.now += 61
        await rates.forget()
        assert rates._calls == {}


@pytest.fixture
async def sessions(tmp_path: Path, database_url: str | None) -> AsyncIterator[Sessions]:
    settings = Settings(data=tmp_path, database_url=database_url)
    migrate_new(settings)
    opened = open_sessions(settings.async_database_url)
    yield opened
    await opened.close()


class TestDatabaseRates:
    async def test_exactly_the_rate_under_a_rush(self, sessions: Sessions) -> None:
        rates = DatabaseRates(sessions)
        started = time.monotonic()
        answers = await asyncio.gather(*[rates.take([Window("t1", 10)]) for _ in range(40)])
        passed = sum(1 for full in answers if full is None)
        assert 10 <= passed <= 10 + 10 * int(time.monotonic() - started)

    async def test_a_refused_call_counts_nowhere(self, sessions: Sessions) -> None:
        rates = DatabaseRates(sessions)
        tenant, system = Window("t1", 5), Window("system", 3)
        answers = [await rates.take([tenant, system]) for _ in range(6)]
        assert answers == [None] * 3 + [system] * 3
        assert [await rates.take([tenant]) for _ in range(3)] == [None, None, tenant]

    async def test_the_window_opens_again(self, sessions: Sessions) -> None:
        rates = DatabaseRates(sessions)
        window = Window("t1", 2)
        assert [await rates.take([window]) for _ in range(3)] == [None, None, window]
        await asyncio.sleep(1.01)
        assert [await rates.take([window]) for _ in range(3)] == [None, None, window]
        await rates.forget()
        assert await rates.take([window]) == window, "only idle windows are forgotten"

    def test_several_processes_share_one_count(self, tmp_path: Path, database_url: str | None) -> None:
        settings = Settings(data=tmp_path, database_url=database_url)
        migrate_new(settings)
        command = [sys.executable, "-c", _FLOOD, settings.async_database_url]
        pipe = subprocess.PIPE
        processes = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(3)]
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        passed = sorted(float(line) for process in processes for line in process.communicate()[0].split())
        assert all(process.returncode == 0 for process in processes)
        for first, after in zip(passed, passed[10:], strict=False):
            # A process notes the time a little after the database does.
            assert after - first >= 0.9, "eleven within a second"
        assert 3 * 10 - 3 <= len(passed) <= 4 * 10


_FLOOD = """
import asyncio, sys, time
from greenroom.api.repository import DatabaseRates
from greenroom.api.throttle import Window
from greenroom.db.session import open_sessions

async def main():
    sessions = open_sessions(sys.argv[1])
    rates = DatabaseRates(sessions)
    await rates.take([Window("warm", 1)])
    print("ready", flush=True)
    sys.stdin.readline()
    start = time.time()
    while time.time() < start + 3:
        if await rates.take([Window("t1", 10)]) is None:
            print(time.time())
        await asyncio.sleep(0.005)
    await sessions.close()

asyncio.run(main())
"""
