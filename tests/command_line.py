"""`greenroom` in the process of the tests: a command without the start of another Python, which is slow."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

from greenroom.cli.main import main


def greenroom_here(
    *arguments: str | Path, text: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line; `text` is its standard input. An error that is not the user's goes through."""
    command = ["greenroom", *map(str, arguments)]
    out, err, code = io.StringIO(), io.StringIO(), 0
    with _as_if_started(command, text, environment), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return subprocess.CompletedProcess(command, code, out.getvalue(), err.getvalue())


@contextmanager
def _as_if_started(command: list[str], text: str, environment: dict[str, str]) -> Iterator[None]:
    kept = sys.argv, sys.stdin, dict(os.environ)
    sys.argv, sys.stdin = command, io.StringIO(text)
    os.environ.update(environment)
    try:
        yield
    finally:
        sys.argv, sys.stdin = kept[:2]
        os.environ.clear()
        os.environ.update(kept[2])
