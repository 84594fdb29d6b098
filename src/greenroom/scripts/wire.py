"""The wire models of video scripts; video production takes the same scenes."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from greenroom.api.wire import PageQuery, WireModel, WireTime
from greenroom.scripts.layer_wire import LayerExtension

AssetId = Annotated[str, StringConstraints(max_length=64)]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]
Url = Annotated[str, StringConstraints(min_length=1, max_length=2048)]
ScriptName = Annotated[str, StringConstraints(min_length=1, max_length=256)]
ViewMode = Literal["LANDSCAPE", "VERTICAL"]
AvatarType = Literal["HUMAN_MODEL_2D"]


class ScriptType(StrEnum):
    TEXT = "TEXT"
    AUDIO = "AUDIO"


class VoiceConfig(WireModel):
    voice_asset_id: str = Field(min_length=1, max_length=256)
    speed: int | None = Field(None, ge=50, le=200)
    pitch: int | None = Field(None, ge=50, le=200)
    volume: int | None = Field(None, ge=90, le=240)


class SubtitleConfig(WireModel):
    dx: int | None = Field(None, ge=0, le=1920)
    dy: int | None = Field(None, ge=0, le=1920)
    h: int | None = Field(None, ge=0, le=1920)
    w: int | None = Field(None, ge=0, le=1920)
    font_name: str | None = Field(None, max_length=64)
    font_size: int | None = Field(None, ge=0, le=120)
    font_color: Colour | None = None
    stroke_color: Colour | None = None
    stroke_thickness: float | None = Field(None, ge=0, le=50)
    opacity: float | None = Field(None, ge=0, le=1)


class VideoConfig(WireModel):
    clip_mode: Literal["RESIZE", "CROP"] | None = None
    codec: Literal["H264", "H265", "VP8", "VP9", "QTRLE", "PRORES_4444"] | None = None
    """H265 and PRORES_4444 are our own: the contract ends at QTRLE."""
    bitrate: int = Field(ge=40, le=30_000)
    """kbit/s"""
    width: int = Field(ge=0, le=3840)
    height: int = Field(ge=0, le=3840)
    frame_rate: Literal["24", "25", "30"] | None = None
    is_subtitle_enable: bool | None = None
    subtitle_config: SubtitleConfig | None = None
    dx: int | None = Field(None, ge=-1920, le=3840)
    dy: int | None = Field(None, ge=-1920, le=3840)
    is_enable_super_resolution: bool | None = None
    is_end_at_first_frame: bool | None = None
    output_external_url: Url | None = None
    is_vocabulary_config_enable: bool | None = None
    is_loudness_normalization_enable: bool | None = None
    """Our own: False leaves the speech as loud as it is. None: as the server is set."""


class BackgroundMusicConfig(WireModel):
    music_asset_id: AssetId | None = None
    volume: int | None = Field(None, ge=0, le=100)


class ReviewConfig(WireModel):
    no_need_review: bool | None = None


class CallBackConfig(WireModel):
    callback_url: str = Field(max_length=2048)
    auth_type: Literal["NONE", "MSS_A"] | None = None
    key: str | None = Field(None, max_length=32, repr=False)


class ActionConfig(WireModel):
    action_interval: float | None = Field(None, ge=0, le=255)


class AudioFileItem(WireModel):
    """ShootScriptAudioFileItem"""

    sequence_no: int = Field(ge=0, le=2_147_483_647)
    audio_file_upload_url: Url | None = None
    audio_file_download_url: Url | None = None
    audio_id: int | None = Field(None, ge=0, le=10_000)


class AudioFiles(WireModel):
    """ShootScriptAudioFiles"""

    audio_file_url: list[AudioFileItem] | None = None


class TextConfig(WireModel):
    text: str = Field(max_length=300_000)


class AudioDriveActionConfig(WireModel):
    action_tag: str = Field(min_length=1, max_length=256)
    action_name: str | None = Field(None, min_length=1, max_length=256)
    action_start_time: float = Field(ge=0, le=2_592_000)


class BackgroundImageConfig(WireModel):
    dx: int = Field(ge=-5760, le=0)
    dy: int = Field(ge=-5760, le=0)
    width: int = Field(ge=1, le=7680)
    height: int = Field(ge=1, le=7680)


class BackgroundType(StrEnum):
    IMAGE = "IMAGE"
    COLOR = "COLOR"
    IMAGE_2D = "IMAGE_2D"
    VIDEO = "VIDEO"
    AUDIO = "AUDIO"


class BackgroundConfigInfo(WireModel):
    background_type: BackgroundType
    background_config: Url | None = None
    background_color_config: Colour | None = None
    background_asset_id: AssetId | None = None
    background_image_config: BackgroundImageConfig | None = None


class LayerType(StrEnum):
    HUMAN = "HUMAN"
    IMAGE = "IMAGE"
    VIDEO = "VIDEO"
    TEXT = "TEXT"


class LayerPositionConfig(WireModel):
    dx: int = Field(ge=-1920, le=3840)
    dy: int = Field(ge=-1920, le=3840)
    layer_index: int = Field(ge=1, le=100)


class LayerSizeConfig(WireModel):
    width: int | None = Field(None, ge=1, le=7680)
    height: int | None = Field(None, ge=1, le=7680)


class LayerRotationConfig(WireModel):
    angle: int | None = Field(None, ge=0, le=360)


class ImageLayerConfig(WireModel):
    image_url: Url | None = None


class VideoLayerConfig(WireModel):
    video_url: Url | None = None
    video_cover_url: Url | None = None
    loop_count: int | None = Field(None, ge=-1, le=100)
    video_sound: int | None = Field(None, ge=0, le=100)
    is_play_the_entire_video: bool | None = None


class TextLayerConfig(WireModel):
    text_context: str | None = Field(None, max_length=1024)
    """base64"""
    font_name: str | None = Field(None, max_length=64)
    font_size: int | None = Field(None, ge=0, le=120)
    font_color: str | None = Field(None, max_length=16)


class LayerConfig(WireModel):
    layer_type: LayerType
    asset_id: AssetId | None = None
    group_id: AssetId | None = None
    sequence_no: int | None = Field(None, ge=0, le=2_147_483_647)
    position: LayerPositionConfig | None = None
    size: LayerSizeConfig | None = None
    rotation: LayerRotationConfig | None = None
    image_config: ImageLayerConfig | None = None
    video_config: VideoLayerConfig | None = None
    text_config: TextLayerConfig | None = None
    x_greenroom: LayerExtension | None = None


class AudioInfo(WireModel):
    audio_id: int | None = Field(None, ge=0, le=10_000)


class ShootScript(WireModel):
    script_type: ScriptType | None = None
    text_config: TextConfig | None = None
    audio_duration: float | None = Field(None, ge=0, le=36_000)
    """seconds"""
    audio_drive_action_config: list[AudioDriveActionConfig] | None = None
    audio_drive_file_external_url: Url | None = None
    background_config: list[BackgroundConfigInfo] | None = None
    layer_config: list[LayerConfig] | None = None
    audio_config: AudioInfo | None = None


class SubtitleFileInfo(WireModel):
    subtitle_file_download_url: Url | None = None
    subtitle_file_upload_url: Url | None = None
    subtitle_file_state: Literal["GENERATE_SUCCEED", "GENERATE_FAILED", "GENERATING"] | None = None
    job_id: str | None = Field(None, min_length=1, max_length=64)


class SubtitleFiles(WireModel):
    text_subtitle_file: SubtitleFileInfo | None = None
    audio_subtitle_file: SubtitleFileInfo | None = None


class SceneExtension(WireModel):
    """`x_greenroom` of a scene: what the contract has for the whole script alone."""

    model_asset_id: AssetId | None = None
    """Who is seen in this scene."""
    voice_config: VoiceConfig | None = None
    """Who is heard in it."""
    framing: Literal["half", "head"] | None = None
    """Half body, or head and shoulders; of a person whom no HUMAN layer places."""


class ShootScriptItem(WireModel):
    """One scene."""

    sequence_no: int | None = Field(None, ge=0, le=2_147_483_647)
    shoot_script: ShootScript | None = None
    subtitle_file_info: SubtitleFiles | None = None
    x_greenroom: SceneExtension | None = None

    @property
    def is_audio(self) -> bool:
        return self.shoot_script is not None and self.shoot_script.script_type is ScriptType.AUDIO

    @property
    def text(self) -> str:
        """What is said in the scene; empty when a recording drives it."""
        script = self.shoot_script
        if self.is_audio or script is None or script.text_config is None:
            return ""
        return script.text_config.text

    @property
    def own_avatar(self) -> str | None:
        """Asset id of the avatar of this scene; None: the script's."""
        return (self.x_greenroom.model_asset_id if self.x_greenroom is not None else None) or None

    def voice_or(self, usual: VoiceConfig | None) -> VoiceConfig | None:
        """The scene's own voice, else `usual`, which is the script's."""
        own = self.x_greenroom.voice_config if self.x_greenroom is not None else None
        return own or usual


class ScriptContent(WireModel):
    """What a script is made of, as given and as shown again."""

    script_name: ScriptName | None = None
    script_description: str | None = Field(None, max_length=1024)
    view_mode: ViewMode | None = None
    model_asset_id: AssetId | None = None
    model_asset_type: AvatarType | None = None
    voice_config: VoiceConfig | None = None
    video_config: VideoConfig | None = None
    priv_data: str | None = Field(None, max_length=8192)
    background_music_config: BackgroundMusicConfig | None = None
    review_config: ReviewConfig | None = None
    audio_files: AudioFiles | None = None
    action_config: ActionConfig | None = None
    shoot_scripts: list[ShootScriptItem] | None = None


class CreateVideoScriptsReq(ScriptContent):
    script_name: ScriptName


class UpdateVideoScriptsReq(ScriptContent):
    pass


class SaveScriptResponse(WireModel):
    """CreateVideoScriptsResponse, UpdateVideoScriptResponse and CopyVideoScriptsResponse"""

    script_id: str
    audio_files: AudioFiles | None = None


class ShowVideoScriptResponse(ScriptContent):
    script_id: str
    create_time: WireTime
    update_time: WireTime
    script_cover_url: Url | None = None


class ListVideoScriptsQuery(PageQuery):
    name: str | None = Field(None, max_length=256)
    script_catalog: Literal["VIDEO_DRAFT", "SYSTEM_VIDEO_TEMPLET"] = "VIDEO_DRAFT"
    view_mode: ViewMode | None = None


class VideoScriptBaseInfo(WireModel):
    script_id: str
    script_name: str
    script_description: str | None = None
    model_asset_id: str | None = None
    model_asset_type: AvatarType | None = None
    script_cover_url: Url | None = None
    script_type: ScriptType
    text: str | None = None
    create_time: WireTime
    update_time: WireTime


class ListVideoScriptsResponse(WireModel):
    count: int
    video_scripts: list[VideoScriptBaseInfo]
