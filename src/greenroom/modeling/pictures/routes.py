"""Picture modeling over the API."""

from __future__ import annotations

from starlette.requests import Request

from greenroom.api.operations import operation
from greenroom.modeling.pictures import service
from greenroom.modeling.pictures.form import read_form
from greenroom.modeling.pictures.wire import (
    ListPictureModelingJobsQuery,
    ListPictureModelingJobsResponse,
    PictureModelingByUrlReq,
    PictureModelingInfo,
    PictureModelingResponse,
)
from greenroom.runtime import Context


@operation("CreatePictureModelingJob")
async def create_picture_modeling_job(context: Context, request: Request) -> PictureModelingResponse:
    form = await read_form(request)
    return await service.create_from_file(context, form.options, form.data)


@operation("CreatePictureModelingByUrlJob")
async def create_picture_modeling_by_url_job(
    context: Context, body: PictureModelingByUrlReq
) -> PictureModelingResponse:
    return await service.create_from_link(context, body)


@operation("ShowPictureModelingJob")
async def show_picture_modeling_job(context: Context, job_id: str) -> PictureModelingInfo:
    return await service.show(context, job_id)


@operation("ListPictureModelingJobs")
async def list_picture_modeling_jobs(
    context: Context, query: ListPictureModelingJobsQuery
) -> ListPictureModelingJobsResponse:
    return await service.list_jobs(context, query)
