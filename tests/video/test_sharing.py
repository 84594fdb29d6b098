"""Several workers, PostgreSQL and one object store: a video is made by all of them, and outlives each."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.conftest import greenroom_command
from tests.databases import fresh_database
from tests.video.workshop import VOICE, Workshop, without_credentials

from greenroom.jobs.fleet import worker_name

pytestmark = [pytest.mark.crash, pytest.mark.media]

TEXT = (
    "This is lamp number {} of the harbour, and it shines the whole night long for those who come home late "
    "from the sea and look for the way."
)
SCENES = [TEXT.format(number) for number in range(1, 5)]


class Fleet:
    """Workers with data folders of their own, as on several machines."""

    def __init__(self, folder: Path, database_url: str, cast_folder: Path) -> None:
        self.folder, self.database_url = folder, database_url
        objects = folder / "objects"
        objects.mkdir()
        self.workshop = Workshop(
            folder / "api",
            database_url=database_url,
            objects_url=f"file://{objects}",
            secret_key_file=folder / "secret.key",
            cast_folder=cast_folder,
            prices={"video_time_2d_model.minute": "1.5"},
        )
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        environment = {
            **os.environ,
            "GREENROOM_DATABASE_URL": self.database_url,
            "GREENROOM_OBJECTS_URL": (self.folder / "objects").as_uri(),
            "GREENROOM_SECRET_KEY_FILE": str(self.folder / "secret.key"),
            "GREENROOM_WORKER_SILENCE_S": "3",
            "GREENROOM_REUSE_MB": "0",
        }
        with self.log(name).open("ab") as log:
            command = greenroom_command("worker", "--data", str(self.folder / name))
            self._processes[name] = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        self.until(f"SELECT 1 FROM job_workers WHERE id = '{worker_name(self.folder / name)}'")

    def kill(self, name: str) -> None:
        process = self._processes.pop(name)
        process.kill()
        process.wait()

    def stop(self) -> None:
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            process.wait(timeout=60)
        self.workshop.close()

    def order(self) -> str:
        """A video that is shared by its length, said fast."""
        return self.workshop.order(*SCENES, voice_config={"voice_asset_id": VOICE, "speed": 150})

    def query(self, sql: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.database_url.replace("+psycopg", "")) as connection:
            return connection.execute(sql).fetchall()

    def until(self, sql: str, seconds: float = 300) -> None:
        deadline = time.monotonic() + seconds
        while not self.query(sql):
            assert time.monotonic() < deadline, (sql, self.query("SELECT kind, state, stage FROM jobs"))
            time.sleep(0.1)

    def until_done(self, job_id: str) -> bytes:
        """The finished video."""
        self.until(f"SELECT 1 FROM jobs WHERE id = '{job_id}' AND state NOT IN ('WAITING', 'RUNNING')")
        assert self.query(f"SELECT state, error_msg FROM jobs WHERE id = '{job_id}'") == [("SUCCEEDED", None)]
        made = self.folder / "objects" / self.workshop.video(job_id).video_key
        return without_credentials(made.read_bytes())

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def pieces(self, name: str) -> set[str]:
        """What a worker has made of shared videos, such as `part-3`."""
        return set(re.findall(r"(?:speech|part)-\d+", self.log(name).read_text()))


@pytest.fixture
def fleet(tmp_path: Path, postgresql: str, small_cast: Path) -> Iterator[Fleet]:
    opened = Fleet(tmp_path, fresh_database(postgresql), small_cast)
    yield opened
    opened.stop()


def test_two_workers_make_one_video_and_survive_each_other(fleet: Fleet) -> None:
    fleet.start("first")
    alone = fleet.until_done(fleet.order())
    assert fleet.pieces("first") == set(), "nobody was there to share with"

    fleet.start("second")
    shared = fleet.order()
    assert fleet.until_done(shared) == alone
    first, second = fleet.pieces("first"), fleet.pieces("second")
    everything = {f"{kind}-{number}" for kind in ("speech", "part") for number in range(len(SCENES))}
    assert first | second == everything
    assert min(len(first), len(second)) >= 2, "both had their part in it"

    # The worker with the video's own job goes and never comes back.
    orphan = fleet.order()
    fleet.until(f"SELECT 1 FROM video_pieces WHERE video_id = '{orphan}' AND kind = 'part' AND is_done")
    ((owner,),) = fleet.query(
        f"SELECT executor_id FROM dbos.workflow_status WHERE workflow_uuid = '{orphan}'"
    )
    fleet.kill("first" if owner == worker_name(fleet.folder / "first") else "second")
    assert fleet.until_done(orphan) == alone

    fleet.until("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE state IN ('WAITING', 'RUNNING'))")
    charged = fleet.query("SELECT subject_id, count(*) FROM billing_ledger GROUP BY subject_id")
    assert sorted(count for _, count in charged) == [1, 1, 1]
    assert fleet.query("SELECT * FROM video_pieces") == []
    assert not [path for path in (fleet.folder / "objects" / "video-pieces").rglob("*") if path.is_file()]
