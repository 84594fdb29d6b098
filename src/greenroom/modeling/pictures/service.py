"""Picture modeling: an avatar from one picture, made, shown and listed."""

from __future__ import annotations

from greenroom.api.wire import ErrorResponse
from greenroom.assets.errors import AssetNotFoundError
from greenroom.assets.service import require_asset
from greenroom.assets.states import AssetType
from greenroom.billing.metering import reserve
from greenroom.billing.products import Item
from greenroom.callbacks.service import Receiver, check_receiver, keep_callback
from greenroom.clock import wire_time
from greenroom.errors import InvalidParameterError, NotFoundError
from greenroom.jobs.engine import JobSubmission
from greenroom.modeling.pictures.models import PictureModelingJob, PictureState
from greenroom.modeling.pictures.repository import PictureModelingRepository
from greenroom.modeling.pictures.wire import (
    ListPictureModelingJobsQuery,
    ListPictureModelingJobsResponse,
    PictureModelingByUrlReq,
    PictureModelingInfo,
    PictureModelingOptions,
    PictureModelingResponse,
)
from greenroom.modeling.publish import avatar_keys
from greenroom.moderation import service as moderation
from greenroom.portraits.pictures import linked_object, require_consent, take_picture, take_picture_file
from greenroom.portraits.styles import STYLES
from greenroom.runtime import Context

CONSENT = "authorize_use_human_image"
"""Member of the request, or tag of the IMAGE asset behind the link."""
WAITING_PER_TENANT = 20


class PictureModelingNotFoundError(NotFoundError):
    """No picture modeling job of the project has this id."""

    def __init__(self, job_id: str) -> None:
        super().__init__(
            f"no picture modeling job has the id {job_id}: list_picture_modeling_jobs shows those there are"
        )


def charge_key(job_id: str) -> str:
    """One charge a job."""
    return f"picture:{job_id}"


async def create_from_file(
    context: Context, options: PictureModelingOptions, data: bytes
) -> PictureModelingResponse:
    """Raises as `create_from_link`."""
    require_consent(context, CONSENT, options.authorize_use_human_image)
    return await _create(context, options, (await take_picture_file(context, "file", data)).data)


async def create_from_link(context: Context, body: PictureModelingByUrlReq) -> PictureModelingResponse:
    """Put a picture into the queue; whether a person can be made from it is found out by the job.

    Raises:
        PictureError: it is no picture, or nobody says that the person agrees.
        InvalidParameterError: no such style, an address that nothing is sent to, or too many that wait.
        ContentRefusedError: the name does not pass the content review.
        InsufficientResourcesError: billing allows no more avatars.
    """
    agreed = body.authorize_use_human_image or await _asset_says_so(context, body.picture_url)
    require_consent(context, CONSENT, agreed)
    return await _create(context, body, (await take_picture(context, "picture_url", body.picture_url)).data)


async def _create(context: Context, options: PictureModelingOptions, data: bytes) -> PictureModelingResponse:
    if options.style_id not in STYLES:
        raise InvalidParameterError(
            f"style_id is {options.style_id!r}: give {', '.join(STYLES)}; list_styles shows them"
        )
    receiver = Receiver(options.notify_url) if options.notify_url else None
    check_receiver(context, receiver, "notify_url")
    repository = PictureModelingRepository(context)
    if await repository.count_waiting() >= WAITING_PER_TENANT:
        raise InvalidParameterError(
            f"{WAITING_PER_TENANT} pictures are waiting already: wait for one to start"
        )
    await moderation.require_allowed(context, {"name": options.name})
    row = PictureModelingJob(
        id=context.new_id(),
        state=PictureState.WAITING,
        name=options.name,
        style_id=options.style_id,
        asset_id=context.new_id(),
        project_id=context.project_id,
    )
    await reserve(context, charge_key(row.id), Item.AVATAR_FLEXUS, quantity=1)
    await context.objects.put_bytes(row.picture_key, data)
    await repository.add(row)
    await keep_callback(context, row.id, receiver)
    assert context.runtime.jobs is not None, "the server runs no job engine"
    await context.runtime.jobs.submit(context, JobSubmission(row.id, "modeling.picture", row.id))
    return PictureModelingResponse(job_id=row.id, model_asset_id=row.asset_id)


async def _asset_says_so(context: Context, url: str) -> bool:
    """The link is to an IMAGE asset of the tenant's own that carries the tag `CONSENT`."""
    if not url.startswith(("http://", "https://")):
        asset_id = url
    else:
        folder, _, rest = linked_object(context, "picture_url", url).partition("/")
        asset_id = rest.split("/")[1] if folder == "assets" and rest.count("/") >= 2 else ""
    try:
        asset = await require_asset(context, asset_id)
    except AssetNotFoundError:
        return False
    return asset.type == AssetType.IMAGE and CONSENT in asset.tags


async def show(context: Context, job_id: str) -> PictureModelingInfo:
    """Raises PictureModelingNotFoundError."""
    row = await PictureModelingRepository(context).find(job_id)
    if row is None:
        raise PictureModelingNotFoundError(job_id)
    return _info(context, row)


async def list_jobs(context: Context, query: ListPictureModelingJobsQuery) -> ListPictureModelingJobsResponse:
    page = await PictureModelingRepository(context).list_page(query)
    jobs = [_info(context, row) for row in page.rows]
    return ListPictureModelingJobsResponse(count=page.count, picture_modeling_jobs=jobs)


def _info(context: Context, row: PictureModelingJob) -> PictureModelingInfo:
    cover = None
    if row.state == PictureState.SUCCEED:
        cover_key = avatar_keys(row.project_id, row.asset_id)[1]
        cover = context.download_url(cover_key, content_type="image/jpeg", inline=True)
    return PictureModelingInfo(
        job_id=row.id,
        state=row.state,
        start_time=wire_time(row.started_at) if row.started_at else None,
        end_time=wire_time(row.ended_at) if row.ended_at else None,
        error_info=ErrorResponse.of(row.error_code, row.error_msg or "") if row.error_code else None,
        model_asset_id=row.asset_id,
        name=row.name,
        style_id=row.style_id,
        model_cover_url=cover,
    )
