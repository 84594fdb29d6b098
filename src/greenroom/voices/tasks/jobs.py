"""The durable speech task: said part by part, then joined and published. A crash costs one part."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from greenroom.jobs.children import ChildLimits
from greenroom.jobs.engine import JobContext, JobKind, JobOutcome, JsonValue
from greenroom.jobs.errors import JobCancelledError, JobError
from greenroom.jobs.models import JobState
from greenroom.jobs.running import INTERNAL_ERROR
from greenroom.runtime import Context
from greenroom.voices.tasks.models import SpeechTask, TaskState
from greenroom.voices.tasks.order import ResultFile, TaskOrder
from greenroom.voices.tasks.repository import SpeechTaskRepository
from greenroom.voices.text import pieces

PART_CHARACTERS = 2000
"""About two minutes of speech."""
_WORK = "greenroom.voices.tasks.speaking"
_LIMITS = ChildLimits(memory_mb=3000, seconds=3600, silent_seconds=300)
_SPEAKING_SHARE = 0.95


async def run_task(job: JobContext) -> None:
    task = _Task(job)
    await job.step("start", task.start)
    await task.load()
    fault = None
    try:
        for number in range(len(task.parts)):
            job.share(
                _SPEAKING_SHARE * number / len(task.parts), _SPEAKING_SHARE * (number + 1) / len(task.parts)
            )
            await job.step(f"part-{number}", task.speak, number)
    except JobError as error:
        if task.order.silence_ms is None:
            raise
        fault = error
    job.share(_SPEAKING_SHARE, 1.0)
    await job.step("publish", task.publish, fault is not None)
    if fault is not None:
        await job.step("note", task.note, fault.error_code, fault.message)


class _Task:
    """The steps. What they make lies in the scratch folder; each makes again what it does not find there."""

    def __init__(self, job: JobContext) -> None:
        self.job = job
        self.row: SpeechTask
        self.order: TaskOrder
        self.parts: list[str] = []

    async def start(self) -> JsonValue:
        async with self.job.transaction() as context:
            row = await self._row(context)
            if row.state == TaskState.WAITING:
                row.advance(TaskState.PROCESSING)
                SpeechTaskRepository(context).touch(row)
        return None

    async def load(self) -> None:
        async with self.job.transaction(read_only=True) as context:
            self.row = await self._row(context)
        self.order = TaskOrder.from_json(self.row.order)
        self.parts = list(pieces(self.row.text, PART_CHARACTERS))

    async def speak(self, number: int) -> JsonValue:
        if not self._times(number).is_file():
            await self._child(
                "speak_part",
                {
                    "text": self.parts[number],
                    "voice_id": self.row.voice_id,
                    "style": self.row.manner,
                    "vocabulary": self.row.vocabulary,
                    "wav": str(self._wav(number)),
                    "times": str(self._times(number)),
                },
            )
        return None

    async def publish(self, is_silent: bool) -> JsonValue:
        """Join the parts, or make silence of them, and store the files."""
        numbers = range(0 if is_silent else len(self.parts))
        for number in numbers:
            await self.speak(number)
        folder = self.job.work_dir / "made"
        answer = await self._child(
            "join_parts",
            {
                "parts": [[str(self._wav(number)), str(self._times(number))] for number in numbers],
                "order": self.order.to_json(),
                "text": self.row.shown_text or self.row.text,
                "folder": str(folder),
                "audio": self.row.file_name(ResultFile.AUDIO),
            },
        )
        for name in answer["files"]:
            file = ResultFile(name)
            await self.job.runtime.objects.put_file(self.row.key(file), folder / self.row.file_name(file))
        async with self.job.transaction() as context:
            row = await self._row(context)
            row.files, row.duration_ms = answer["files"], answer["duration_ms"]
            SpeechTaskRepository(context).touch(row)
        return None

    async def note(self, code: str, message: str) -> JsonValue:
        """Why there is silence."""
        async with self.job.transaction() as context:
            row = await self._row(context)
            row.error_code, row.error_msg = code, message[:2048]
        return None

    def _wav(self, number: int) -> Path:
        return self.job.work_dir / f"part-{number}.wav"

    def _times(self, number: int) -> Path:
        return self.job.work_dir / f"part-{number}.json"

    async def _child(self, function: str, payload: dict[str, Any]) -> dict[str, Any]:
        return await self.job.child(f"{_WORK}:{function}", payload, _LIMITS)

    async def _row(self, context: Context) -> SpeechTask:
        row = await SpeechTaskRepository(context).find(self.job.subject_id)
        if row is None:
            raise JobCancelledError
        return row


async def end_task(context: Context, subject_id: str, outcome: JobOutcome) -> None:
    row = await SpeechTaskRepository(context).find(subject_id)
    if row is None:
        return
    if outcome.state is JobState.SUCCEEDED:
        row.advance(TaskState.SUCCEED)
    else:
        row.advance(TaskState.FAILED)
        row.error_code = outcome.error_code or INTERNAL_ERROR
        row.error_msg = outcome.error_msg or "The job was stopped."
    SpeechTaskRepository(context).touch(row)


TASK = JobKind(run=run_task, ended=end_task)
