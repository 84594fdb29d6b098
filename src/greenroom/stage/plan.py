"""The render plan: everything that a video is made of, as plain data that survives a restart.

A plan holds paths and numbers only, so it can be stored as JSON between the steps of a job. Frames are
counted at the plan's own rate; each scene lasts a whole number of them.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from greenroom.engines.protocols import PhonemeSpan
from greenroom.media.encoders import VideoSettings
from greenroom.media.formats import FORMATS, Codec, OutputFormat
from greenroom.stage.actions import ActionMark
from greenroom.stage.clock import MediaClock
from greenroom.stage.errors import SceneError
from greenroom.stage.framing import Framing, Placement
from greenroom.stage.layer_plan import Layer
from greenroom.stage.mix import SoundPlan
from greenroom.stage.sheet import TRANSPARENT, Crop
from greenroom.stage.subtitle_plan import Cue, SubtitleStyle

FRAME_RATES = (24, 25, 30)
SEGMENT_S = 10
LARGEST_SIDE = 3840
PRESETS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium")


class PlanError(SceneError):
    """The plan asks for something that cannot be rendered; the text is fit for a user."""


@dataclass(slots=True, frozen=True)
class ScenePlan:
    package: str
    """Folder of the avatar package."""
    speech_wav: str | None = None
    """16-bit PCM WAV; None shows the person idle for `duration_s`."""
    phonemes: tuple[PhonemeSpan, ...] | None = None
    """Times in samples of `speech_wav`; None where only sound is known."""
    duration_s: float = 0.0
    """Shortest duration; speech that is longer extends the scene."""
    background: str = "#FFFFFF"
    """`#RRGGBB`, the path of an image that is cut to cover the canvas, or `transparent`."""
    placement: Placement | None = None
    """Where the avatar's whole base picture goes; None: `framing` says."""
    framing: Framing = Framing.HALF
    seed: int = 0
    """Chooses among the equally good walks through the base clip."""
    show_person: bool = True
    actions: tuple[ActionMark, ...] = ()
    """What the person does while speaking: see `stage.actions` for where each is shown."""
    subtitles: tuple[Cue, ...] = ()
    """Burnt into the picture, in the look of the plan's `subtitle_style`."""
    layers: tuple[Layer, ...] = ()
    """Pictures, videos and texts, from the lowest to the uppermost."""
    layers_below: int = 0
    """How many of them the person stands over."""


@dataclass(slots=True, frozen=True)
class RenderPlan:
    scenes: tuple[ScenePlan, ...]
    width: int = 1920
    height: int = 1080
    fps: int = 25
    bitrate_bps: int | None = None
    """Cap on the mean video bit rate; None for constant quality alone."""
    crf: int = 20
    preset: str = "veryfast"
    """Of x264; `faster` takes a third more time for 0.4 dB more at a tenth more bytes."""
    threads: int = 2
    segment_s: int = SEGMENT_S
    title: str = ""
    subtitle_style: SubtitleStyle | None = None
    """None: no subtitles are burnt in."""
    codec: Codec = Codec.H264
    crop: Crop | None = None
    """Scenes are laid out on this larger canvas, and `width` x `height` of it are kept."""
    ends_at_first_frame: bool = False
    """The last frame shows the person as the first one does, so that videos can follow each other."""
    super_resolution: bool = False
    """People who are shown larger than filmed are enlarged by `stage.enlarging`."""
    sound: SoundPlan = field(default_factory=SoundPlan)

    def __post_init__(self) -> None:
        if not self.scenes:
            raise PlanError("The video has no scene. Add a script with a text or a sound.")
        if self.fps not in FRAME_RATES:
            raise PlanError(f"{self.fps} frames a second are not offered; choose 24, 25 or 30.")
        for side in (self.width, self.height):
            if side % 2 or not 16 <= side <= LARGEST_SIDE:
                raise PlanError(
                    f"{self.width}x{self.height} is no size for a video: both sides must be even and "
                    f"between 16 and {LARGEST_SIDE}."
                )
        self._check_output()
        if self.preset not in PRESETS:
            raise PlanError(
                f"There is no encoder preset {self.preset!r}; choose one of {', '.join(PRESETS)}."
            )

    def _check_output(self) -> None:
        if self.is_transparent and not self.output.has_alpha:
            raise PlanError(
                f"A video in {self.codec} cannot be transparent: give every scene a background, or choose "
                "VP9, PRORES_4444, VP8 or QTRLE."
            )
        part = self.crop
        if part is not None and not (
            0 <= part.x <= part.canvas_width - self.width and 0 <= part.y <= part.canvas_height - self.height
        ):
            raise PlanError(
                f"The part of {self.width}x{self.height} at {part.x}, {part.y} leaves the picture, which is "
                f"{part.canvas_width}x{part.canvas_height}: give a smaller part, or move it."
            )

    @property
    def output(self) -> OutputFormat:
        return FORMATS[self.codec]

    @property
    def canvas(self) -> tuple[int, int]:
        """Width and height on which the scenes are laid out."""
        if self.crop is None:
            return self.width, self.height
        return self.crop.canvas_width, self.crop.canvas_height

    @property
    def is_transparent(self) -> bool:
        """Whether any scene has no background."""
        return any(scene.background == TRANSPARENT for scene in self.scenes)

    @property
    def video(self) -> VideoSettings:
        return VideoSettings(
            width=self.width,
            height=self.height,
            fps=self.fps,
            preset=self.preset,
            crf=self.crf,
            bitrate_bps=self.bitrate_bps,
            threads=self.threads,
            keyframe_interval=2 * self.fps,
            light=True,
            codec=self.codec,
            alpha=self.is_transparent,
        )

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> RenderPlan:
        """Raises PlanError where the text is no plan."""
        try:
            data: dict[str, Any] = json.loads(text)
            data["scenes"] = tuple(_scene(scene) for scene in data["scenes"])
            if data.get("subtitle_style") is not None:
                data["subtitle_style"] = SubtitleStyle.from_json(data["subtitle_style"])
            data["codec"] = Codec(data.get("codec", Codec.H264))
            data["crop"] = Crop(**data["crop"]) if data.get("crop") else None
            data["sound"] = SoundPlan.from_json(data.get("sound") or {})
            return cls(**data)
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, PlanError):
                raise
            raise PlanError(f"This is not a render plan: {error}") from error


@dataclass(slots=True, frozen=True)
class SegmentSpec:
    """A part of the video that is rendered on its own; never across two scenes."""

    number: int
    scene: int
    first_frame: int
    """Within the scene, at the plan's rate."""
    frame_count: int
    start_frame: int
    """Within the whole video."""


def scene_frames(plan: RenderPlan, scene: ScenePlan) -> int:
    """How many frames a scene lasts: the longer of its speech and its shortest duration; at least one."""
    from greenroom.media.wav import read_wav

    frames = -(-round(scene.duration_s * plan.fps * 1000) // 1000)
    if scene.speech_wav is not None:
        pcm, rate = read_wav(Path(scene.speech_wav))
        frames = max(frames, MediaClock(rate, plan.fps).frames_for(len(pcm)))
    return max(1, frames)


def plan_segments(plan: RenderPlan) -> list[SegmentSpec]:
    """Cut the video into parts of about `segment_s` seconds, in order; a short rest joins the part before."""
    segments: list[SegmentSpec] = []
    start = 0
    length = plan.segment_s * plan.fps
    for number, scene in enumerate(plan.scenes):
        frames = scene_frames(plan, scene)
        first = 0
        while first < frames:
            left = frames - first
            count = left if left <= length + length // 3 else length
            segments.append(SegmentSpec(len(segments), number, first, count, start + first))
            first += count
        start += frames
    return segments


def _scene(data: dict[str, Any]) -> ScenePlan:
    actions = tuple(ActionMark(**ask) for ask in data.get("actions", ()))
    framing = Framing(data.get("framing", Framing.HALF))
    cues = tuple(Cue(**{**cue, "lines": tuple(cue["lines"])}) for cue in data.get("subtitles", ()))
    layers = tuple(Layer.from_json(layer) for layer in data.get("layers", ()))
    plain = {"phonemes": None, "placement": None, "actions": actions, "framing": framing, "subtitles": cues}
    scene = ScenePlan(**{**data, **plain, "layers": layers})
    if data.get("phonemes") is not None:
        scene = replace(scene, phonemes=tuple(PhonemeSpan(**span) for span in data["phonemes"]))
    if data.get("placement") is not None:
        scene = replace(scene, placement=Placement(**data["placement"]))
    return scene
