"""The rates under a long rush: `greenroom bench api_soak`.

Twenty tenants call one operation half as often again as its rate allows, each on a connection of its own, for
ten minutes (GREENROOM_SOAK_S sets other seconds). What passes is compared with the rate, and the server's
memory and the database's rows at the end with those after the first tenth. Set GREENROOM_DATABASE_URL to
count in PostgreSQL (an empty database).
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from greenroom.api.catalogue import find_entry
from greenroom.bench.api import Started, serving
from greenroom.bench.api_client import exchange, sign_get
from greenroom.bench.api_data import Prepared, settings_of
from greenroom.bench.table import Row
from greenroom.db.migrate import migrate
from greenroom.iam.service import create_credentials
from greenroom.runtime import Runtime

TENANTS = 20
SECONDS = 600.0
REGION = "cn-east-3"
OPERATION = "ListAssets"
HASTE = 1.5
"""Calls asked for, by calls allowed."""


@dataclass(slots=True)
class Passed:
    """What one tenant got through, and what it was refused."""

    calls: list[tuple[float, float]] = field(default_factory=list)
    """When each call that passed was sent, and when it was answered: seconds, in the order of the answers."""
    refused: int = 0
    failed: int = 0
    """Answers that are neither 200 nor 429."""

    def most_in_a_second(self, rate: int) -> int:
        """The largest number of calls that surely passed within one second; `rate` if none exceeds it."""
        first, most = 0, rate
        for last, (_, answered) in enumerate(self.calls):
            while answered - self.calls[first][0] >= 1.0:
                first += 1
            most = max(most, last - first + 1)
        return most


def rate_of(operation: str = OPERATION, region: str = REGION) -> int:
    """Calls a second."""
    rate = (find_entry(operation).rates or {})[region]
    assert rate is not None, "the operation has a rate in this region"
    return rate


def run() -> list[Row]:
    seconds = float(os.environ.get("GREENROOM_SOAK_S", SECONDS))
    with tempfile.TemporaryDirectory(prefix="greenroom-bench-") as folder:
        return asyncio.run(_measure(Path(folder) / "data", seconds))


async def _measure(data_dir: Path, seconds: float) -> list[Row]:
    tenants = await prepare_tenants(data_dir, TENANTS)
    async with serving("whole", data_dir) as started:
        await rush(started.port, tenants, seconds / 10)
        before, rows_before = started.memory_mb(), await _rows(data_dir)
        passed = await rush(started.port, tenants, seconds)
        return [*rate_rows(passed, seconds), await _leak_row(started, data_dir, (before, rows_before))]


async def prepare_tenants(data_dir: Path, count: int) -> list[Prepared]:
    """A data folder with so many tenants, each with a key."""
    settings = settings_of(data_dir)
    migrate(settings)
    runtime = Runtime.open(settings)
    made = [await create_credentials(runtime, f"soak-{number}", REGION) for number in range(count)]
    await runtime.close()
    return [Prepared(data_dir, one.project_id, "", one.access_key, one.secret_key, 0) for one in made]


async def rush(port: int, tenants: Sequence[Prepared], seconds: float) -> list[Passed]:
    """Every tenant asks evenly, faster than its rate allows."""
    return await asyncio.gather(*[_ask(port, tenant, seconds) for tenant in tenants])


async def _ask(port: int, tenant: Prepared, seconds: float) -> Passed:
    passed, step = Passed(), 1.0 / (HASTE * rate_of())
    request = sign_get(tenant, port, f"/v1/{tenant.project_id}/digital-assets?limit=1")
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    begun = due = time.perf_counter()
    while due < begun + seconds:
        await asyncio.sleep(due - time.perf_counter())
        sent = time.perf_counter()
        status = await exchange(reader, writer, request.encode())
        if status == 200:
            passed.calls.append((sent, time.perf_counter()))
        elif status == 429:
            passed.refused += 1
        else:
            passed.failed += 1
        due = max(due + step, time.perf_counter() - step)
    writer.close()
    await writer.wait_closed()
    return passed


def rate_rows(passed: Sequence[Passed], seconds: float) -> list[Row]:
    rate = rate_of()
    each = [len(one.calls) / seconds for one in passed]
    refused = sum(one.refused for one in passed)
    return [
        Row(
            "calls that passed, fewest",
            round(min(each), 2),
            "/s a tenant",
            f"rate {rate}/s; most {max(each):.2f}",
            f"{rate - 1} to {rate + 1}/s",
            extra={"tenants": len(passed), "seconds": seconds, "refused": refused},
        ),
        Row(
            "calls that passed within one second, most",
            max(one.most_in_a_second(rate) for one in passed),
            "calls",
            f"rate {rate}/s",
            f"<= {rate}",
            extra={"failed": sum(one.failed for one in passed)},
        ),
    ]


async def _leak_row(started: Started, data_dir: Path, before: tuple[float, int]) -> Row:
    memory, rows = before
    return Row(
        "memory of the server, growth",
        round(started.memory_mb() - memory, 1),
        "MB",
        f"after the first tenth {memory:.0f} MB",
        "<= 10 MB",
        extra={"rows_of_counts": await _rows(data_dir), "rows_before": rows},
    )


async def _rows(data_dir: Path) -> int:
    """Rows that counting calls leaves in the database."""
    from greenroom.api.repository import count_windows

    runtime = Runtime.open(settings_of(data_dir))
    async with runtime.sessions.read() as session:
        found = await count_windows(session)
    await runtime.close()
    return found
