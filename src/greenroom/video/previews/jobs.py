"""The durable job of a preview, and the sweep that takes old ones away."""

from __future__ import annotations

import asyncio
import json

from greenroom.jobs.engine import JobContext, JobKind, JobOutcome, JsonValue
from greenroom.jobs.errors import JobCancelledError
from greenroom.jobs.models import JobState
from greenroom.jobs.repository import ended_of_kind
from greenroom.runtime import Context, Runtime
from greenroom.storage.objects import ObjectNotFoundError
from greenroom.tenants.service import scope_of_project
from greenroom.video.jobs import VideoSteps
from greenroom.video.plan import VideoPlan
from greenroom.video.previews.service import KIND, LIFE, folder_of, inputs_of, video_key

_BATCH = 50


async def run_preview(job: JobContext) -> None:
    await job.step("preview", _Drawing(job).draw)


class _Drawing:
    def __init__(self, job: JobContext) -> None:
        self._job = job

    async def draw(self) -> JsonValue:
        job = self._job
        project_id = job.scope.project_id
        try:
            data = await job.runtime.objects.read_bytes(f"{inputs_of(project_id, job.subject_id)}/order.json")
        except ObjectNotFoundError:
            raise JobCancelledError from None
        order = json.loads(data)
        steps = VideoSteps(job)
        steps.plan = VideoPlan.from_json(order["plan"])
        await steps.write_plan()
        out = job.work_dir / "preview.mp4"
        payload = {"plan": str(steps.plan_path), "seconds": order["seconds"], "out": str(out)}
        await job.child("greenroom.video.rendering:preview", payload)
        await job.runtime.objects.put_file(video_key(project_id, job.subject_id), out)
        return None


async def end_preview(context: Context, subject_id: str, outcome: JobOutcome) -> None:
    """What it was drawn from is not needed any more."""
    is_kept = outcome.state is JobState.SUCCEEDED
    rest = (inputs_of if is_kept else folder_of)(context.project_id, subject_id)

    async def tidy() -> None:
        await context.objects.delete_prefix(rest)

    context.after_commit(tidy)


PREVIEW = JobKind(run=run_preview, ended=end_preview)


async def sweep_previews(runtime: Runtime) -> None:
    """Once, over all tenants: previews that ended a day ago go with all that is theirs."""
    last = runtime.clock() - LIFE
    while True:
        async with runtime.sessions.read() as session:
            found = await ended_of_kind(session, KIND, last, _BATCH)
        for project_id in {row.project_id for row in found}:
            scope = await scope_of_project(runtime, project_id)
            ids = [row.id for row in found if row.project_id == project_id]
            for preview_id in ids:
                await runtime.objects.delete_prefix(folder_of(project_id, preview_id))
            async with runtime.transaction(scope) as context:
                assert context.runtime.jobs is not None, "the server runs no job engine"
                await context.runtime.jobs.forget(context, ids)
        if len(found) < _BATCH:
            break
        await asyncio.sleep(0)
    # What a request left that was rolled back.
    async for info in runtime.objects.list("previews"):
        if runtime.clock() - info.modified > 2 * LIFE:
            await runtime.objects.delete(info.key)
