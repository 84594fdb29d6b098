"""The beginning of one scene, drawn fast: to look at before a whole video is ordered.

It is no task: it is neither charged nor kept, and a crash leaves nothing but scratch files. What is spoken is
kept for reuse, so the video that follows does not speak it again.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from greenroom.jobs.engine import JsonValue
from greenroom.jobs.running import JobRunner
from greenroom.runtime import Context, Runtime, Scope
from greenroom.scripts import service as scripts
from greenroom.video.errors import VideoContentError
from greenroom.video.jobs import VideoSteps
from greenroom.video.plan import VideoPlan
from greenroom.video.planning import make_plan, merged_content
from greenroom.video.subtitles import subtitle_order
from greenroom.video.wire import Create2DDigitalHumanVideoReq


async def write_preview(
    runtime: Runtime, scope: Scope, order: tuple[dict[str, Any], int | None, float], out: Path
) -> None:
    """Write the MP4 `out`. `order` is a request's body, the scene's number (None: the first) and the seconds.

    Raises:
        VideoContentError: the script has no such scene.
        GreenroomError: as for an order of the whole video.
    """
    body, number, seconds = order
    request = Create2DDigitalHumanVideoReq.model_validate(body)
    preview_id = f"preview-{runtime.new_id()}"
    prefix = f"video/{scope.project_id}/{preview_id}"
    runner = JobRunner(runtime, scope, preview_id, _at_once)
    runner.work_dir.mkdir(parents=True, exist_ok=True)
    try:
        async with runtime.transaction(scope, read_only=True) as context:
            plan = await preview_plan(context, request, number, prefix)
        steps = VideoSteps(runner)
        steps.plan = plan
        await steps.write_plan()
        building = out.with_name(f".{out.name}.part")
        payload = {"plan": str(steps.plan_path), "seconds": seconds, "out": str(building)}
        await runner.child("greenroom.video.rendering:preview", payload)
        building.replace(out)
    finally:
        await runner.drop_child()
        await asyncio.to_thread(shutil.rmtree, runner.work_dir, ignore_errors=True)
        await runtime.objects.delete_prefix(prefix)


async def preview_plan(
    context: Context, request: Create2DDigitalHumanVideoReq, number: int | None, prefix: str
) -> VideoPlan:
    """The plan of one scene alone, its inputs copied below `prefix`; raises as `write_preview`."""
    content = await one_scene(context, request, number)
    return await make_plan(context, content, prefix, subtitles=await subtitle_order(context, content))


async def one_scene(
    context: Context, request: Create2DDigitalHumanVideoReq, number: int | None
) -> Create2DDigitalHumanVideoReq:
    """The request with nothing but this scene, or the first one. Raises VideoContentError: it has none."""
    content = await merged_content(context, request)
    numbered = scripts.numbered(content.shoot_scripts or [])
    chosen = [(one, scene) for one, scene in numbered if number in (None, one)][:1]
    if not chosen:
        there = ", ".join(str(one) for one, _ in numbered) or "none"
        raise VideoContentError(f"there is no scene with sequence_no {number}: there are {there}")
    scene = chosen[0][1].model_copy(update={"sequence_no": chosen[0][0]})
    return content.model_copy(update={"shoot_scripts": [scene]})


async def _at_once(name: str, function: Callable[[], Awaitable[JsonValue]]) -> JsonValue:
    """A step that is not remembered: a preview that is cut off is not gone on with."""
    return await function()
