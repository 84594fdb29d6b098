"""Digital business cards over the API."""

from __future__ import annotations

from greenroom.api.operations import operation
from greenroom.runtime import Context
from greenroom.video.cards import service
from greenroom.video.cards.wire import (
    CardJobResponse,
    CreateDigitalHumanBusinessCardReq,
    ListDigitalHumanBusinessCardQuery,
    ListDigitalHumanBusinessCardResponse,
    ShowDigitalHumanBusinessCardResponse,
)


@operation("CreateDigitalHumanBusinessCard")
async def create_digital_human_business_card(
    context: Context, body: CreateDigitalHumanBusinessCardReq
) -> CardJobResponse:
    return await service.create_card(context, body)


@operation("UpdateDigitalHumanBusinessCard")
async def update_digital_human_business_card(
    context: Context, job_id: str, body: CreateDigitalHumanBusinessCardReq
) -> CardJobResponse:
    return await service.update_card(context, job_id, body)


@operation("ShowDigitalHumanBusinessCard")
async def show_digital_human_business_card(
    context: Context, job_id: str
) -> ShowDigitalHumanBusinessCardResponse:
    return await service.show_card(context, job_id)


@operation("ListDigitalHumanBusinessCard")
async def list_digital_human_business_card(
    context: Context, query: ListDigitalHumanBusinessCardQuery
) -> ListDigitalHumanBusinessCardResponse:
    return await service.list_cards(context, query)


@operation("DeleteDigitalHumanBusinessCard")
async def delete_digital_human_business_card(context: Context, job_id: str) -> None:
    await service.delete_card(context, job_id)
