"""Every operation that is built is called somewhere with the public SDK."""

from __future__ import annotations

import re
from pathlib import Path

from greenroom.api.catalogue import catalogue
from greenroom.api.operations import load_operations

TESTS = Path(__file__).parents[1]


def test_every_operation_that_is_built_is_called_with_the_public_sdk() -> None:
    files = [text for path in TESTS.rglob("test_*.py") if "mark.contract" in (text := path.read_text())]
    # What they drive the SDK with.
    files += [path.read_text() for path in TESTS.rglob("driving.py")]
    called = set(re.findall(r"\.(\w+)\(", "\n".join(files)))
    contract = {bound.entry.python for name, bound in load_operations().items() if name in catalogue()}
    assert not contract - called
