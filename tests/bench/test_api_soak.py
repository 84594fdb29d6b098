"""Twenty tenants at their rates: through the whole gate in virtual time, and how the benchmark counts."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request

from greenroom.api.app import create_app
from greenroom.api.catalogue import find_entry
from greenroom.api.gate import Trail
from greenroom.api.throttle import IDLE_S, MemoryRates, ThrottledError
from greenroom.bench import api_soak
from greenroom.bench.api_client import sign_get
from greenroom.bench.api_data import Prepared, settings_of
from greenroom.runtime import Runtime

SECONDS = 10


class VirtualSeconds:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def request_of(tenant: Prepared) -> Request:
    path = f"/v1/{tenant.project_id}/digital-assets"
    return Request(
        {
            "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"",
            "headers": sign_get(tenant, 80, path).headers(), "client": ("127.0.0.1", 1), "scheme": "http",
            "server": ("127.0.0.1", 80),
        }
    )  # fmt: skip


async def test_exactly_the_rate_passes_for_each_of_twenty_tenants_and_nothing_stays(tmp_path: Path) -> None:
    tenants = await api_soak.prepare_tenants(tmp_path, api_soak.TENANTS)
    runtime, clock = Runtime.open(settings_of(tmp_path)), VirtualSeconds()
    app, rate, entry = create_app(runtime), api_soak.rate_of(), find_entry(api_soak.OPERATION)
    app.gate.rates = rates = MemoryRates(clock)
    passed: dict[str, list[float]] = {tenant.access_key: [] for tenant in tenants}
    for _ in range(int(SECONDS * rate * api_soak.HASTE)):
        clock.now += 1 / (rate * api_soak.HASTE)
        for tenant in tenants:
            request = request_of(tenant)
            caller = await app.gate.authenticate(request, b"", Trail())
            scope = app.gate.scope_of(caller, request, tenant.project_id, "r")
            try:
                await app.gate.admit(entry, caller, scope, request, "")
            except ThrottledError:
                continue
            passed[tenant.access_key].append(clock.now)
    for calls in passed.values():
        assert abs(len(calls) - SECONDS * rate) <= SECONDS, "one more or less a second"
        assert all(after - first >= 0.999 for first, after in zip(calls, calls[rate:], strict=False))
    assert len(rates._calls) == len(tenants)
    clock.now += IDLE_S + 1
    await app.keep_house()
    assert rates._calls == {}
    await app.close()
    await runtime.close()


def test_a_second_with_too_many_is_found() -> None:
    even = [(number / 10, number / 10 + 0.01) for number in range(30)]
    assert api_soak.Passed(calls=even).most_in_a_second(10) == 10
    crowded = sorted([*even, (1.05, 1.06), (1.07, 1.08)])
    assert api_soak.Passed(calls=crowded).most_in_a_second(10) == 12
