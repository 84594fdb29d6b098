"""The benchmark table, for people and for programs, and the command that prints it."""

from __future__ import annotations

import json
import subprocess
import sys

from greenroom.bench.table import Row, as_json, as_markdown

ROWS = [
    Row("render speed", 1.52345, "x", "x264 alone 2.1", ">= 1.5", {"realtime_factor": 1.52345}),
    Row("peak memory", None, "MB"),
]


def test_json() -> None:
    rows = json.loads(as_json(ROWS))["rows"]
    assert rows[0]["name"] == "render speed" and rows[0]["realtime_factor"] == 1.52345
    assert rows[1]["value"] is None


def test_markdown() -> None:
    lines = as_markdown(ROWS).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert "1.523 x" in lines[2] and ">= 1.5" in lines[2] and "x264 alone 2.1" in lines[2]
    assert "| - MB" in lines[3]


def test_an_unknown_benchmark_is_named_with_those_there_are() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "greenroom.cli.main", "bench", "teapot"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert (
        "no benchmark 'teapot'" in done.stderr and "speech" in done.stderr and "Traceback" not in done.stderr
    )
