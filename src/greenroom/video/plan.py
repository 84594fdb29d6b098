"""What a video job renders, with every id and link of the request resolved to an object key."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

from greenroom.engines.protocols import Vocabulary, vocabulary_from_json, vocabulary_to_json
from greenroom.provenance.label import Label
from greenroom.stage.layer_plan import Layer
from greenroom.stage.subtitle_plan import SubtitleStyle

MUSIC_FIELD = "background_music_config.music_asset_id"
"""What a refusal of the music names."""


@dataclass(slots=True, frozen=True)
class BackgroundPlan:
    """What stands behind the person: a colour or a picture."""

    colour: str | None = None
    """`#RRGGBB`"""
    image_key: str | None = None
    box: tuple[int, int, int, int] | None = None
    """Of a deck's page: x, y, width, height of the part of the canvas in which it is shown whole; without
    area: all of it."""
    placement: tuple[int, int, int, int] | None = None
    """dx, dy, width, height of the scaled picture on the canvas in pixels; None: it fills the canvas."""


@dataclass(slots=True, frozen=True)
class HumanPlan:
    """Where the person stands, in pixels of the canvas; None: where the stage puts it."""

    dx: int | None = None
    dy: int | None = None
    width: int | None = None
    height: int | None = None


@dataclass(slots=True, frozen=True)
class LayerPlan:
    """A picture, a video or a text in a scene."""

    layer: Layer
    """Its `source` is an object key."""
    field: str
    """Its member in the request, for errors that only the file shows."""
    format: str = ""
    """Of the file as its asset declares it, such as `mp4`; empty: by its content."""

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(Layer.from_json(data["layer"]), data["field"], data["format"])


@dataclass(slots=True, frozen=True)
class AvatarPlan:
    key: str
    """The avatar package, zipped; empty where a photo speaks."""
    asset_id: str


@dataclass(slots=True, frozen=True)
class VoicePlan:
    voice_id: str | None
    speed_percent: int = 100
    pitch_percent: int = 100
    volume_percent: int = 100
    vocabulary: Vocabulary = ()
    """As it was when the video was ordered."""

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(**{**data, "vocabulary": vocabulary_from_json(data["vocabulary"])})


@dataclass(slots=True, frozen=True)
class ScenePlan:
    number: int
    text: str | None
    """What is said; None where a recording drives the scene."""
    audio_key: str | None
    background: BackgroundPlan
    human: HumanPlan
    actions: tuple[tuple[str, int], ...] = ()
    """Name and moment, in milliseconds from the scene's beginning."""
    subtitle_key: str | None = None
    """The job's own copy of the scene's edited subtitle file; None: its subtitles come from what is said."""
    layers: tuple[LayerPlan, ...] = ()
    """From the lowest to the uppermost; a video in the background is the first."""
    layers_below: int = 0
    """How many of them the person stands over."""
    avatar: AvatarPlan | None = None
    """None: the video's."""
    voice: VoicePlan | None = None
    """None: the video's."""
    framing: str | None = None
    """None: the video's."""

    def to_json(self) -> dict[str, Any]:
        made = asdict(self)
        if self.voice is not None:
            made["voice"]["vocabulary"] = vocabulary_to_json(self.voice.vocabulary)
        return made

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Plans of earlier versions lack what is optional."""
        background, avatar, voice = data["background"], data.get("avatar"), data.get("voice")
        made = {
            "background": BackgroundPlan(
                colour=background["colour"],
                image_key=background["image_key"],
                placement=tuple(background["placement"]) if background["placement"] else None,
                box=tuple(background["box"]) if background.get("box") else None,
            ),
            "human": HumanPlan(**data["human"]),
            "actions": tuple((name, at_ms) for name, at_ms in data.get("actions", ())),
            "layers": tuple(LayerPlan.from_json(layer) for layer in data.get("layers", ())),
            "avatar": AvatarPlan(**avatar) if avatar else None,
            "voice": VoicePlan.from_json(voice) if voice else None,
        }
        return cls(**{**data, **made})


@dataclass(slots=True, frozen=True)
class SubtitlePlan:
    style: SubtitleStyle
    burn: bool
    """In the picture; else only as files."""


@dataclass(slots=True, frozen=True)
class OutputPlan:
    codec: str = "H264"
    """`media.formats.Codec`"""
    is_transparent: bool = False
    """Scenes without a background have none; else it is white."""
    crop: tuple[int, int] | None = None
    """dx and dy of the part that is kept of the avatar's picture; None: the whole."""
    ends_at_first_frame: bool = False
    super_resolution: bool = False
    """A person who is shown larger than filmed keeps more detail."""

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        crop = data.get("crop")
        return cls(**{**data, "crop": tuple(crop) if crop else None})


@dataclass(slots=True, frozen=True)
class MusicPlan:
    key: str
    volume_percent: int


@dataclass(slots=True, frozen=True)
class VideoSoundPlan:
    music: MusicPlan | None = None
    is_levelled: bool = False
    voice_gain_db: float = 0.0
    """What the wished volume adds to the voice."""

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        music = data.get("music")
        return cls(**{**data, "music": MusicPlan(**music) if music else None})


@dataclass(slots=True, frozen=True)
class CardPlan:
    """The business card that stands behind the person."""

    templet: str
    """Name of a built-in look."""
    texts: dict[str, str]
    """By the members of the wire's card_text_config."""
    templet_key: str | None = None
    """A picture of the tenant's own to draw on."""
    logo_key: str | None = None


@dataclass(slots=True, frozen=True)
class PhotoPlan:
    """A person who is made from a photo, in place of an avatar package."""

    key: str
    name: str
    cut_out: bool
    """A scene has another background than the photo's."""
    card: CardPlan | None = None


@dataclass(slots=True, frozen=True)
class VideoPlan:
    avatar_key: str
    """The avatar package, zipped; empty where a photo speaks."""
    avatar_asset_id: str
    voice_id: str | None
    speed_percent: int
    pitch_percent: int
    volume_percent: int
    width: int
    height: int
    fps: int
    bitrate_kbps: int
    scenes: tuple[ScenePlan, ...]
    action_interval_ms: int = 0
    """An action of the avatar's own choice comes so often; 0: never."""
    framing: str = "half"
    """`half` or `head`: how much is seen of a person whose place no scene gives."""
    subtitles: SubtitlePlan | None = None
    output: OutputPlan = OutputPlan()
    sound: VideoSoundPlan = VideoSoundPlan()
    vocabulary: Vocabulary = ()
    """As it was when the video was ordered."""
    photo: PhotoPlan | None = None
    label: Label | None = None
    """The visible sign that the video was made by AI."""

    def avatar_of(self, scene: ScenePlan) -> AvatarPlan:
        """Who is seen in a scene."""
        return scene.avatar or AvatarPlan(self.avatar_key, self.avatar_asset_id)

    def voice_of(self, scene: ScenePlan) -> VoicePlan:
        """Who is heard in a scene that has a text."""
        return scene.voice or VoicePlan(
            self.voice_id, self.speed_percent, self.pitch_percent, self.volume_percent, self.vocabulary
        )

    @property
    def avatars(self) -> list[AvatarPlan]:
        """Everyone who is seen, each once, in the order of appearance."""
        return list({avatar.key: avatar for avatar in map(self.avatar_of, self.scenes)}.values())

    def to_json(self) -> dict[str, Any]:
        made = {"vocabulary": vocabulary_to_json(self.vocabulary)}
        return {**asdict(self), **made, "scenes": [scene.to_json() for scene in self.scenes]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        scenes = tuple(ScenePlan.from_json(scene) for scene in data["scenes"])
        given = data.get("subtitles")
        subtitles = SubtitlePlan(SubtitleStyle.from_json(given["style"]), given["burn"]) if given else None
        # Plans of earlier versions have none of these.
        output = OutputPlan.from_json(data.get("output") or {})
        sound = VideoSoundPlan.from_json(data.get("sound") or {})
        made = {"output": output, "sound": sound, "vocabulary": vocabulary_from_json(data.get("vocabulary"))}
        made["photo"], made["label"] = _photo(data.get("photo")), Label.from_json(data.get("label"))
        return cls(**{**data, "scenes": scenes, "subtitles": subtitles, **made})


def _photo(data: dict[str, Any] | None) -> PhotoPlan | None:
    if data is None:
        return None
    card = data.get("card")
    return PhotoPlan(**{**data, "card": CardPlan(**card) if card else None})
