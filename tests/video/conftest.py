"""A trained avatar for the tests of videos."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from pathlib import Path

import pytest
from tests.conftest import greenroom_command
from tests.crash.studio import cut

FOOTAGE_SECONDS = 24


@pytest.fixture(scope="session")
def avatar_zip(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Path:
    """The package of a quickly trained avatar: the one that the crash tests left, or a new one."""
    kept = tmp_path_factory.getbasetemp() / "avatar.zip"
    if not kept.is_file():
        folder = tmp_path_factory.mktemp("avatar")
        footage = cut(
            shared_data / "footage" / "grid_s1_training.mp4", folder / "footage.mp4", FOOTAGE_SECONDS
        )
        command = greenroom_command(
            "avatar", "train", str(footage), "--name", "Ana", "--synthetic", "--quick", "--json",
            "--data", str(folder / "data"),
        )  # fmt: skip
        done = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ})
        keep_avatar(folder / "data", json.loads(done.stdout)["asset_id"], kept)
    return kept


def keep_avatar(data_dir: Path, asset_id: str, target: Path) -> None:
    """Copy an avatar's package out of a data folder."""
    connection = sqlite3.connect(data_dir / "greenroom.db", timeout=30)
    try:
        (key,) = connection.execute(
            "SELECT object_key FROM asset_files WHERE asset_id = ? AND category = 'MAIN'", (asset_id,)
        ).fetchone()
    finally:
        connection.close()
    target.write_bytes((data_dir / "objects" / key).read_bytes())
