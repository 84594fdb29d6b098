"""Makes the parts of a video good: measured, held to limits, and rendered once more where they are not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import structlog

from greenroom.jobs.engine import JobContext
from greenroom.stage.plan import RenderPlan, SegmentSpec, plan_segments
from greenroom.stage.quality.film import FilmFigures, count_pictures
from greenroom.video.quality.limits import Limits, refusal
from greenroom.video.quality.report import FILE_NAME, figures_path, read_figures, report_of
from greenroom.video.reusing import Reusing

log = structlog.get_logger(__name__)

Child = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]
"""Calls a function of `video.rendering` in the job's child process."""


class GoodParts:
    """The parts of one video job. A part lies under its name only when it is good."""

    def __init__(self, job: JobContext, reusing: Reusing, child: Child) -> None:
        self._job = job
        self._reusing = reusing
        self._child = child
        self._limits = Limits.of(job.runtime.settings)
        self._specs: list[SegmentSpec] = []
        self.is_measured = job.runtime.settings.quality != "off"

    async def make(self, plan: Path, number: int, out: Path) -> None:
        """Fetch the part from earlier videos, or render it.

        Raises:
            VideoQualityError: it is not within the limits, rendered from scratch and rendered once more.
        """
        candidate = out.with_name(f"unchecked-{out.name}")
        spec = (await self._planned(plan))[number]
        if not await self._fetch(number, spec, candidate):
            await self._render(plan, number, spec, candidate)
            await self._reusing.keep_segment(number, candidate, figures_path(candidate))
        if figures_path(candidate).is_file():
            figures_path(candidate).replace(figures_path(out))
        candidate.replace(out)

    async def report(self, plan: Path, segments: list[Path], film: dict[str, Any] | None) -> None:
        """Write the report into the scratch folder, from what was measured of the joined file.

        Raises:
            VideoQualityError: that is not within the limits.
        """
        if film is None:
            return
        figures = FilmFigures.from_json(film)
        fault = self._limits.film_fault(figures) if self._limits is not None else None
        if fault is not None:
            raise refusal("the video", fault)
        fps = (await asyncio.to_thread(_read_plan, plan)).fps
        parts = [read_figures(path) for path in segments]
        report = report_of(figures, await self._planned(plan), parts, fps)
        path = plan.with_name(FILE_NAME)
        building = path.with_suffix(".part")
        building.write_text(json.dumps(report, indent=2) + "\n")
        building.replace(path)

    async def _fetch(self, number: int, spec: SegmentSpec, out: Path) -> bool:
        if not await self._reusing.fetch_segment(number, out, figures_path(out)):
            return False
        fault = await self._fault(spec, out)
        # One that was kept while nothing was measured says nothing about itself.
        is_blank = self.is_measured and not figures_path(out).is_file()
        if fault is None and not is_blank:
            return True
        log.warning("a kept part is not good: it is rendered again", job_id=self._job.job_id, fault=fault)
        await self._reusing.drop_segment(number)
        out.unlink()
        figures_path(out).unlink(missing_ok=True)
        return False

    async def _render(self, plan: Path, number: int, spec: SegmentSpec, out: Path) -> None:
        figures = str(figures_path(out)) if self.is_measured else None
        order = {"plan": str(plan), "number": number, "out": str(out), "figures": figures}
        await self._child("segment", order)
        fault = await self._fault(spec, out)
        if fault is None:
            return
        log.warning("a part is not good: it is rendered again", job_id=self._job.job_id, fault=fault)
        # From scratch, in a process of its own: whatever went wrong in the first one is gone with it.
        await self._job.drop_child()
        await self._child("segment", order)
        fault = await self._fault(spec, out)
        if fault is not None:
            raise refusal(await self._place(plan, spec), fault)

    async def _fault(self, spec: SegmentSpec, out: Path) -> str | None:
        if self._limits is None:
            return None
        found = await asyncio.to_thread(count_pictures, out)
        if found != spec.frame_count:
            return f"the part has {found or 0} of {spec.frame_count} pictures"
        figures = read_figures(out)
        return self._limits.part_fault(figures) if figures is not None else None

    async def _place(self, plan: Path, spec: SegmentSpec) -> str:
        fps = (await asyncio.to_thread(_read_plan, plan)).fps
        first, last = spec.first_frame / fps, (spec.first_frame + spec.frame_count) / fps
        return f"scene {spec.scene + 1}, {first:.1f} to {last:.1f} s"

    async def _planned(self, plan: Path) -> list[SegmentSpec]:
        if not self._specs:
            self._specs = await asyncio.to_thread(lambda: plan_segments(_read_plan(plan)))
        return self._specs


def _read_plan(path: Path) -> RenderPlan:
    return RenderPlan.from_json(path.read_text())
