"""What a request costs: `greenroom bench api`.

Signed `GET` of one asset over 64 connections, against the same route with no signature, policy or throttle,
and against a bare Starlette route that reads one row. Client and server share the machine, so that the
figures say what two cores do together; the processor time of the server depends less on what else runs.
Set GREENROOM_DATABASE_URL to measure on PostgreSQL (an empty database).
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from greenroom.bench.api_client import Load, Request, measure, sign_get
from greenroom.bench.api_data import Prepared, prepare, settings_of
from greenroom.bench.table import Row

CONNECTIONS = 64
SECONDS = 8.0
ASSETS = 100_000


def run() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="greenroom-bench-") as folder:
        return asyncio.run(_measure(Path(folder)))


async def _measure(folder: Path) -> list[Row]:
    prepared = await prepare(folder / "data", ASSETS)
    one = f"/v1/{prepared.project_id}/digital-assets/{prepared.asset_id}"
    loads: dict[str, Load] = {}
    rows: list[Row] = []
    async with serving("whole", prepared.data_dir) as started:
        rows += [*_start_rows(started)]
        signed = sign_get(prepared, started.port, one)
        loads["whole"] = await started.measure(signed)
        rows += await _pages(prepared, started.port)
    for name, path in (("open", one), ("bare", f"/row/{prepared.asset_id}")):
        async with serving(name, prepared.data_dir) as started:
            plain = Request.plain(started.port, path)
            loads[name] = await started.measure(plain)
    return _request_rows(loads, await _cost_of_the_gate(prepared)) + rows


class Started:
    """A server process and how long it took to answer."""

    def __init__(self, process: asyncio.subprocess.Process, port: int, seconds: float) -> None:
        self.process = process
        self.port = port
        self.seconds = seconds

    async def measure(self, request: Request) -> Load:
        """The load, with the processor time that the server took for each request."""
        import psutil

        before = psutil.Process(self.process.pid).cpu_times()
        load = await measure(self.port, request, CONNECTIONS, SECONDS)
        after = psutil.Process(self.process.pid).cpu_times()
        spent = after.user + after.system - before.user - before.system
        load.cpu_ms = spent / max(1, load.sent) * 1000
        return load

    async def until_idle(self, seconds: float = 30.0) -> None:
        """A first start stores the presenters that ship; what is measured is what comes after."""
        import psutil

        server, end = psutil.Process(self.process.pid), time.perf_counter() + seconds
        spent = 1.0
        while spent > 0.05 and time.perf_counter() < end:
            before = server.cpu_times()
            await asyncio.sleep(1.0)
            after = server.cpu_times()
            spent = after.user + after.system - before.user - before.system

    def memory_mb(self) -> float:
        import psutil

        return float(psutil.Process(self.process.pid).memory_info().rss / 1e6)


@asynccontextmanager
async def serving(kind: str, data_dir: Path) -> AsyncIterator[Started]:
    """A server in a process of its own: `greenroom serve` for "whole", else one of `api_servers`."""
    import httpx

    port = _free_port()
    if kind == "whole":
        command = ["greenroom.cli.main", "serve", "--data", str(data_dir), "--port", str(port)]
    else:
        command = ["greenroom.bench.api_servers", kind, str(data_dir), str(port)]
    environment = {**os.environ, "GREENROOM_EMBEDDED_WORKER": "false"}
    begun = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *command, env=environment,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with httpx.AsyncClient() as client:
            while True:
                try:
                    await client.get(f"http://127.0.0.1:{port}/healthz")
                    break
                except httpx.TransportError:
                    if process.returncode is not None:
                        raise RuntimeError(f"the server for {kind!r} ended at once") from None
                    await asyncio.sleep(0.01)
        started = Started(process, port, time.perf_counter() - begun)
        await started.until_idle()
        yield started
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start_rows(started: Started) -> list[Row]:
    return [
        Row("start to first answer", round(started.seconds, 2), "s", goal="<= 3 s"),
        Row("memory, idle", round(started.memory_mb()), "MB", goal="<= 250 MB"),
    ]


async def _pages(prepared: Prepared, port: int) -> list[Row]:
    """One connection: page 1 and page 1000 of all assets."""
    medians = {}
    for page in (1, 1000):
        path = f"/v1/{prepared.project_id}/digital-assets?limit=10&offset={(page - 1) * 10}"
        medians[page] = (await measure(port, sign_get(prepared, port, path), 1, 3.0)).median_ms
    ratio = medians[1000] / medians[1]
    return [
        Row(
            f"page 1000 of {prepared.assets} assets",
            medians[1000],
            "ms",
            reference=f"page 1: {medians[1]:.3g} ms",
            goal="<= 2x page 1",
            extra={"ratio": round(ratio, 2)},
        )
    ]


async def _cost_of_the_gate(prepared: Prepared) -> float:
    """Milliseconds of this process for signature, policy and throttle of one request, with nothing else."""
    from starlette.requests import Request as HttpRequest

    from greenroom.api.catalogue import find_entry
    from greenroom.api.gate import Gate, Trail
    from greenroom.runtime import Runtime

    runtime = Runtime.open(settings_of(prepared.data_dir))
    gate, entry = Gate(runtime), find_entry("ShowAsset")
    path = f"/v1/{prepared.project_id}/digital-assets/{prepared.asset_id}"
    headers = sign_get(prepared, 80, path).headers()
    repeats = 2000
    begun = 0.0
    for number in range(repeats + 50):
        if number == 50:
            begun = time.process_time()
        request = HttpRequest(
            {
                "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"",
                "headers": headers, "client": ("127.0.0.1", 1), "scheme": "http", "server": ("127.0.0.1", 80),
            }
        )  # fmt: skip
        caller = await gate.authenticate(request, b"", Trail())
        scope = gate.scope_of(caller, request, prepared.project_id, "r")
        await gate.admit(entry, caller, scope, request, prepared.asset_id)
    spent = time.process_time() - begun
    await runtime.close()
    return spent / repeats * 1000


def _request_rows(loads: dict[str, Load], gate_ms: float) -> list[Row]:
    whole, opened, bare = loads["whole"], loads["open"], loads["bare"]
    reference = f"no gate: {opened.per_second:.0f}/s; bare Starlette, one row: {bare.per_second:.0f}/s"
    return [
        Row("signed GET of one asset", round(whole.per_second), "/s", reference, ">= 600/s"),
        Row(
            "signed GET, processor time",
            round(whole.cpu_ms, 3),
            "ms",
            f"no gate: {opened.cpu_ms:.3f} ms; bare: {bare.cpu_ms:.3f} ms",
        ),
        Row(
            "signed GET, 99th percentile",
            whole.percentile_ms(99),
            "ms",
            f"no gate: {opened.percentile_ms(99):.3g} ms; bare: {bare.percentile_ms(99):.3g} ms",
            "<= 120 ms",
            extra={"median": whole.median_ms, "refused": whole.failures},
        ),
        Row(
            "signature, policy, throttle",
            round(gate_ms, 3),
            "ms of CPU",
            f"difference of the two servers: {whole.cpu_ms - opened.cpu_ms:.3f} ms",
            "<= 0.6 ms",
        ),
    ]
