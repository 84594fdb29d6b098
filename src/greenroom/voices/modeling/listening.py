"""Checks of single recordings at once, while the user waits: one child process that keeps the recogniser.

The child starts with the first recording and ends when none has come for a while. Recordings wait for one
another, as they do on the reader's side.
"""

from __future__ import annotations

import asyncio
from typing import Any

from greenroom.jobs.children import Child, ChildError, ChildKilledError, ChildLimits
from greenroom.runtime import Runtime
from greenroom.voices.modeling.errors import MaterialMissingError
from greenroom.voices.recordings.check import unreadable
from greenroom.voices.recordings.faults import RecordingReport

_TARGET = "greenroom.voices.modeling.materials:check_one"
_LIMITS = ChildLimits(memory_mb=3000, seconds=120)
IDLE_S = 120.0


class Listener:
    """Of one server process."""

    def __init__(self) -> None:
        self._child: Child | None = None
        self._turn = asyncio.Lock()
        self._idle: asyncio.TimerHandle | None = None
        self._closing: asyncio.Task[None] | None = None

    async def check(self, runtime: Runtime, payload: dict[str, Any]) -> RecordingReport:
        """The report of `materials.check_one`; a file that breaks its reader is unreadable."""
        async with self._turn:
            if self._idle is not None:
                self._idle.cancel()
            if self._child is None:
                self._child = Child(runtime.settings.work_dir / "listening.log", _LIMITS)
            try:
                return RecordingReport.from_json(await self._child.call(_TARGET, payload))
            except ChildKilledError:
                return unreadable(payload["name"], f"{payload['name']} takes too long to read")
            except ChildError as error:
                if not error.is_user_fault:
                    raise
                raise MaterialMissingError(error.message) from error
            finally:
                self._idle = asyncio.get_running_loop().call_later(IDLE_S, self._close_later)

    async def close(self) -> None:
        """End the child; the next recording starts another."""
        if self._idle is not None:
            self._idle.cancel()
        child, self._child = self._child, None
        if child is not None:
            await child.close()

    def _close_later(self) -> None:
        self._closing = asyncio.get_running_loop().create_task(self._close_idle())

    async def _close_idle(self) -> None:
        async with self._turn:
            await self.close()


_listeners: dict[asyncio.AbstractEventLoop, Listener] = {}
"""One a loop: a server has one, tests have many."""


def listener() -> Listener:
    """Of the running loop."""
    return _listeners.setdefault(asyncio.get_running_loop(), Listener())


async def close_listener() -> None:
    """For the end of the server."""
    found = _listeners.pop(asyncio.get_running_loop(), None)
    if found is not None:
        await found.close()
