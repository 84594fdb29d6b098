"""The wire models of digital business cards."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from greenroom.api.wire import ErrorResponse, Id, PageQuery, WireModel, WireTime
from greenroom.scripts.wire import CallBackConfig, ReviewConfig
from greenroom.video.photo.wire import Picture
from greenroom.video.wire import OutputAssetInfo, VideoExtension

CardType = Literal["2D_DIGITAL_HUMAN_CARD"]
IntroductionType = Literal["TEXT", "AUDIO"]
Gender = Literal["MALE", "FEMALE"]
Line = Annotated[str, StringConstraints(min_length=1, max_length=256)]
AssetId = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class BusinessCardTextConfig(WireModel):
    name: str | None = Field(None, min_length=1, max_length=32)
    company: Line | None = None
    title: str | None = Field(None, min_length=1, max_length=128)
    mobile_phone: str | None = Field(None, min_length=1, max_length=32)
    phone: str | None = Field(None, min_length=1, max_length=32)
    mail: str | None = Field(None, min_length=1, max_length=64)
    address: Line | None = None
    other1: Line | None = None
    other2: Line | None = None
    other3: Line | None = None


class BusinessCardImageConfig(WireModel):
    human_image: Picture
    logo_image: str | None = Field(None, max_length=31_457_280)
    id_card_image1: Picture | None = None
    id_card_image2: Picture | None = None
    authorize_use_human_image: bool | None = None


class CreateDigitalHumanBusinessCardReq(WireModel):
    business_card_type: CardType
    card_templet_asset_id: Id
    card_text_config: BusinessCardTextConfig
    card_image_config: BusinessCardImageConfig
    introduction_type: IntroductionType | None = None
    introduction_text: str | None = Field(None, min_length=1, max_length=2000)
    voice_asset_id: AssetId | None = None
    introduction_audio_asset_id: AssetId | None = None
    video_asset_name: Line | None = None
    gender: Gender | None = None
    review_config: ReviewConfig | None = None
    callback_config: CallBackConfig | None = None


class CardJobResponse(WireModel):
    """CreateDigitalHumanBusinessCardResponse and UpdateDigitalHumanBusinessCardResponse"""

    job_id: str


class DigitalHumanBusinessCardJobInfo(WireModel):
    job_id: str
    state: str
    start_time: WireTime | None = None
    end_time: WireTime | None = None
    output_asset_config: OutputAssetInfo | None = None
    error_info: ErrorResponse | None = None
    create_time: WireTime
    lastupdate_time: WireTime
    business_card_type: CardType


class BusinessCardImageUrl(WireModel):
    human_image_url: str | None = None
    logo_image: str | None = None


class ShowDigitalHumanBusinessCardResponse(WireModel):
    job_info: DigitalHumanBusinessCardJobInfo
    x_greenroom: VideoExtension | None = None
    """Of the card's video."""
    card_templet_asset_id: str
    card_text_config: BusinessCardTextConfig
    card_image_url: BusinessCardImageUrl
    introduction_type: IntroductionType | None = None
    introduction_text: str | None = None
    voice_asset_id: str | None = None
    introduction_audio_asset_id: str | None = None
    gender: Gender | None = None


class ListDigitalHumanBusinessCardQuery(PageQuery):
    state: str | None = Field(None, max_length=1024)
    """Several, separated by commas."""
    sort_key: str | None = Field(None, max_length=128)
    sort_dir: Literal["asc", "desc"] = "asc"
    create_since: WireTime | None = None
    create_until: WireTime | None = None
    video_asset_name: str | None = Field(None, max_length=256)


class ListDigitalHumanBusinessCardResponse(WireModel):
    count: int
    jobs: list[DigitalHumanBusinessCardJobInfo]
