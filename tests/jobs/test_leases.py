"""One worker a data folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from greenroom.jobs.leases import WorkerLease

HOLDER = """
import sys, time
from pathlib import Path
from greenroom.jobs.leases import WorkerLease
lease = WorkerLease.try_acquire(Path(sys.argv[1]))
print("held" if lease else "refused", flush=True)
time.sleep(60)
"""


def test_a_second_worker_waits_for_the_first(tmp_path: Path) -> None:
    lease = WorkerLease.try_acquire(tmp_path)
    assert lease is not None
    assert WorkerLease.try_acquire(tmp_path) is None
    lease.release()
    second = WorkerLease.try_acquire(tmp_path)
    assert second is not None
    second.release()


@pytest.mark.crash
def test_a_killed_holder_gives_the_lease_back(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    assert WorkerLease.try_acquire(tmp_path) is None
    holder.kill()
    holder.wait()
    holder.stdout.close()
    lease = WorkerLease.try_acquire(tmp_path)
    assert lease is not None
    lease.release()
