"""How often a tenant may call an operation: the rates of the contract, and what counts the calls.

A sliding window: within any second no more calls are let through than the rate says, and a caller that asks
without pause gets exactly that many. Refused calls do not count. Calls are counted per tenant, operation and
region; where the contract names a rate for the whole system, those of all tenants are counted too.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from greenroom.api.catalogue import CatalogueEntry
from greenroom.errors import GreenroomError, UnknownPathError
from greenroom.iam.repository import ALL, SYSTEM

WINDOW_S = 1.0
UNLIMITED = 0
IDLE_S = 60.0
"""A window that nobody used for so long is forgotten."""

Overrides = Mapping[tuple[str, str, str], int]


class ThrottledError(GreenroomError):
    """Too many calls."""

    error_code = "APIGW.0308"
    status = 429


class NotOfferedError(UnknownPathError):
    """The contract has no such operation in this region."""


@dataclass(slots=True, frozen=True)
class Window:
    """Calls that are counted together, and how many a second are let through."""

    key: str
    rate: int


class RateStore(Protocol):
    """Counts calls."""

    async def take(self, windows: Sequence[Window]) -> Window | None:
        """Count one call in all of the windows, or in none: then the answer is one that is full."""
        ...

    async def forget(self) -> None:
        """Drop windows that nobody used for a while."""
        ...


def windows_of(entry: CatalogueEntry, tenant_id: str, region: str, overrides: Overrides) -> list[Window]:
    """The windows that a call counts in; none where its rate is not limited.

    Raises:
        NotOfferedError: the contract gives no rate for this region, and no override does.
    """
    rates = entry.rates or {}
    rate = _override(overrides, (tenant_id, ALL), entry.id, region) if overrides else None
    if rate is None:
        rate = rates.get(region, UNLIMITED)
        if rate is None:
            raise NotOfferedError(
                f"{entry.id} is not offered in {region}: use a project of another region, "
                "or ask the administrator to set a rate for it"
            )
    found = [Window(f"{tenant_id}/{entry.id}/{region}", rate)] if rate != UNLIMITED else []
    system = _override(overrides, (SYSTEM,), entry.id, region) if overrides else None
    system = rates.get("system_wide") if system is None else system
    if system:
        found.append(Window(f"{SYSTEM}/{entry.id}/{region}", system))
    return found


def _override(overrides: Overrides, tenants: Sequence[str], operation: str, region: str) -> int | None:
    """The most particular override: first by tenant, then by operation, then by region."""
    for tenant in tenants:
        for name in (operation, ALL):
            for place in (region, ALL):
                rate = overrides.get((tenant, name, place))
                if rate is not None:
                    return rate
    return None


def refuse(window: Window) -> ThrottledError:
    """The error in the gateway's words."""
    whose = "system" if window.key.startswith(f"{SYSTEM}/") else "user"
    return ThrottledError(
        f"The throttling threshold has been reached: policy {whose} over ratelimit,limit:{window.rate},"
        "time:1 second"
    )


class MemoryRates:
    """Counts in this process: for one API process on a database.

    Args:
        clock: seconds, steadily rising.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._calls: dict[str, deque[float]] = {}

    async def take(self, windows: Sequence[Window]) -> Window | None:
        now = self._clock()
        counted = []
        for window in windows:
            calls = self._calls.get(window.key)
            if calls is None:
                calls = self._calls[window.key] = deque()
            while calls and calls[0] <= now - WINDOW_S:
                calls.popleft()
            if len(calls) >= window.rate:
                return window
            counted.append(calls)
        for calls in counted:
            calls.append(now)
        return None

    async def forget(self) -> None:
        before = self._clock() - IDLE_S
        for key in [key for key, calls in self._calls.items() if not calls or calls[-1] < before]:
            del self._calls[key]


class NoRates:
    """Lets everything through."""

    async def take(self, windows: Sequence[Window]) -> Window | None:
        return None

    async def forget(self) -> None:
        return
