"""kill -9 of the worker at any moment of a render: the same video, one charge, nothing left over.

The long form: `KILL_SCENES=10 KILLS=30 pytest tests/crash/test_video_kill.py`.
"""

from __future__ import annotations

import hashlib
import os
import random
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.conftest import greenroom_command
from tests.video.workshop import Workshop

pytestmark = [pytest.mark.crash, pytest.mark.slow]

TEXTS = [f"Lamp number {number} shines all night." for number in range(1, 11)]


class Killed:
    """A worker on a data folder that is killed again and again."""

    def __init__(self, workshop: Workshop) -> None:
        self.data = workshop.settings.data_dir
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        # Without reuse, so that what is compared was rendered and not fetched.
        environment = {**os.environ, "GREENROOM_REUSE_MB": "0"}
        with (self.data / "worker.log").open("ab") as log:
            command = greenroom_command("worker", "--data", str(self.data))
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)

    def kill(self) -> None:
        assert self._process is not None
        parent = self._process.pid
        self._process.kill()
        self._process.wait()
        time.sleep(0.2)
        for process in psutil.process_iter(["cmdline"]):
            command = process.info["cmdline"] or []
            assert "greenroom.jobs.child" not in command or command[-1] != str(parent), "an orphan"

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(timeout=60)

    def query(self, sql: str) -> list[Any]:
        connection = sqlite3.connect(self.data / "greenroom.db", timeout=30)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def progress(self, job_id: str) -> float:
        (row,) = self.query(f"SELECT state, progress FROM jobs WHERE id = '{job_id}'")
        return 1.0 if row[0] in ("SUCCEEDED", "FAILED", "CANCELLED") else float(row[1])

    def until(self, job_id: str, progress: float, seconds: float = 900) -> None:
        deadline = time.monotonic() + seconds
        while self.progress(job_id) < progress:
            assert time.monotonic() < deadline, self.query("SELECT state, stage, progress FROM jobs")
            time.sleep(0.1)


@pytest.fixture
def workshop(tmp_path: Path, small_cast: Path) -> Iterator[Workshop]:
    prices = {"video_time_2d_model.minute": "1.5"}
    opened = Workshop(tmp_path / "data", cast_folder=small_cast, prices=prices)
    yield opened
    opened.close()


def test_the_same_video_once(workshop: Workshop) -> None:
    scenes, kills = (int(os.environ.get(name, few)) for name, few in (("KILL_SCENES", "3"), ("KILLS", "3")))
    worker, chance = Killed(workshop), random.Random(scenes)
    try:
        killed = workshop.order(*TEXTS[:scenes])
        seen = 0.0
        for threshold in sorted(chance.uniform(0.0, 0.97) for _ in range(kills)):
            worker.start()
            worker.until(killed, max(seen, threshold))
            time.sleep(chance.uniform(0.0, 0.5))
            worker.kill()
            assert worker.progress(killed) >= seen, "progress never goes back"
            seen = worker.progress(killed)
        worker.start()
        worker.until(killed, 1.0)
        whole = workshop.order(*TEXTS[:scenes])
        worker.until(whole, 1.0)
        # The scratch folder goes after the end is written down.
        deadline = time.monotonic() + 60
        while list(workshop.settings.work_dir.iterdir()) and time.monotonic() < deadline:
            time.sleep(0.2)
    finally:
        worker.stop()
    videos = [workshop.content(job) for job in (killed, whole)]
    assert hashlib.sha256(videos[0]).hexdigest() == hashlib.sha256(videos[1]).hexdigest()
    charged = worker.query("SELECT subject_id, count(*) FROM billing_ledger GROUP BY subject_id")
    assert sorted(charged) == sorted([(killed, 1), (whole, 1)])
    assert worker.query("SELECT count(*) FROM billing_reservations") == [(0,)]
    assert list(workshop.settings.work_dir.iterdir()) == []
    stored = {path for path in workshop.settings.objects_dir.rglob("*") if path.is_file()}
    own = stored - set(workshop.cast_files())
    assert sorted(path.name for path in own) == sorted(2 * ["cover.jpg", "quality.json", "video.mp4"])
