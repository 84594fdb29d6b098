"""Supervised child processes: heavy work runs here, never in a thread of the API or of the job engine.

A child is a fresh interpreter (`python -m greenroom.jobs.child`), not a fork, so it shares no lock, no
event loop and no CUDA context with its parent. Parent and child speak JSON lines: calls go down the child's
standard input, events come back over a pipe of their own, so that nothing a library prints can break the
protocol. Nothing is pickled.

What is guaranteed:

- a child reports at least every `HEARTBEAT_SECONDS` while its interpreter runs, and is killed when it stays
  silent for `ChildLimits.silent_seconds`;
- a child dies with its parent, even when the parent is killed with SIGKILL;
- `Child.close()` and cancelling `Child.call()` kill the child's whole process group;
- an error of the work comes back as `ChildError` with the class name and the text of the original.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

HEARTBEAT_SECONDS = 1.0
"""How often a child repeats its last progress when the work itself has nothing new to say."""

_LOG_TAIL_CHARACTERS = 2000
_THREADS = {"OMP_WAIT_POLICY": "PASSIVE", "OPENBLAS_NUM_THREADS": "1"}
"""Threads that wait for each other sleep: two trainings side by side on two cores took 0.57 s a step in place
of 0.82. And NumPy's small products stay in one thread: beside other work the features of a sound took half
the processor time."""
_WATCH_SECONDS = 0.5

Payload = dict[str, Any]
"""JSON-serialisable: what goes to a child and what comes back."""
ProgressListener = Callable[[str, float], None]
"""Called with the stage and the share done, 0 to 1."""


def child_environment() -> dict[str, str]:
    """The environment of a child; what is set already stays."""
    return {**_THREADS, **os.environ}


@dataclass(slots=True, frozen=True)
class ChildLimits:
    """What a child may use before it is killed."""

    memory_mb: int | None = None
    """Resident memory of the child and its own children together."""
    seconds: float | None = None
    """Wall time of one call."""
    silent_seconds: float = 120.0
    """Longest time without a heartbeat; native code that holds the interpreter counts as silence."""


class ChildError(Exception):
    """The work raised. `kind` is the class name of the original error, the text is the original's.

    `is_user_fault` tells an error whose text is written for the user (an `EngineError`, a `MediaError` or a
    `GreenroomError`) from a fault of the program.
    """

    def __init__(self, kind: str, message: str, is_user_fault: bool, trace: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.is_user_fault = is_user_fault
        self.trace = trace


class ChildKilledError(ChildError):
    """The child ended without an answer: by a limit, by the kernel's memory killer or by a crash."""

    def __init__(self, kind: str, message: str, trace: str = "") -> None:
        super().__init__(kind, message, is_user_fault=False, trace=trace)


class Child:
    """One child process that runs calls one after the other and keeps its module state between them.

    `target` of a call is `package.module:function`; the function takes `(payload, progress)` and returns a
    JSON object.
    """

    def __init__(self, log_path: Path, limits: ChildLimits | None = None) -> None:
        """`log_path` receives what the child and its libraries print."""
        self._log_path = log_path
        self._limits = limits or ChildLimits()
        self._process: asyncio.subprocess.Process | None = None
        self._events: asyncio.StreamReader | None = None
        self._transport: asyncio.BaseTransport | None = None
        self._calls = 0
        self._last_heard = 0.0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def call(
        self, target: str, payload: Payload, on_progress: ProgressListener | None = None
    ) -> Payload:
        """Run `target(payload, progress)` in the child, starting it when needed, and return its answer.

        Raises:
            ChildError: the work raised.
            ChildKilledError: the child died or broke a limit; the next call starts a new one.
        """
        if self._process is None or self._process.returncode is not None:
            await self._start()
        self._calls += 1
        await self._send({"call": self._calls, "target": target, "payload": payload})
        watcher = asyncio.create_task(self._watch_limits())
        reader = asyncio.create_task(self._answer(self._calls, on_progress))
        try:
            await asyncio.wait({watcher, reader}, return_when=asyncio.FIRST_COMPLETED)
            if reader.done():
                return reader.result()
            watcher.result()
            raise AssertionError("the limit watcher ends only by raising")
        except (asyncio.CancelledError, ChildKilledError):
            await self.close()
            raise
        finally:
            for task in (watcher, reader):
                task.cancel()
            await asyncio.gather(watcher, reader, return_exceptions=True)

    async def close(self) -> None:
        """Kill the child's process group and wait until it is gone. Safe to call twice."""
        process, self._process = self._process, None
        if self._transport is not None:
            self._transport.close()
            self._transport = None
        if process is None:
            return
        if process.returncode is None:
            # The child leads its own session, so its helpers go with it.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        if process.stdin is not None:
            process.stdin.close()
            with contextlib.suppress(OSError):
                await process.stdin.wait_closed()
        await process.wait()

    async def _start(self) -> None:
        await self.close()
        self._log_path.parent.mkdir(parents=True, exist_ok=True)
        read_end, write_end = os.pipe()
        try:
            with self._log_path.open("ab") as log:
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    "greenroom.jobs.child",
                    str(write_end),
                    str(os.getpid()),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    pass_fds=(write_end,),
                    start_new_session=True,
                    env=child_environment(),
                )
        except BaseException:
            os.close(read_end)
            raise
        finally:
            os.close(write_end)
        self._events = asyncio.StreamReader(limit=16 * 1024 * 1024)
        protocol = asyncio.StreamReaderProtocol(self._events)
        self._transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: protocol, os.fdopen(read_end, "rb", buffering=0)
        )

    async def _send(self, message: Payload) -> None:
        assert self._process is not None and self._process.stdin is not None
        self._last_heard = time.monotonic()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            await self._process.stdin.drain()

    async def _answer(self, call: int, on_progress: ProgressListener | None) -> Payload:
        assert self._events is not None
        while line := await self._events.readline():
            self._last_heard = time.monotonic()
            event: Payload = json.loads(line)
            if event.get("call") != call:
                continue
            match event["event"]:
                case "progress":
                    if on_progress is not None:
                        on_progress(event["stage"], event["done"])
                case "result":
                    result: Payload = event["result"]
                    return result
                case "error":
                    raise ChildError(event["kind"], event["message"], event["is_user_fault"], event["trace"])
        raise await self._death()

    async def _death(self) -> ChildKilledError:
        assert self._process is not None
        code = await self._process.wait()
        tail = self._log_tail()
        if code == -signal.SIGKILL:
            return ChildKilledError(
                "Killed", "The worker process was killed, most often because memory ran out.", tail
            )
        reason = signal.Signals(-code).name if code < 0 else f"exit status {code}"
        return ChildKilledError("Crashed", f"The worker process ended without an answer ({reason}).", tail)

    def _log_tail(self) -> str:
        with contextlib.suppress(OSError):
            return self._log_path.read_text(errors="replace")[-_LOG_TAIL_CHARACTERS:]
        return ""

    async def _watch_limits(self) -> None:
        """Raise when the child breaks a limit; never return."""
        limits = self._limits
        started = time.monotonic()
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            now = time.monotonic()
            if limits.seconds is not None and now - started > limits.seconds:
                raise ChildKilledError("TimeLimit", f"The work took longer than {limits.seconds:.0f} s.")
            if now - self._last_heard > limits.silent_seconds:
                raise ChildKilledError(
                    "Silent", f"The worker process gave no sign of life for {limits.silent_seconds:.0f} s."
                )
            if limits.memory_mb is not None and self._memory_mb() > limits.memory_mb:
                raise ChildKilledError(
                    "MemoryLimit", f"The work needed more than {limits.memory_mb} MB of memory."
                )

    def _memory_mb(self) -> float:
        if self.pid is None:
            return 0.0
        try:
            parent = psutil.Process(self.pid)
            family = [parent, *parent.children(recursive=True)]
            return float(sum(process.memory_info().rss for process in family)) / 1e6
        except psutil.Error:
            return 0.0


async def run_in_child(
    target: str,
    payload: Payload,
    log_path: Path,
    limits: ChildLimits | None = None,
    on_progress: ProgressListener | None = None,
) -> Payload:
    """One call in a child of its own; see `Child.call` for the errors."""
    async with Child(log_path, limits) as child:
        return await child.call(target, payload, on_progress)
