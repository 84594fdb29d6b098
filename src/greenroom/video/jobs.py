"""The durable video job: speak, render part by part, join, publish. A crash costs one part of ten seconds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from greenroom.assets.service import NewAsset, ReadyFile, register_asset
from greenroom.assets.states import AssetType, FileCategory
from greenroom.engines.protocols import vocabulary_to_json
from greenroom.jobs.children import ChildLimits
from greenroom.jobs.engine import JobContext, JobKind, JobOutcome, JsonValue
from greenroom.jobs.errors import JobCancelledError, JobError
from greenroom.jobs.models import JobState
from greenroom.media.formats import FORMATS, Codec, OutputFormat
from greenroom.runtime import Context
from greenroom.storage.objects import ObjectNotFoundError
from greenroom.video.charging import charge_video, take_video_back
from greenroom.video.deliveries.service import send_out
from greenroom.video.finishing import cut_canvas
from greenroom.video.helping import ask_for_help, send_helpers_home
from greenroom.video.layer_files import fetch_layers, layer_payload
from greenroom.video.marks import marks_of
from greenroom.video.models import JobKindOfVideo, VideoJob, VideoState
from greenroom.video.notifying import tell_end
from greenroom.video.photo.steps import photo_payload, prepare_photo
from greenroom.video.plan import AvatarPlan, ScenePlan, VideoPlan
from greenroom.video.quality.parts import GoodParts
from greenroom.video.quality.report import FILE_NAME as QUALITY_FILE
from greenroom.video.quality.report import figures_path, summary_of
from greenroom.video.repository import VideoJobRepository
from greenroom.video.reusing import KEYS_FILE, Reusing
from greenroom.video.sharing import PART, SPEECH, Files, Sharing
from greenroom.video.subtitling import FILE_NAMES
from greenroom.voices.vocabulary.service import occurring

_WORK = "greenroom.video.rendering"
_LIMITS = ChildLimits(memory_mb=6000, silent_seconds=300)
_SPEECH_SHARE, _RENDER_SHARE = 0.1, 0.95
_PHOTO_SHARE = 0.4
"""Of the whole, for making a person from a photo before anything is said."""


async def run_video(job: JobContext) -> None:
    video = VideoSteps(job)
    # A job that an earlier version began answers nothing here.
    video.sharing.is_on = bool(await job.step("start", video.start))
    await video.load()
    first = _PHOTO_SHARE if video.plan.photo is not None else 0.0
    job.share(0.0, first)
    await job.step("prepare", video.prepare)
    for index in range(len(video.plan.scenes)):
        job.share(*_part(first, first + _SPEECH_SHARE, index, len(video.plan.scenes)))
        await job.step(f"speech-{index}", video.speak, index)
    # The voice's model is not needed any more.
    await job.drop_child()
    segments = await job.step("plan", video.offer_plan)
    for number in range(segments):
        job.share(*_part(first + _SPEECH_SHARE, _RENDER_SHARE, number, segments))
        await job.step(f"segment-{number}", video.render, number)
    job.share(_RENDER_SHARE, 1.0)
    await job.step("join", video.join, segments)
    await job.step("publish", video.publish, segments)


class VideoSteps:
    """The steps. Each may run again after a crash: what it made lies in the scratch folder.

    A worker that takes over from another machine finds an empty folder; each step then makes again what it
    needs of the steps before.
    """

    def __init__(self, job: JobContext) -> None:
        self.job = job
        self.folder = job.work_dir
        self.plan: VideoPlan
        self.title = ""
        self.reusing = Reusing(job)
        self.sharing = Sharing(job)
        self.parts = GoodParts(job, self.reusing, self._child)

    async def load(self) -> None:
        async with self.job.transaction(read_only=True) as context:
            row = await self._row(context)
            self.plan, self.title = VideoPlan.from_json(row.plan), row.asset_name

    async def start(self) -> JsonValue:
        """Whether other workers help."""
        async with self.job.transaction() as context:
            row = await self._row(context)
            if row.state == VideoState.CANCELED:
                raise JobCancelledError
            if row.state == VideoState.WAITING:
                row.advance(VideoState.PROCESSING)
                row.started_at = context.now()
                VideoJobRepository(context).touch(row)
            return await ask_for_help(context, row)

    async def prepare(self) -> JsonValue:
        """The avatar's package, and the pictures and videos of the scenes, into the scratch folder."""
        if self.plan.photo is not None:
            await prepare_photo(self.job, self.plan, self.folder, self._fetch)
        else:
            for avatar in self.plan.avatars:
                await self._unpack(avatar)
        for index, scene in enumerate(self.plan.scenes):
            picture = self._picture(index)
            if scene.background.image_key and not picture.is_file():
                await self._fetch(scene.background.image_key, picture, "the background picture")
            if scene.subtitle_key and not self._subtitles(index).is_file():
                await self._fetch(scene.subtitle_key, self._subtitles(index), "the subtitle file")
        canvas = self.plan.width, self.plan.height
        if self.plan.output.crop is not None:
            canvas = cut_canvas(self._package(avatar) for avatar in self.plan.avatars)
        await fetch_layers(self.plan, self.folder, self._fetch, self.job.runtime.settings, canvas)
        music = self.plan.sound.music
        if music is not None and not self.music.is_file():
            await self._fetch(music.key, self.music, "the background music")
        return None

    async def _unpack(self, avatar: AvatarPlan) -> None:
        package = self._package(avatar)
        if package.is_dir():
            return
        archive = self.folder / "avatar.zip"
        await self._fetch(avatar.key, archive, "the avatar")
        await self._child("unpack", {"archive": str(archive), "package": str(package)})
        archive.unlink()

    async def speak(self, index: int) -> JsonValue:
        if not self._wav(index).is_file():
            if self.sharing.is_on:
                await self.sharing.work(SPEECH, index, self.speech_files, self.say)
            else:
                await self.say(index)
        return None

    async def say(self, index: int) -> None:
        """The sound of a scene, made here."""
        scene, wav = self.plan.scenes[index], self._wav(index)
        recording = None
        if scene.audio_key is not None:
            recording = self.folder / f"recording of scene {scene.number}"
            await self._fetch(scene.audio_key, recording, "the recording")
        voice = self.plan.voice_of(scene)
        order = {
            "text": scene.text,
            "voice_id": voice.voice_id,
            "style": {
                "speed_percent": voice.speed_percent,
                "pitch_percent": voice.pitch_percent,
                "volume_percent": voice.volume_percent,
            },
            "vocabulary": vocabulary_to_json(occurring(voice.vocabulary, scene.text or "")),
            "audio": str(recording) if recording else None,
            "wav": str(wav),
            "timing": str(self._timing(index)),
            "recognise": self.plan.subtitles is not None and scene.subtitle_key is None,
        }
        if not await self.reusing.fetch_speech(order):
            await self._child("speech", order)
            await self.reusing.keep_speech(order)

    async def offer_plan(self) -> JsonValue:
        """As `write_plan`; from here on others may render."""
        segments = await self.write_plan()
        if self.sharing.is_on:
            await self.sharing.offer(PART, segments)
        return segments

    async def write_plan(self) -> int:
        """How many parts are to be rendered."""
        await self.prepare()
        for index in range(len(self.plan.scenes)):
            await self.speak(index)
        answer = await self._child(
            "plan",
            {
                "out": str(self.plan_path),
                "width": self.plan.width,
                "height": self.plan.height,
                "fps": self.plan.fps,
                "bitrate_kbps": self.plan.bitrate_kbps,
                "title": self.title,
                "package": str(self._package(self.plan.avatars[0])),
                "action_interval_ms": self.plan.action_interval_ms,
                "framing": self.plan.framing,
                "scenes": [self._scene(index, scene) for index, scene in enumerate(self.plan.scenes)],
                "subtitles": self._subtitle_order(),
                "output": asdict(self.plan.output),
                "sound": self._sound_order(),
                "label": asdict(self.plan.label) if self.plan.label else None,
                "keys": str(self.folder / KEYS_FILE),
                "owner": self.job.scope.project_id,
            },
        )
        return int(answer["segments"])

    async def render(self, number: int) -> JsonValue:
        if not self.plan_path.is_file():
            await self.write_plan()
        if not self._segment(number).is_file():
            if self.sharing.is_on:
                await self.sharing.work(PART, number, self.part_files, self.draw)
            else:
                await self.draw(number)
        return None

    async def draw(self, number: int) -> None:
        """A part of the video, rendered here or taken from an earlier video."""
        out = self._segment(number)
        await self.parts.make(self.plan_path, number, out)

    async def join(self, segments: int) -> JsonValue:
        """Seconds of the video and what `video_meta` says of it."""
        joined = self.folder / "joined.json"
        if joined.is_file():
            return json.loads(joined.read_text())
        for number in range(segments):
            await self.render(number)
        paths = [self._segment(number) for number in range(segments)]
        answer = await self._child(
            "join",
            {
                "plan": str(self.plan_path),
                "segments": [str(path) for path in paths],
                "out": str(self.video),
                "cover": str(self.cover),
                "is_measured": self.parts.is_measured,
                "marks": marks_of(self.job.runtime),
            },
        )
        await self.parts.report(self.plan_path, paths, answer["film"])
        joined.write_text(json.dumps(answer))
        return answer

    async def publish(self, segments: int) -> JsonValue:
        """Store the files and make the asset; its id was fixed with the job, so it is made once."""
        answer = await self.join(segments)
        async with self.job.transaction(read_only=True) as context:
            row = await self._row(context)
        objects = self.job.runtime.objects
        await objects.put_file(row.video_key, self.folder / row.output.file_name)
        await objects.put_file(row.cover_key, self.cover)
        names = FILE_NAMES if row.plan.get("subtitles") else ()
        for name in names:
            await objects.put_file(row.subtitle_key(name), self.folder / name)
        report = self.folder / QUALITY_FILE
        if report.is_file():
            await objects.put_file(row.quality_key, report)
        async with self.job.transaction() as context:
            row = await self._row(context)
            row.duration_s = answer["seconds"]
            row.quality = summary_of(json.loads(report.read_text())) if report.is_file() else None
            await _register(context, row, answer["meta"], names)
            await charge_video(context, row)
        return None

    def _package(self, avatar: AvatarPlan) -> Path:
        """Where an avatar is unpacked, once for all of its scenes."""
        if avatar.key == self.plan.avatar_key:
            return self.folder / "avatar"
        return self.folder / f"avatar-{hashlib.sha256(avatar.key.encode()).hexdigest()[:16]}"

    @property
    def plan_path(self) -> Path:
        return self.folder / "plan.json"

    @property
    def video(self) -> Path:
        return self.folder / self._output.file_name

    @property
    def music(self) -> Path:
        return self.folder / "music"

    @property
    def _output(self) -> OutputFormat:
        return FORMATS[Codec(self.plan.output.codec)]

    @property
    def cover(self) -> Path:
        return self.folder / "cover.jpg"

    def speech_files(self, index: int) -> Files:
        return {"wav": self._wav(index), "timing": self._timing(index)}

    def part_files(self, number: int) -> Files:
        part = self._segment(number)
        return {"part": part, "figures": figures_path(part)}

    def _wav(self, index: int) -> Path:
        return self.folder / f"speech-{index}.wav"

    def _timing(self, index: int) -> Path:
        return self.folder / f"speech-{index}.json"

    def _picture(self, index: int) -> Path:
        return self.folder / f"background-{index}"

    def _subtitles(self, index: int) -> Path:
        return self.folder / f"edited-subtitles-{index}"

    def _subtitle_order(self) -> dict[str, Any] | None:
        plan = self.plan.subtitles
        if plan is None:
            return None
        return {"style": asdict(plan.style), "burn": plan.burn, "folder": str(self.folder)}

    def _sound_order(self) -> dict[str, Any]:
        sound = self.plan.sound
        return {
            "music": str(self.music) if sound.music else None,
            "volume": sound.music.volume_percent if sound.music else 0,
            "is_levelled": sound.is_levelled,
            "voice_gain_db": sound.voice_gain_db,
        }

    def _segment(self, number: int) -> Path:
        return self.folder / f"segment-{number:04d}.{self._output.ending}"

    def _scene(self, index: int, scene: ScenePlan) -> dict[str, Any]:
        background, human = scene.background, scene.human
        return {
            "package": str(self._package(self.plan.avatar_of(scene))),
            "framing": scene.framing or self.plan.framing,
            "wav": str(self._wav(index)),
            "timing": str(self._timing(index)),
            "background": {
                "colour": background.colour,
                "image": str(self._picture(index)) if background.image_key else None,
                "placement": list(background.placement) if background.placement else None,
                "box": list(background.box) if background.box else None,
            },
            "actions": [list(action) for action in scene.actions],
            "number": scene.number,
            "text": scene.text,
            "subtitle_file": str(self._subtitles(index)) if scene.subtitle_key else None,
            **layer_payload(scene, self.folder),
            "human": {"dx": human.dx, "dy": human.dy, "width": human.width, "height": human.height},
            **photo_payload(self.plan, scene, self.folder),
        }

    async def _row(self, context: Context) -> VideoJob:
        row = await VideoJobRepository(context).find(self.job.subject_id)
        if row is None:
            raise JobCancelledError
        return row

    async def _child(self, function: str, payload: dict[str, Any]) -> dict[str, Any]:
        return await self.job.child(f"{_WORK}:{function}", payload, _LIMITS)

    async def _fetch(self, key: str, path: Path, what: str) -> None:
        building = path.with_name(f"{path.name}.part")
        try:
            await self.job.runtime.objects.download(key, building)
        except ObjectNotFoundError:
            raise JobError(
                "MSS.10001004", f"{what} was deleted before the video was made: upload it again"
            ) from None
        building.replace(path)


async def _register(
    context: Context, row: VideoJob, meta: dict[str, Any], subtitle_names: Sequence[str]
) -> None:
    await register_asset(
        context,
        NewAsset(
            name=row.asset_name,
            type=AssetType.VIDEO,
            files=[
                ReadyFile(row.video_key, row.output.file_name, row.output.file_type),
                ReadyFile(row.cover_key, "cover.jpg", "JPG", FileCategory.COVER),
                *(
                    ReadyFile(row.subtitle_key(name), name, name[-3:].upper(), FileCategory.OTHER)
                    for name in subtitle_names
                ),
                *_report_of(row),
            ],
            extra_meta={"video_meta": meta},
            system_properties={JobKindOfVideo(row.job_type).asset_property: "Yes"},
            app_user_id=row.app_user_id,
            asset_id=row.asset_id,
        ),
    )


def _report_of(row: VideoJob) -> list[ReadyFile]:
    if row.quality is None:
        return []
    return [ReadyFile(row.quality_key, QUALITY_FILE, "JSON", FileCategory.OTHER)]


async def end_video(context: Context, subject_id: str, outcome: JobOutcome) -> None:
    row = await VideoJobRepository(context).find(subject_id)
    if row is None:
        return
    # A job that failed keeps its inputs for a retry.
    leftovers = [row.prefix] if outcome.state is not JobState.FAILED else []
    unpublished: list[str] = []
    if outcome.state is JobState.SUCCEEDED:
        row.advance(VideoState.SUCCEED)
        await send_out(context, row.id)
    elif row.state != VideoState.CANCELED:
        row.advance(VideoState.FAILED)
        row.error_code = outcome.error_code or "MSS.00000004"
        row.error_msg = outcome.error_msg or "The job was stopped."
        subtitle_files = [row.subtitle_key(name) for name in FILE_NAMES]
        unpublished = [row.video_key, row.cover_key, row.quality_key, *subtitle_files]
        await take_video_back(context, row.id)
    row.ended_at = row.ended_at or context.now()
    VideoJobRepository(context).touch(row)
    await send_helpers_home(context, row)
    await tell_end(context, row)

    async def tidy() -> None:
        for prefix in leftovers:
            await context.objects.delete_prefix(prefix)
        await context.objects.delete(*unpublished)

    context.after_commit(tidy)


def _part(first: float, last: float, index: int, count: int) -> tuple[float, float]:
    """The share of the whole that part `index` of `count` has."""
    width = (last - first) / count
    return first + index * width, first + (index + 1) * width


RENDER = JobKind(run=run_video, ended=end_video)
