"""A trained avatar for the tests of videos."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from pathlib import Path

import pytest
from filelock import FileLock
from tests.conftest import greenroom_command
from tests.crash.studio import cut

FOOTAGE_SECONDS = 24


@pytest.fixture(scope="session")
def avatar_zip(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Path:
    """The package of a quickly trained avatar: the one that the crash tests left, or a new one."""
    kept = kept_avatar(tmp_path_factory)
    with FileLock(kept.with_suffix(".lock")):
        if not kept.is_file():
            folder = tmp_path_factory.mktemp("avatar")
            keep_avatar(*_train(shared_data, folder), kept)
    return kept


def kept_avatar(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where it lies for all processes that run tests."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "avatar.zip"


def _train(shared_data: Path, folder: Path) -> tuple[Path, str]:
    """The data folder and the asset's id."""
    source = shared_data / "footage" / "grid_s1_training.mp4"
    footage = cut(source, folder / "footage.mp4", FOOTAGE_SECONDS)
    command = greenroom_command(
        "avatar", "train", str(footage), "--name", "Ana", "--synthetic", "--quick", "--json",
        "--data", str(folder / "data"),
    )  # fmt: skip
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return folder / "data", json.loads(done.stdout)["asset_id"]


def keep_avatar(data_dir: Path, asset_id: str, target: Path) -> None:
    """Copy an avatar's package out of a data folder."""
    connection = sqlite3.connect(data_dir / "greenroom.db", timeout=30)
    try:
        (key,) = connection.execute(
            "SELECT object_key FROM asset_files WHERE asset_id = ? AND category = 'MAIN'", (asset_id,)
        ).fetchone()
    finally:
        connection.close()
    building = target.with_suffix(".part")
    building.write_bytes((data_dir / "objects" / key).read_bytes())
    building.replace(target)
