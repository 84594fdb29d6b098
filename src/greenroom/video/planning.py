"""From a request to a plan: everything that can be wrong is found here, before the job is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from greenroom.assets.service import file_of, require_usable
from greenroom.assets.states import AssetType
from greenroom.engines.protocols import VIDEO_FPS
from greenroom.engines.ssml.spoken import actions_of
from greenroom.runtime import Context
from greenroom.scripts import service as scripts
from greenroom.scripts.decks import with_pages
from greenroom.scripts.limits import check_scenes
from greenroom.scripts.wire import (
    AudioDriveActionConfig,
    BackgroundConfigInfo,
    BackgroundType,
    LayerConfig,
    ShootScript,
    ShootScriptItem,
    VideoConfig,
)
from greenroom.stage.actions import unknown_action
from greenroom.stage.silence import silence_of
from greenroom.subtitles.edits import EditedFile
from greenroom.video.casting import Casting, Presenter, Speaker, action_interval_ms
from greenroom.video.errors import VideoContentError
from greenroom.video.features import check_features
from greenroom.video.layers import person_of, plan_layers
from greenroom.video.links import own_object
from greenroom.video.marks import wanted_label
from greenroom.video.music import sound_plan
from greenroom.video.outputs import output_plan
from greenroom.video.pages import page_background
from greenroom.video.plan import (
    BackgroundPlan,
    HumanPlan,
    OutputPlan,
    PhotoPlan,
    ScenePlan,
    SubtitlePlan,
    VideoPlan,
    VoicePlan,
)
from greenroom.video.subtitles import SubtitleOrder
from greenroom.video.vocabulary import ordered_vocabularies
from greenroom.video.wire import Create2DDigitalHumanVideoReq
from greenroom.voices.service import check_spoken_text

SMALLEST_SIDE = 128


async def merged_content(
    context: Context, body: Create2DDigitalHumanVideoReq
) -> Create2DDigitalHumanVideoReq:
    """The request with the members of its script filled in where it has none of its own, and with a scene for
    each page where one stands for a deck.

    Raises ScriptNotFoundError, and as `scripts.decks.with_pages`.
    """
    if body.script_id is not None:
        script = await scripts.content_of(context, body.script_id)
        members = {**script.model_dump(exclude_none=True), **body.model_dump(exclude_none=True)}
        body = Create2DDigitalHumanVideoReq.model_validate(members)
    in_order = [scene for _, scene in scripts.numbered(body.shoot_scripts or [])]
    scenes = await with_pages(context, in_order, body.video_config)
    return body if scenes is in_order else body.model_copy(update={"shoot_scripts": scenes})


async def make_plan(
    context: Context,
    content: Create2DDigitalHumanVideoReq,
    prefix: str,
    framing: str = "half",
    subtitles: SubtitleOrder | None = None,
    music_key: str | None = None,
    photo: PhotoPlan | None = None,
) -> VideoPlan:
    """Check the whole request and resolve it.

    Recordings and edited subtitles are copied below `prefix`, so that a later change of the script does not
    change the video. `framing` is for scenes that do not place the person: `half` or `head`. `music_key` is
    an object of the operator's own that plays instead of an asset.

    Raises:
        GreenroomError: something is missing, too large, unknown, not usable or not built; the text says what.
    """
    check_features(content)
    scenes = content.shoot_scripts or []
    if not scenes:
        raise VideoContentError("shoot_scripts is empty: give at least one scene, or a script_id with scenes")
    check_scenes(scenes)
    video = _require_video(content.video_config)
    output = output_plan(video, scenes)
    casting = Casting(
        context, content, await ordered_vocabularies(context, content), of_photo=photo is not None
    )
    planner = _ScenePlanner(context, content.script_id, prefix, casting, await casting.presenter())
    edited = subtitles.edited if subtitles else {}
    planned = [
        replace(
            await planner.plan(number, _place_of(scene, scenes), scene, edited.get(number)),
            **await _layers(context, scenes, scene, video),
        )
        for number, scene in scripts.numbered(scenes)
    ]
    _check_ends(output, planned)
    voice = planner.speaker.plan if planner.speaker is not None else VoicePlan(None)
    return VideoPlan(
        avatar_key=planner.presenter.avatar.key,
        avatar_asset_id=planner.presenter.avatar.asset_id,
        voice_id=voice.voice_id,
        speed_percent=voice.speed_percent,
        pitch_percent=voice.pitch_percent,
        volume_percent=voice.volume_percent,
        width=video.width,
        height=video.height,
        fps=int(video.frame_rate) if video.frame_rate else VIDEO_FPS,
        bitrate_kbps=video.bitrate,
        scenes=tuple(planned),
        action_interval_ms=action_interval_ms(content.action_config, planner.seen),
        framing=framing,
        subtitles=SubtitlePlan(subtitles.style, subtitles.burn) if subtitles else None,
        output=output,
        sound=await sound_plan(context, content, _voices(planned, voice), music_key),
        vocabulary=voice.vocabulary,
        photo=photo,
        label=await wanted_label(context),
    )


def _place_of(scene: ShootScriptItem, scenes: Sequence[ShootScriptItem]) -> int:
    """Where it stands in the request."""
    return next(place for place, one in enumerate(scenes) if one is scene)


def _voices(scenes: Sequence[ScenePlan], usual: VoicePlan) -> list[tuple[VoicePlan, int]]:
    """The voice of each scene with a text, and how many characters it says."""
    return [(scene.voice or usual, len(scene.text)) for scene in scenes if scene.text is not None]


def _check_ends(output: OutputPlan, scenes: Sequence[ScenePlan]) -> None:
    """Raises VideoContentError: nobody can end a video as somebody else began it."""
    if output.ends_at_first_frame and scenes[0].avatar != scenes[-1].avatar:
        raise VideoContentError(
            "video_config.is_end_at_first_frame: the first and the last scene show different avatars: give "
            "them the same one, or leave it out"
        )


def _require_video(video: VideoConfig | None) -> VideoConfig:
    if video is None:
        raise VideoContentError("video_config is missing: give width, height and bitrate")
    for name, value in (("width", video.width), ("height", video.height)):
        if value < SMALLEST_SIDE or value % 2:
            raise VideoContentError(
                f"video_config.{name} is {value}: give an even number from {SMALLEST_SIDE} to 3840"
            )
    return video


class _ScenePlanner:
    def __init__(
        self, context: Context, script_id: str | None, prefix: str, casting: Casting, presenter: Presenter
    ) -> None:
        self._context = context
        self._script_id = script_id
        self._prefix = prefix
        self._casting = casting
        self.presenter = presenter
        """Who is seen in scenes that name nobody."""
        self.speaker = casting.speaker()
        """Who is heard in them."""
        self.seen: list[Presenter] = []

    async def plan(
        self, number: int, index: int, scene: ShootScriptItem, subtitles: EditedFile | None = None
    ) -> ScenePlan:
        """`index`: the scene's place in the request."""
        field = f"the scene with sequence_no {number}"
        script = scene.shoot_script
        if script is None:
            raise VideoContentError(f"{field} has no shoot_script: give its text or its recording")
        own, own_voice = (
            await self._casting.presenter_of(index, scene),
            self._casting.speaker_of(index, scene),
        )
        presenter = own or self.presenter
        self.seen.append(presenter)
        audio_key = await self._audio(field, number, script) if scene.is_audio else None
        if audio_key is None:
            await self._check_text(f"{field}: text_config.text", scene.text, own_voice or self.speaker)
            _check_marked(f"{field}: text_config.text", scene.text, presenter)
        own_copy = f"{self._prefix}/subtitles-{number}"
        if subtitles is not None:
            await self._context.objects.copy(subtitles.key, own_copy)
        return ScenePlan(
            number=number,
            text=None if scene.is_audio else scene.text,
            audio_key=audio_key,
            background=await self._background(field, script),
            human=_human(person_of(script)),
            actions=_asked(field, script.audio_drive_action_config or [], presenter),
            subtitle_key=own_copy if subtitles is not None else None,
            # The very avatar of the order, named once more, is no other one.
            avatar=own.avatar if own is not None and own.avatar != self.presenter.avatar else None,
            voice=own_voice.plan if own_voice is not None else None,
            framing=self._casting.framing_of(index, scene),
        )

    async def _check_text(self, field: str, text: str, speaker: Speaker | None) -> None:
        """Raises VideoContentError, SpokenTextError: nobody says it, or nobody can."""
        if speaker is None:
            raise VideoContentError("voice_config is missing: a scene with a text needs a voice_asset_id")
        if silence_of(text) is None:
            await check_spoken_text(field, text, speaker.voice, speaker.vocabulary)

    async def _audio(self, field: str, number: int, script: ShootScript) -> str:
        """The key of the job's own copy of the recording."""
        objects = self._context.objects
        if script.audio_drive_file_external_url:
            source = own_object(
                self._context, f"{field}: audio_drive_file_external_url", script.audio_drive_file_external_url
            )
        elif self._script_id is not None:
            keys = await scripts.audio_keys_of(self._context, self._script_id)
            source = keys.get(number, "")
        else:
            raise VideoContentError(
                f"{field} is of type AUDIO but has no recording: make a script with it, upload the recording "
                "to the link that create_video_scripts gives, and send its script_id"
            )
        if not source or not await objects.exists(source):
            raise VideoContentError(
                f"{field} is of type AUDIO and its recording is not uploaded: "
                "PUT it to audio_file_upload_url first"
            )
        target = f"{self._prefix}/audio-{number}"
        await objects.copy(source, target)
        return target

    async def _background(self, field: str, script: ShootScript) -> BackgroundPlan:
        if not script.background_config:
            return BackgroundPlan()
        background = script.background_config[0]
        if background.background_type is BackgroundType.VIDEO:
            # It is the lowest layer; around it and behind it all is white, in a transparent video too.
            return BackgroundPlan(colour="#FFFFFF")
        if background.background_type is BackgroundType.COLOR:
            colour = background.background_color_config or background.background_config
            if colour is None or len(colour) != 7 or not colour.startswith("#"):
                raise VideoContentError(
                    f"{field}: background_color_config is missing: give a colour such as #00AA88"
                )
            return BackgroundPlan(colour=colour.upper())
        return await self._picture(f"{field}: background_config", background)

    async def _picture(self, field: str, background: BackgroundConfigInfo) -> BackgroundPlan:
        if background.background_asset_id:
            asset = await require_usable(
                self._context, background.background_asset_id, AssetType.IMAGE, AssetType.PPT
            )
            if asset.type == AssetType.PPT:
                return await page_background(self._context, asset, background)
            main = file_of(asset)
            key = main.object_key if main else None
            if key is None:
                raise VideoContentError(f"{field}: the picture {asset.id} has no main file; upload it again")
        elif background.background_config:
            key = own_object(self._context, field, background.background_config)
            if not await self._context.objects.exists(key):
                raise VideoContentError(f"{field}: the picture behind the link is gone; upload it again")
        else:
            raise VideoContentError(
                f"{field}: give background_asset_id, or a link of this service to a picture"
            )
        where = background.background_image_config
        placement = (where.dx, where.dy, where.width, where.height) if where else None
        return BackgroundPlan(image_key=key, placement=placement)


def _check_marked(field: str, text: str, presenter: Presenter) -> None:
    """Raises VideoContentError: the text marks an action that the avatar does not have."""
    for tag in actions_of(text):
        if tag not in presenter.actions:
            raise VideoContentError(f"{field}: <insert-action>: {unknown_action(tag, presenter.actions)}")


def _asked(
    field: str, asks: Sequence[AudioDriveActionConfig], presenter: Presenter
) -> tuple[tuple[str, int], ...]:
    """The actions that are asked for, with their moments in milliseconds."""
    for number, ask in enumerate(asks):
        if ask.action_tag not in presenter.actions:
            raise VideoContentError(
                f"{field}: audio_drive_action_config[{number}].action_tag: "
                f"{unknown_action(ask.action_tag, presenter.actions)}"
            )
    return tuple((ask.action_tag, round(ask.action_start_time * 1000)) for ask in asks)


async def _layers(
    context: Context, scenes: Sequence[ShootScriptItem], scene: ShootScriptItem, video: VideoConfig
) -> dict[str, Any]:
    """The members of a scene's plan that show its layers."""
    if scene.shoot_script is None:
        return {}
    field = f"shoot_scripts[{_place_of(scene, scenes)}].shoot_script"
    size, is_cut = (video.width, video.height), video.clip_mode == "CROP"
    found = await plan_layers(context, field, scene.shoot_script, size, is_cut=is_cut)
    return {"layers": found.layers, "layers_below": found.below}


def _human(layer: LayerConfig | None) -> HumanPlan:
    if layer is None:
        return HumanPlan()
    position, size = layer.position, layer.size
    return HumanPlan(
        dx=position.dx if position else None,
        dy=position.dy if position else None,
        width=size.width if size else None,
        height=size.height if size else None,
    )
