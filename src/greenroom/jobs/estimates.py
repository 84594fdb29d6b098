"""Where a job stands in its queue and how long it will still take, from the speed measured on this machine.

The place counts the project's own jobs. The time counts those of all tenants, for they share the workers; it
is only ever given as one number, which says nothing of whose they are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from greenroom.jobs.models import JobRow, JobState
from greenroom.jobs.repository import JobRepository, done_lately, unfinished_of_kind
from greenroom.runtime import Context

_TELLING = 0.1
"""From this share on a job's own pace says more than that of others."""


@dataclass(slots=True, frozen=True)
class Place:
    """Of a job that has not ended."""

    progress: float
    """0 to 1. Never goes back."""
    position: int | None = None
    """1 is the next of the project's waiting jobs; None: it runs."""
    remaining_s: int | None = None
    """Until it is done; None while nothing is known of the speed."""


async def places(context: Context, kind: str, job_ids: Sequence[str]) -> dict[str, Place]:
    """Of those of these jobs of one kind that wait or run."""
    mine = {row.id: row for row in await JobRepository(context).unfinished_among(job_ids)}
    if not mine:
        return {}
    jobs = await unfinished_of_kind(context.session, kind)
    speed = _speed(await done_lately(context.session, kind))
    now = context.now()
    running = [job for job in jobs if job.state == JobState.RUNNING]
    ahead = _sum(_left(job, speed, now) for job in running)
    position, found = 0, {}
    for job in running:
        if job.id in mine:
            found[job.id] = Place(job.progress, None, _whole(_left(job, speed, now)))
    for job in jobs:
        if job.state != JobState.WAITING:
            continue
        own = _left(job, speed, now)
        position += job.project_id == context.project_id
        if job.id in mine:
            parallel = max(1, len(running))
            after = None if ahead is None or own is None else ahead / parallel + own
            found[job.id] = Place(job.progress, position, _whole(after))
        ahead = None if ahead is None or own is None else ahead + own
    return found


def _speed(done: Sequence[JobRow]) -> float | None:
    """Units of work a second: the middle one of the last jobs, for some reuse what earlier ones made."""
    speeds = sorted(
        job.work / max(0.1, (job.ended_at - job.started_at).total_seconds())
        for job in done
        if job.started_at is not None and job.ended_at is not None
    )
    return speeds[len(speeds) // 2] if speeds else None


def _left(job: JobRow, speed: float | None, now: datetime) -> float | None:
    """Seconds."""
    if job.started_at is not None and job.progress >= _TELLING:
        elapsed = (now - job.started_at).total_seconds()
        return max(0.0, elapsed * (1.0 - job.progress) / job.progress)
    return job.work / speed * (1.0 - job.progress) if speed and job.work > 0 else None


def _sum(parts: Iterable[float | None]) -> float | None:
    """None where any part is not known."""
    total = 0.0
    for part in parts:
        if part is None:
            return None
        total += part
    return total


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else math.ceil(seconds)
