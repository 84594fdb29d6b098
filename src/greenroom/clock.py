"""Time and ids enter by parameter: production uses these, tests pass their own."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present time, aware, in UTC."""
NewId = Callable[[], str]
"""Gives an id that was never given before: 32 hexadecimal digits."""


def system_clock() -> datetime:
    return datetime.now(UTC)


def random_id() -> str:
    return uuid.uuid4().hex


def wire_time(moment: datetime) -> str:
    """RFC 3339 in UTC with second precision: always 20 characters, `2021-01-10T08:43:17Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_wire_time(text: str) -> datetime:
    """The reverse of `wire_time`.

    Raises:
        ValueError: the text has another form.
    """
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
