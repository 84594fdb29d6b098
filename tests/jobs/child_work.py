"""Work that the tests of `greenroom.jobs` run in real child processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from greenroom.engines.protocols import FootageError, Progress

_calls_seen = 0


def add(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    global _calls_seen
    _calls_seen += 1
    for step in range(3):
        progress("adding", (step + 1) / 3)
    print("noise on standard output that is not part of the protocol {")
    return {"sum": payload["a"] + payload["b"], "pid": os.getpid(), "calls_seen": _calls_seen}


def environment(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    return dict(os.environ)


def refuse_footage(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    raise FootageError("No face is visible from 3.0 s to 5.0 s. Film it again with the face in view.")


def fail(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    raise ValueError("shape mismatch")


def eat_memory(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    blocks = []
    while True:
        blocks.append(bytearray(os.urandom(1024) * 16 * 1024))
        time.sleep(0.02)


def sleep_long(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Starts a helper of its own and leaves both process ids in a file."""
    helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    if "pids" in payload:
        pids = Path(payload["pids"])
        pids.with_suffix(".tmp").write_text(f"{os.getpid()} {helper.pid}")
        pids.with_suffix(".tmp").rename(pids)
    progress("sleeping", 0.1)
    time.sleep(600)
    return {}


def die(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    os.kill(os.getpid(), payload["signal"])
    time.sleep(10)
    return {}


def count_slowly(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Adds a line to a file every 50 ms and goes on from where an earlier, killed run stopped."""
    path = Path(payload["path"])
    path.parent.mkdir(parents=True, exist_ok=True)
    first = len(path.read_text().splitlines()) if path.exists() else 0
    with path.open("a") as file:
        for number in range(first, payload["to"]):
            file.write(f"{number}\n")
            file.flush()
            progress("counting", (number + 1) / payload["to"])
            time.sleep(0.05)
    return {"lines": payload["to"]}
