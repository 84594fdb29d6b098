"""Who is seen and heard in each scene: as the order says, or as the scene itself does in `x_greenroom`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from greenroom.assets.service import file_of, require_usable
from greenroom.assets.states import AssetType
from greenroom.engines.protocols import SpeechStyle, Vocabulary, Voice
from greenroom.errors import GreenroomError
from greenroom.runtime import Context
from greenroom.scripts.wire import ActionConfig, ShootScriptItem, VoiceConfig
from greenroom.video.errors import VideoContentError
from greenroom.video.layers import person_of
from greenroom.video.plan import AvatarPlan, VoicePlan
from greenroom.video.wire import Create2DDigitalHumanVideoReq
from greenroom.voices.service import require_voice, style_of


@dataclass(slots=True, frozen=True)
class Presenter:
    """Who is seen."""

    avatar: AvatarPlan
    actions: tuple[str, ...] = ()
    """Names by which they are asked for."""


@dataclass(slots=True, frozen=True)
class Speaker:
    """Who is heard."""

    voice: Voice
    style: SpeechStyle
    vocabulary: Vocabulary

    @property
    def plan(self) -> VoicePlan:
        style = self.style
        return VoicePlan(
            self.voice.voice_id,
            style.speed_percent,
            style.pitch_percent,
            style.volume_percent,
            self.vocabulary,
        )


FROM_A_PHOTO = Presenter(AvatarPlan("", ""))
"""A person from a photo has no package yet, and no actions."""


class Casting:
    """Of one order; looks each avatar up once."""

    def __init__(
        self,
        context: Context,
        content: Create2DDigitalHumanVideoReq,
        vocabularies: Mapping[str, Vocabulary],
        *,
        of_photo: bool = False,
    ) -> None:
        self._context = context
        self._content = content
        self._vocabularies = vocabularies
        self._of_photo = of_photo
        self._found: dict[str, Presenter] = {}

    async def presenter(self) -> Presenter:
        """The order's own.

        Raises:
            GreenroomError: there is none, or it cannot be used.
        """
        if self._of_photo:
            return FROM_A_PHOTO
        if not self._content.model_asset_id:
            raise VideoContentError("model_asset_id is missing: give the id of a HUMAN_MODEL_2D asset")
        return await self._presenter("model_asset_id", self._content.model_asset_id)

    async def presenter_of(self, index: int, scene: ShootScriptItem) -> Presenter | None:
        """The scene's own; None: the order's. Raises GreenroomError, which names the member."""
        if scene.own_avatar is None:
            return None
        field = f"shoot_scripts[{index}].x_greenroom.model_asset_id"
        if self._of_photo:
            raise VideoContentError(f"{field}: the photo speaks in every scene: leave it out")
        try:
            return await self._presenter(field, scene.own_avatar)
        except GreenroomError as error:
            if not error.message.startswith(field):
                error.message = f"{field}: {error.message}"
            raise

    def speaker(self) -> Speaker | None:
        """The order's own voice, which only scenes with a text need. Raises VoiceUnknownError."""
        voice = self._content.voice_config
        if voice is None or all(scene.is_audio for scene in self._content.shoot_scripts or []):
            return None
        return self._speaker("voice_config", voice)

    def speaker_of(self, index: int, scene: ShootScriptItem) -> Speaker | None:
        """The scene's own voice; None: the order's.

        Raises:
            VoiceUnknownError, VideoContentError: no such voice, or the scene has nothing to say with it.
        """
        voice = scene.voice_or(None)
        if voice is None:
            return None
        field = f"shoot_scripts[{index}].x_greenroom.voice_config"
        if scene.is_audio:
            raise VideoContentError(f"{field}: a recording drives the scene: leave it out")
        return self._speaker(field, voice)

    def framing_of(self, index: int, scene: ShootScriptItem) -> str | None:
        """Raises VideoContentError: something else places the person already."""
        framing = scene.x_greenroom.framing if scene.x_greenroom is not None else None
        if framing is None:
            return None
        field = f"shoot_scripts[{index}].x_greenroom.framing"
        person = person_of(scene.shoot_script) if scene.shoot_script is not None else None
        if person is not None and (person.position is not None or person.size is not None):
            raise VideoContentError(f"{field}: the HUMAN layer places the person: leave out one of the two")
        video = self._content.video_config
        if self._of_photo or (video is not None and video.clip_mode == "CROP"):
            what = "a photo" if self._of_photo else "clip_mode CROP"
            raise VideoContentError(f"{field}: {what} shows the person as the picture has them: leave it out")
        return framing

    async def _presenter(self, field: str, asset_id: str) -> Presenter:
        if asset_id not in self._found:
            asset = await require_usable(self._context, asset_id, AssetType.HUMAN_MODEL_2D)
            main = file_of(asset)
            if main is None or main.object_key is None:
                raise VideoContentError(f"{field}: the avatar {asset_id} has no main file; train it again")
            meta = (asset.extra_meta or {}).get("human_model_2d_meta") or {}
            tags = [
                action.get("tag") or action["action_name_en"] for action in meta.get("action_tag_map") or ()
            ]
            self._found[asset_id] = Presenter(AvatarPlan(main.object_key, asset_id), tuple(tags))
        return self._found[asset_id]

    def _speaker(self, field: str, config: VoiceConfig) -> Speaker:
        voice = require_voice(f"{field}.voice_asset_id", config.voice_asset_id)
        style = style_of(config.speed, config.pitch, config.volume)
        return Speaker(voice, style, self._vocabularies.get(config.voice_asset_id, ()))


def action_interval_ms(config: ActionConfig | None, presenters: Sequence[Presenter]) -> int:
    """How often an action of the avatar's own choice comes; 0: never. Those without actions stand still.

    Raises VideoContentError: nobody has an action.
    """
    if config is None or not config.action_interval:
        return 0
    if not any(presenter.actions for presenter in presenters):
        raise VideoContentError(
            "action_config.action_interval: the avatar has no actions; leave it out, or train an avatar on "
            "footage with marks"
        )
    return max(1000, round(config.action_interval * 1000))
