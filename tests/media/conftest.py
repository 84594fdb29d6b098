from __future__ import annotations

from pathlib import Path

import pytest

DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def formats() -> Path:
    folder = DATA / "formats"
    if not folder.is_dir():
        pytest.skip("the shared format samples are not on this machine")
    return folder
