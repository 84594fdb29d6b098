"""The durable training of a voice: train, pack, publish it as an asset."""

from __future__ import annotations

from pathlib import Path

from greenroom.jobs.children import ChildLimits
from greenroom.jobs.engine import JobContext, JobKind, JobOutcome, JsonValue
from greenroom.jobs.models import JobState
from greenroom.jobs.running import INTERNAL_ERROR
from greenroom.provenance.identity import SigningIdentity
from greenroom.runtime import Context
from greenroom.voices.modeling import uploads
from greenroom.voices.modeling.charging import charge_voice, take_voice_back
from greenroom.voices.modeling.jobs import row_of
from greenroom.voices.modeling.logs import note
from greenroom.voices.modeling.models import VoiceEvent, VoiceJob
from greenroom.voices.modeling.publish import register_voice, store_voice
from greenroom.voices.modeling.repository import VoiceJobRepository
from greenroom.voices.modeling.storing import load_checked

_WORK = "greenroom.voices.modeling.training"
_LIMITS = ChildLimits(silent_seconds=600)
"""A training has no limit of time or memory: both depend on the modeler. It must only show signs of life."""


async def run_training(job: JobContext) -> None:
    training = _Training(job)
    job.share(0.0, 0.95)
    await job.step("train", training.train)
    job.share(0.95, 1.0)
    await job.step("publish", training.publish)


class _Training:
    """The steps. Each may run again after a crash, and ends in the same state."""

    def __init__(self, job: JobContext) -> None:
        self.job = job
        self.package_dir = job.work_dir / "package"

    async def train(self) -> JsonValue:
        async with self.job.transaction() as context:
            row = await self._row(context)
            if row.can(VoiceEvent.STARTED):
                row.advance(VoiceEvent.STARTED)
                note(row, context.now(), "The training has started.")
                VoiceJobRepository(context).touch(row)
        objects, material = self.job.runtime.objects, self.job.work_dir / "material"
        folder = uploads.checked_folder(row, row.options["checked_run"])
        recordings = await load_checked(objects, folder, material)
        letter = await self._letter(row)
        quick = self.job.runtime.settings.training_effort == "quick"
        answer = await self.job.child(
            f"{_WORK}:train",
            {
                "modeler": self.job.runtime.settings.voice_modeler,
                "recordings": [[str(material / one.name), one.text] for one in recordings],
                "name": row.voice_name,
                "language": row.output_language,
                "recorded_language": row.speech_language,
                "sex": row.sex,
                "edition": "QUICK" if quick else row.job_type,
                "consent": str(letter) if letter else None,
                "sample_text": row.options.get("custom_text"),
                "work_dir": str(self.job.work_dir / "training"),
                "package_dir": str(self.package_dir),
            },
            _LIMITS,
        )
        async with self.job.transaction() as context:
            row = await self._row(context)
            row.quality = answer["quality"]
            if row.can(VoiceEvent.TRAINED):
                row.advance(VoiceEvent.TRAINED)
                note(row, context.now(), "The training is done.")
                VoiceJobRepository(context).touch(row)
        return None

    async def publish(self) -> JsonValue:
        """Pack the voice and make it an asset; the asset's id is fixed before, so it is made once."""
        if not self.package_dir.is_dir():
            await self.train()  # the scratch folder is another machine's
        archive, sample = self.job.work_dir / "voice.zip", self.job.work_dir / "sample.wav"
        identity = SigningIdentity.of(self.job.runtime.settings, self.job.runtime.vault)
        payload: dict[str, JsonValue] = {
            "package_dir": str(self.package_dir),
            "archive": str(archive),
            "sample": str(sample),
            "identity": dict(identity.to_json()) if identity is not None else None,
        }
        packed = await self.job.child(f"{_WORK}:pack", payload, _LIMITS)
        async with self.job.transaction() as context:
            row = await self._row(context)
            asset_id = row.asset_id = row.asset_id or context.new_id()
        await store_voice(self.job.runtime.objects, row.project_id, asset_id, archive, sample)
        async with self.job.transaction() as context:
            row = await self._row(context)
            await register_voice(context, row, packed["voice"])
            await charge_voice(context, row)
        return None

    async def _letter(self, row: VoiceJob) -> Path | None:
        key = uploads.letter_key(row)
        if not await self.job.runtime.objects.exists(key):
            return None
        path = self.job.work_dir / "authorization-letter"
        await self.job.runtime.objects.download(key, path)
        return path

    async def _row(self, context: Context) -> VoiceJob:
        return await row_of(context, self.job.subject_id, self.job.job_id)


async def end_training(context: Context, subject_id: str, outcome: JobOutcome) -> None:
    row = await VoiceJobRepository(context).find(subject_id)
    if row is None or not row.can(VoiceEvent.FAILED):
        return
    VoiceJobRepository(context).touch(row)
    if outcome.state is JobState.SUCCEEDED:
        row.advance(VoiceEvent.PUBLISHED)
        row.error_code = row.error_msg = None
        note(row, context.now(), "The voice is ready.")
        return
    message = outcome.error_msg or "The job was stopped."
    row.advance(VoiceEvent.FAILED)
    row.asset_id = None
    row.error_code, row.error_msg = outcome.error_code or INTERNAL_ERROR, message[:2048]
    note(row, context.now(), "The training failed.", reason=message)
    await take_voice_back(context, row)


TRAIN = JobKind(run=run_training, ended=end_training)
