"""The durable job of picture modeling: review the picture, make the avatar, publish it as an asset."""

from __future__ import annotations

from greenroom.assets.service import NewAsset, ReadyFile, register_asset
from greenroom.assets.states import AssetType, FileCategory
from greenroom.billing.metering import Usage, charge, take_back
from greenroom.billing.products import Item
from greenroom.callbacks.service import send_callback
from greenroom.engines.protocols import Decision
from greenroom.jobs.children import ChildLimits
from greenroom.jobs.engine import JobContext, JobKind, JobOutcome, JsonValue
from greenroom.jobs.errors import JobCancelledError, JobError
from greenroom.jobs.models import JobState
from greenroom.modeling.pictures.models import PictureModelingJob, PictureState
from greenroom.modeling.pictures.repository import PictureModelingRepository
from greenroom.modeling.pictures.service import charge_key
from greenroom.modeling.publish import MODEL_VERSION, avatar_keys, store_avatar
from greenroom.moderation import service as moderation
from greenroom.moderation.errors import ContentRefusedError
from greenroom.moderation.service import FileKind
from greenroom.moderation.verdicts import Verdict
from greenroom.portraits.styles import STYLES
from greenroom.runtime import Context

_LIMITS = ChildLimits(memory_mb=6000, silent_seconds=300)


async def run_picture_modeling(job: JobContext) -> None:
    modeling = _PictureModeling(job)
    await job.step("start", modeling.start)
    job.share(0.0, 0.1)
    await job.step("review", modeling.review)
    job.share(0.1, 0.95)
    await job.step("make", modeling.make)
    job.share(0.95, 1.0)
    await job.step("publish", modeling.publish)


class _PictureModeling:
    """The steps. Each may run again after a crash, and ends in the same state."""

    def __init__(self, job: JobContext) -> None:
        self.job = job
        self.picture = job.work_dir / "The picture"
        self.package_dir = job.work_dir / "package"

    async def start(self) -> JsonValue:
        async with self.job.transaction() as context:
            row = await self._row(context)
            if row.state == PictureState.WAITING:
                row.advance(PictureState.PROCESSING)
                row.started_at = context.now()
                PictureModelingRepository(context).touch(row)
        return None

    async def review(self) -> JsonValue:
        """A refused picture ends the job, and so does a doubtful one: no state of the wire waits."""
        await self._fetch()
        async with self.job.transaction(read_only=True) as context:
            if not await moderation.is_reviewed(context, None):
                return None
            payload = await moderation.file_payload(context, FileKind("picture", has_picture=True))
        payload["path"] = str(self.picture)
        verdict = Verdict.from_json(
            await self.job.child(moderation.REVIEW_TARGET, payload, moderation.FILE_LIMITS)
        )
        async with self.job.transaction(read_only=True) as context:
            doubtful = moderation.is_for_people(context, verdict)
        if verdict.decision is Decision.REFUSE or doubtful:
            raise JobError(
                ContentRefusedError.error_code,
                f"the picture does not pass the content review ({verdict.reason}): take another one",
            )
        await self.job.drop_child()
        return None

    async def make(self) -> JsonValue:
        if self.package_dir.is_dir():
            return None
        await self._fetch()
        async with self.job.transaction(read_only=True) as context:
            row = await self._row(context)
            name, style_id = row.name, row.style_id
        payload = {
            "photo": str(self.picture),
            "name": name,
            "cut_out": True,
            "package": str(self.package_dir),
            "drawing": STYLES[style_id].drawing,
        }
        await self.job.child("greenroom.portraits.looking:make", payload, _LIMITS)
        return None

    async def publish(self) -> JsonValue:
        """Pack the avatar and make it an asset; its id was fixed with the job, so it is made once."""
        await self.make()
        archive, cover = self.job.work_dir / "avatar.zip", self.job.work_dir / "cover.jpg"
        payload = {"package_dir": str(self.package_dir), "archive": str(archive), "cover": str(cover)}
        packed = await self.job.child("greenroom.modeling.training:pack", payload, _LIMITS)
        async with self.job.transaction(read_only=True) as context:
            row = await self._row(context)
            project_id, asset_id = row.project_id, row.asset_id
        await store_avatar(self.job.runtime.objects, project_id, asset_id, archive, cover)
        async with self.job.transaction() as context:
            row = await self._row(context)
            await _register(context, row, packed["width"], packed["height"])
            await charge(context, _usage(row))
        return None

    async def _fetch(self) -> None:
        if self.picture.is_file():
            return
        async with self.job.transaction(read_only=True) as context:
            key = (await self._row(context)).picture_key
        building = self.picture.with_suffix(".part")
        await self.job.runtime.objects.download(key, building)
        building.replace(self.picture)

    async def _row(self, context: Context) -> PictureModelingJob:
        row = await PictureModelingRepository(context).find(self.job.subject_id)
        if row is None:
            raise JobCancelledError
        return row


async def _register(context: Context, row: PictureModelingJob, width: int, height: int) -> None:
    main_key, cover_key = avatar_keys(row.project_id, row.asset_id)
    meta = {
        "model_version": MODEL_VERSION,
        "model_resolution": "1080P",
        # An avatar made in minutes is billed as the fast kind, and so are its videos.
        "is_flexus": True,
        "is_with_action_library": False,
        "action_tag_map": [],
    }
    await register_asset(
        context,
        NewAsset(
            name=row.name,
            type=AssetType.HUMAN_MODEL_2D,
            files=[
                ReadyFile(main_key, "avatar.zip", "ZIP"),
                ReadyFile(cover_key, "cover.jpg", "JPG", FileCategory.COVER),
            ],
            extra_meta={"human_model_2d_meta": meta},
            system_properties={"STYLE_ID": row.style_id},
            supported_service=["VIDEO_2D"],
            app_user_id=row.app_user_id,
            asset_id=row.asset_id,
        ),
    )


def _usage(row: PictureModelingJob) -> Usage:
    return Usage(
        key=charge_key(row.id),
        item=Item.AVATAR_FLEXUS,
        quantity=1,
        subject_id=row.id,
        asset_id=row.asset_id,
        app_user_id=row.app_user_id,
    )


async def end_picture_modeling(context: Context, subject_id: str, outcome: JobOutcome) -> None:
    row = await PictureModelingRepository(context).find(subject_id)
    if row is None:
        return
    unpublished: list[str] = []
    if outcome.state is JobState.SUCCEEDED:
        row.advance(PictureState.SUCCEED)
    else:
        row.advance(PictureState.FAILED)
        row.error_code = outcome.error_code or "MSS.00000004"
        row.error_msg = (outcome.error_msg or "The job was stopped.")[:2048]
        unpublished = list(avatar_keys(row.project_id, row.asset_id))
        await take_back(context, charge_key(row.id))
    row.ended_at = context.now()
    PictureModelingRepository(context).touch(row)
    key = row.picture_key

    async def tidy() -> None:
        await context.objects.delete(key, *unpublished)

    context.after_commit(tidy)
    has_succeeded = row.state == PictureState.SUCCEED
    await send_callback(
        context,
        row.id,
        {
            "result": "SUCCEED" if has_succeeded else "FAILED",
            "asset_id": row.asset_id if has_succeeded else None,
            "job_id": row.id,
        },
    )


MAKE = JobKind(run=run_picture_modeling, ended=end_picture_modeling)
