"""2D avatar training over the API."""

from __future__ import annotations

from starlette.responses import Response

from greenroom.api.operations import operation
from greenroom.modeling import commands, service
from greenroom.modeling.identity_files import download2d_model_training_file, scope_of_link
from greenroom.modeling.pictures.routes import (
    create_picture_modeling_by_url_job,
    create_picture_modeling_job,
    list_picture_modeling_jobs,
    show_picture_modeling_job,
)
from greenroom.modeling.wire import (
    Create2dModelTrainingJobReq,
    EncryptFileQuery,
    Execute2dModelTrainingCommandByUserReq,
    Execute2dModelTrainingCommandByUserResponse,
    List2dModelTrainingJobResponse,
    ListTrainingJobsQuery,
    Show2dModelTrainingJobResponse,
    Update2dModelTrainingJobReq,
    UploadLinksResponse,
)
from greenroom.runtime import Context

__all__ = [
    "create2d_model_training_job",
    "create_picture_modeling_by_url_job",
    "create_picture_modeling_job",
    "delete2d_model_training_job",
    "download2d_model_traning_encrypt_file",
    "execute2d_model_training_command_by_user",
    "list2d_model_training_job",
    "list_picture_modeling_jobs",
    "show2d_model_training_job",
    "show_picture_modeling_job",
    "update2d_model_training_job",
]


@operation("Create2dModelTrainingJob")
async def create2d_model_training_job(
    context: Context, body: Create2dModelTrainingJobReq
) -> UploadLinksResponse:
    return await service.create_training_job(context, body)


@operation("List2dModelTrainingJob")
async def list2d_model_training_job(
    context: Context, query: ListTrainingJobsQuery
) -> List2dModelTrainingJobResponse:
    return await service.list_training_jobs(context, query)


@operation("Show2dModelTrainingJob")
async def show2d_model_training_job(context: Context, job_id: str) -> Show2dModelTrainingJobResponse:
    return await service.show_training_job(context, job_id)


@operation("Update2dModelTrainingJob")
async def update2d_model_training_job(
    context: Context, job_id: str, body: Update2dModelTrainingJobReq
) -> UploadLinksResponse:
    return await service.update_training_job(context, job_id, body)


@operation("Delete2dModelTrainingJob")
async def delete2d_model_training_job(context: Context, job_id: str) -> None:
    await service.delete_training_job(context, job_id)


@operation("Execute2dModelTrainingCommandByUser")
async def execute2d_model_training_command_by_user(
    context: Context, job_id: str, body: Execute2dModelTrainingCommandByUserReq
) -> Execute2dModelTrainingCommandByUserResponse:
    return await commands.execute_command(context, job_id, body)


@operation("Download2dModelTraningEncryptFile", opens=scope_of_link)
async def download2d_model_traning_encrypt_file(context: Context, query: EncryptFileQuery) -> Response:
    return await download2d_model_training_file(context, query)
