"""The inside of a supervised child process: `python -m greenroom.jobs.child EVENTS_FD PARENT_PID`.

Reads calls as JSON lines from standard input and writes events as JSON lines to the given descriptor; the
protocol is described in `greenroom.jobs.children`.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import queue
import signal
import sys
import threading
import traceback
from typing import Any

from greenroom.engines.protocols import EngineError
from greenroom.errors import GreenroomError
from greenroom.jobs.children import HEARTBEAT_SECONDS
from greenroom.media.errors import MediaError

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


class _Reporter:
    """Writes events; a thread repeats the last progress so that the parent hears from a long step."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self._call = 0
        self._stage = "starting"
        self._done = 0.0
        threading.Thread(target=self._beat, daemon=True, name="heartbeat").start()

    def begin(self, call: int) -> None:
        with self._lock:
            self._call, self._stage, self._done = call, "starting", 0.0

    def __call__(self, stage: str, done: float) -> None:
        with self._lock:
            self._stage, self._done = stage, max(self._done, min(1.0, float(done)))
        self._emit_progress()

    def send(self, event: dict[str, Any]) -> None:
        with self._lock:
            data = json.dumps({"call": self._call, **event}).encode() + b"\n"
            while data:
                data = data[os.write(self._descriptor, data) :]

    def _emit_progress(self) -> None:
        self.send({"event": "progress", "stage": self._stage, "done": self._done})

    def _beat(self) -> None:
        tick = threading.Event()
        while not tick.wait(HEARTBEAT_SECONDS):
            try:
                self._emit_progress()
            except OSError:
                os._exit(1)


def _die_with_parent(parent_pid: int) -> None:
    """Ask the kernel for SIGKILL when the parent goes; other systems rely on the closed standard input."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        os._exit(1)


def _read_calls(calls: queue.Queue[dict[str, Any]]) -> None:
    """Feed the main thread; a closed standard input means that the parent is gone."""
    # The raw descriptor, for a buffered reader would hold its lock while the interpreter ends.
    with open(0, "rb", buffering=0, closefd=False) as stream:
        while line := stream.readline():
            calls.put(json.loads(line))
    os.killpg(0, signal.SIGKILL)


def _run(call: dict[str, Any], report: _Reporter) -> None:
    report.begin(call["call"])
    try:
        module_name, _, function_name = call["target"].partition(":")
        function = getattr(importlib.import_module(module_name), function_name)
        result = function(call["payload"], report)
        event = {"event": "result", "result": result or {}}
        json.dumps(event)
    except Exception as error:
        traceback.print_exc()
        event = {
            "event": "error",
            "kind": type(error).__name__,
            "message": str(error) or type(error).__name__,
            "is_user_fault": isinstance(error, EngineError | GreenroomError | MediaError),
            "trace": traceback.format_exc(limit=-20),
        }
    sys.stdout.flush()
    sys.stderr.flush()
    report.send(event)


def main() -> None:
    _die_with_parent(int(sys.argv[2]))
    # A console's Ctrl-C goes to the parent, which decides; the child must not print a traceback of its own.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    calls: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=_read_calls, args=(calls,), daemon=True, name="calls").start()
    report = _Reporter(int(sys.argv[1]))
    while True:
        _run(calls.get(), report)


if __name__ == "__main__":
    main()
