"""What a media file really holds, found from its content and never from its name.

`python -m greenroom.media.probe FILE` prints the result as JSON. Files from outside are probed in a child
process with limits (`greenroom.media.sandbox`), because a demuxer meets hostile input here first.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import av

from greenroom.media.errors import DamagedMediaError, MediaError, MissingStreamError, NotMediaError

ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""FFmpeg's own VP8 and VP9 decoders drop the alpha plane; libvpx keeps it."""

_MAX_SIDE = 8192
_MAX_PACKETS = 400_000


@dataclass(slots=True, frozen=True)
class VideoStreamInfo:
    codec: str
    width: int
    """As shown: after rotation and with square pixels."""
    height: int
    fps: float
    """Mean frames a second, from the times of the frames where the container is silent."""
    frame_count: int
    duration_s: float
    rotation: int
    """Degrees counterclockwise by which the stored picture is turned to be shown: 0, 90, 180 or 270."""
    pixel_format: str
    bit_depth: int
    has_alpha: bool


@dataclass(slots=True, frozen=True)
class AudioStreamInfo:
    codec: str
    sample_rate: int
    channels: int
    duration_s: float


@dataclass(slots=True, frozen=True)
class MediaInfo:
    container: str
    """mp4, mov, 3gp, matroska, webm, flv, avi, asf, ogg, mpegts, mpeg, wav, mp3 ..."""
    size_bytes: int
    duration_s: float
    video: VideoStreamInfo | None
    audio: AudioStreamInfo | None
    complete: bool
    """False where the file breaks off before the end that it declares, or holds corrupt packets."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def probe(path: Path) -> MediaInfo:
    """Read the headers and packet times of `path` and decode one frame. Never decodes the whole file.

    Raises:
        NotMediaError: nothing in it can be read as sound or video.
        DamagedMediaError: a stream is declared, but not one of its frames decodes.
    """
    if not path.is_file():
        raise NotMediaError(f"{path.name}: there is no such file.")
    size = path.stat().st_size
    if size == 0:
        raise NotMediaError(f"{path.name} is empty (0 bytes). Upload it again.")
    try:
        with av.open(str(path)) as container:
            return _probe_container(container, path, size)
    except MediaError:
        raise
    except (av.error.FFmpegError, ValueError, OSError) as error:
        raise NotMediaError(
            f"{path.name} is not a video or sound file that can be read. "
            "Export it again as MP4 with H.264 video and AAC sound."
        ) from error


def require_video(info: MediaInfo, name: str) -> VideoStreamInfo:
    """The video stream of `info`; raises MissingStreamError naming the file when there is none."""
    if info.video is None:
        raise MissingStreamError(f"{name} has no video stream. Choose a file with a picture.")
    return info.video


def decoder_for(stream: Any) -> str | None:
    """Name of the decoder to open instead of FFmpeg's default, or None for the default."""
    if stream.metadata.get("alpha_mode") != "1":
        return None
    return ALPHA_DECODERS.get(stream.codec_context.name)


def _probe_container(container: Any, path: Path, size: int) -> MediaInfo:
    video = next((s for s in container.streams.video if not is_cover_art(s)), None)
    audio = container.streams.audio[0] if container.streams.audio else None
    if video is None and audio is None:
        raise NotMediaError(f"{path.name} holds neither video nor sound.")
    first = _first_frame(path, video) if video is not None else None
    times = _packet_times(container, [s for s in (video, audio) if s is not None])
    video_info = _video_info(video, first, times) if video is not None else None
    audio_info = _audio_info(audio, times, container) if audio is not None else None
    found = max((s.duration_s for s in (video_info, audio_info) if s is not None), default=0.0)
    declared = container.duration / av.time_base if container.duration else found
    torn = times.corrupt > 0 or found < declared - max(0.5, 0.02 * declared)
    return MediaInfo(
        container=_container_name(container, video_info),
        size_bytes=size,
        duration_s=round(found, 3),
        video=video_info,
        audio=audio_info,
        complete=not torn,
    )


@dataclass(slots=True)
class _PacketTimes:
    span: dict[int, tuple[float, float]]
    """Stream index to the first and the end time of its packets, seconds."""
    count: dict[int, int]
    corrupt: int


def _packet_times(container: Any, streams: Sequence[Any]) -> _PacketTimes:
    times = _PacketTimes({}, {}, 0)
    try:
        for number, packet in enumerate(container.demux(list(streams))):
            if packet.size == 0 and packet.pts is None:
                continue
            index = packet.stream.index
            times.corrupt += int(packet.is_corrupt)
            times.count[index] = times.count.get(index, 0) + 1
            stamp = packet.pts if packet.pts is not None else packet.dts
            if stamp is not None and packet.time_base:
                start = float(stamp * packet.time_base)
                end = start + float((packet.duration or 0) * packet.time_base)
                low, high = times.span.get(index, (start, end))
                times.span[index] = (min(low, start), max(high, end))
            if number > _MAX_PACKETS:
                break
    except av.error.FFmpegError:
        times.corrupt += 1
    return times


def _first_frame(path: Path, stream: Any) -> Any:
    """Decode one frame in a container of its own, so that the packet times are read from the start."""
    try:
        with av.open(str(path)) as container:
            video = container.streams[stream.index]
            name = decoder_for(video)
            decoder = av.CodecContext.create(name, "r") if name else None
            for packet in container.demux(video):
                try:
                    frames = decoder.decode(packet) if decoder else packet.decode()
                except av.error.InvalidDataError:
                    continue
                if frames:
                    return frames[0]
    except av.error.FFmpegError:
        pass
    raise DamagedMediaError(
        f"{path.name}: not one frame of its {stream.codec_context.name} video can be decoded. "
        "The file is damaged or cut off; export or upload it again."
    )


def _video_info(stream: Any, frame: Any, times: _PacketTimes) -> VideoStreamInfo:
    if max(frame.width, frame.height) > _MAX_SIDE:
        raise NotMediaError(
            f"The picture is {frame.width}x{frame.height}; at most {_MAX_SIDE} a side is read."
        )
    count = times.count.get(stream.index, 0)
    low, high = times.span.get(stream.index, (0.0, 0.0))
    duration = high - low
    rate = float(stream.average_rate or stream.guessed_rate or 0)
    if count > 1 and rate > 0 and high <= low:
        duration = count / rate
    fps = count / duration if duration > 0 and count > 1 else rate
    if rate and 1.9 < fps / rate < 2.1:
        count, fps = count // 2, rate  # interlaced: one packet a field
    elif rate and abs(fps - rate) / rate < 0.03:
        fps = rate
    width, height = display_size(frame, stream)
    components = frame.format.components
    return VideoStreamInfo(
        codec=_codec_name(stream),
        width=width,
        height=height,
        fps=round(fps, 3),
        frame_count=count,
        duration_s=round(duration, 3),
        rotation=int(frame.rotation) % 360,
        pixel_format=frame.format.name,
        bit_depth=max((c.bits for c in components), default=8),
        has_alpha=any(c.is_alpha for c in components),
    )


def display_size(frame: Any, stream: Any) -> tuple[int, int]:
    """Width and height of a decoded frame as shown: square pixels, turned upright."""
    ratio = stream.sample_aspect_ratio
    width, height = int(frame.width), int(frame.height)
    if ratio and ratio > 0 and ratio != 1 and 0.25 < ratio < 4:
        width = 2 * round(width * float(ratio) / 2)
    return (height, width) if int(frame.rotation) % 180 == 90 else (width, height)


def _audio_info(stream: Any, times: _PacketTimes, container: Any) -> AudioStreamInfo:
    low, high = times.span.get(stream.index, (0.0, 0.0))
    duration = high - low
    if duration <= 0 and container.duration:
        duration = container.duration / av.time_base
    context = stream.codec_context
    return AudioStreamInfo(
        codec=_codec_name(stream),
        sample_rate=int(context.sample_rate or 0),
        channels=int(context.channels or 0),
        duration_s=round(duration, 3),
    )


def _codec_name(stream: Any) -> str:
    name = str(stream.codec_context.name)
    return {"libdav1d": "av1", "mp3float": "mp3", "mp1float": "mp1", "mp2float": "mp2"}.get(name, name)


def is_cover_art(stream: Any) -> bool:
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _container_name(container: Any, video: VideoStreamInfo | None) -> str:
    name = str(container.format.name)
    if name.startswith("mov,mp4"):
        brand = str(container.metadata.get("major_brand", "qt  ")).strip().lower()
        if brand == "qt":
            return "mov"
        return "3gp" if brand.startswith("3g") else "mp4"
    if name == "matroska,webm":
        webm = video is not None and video.codec in ("vp8", "vp9", "av1")
        return "webm" if webm else "matroska"
    return name.split(",")[0]


def main(arguments: Sequence[str]) -> int:
    """Print `{"ok": true, "info": ...}` or `{"ok": false, "kind": ..., "message": ...}` and exit 0.

    Prints nothing and exits 1 where the memory limit, not the file, stopped the reading.
    """
    from greenroom.media.sandbox import limit_this_process, out_of_memory

    if len(arguments) == 3:
        limit_this_process(memory_bytes=int(arguments[1]), cpu_s=int(arguments[2]))
    try:
        answer: dict[str, Any] = {"ok": True, "info": probe(Path(arguments[0])).to_json()}
    except MediaError as error:
        if out_of_memory():
            # A decoder that gets no memory calls the file broken: no answer is the true one.
            return 1
        answer = {"ok": False, "kind": type(error).__name__, "message": str(error)}
    print(json.dumps(answer))
    return 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 4):
        print("usage: python -m greenroom.media.probe FILE [MEMORY_BYTES CPU_SECONDS]", file=sys.stderr)
        sys.exit(2)
    sys.exit(main(sys.argv[1:]))
