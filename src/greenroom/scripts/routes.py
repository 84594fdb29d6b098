"""Video scripts over the API."""

from __future__ import annotations

from greenroom.api.operations import operation
from greenroom.runtime import Context
from greenroom.scripts import service
from greenroom.scripts.wire import (
    CreateVideoScriptsReq,
    ListVideoScriptsQuery,
    ListVideoScriptsResponse,
    SaveScriptResponse,
    ShowVideoScriptResponse,
    UpdateVideoScriptsReq,
)


@operation("CreateVideoScripts")
async def create_video_scripts(context: Context, body: CreateVideoScriptsReq) -> SaveScriptResponse:
    return await service.create_script(context, body)


@operation("ListVideoScripts")
async def list_video_scripts(context: Context, query: ListVideoScriptsQuery) -> ListVideoScriptsResponse:
    return await service.list_scripts(context, query)


@operation("ShowVideoScript")
async def show_video_script(context: Context, script_id: str) -> ShowVideoScriptResponse:
    return await service.show_script(context, script_id)


@operation("UpdateVideoScript")
async def update_video_script(
    context: Context, script_id: str, body: UpdateVideoScriptsReq
) -> SaveScriptResponse:
    return await service.update_script(context, script_id, body)


@operation("DeleteVideoScript")
async def delete_video_script(context: Context, script_id: str) -> None:
    await service.delete_script(context, script_id)


@operation("CopyVideoScripts")
async def copy_video_scripts(context: Context, script_id: str) -> SaveScriptResponse:
    return await service.copy_script(context, script_id)
