"""What child processes run starts fast: it imports neither the database nor the settings of the server."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import greenroom

_TARGET = re.compile(r'"(greenroom(?:\.\w+)+):[a-z_]+"')
_WORK = re.compile(r'^_WORK = "(greenroom(?:\.\w+)+)"', re.MULTILINE)
_SERVER_ONLY = ("sqlalchemy", "pydantic", "structlog", "greenroom.settings")


def _target_modules() -> set[str]:
    found: set[str] = set()
    for path in Path(greenroom.__file__).parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        found.update(_TARGET.findall(text), _WORK.findall(text))
    return found


def test_no_target_imports_what_only_the_server_needs() -> None:
    modules = _target_modules()
    assert {"greenroom.video.rendering", "greenroom.voices.audition", "greenroom.media.transcode"} <= modules
    script = (
        f"import importlib, sys\nfor name in {sorted(modules)}:\n    importlib.import_module(name)\n"
        f"    for heavy in {_SERVER_ONLY}:\n        assert heavy not in sys.modules, (name, heavy)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
