"""The durable training job: check the footage, train, pack, publish the avatar as an asset."""

from __future__ import annotations

import asyncio
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from greenroom.engines.face.footage_report import render_ranges
from greenroom.jobs.children import ChildLimits
from greenroom.jobs.engine import JobContext, JobKind, JobOutcome, JsonValue
from greenroom.jobs.errors import JobCancelledError, JobError
from greenroom.jobs.models import JobState
from greenroom.modeling.charging import SUCCESS_LOG, charge_training, take_training_back
from greenroom.modeling.models import TrainingEvent, TrainingJob, TrainingState
from greenroom.modeling.publish import register_avatar, store_avatar
from greenroom.modeling.repository import TrainingJobRepository
from greenroom.modeling.service import add_log
from greenroom.modeling.uploads import GRANT_FILE, MARK_FILE, slot_key, training_video
from greenroom.runtime import Context

FOOTAGE_REFUSED = "MSS.00000003"
_LIMITS = ChildLimits(silent_seconds=600)
"""A training has no limit of time or memory: both depend on the footage. It must only show signs of life."""


async def run_training(job: JobContext) -> None:
    training = _Training(job)
    await job.step("assemble", training.assemble)
    job.share(0.0, 0.1)
    await job.step("check", training.check)
    job.share(0.1, 0.95)
    await job.step("train", training.train)
    job.share(0.95, 1.0)
    await job.step("publish", training.publish)


class _Training:
    """The steps. Each may run again after a crash, and ends in the same state."""

    def __init__(self, job: JobContext) -> None:
        self.job = job
        self.package_dir = job.work_dir / "package"

    async def assemble(self) -> JsonValue:
        """Join the parts of the video, where there are several."""
        async with self.job.transaction(read_only=True) as context:
            row = await self._row(context)
            parts = training_video(row)
            if parts.count > 1 and not await context.objects.exists(parts.video_key):
                await context.objects.join(parts.part_keys, parts.video_key)
                await context.objects.delete(*parts.part_keys)
        return None

    async def check(self) -> JsonValue:
        """Look at the footage; a bad one ends the job here, with what is wrong and how to mend it."""
        source = await self._source()
        # Under a name that the user knows, for the report speaks of it.
        shown = self.job.work_dir / "The training video"
        async with self.job.runtime.objects.local_copy(source.video_key, self.job.work_dir) as path:
            await asyncio.to_thread(_link, path, shown)
            payload = {"footage": str(shown)}
            report = await self.job.child("greenroom.modeling.training:check", payload, _LIMITS)
        shown.unlink()
        async with self.job.transaction() as context:
            row = await self._row(context)
            row.footage_report = report
            if not report["fit"]:
                raise _KeepReport(_refusal(report))
            if row.can(TrainingEvent.VERIFIED):
                row.advance(TrainingEvent.VERIFIED)
                add_log(row, context.now(), "SYSTEM_VERIFY_SUCCESS", _success(report))
        return None

    async def train(self) -> JsonValue:
        async with self.job.transaction() as context:
            row = await self._row(context)
            if row.can(TrainingEvent.STARTED):
                row.advance(TrainingEvent.STARTED)
                add_log(row, context.now(), "SYSTEM_TRAINING", "The training has started.")
        source = await self._source()
        objects = self.job.runtime.objects
        async with objects.local_copy(source.video_key, self.job.work_dir) as footage:
            consent = await self._given(source.consent_key, GRANT_FILE)
            marks = await self._given(source.marks_key, MARK_FILE)
            answer = await self.job.child(
                "greenroom.modeling.training:train",
                {
                    "footage": str(footage),
                    "name": source.name,
                    "consent": str(consent) if consent else None,
                    "marks": str(marks) if marks else None,
                    "work_dir": str(self.job.work_dir / "training"),
                    "package_dir": str(self.package_dir),
                    "effort": self.job.runtime.settings.training_effort,
                },
                _LIMITS,
            )
        async with self.job.transaction() as context:
            row = await self._row(context)
            row.quality = answer["quality"]
            if row.can(TrainingEvent.TRAINED):
                row.advance(TrainingEvent.TRAINED)
                add_log(row, context.now(), "SYSTEM_TRAIN_SUCCESS", "The training is done.")
        return None

    async def publish(self) -> JsonValue:
        """Pack the avatar and make it an asset; the asset's id is fixed before, so it is made once."""
        archive, cover = self.job.work_dir / "avatar.zip", self.job.work_dir / "cover.jpg"
        packed = await self.job.child(
            "greenroom.modeling.training:pack",
            {"package_dir": str(self.package_dir), "archive": str(archive), "cover": str(cover)},
            _LIMITS,
        )
        async with self.job.transaction() as context:
            row = await self._row(context)
            asset_id = row.asset_id = row.asset_id or context.new_id()
            project_id = row.project_id
        await store_avatar(self.job.runtime.objects, project_id, asset_id, archive, cover)
        async with self.job.transaction() as context:
            row = await self._row(context)
            await register_avatar(context, row, packed)
            await charge_training(context, row)
        return None

    async def _row(self, context: Context) -> TrainingJob:
        row = await TrainingJobRepository(context).find(self.job.subject_id)
        if row is None:
            raise JobCancelledError
        return row

    async def _source(self) -> _Source:
        async with self.job.transaction(read_only=True) as context:
            row = await self._row(context)
            return _Source(
                training_video(row).video_key, slot_key(row, GRANT_FILE), slot_key(row, MARK_FILE), row.name
            )

    async def _given(self, key: str, name: str) -> Path | None:
        """A file that may have been given beside the video, in the scratch folder."""
        if not await self.job.runtime.objects.exists(key):
            return None
        path = self.job.work_dir / name
        await self.job.runtime.objects.download(key, path)
        return path


@dataclass(slots=True, frozen=True)
class _Source:
    """What a training starts from; nothing may lie at the keys of the letter and the marks."""

    video_key: str
    consent_key: str
    marks_key: str
    name: str


def _link(path: Path, shown: Path) -> None:
    """The same file under another name, without a copy where both lie on one disk."""
    shown.unlink(missing_ok=True)
    try:
        os.link(path, shown)
    except OSError:
        shutil.copyfile(path, shown)


class _KeepReport(JobError):
    """The footage was refused; the report that says why is kept."""

    keep_changes = True

    def __init__(self, message: str) -> None:
        super().__init__(FOOTAGE_REFUSED, message)


async def end_training(context: Context, subject_id: str, outcome: JobOutcome) -> None:
    row = await TrainingJobRepository(context).find(subject_id)
    if row is None:
        return
    now = context.now()
    if outcome.state is JobState.SUCCEEDED:
        row.advance(TrainingEvent.PUBLISHED)
        add_log(row, now, SUCCESS_LOG, "The avatar is ready.")
    else:
        _end_in_failure(context, row, outcome)
        await take_training_back(context, row)
    TrainingJobRepository(context).touch(row)


def _end_in_failure(context: Context, row: TrainingJob, outcome: JobOutcome) -> None:
    if not row.can(TrainingEvent.FAILED):
        return
    was_checking = row.state == TrainingState.AUTO_VERIFYING
    row.advance(TrainingEvent.FAILED)
    row.error_code = outcome.error_code
    row.error_msg = (outcome.error_msg or "The job was stopped.")[:2048]
    log_type = "SYSTEM_VERIFY_FAILED" if was_checking else "SYSTEM_TRAIN_FAILED"
    faults = (row.footage_report or {}).get("faults", []) if was_checking else []
    errors = [fault for fault in faults if fault["severity"] == "error"]
    for fault in errors:
        add_log(row, context.now(), log_type, _fault_line(fault), error_code=fault["code"].upper())
    if not errors:
        add_log(row, context.now(), log_type, row.error_msg, error_code=outcome.error_code)


def _fault_line(fault: dict[str, Any]) -> str:
    """What is wrong, when, and what to do about it."""
    times = render_ranges(tuple((start, end) for start, end in fault["ranges"]))
    when = f" When: {times}." if times else ""
    return f"{fault['message']}{when} Cure: {fault['cure']}"


def _refusal(report: dict[str, Any]) -> str:
    errors = [fault for fault in report["faults"] if fault["severity"] == "error"]
    return " ".join(["The footage is not fit for training.", *(_fault_line(fault) for fault in errors)])


def _success(report: dict[str, Any]) -> str:
    warnings = [_fault_line(fault) for fault in report["faults"]]
    return " ".join(["The footage is fit for training.", *warnings])


TRAIN = JobKind(run=run_training, ended=end_training)
