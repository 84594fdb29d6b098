"""The encoders of every codec, set so that segments follow each other and the same frames give the same
bytes.

Every segment begins with a keyframe and carries the same parameters. Thread counts are settings and never the
machine's, because some encoders' output depends on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from greenroom.media.colour import BT709, FULL_RANGE, LIMITED_RANGE
from greenroom.media.formats import Codec

TIMESCALE = 90_000
"""Ticks a second of every video track in MP4 and MOV; divides by 24, 25 and 30."""


@dataclass(slots=True, frozen=True)
class VideoSettings:
    """How pictures are encoded."""

    width: int
    """Even."""
    height: int
    """Even."""
    fps: int = 25
    preset: str = "superfast"
    """Of x264 and x265; the other encoders have one speed."""
    crf: int = 20
    """Constant quality, 0..51 as x264 counts it."""
    bitrate_bps: int | None = None
    """Highest mean rate over two seconds (a VBV cap on the constant quality), or None for no cap. The codecs
    for editing know no cap."""
    threads: int = 2
    keyframe_interval: int = 50
    """Frames at most; a player can seek to each."""
    open_gop: bool = False
    """B-frames may look ahead to the next keyframe, so that it is seen less, and a writer may ask for more
    keyframes. H.264 only; not for segments that are joined."""
    b_frames: int | None = None
    """None for the preset's own number."""
    light: bool = False
    """One reference, a short look-ahead, less refinement: a person before a still background gains little."""
    monochrome: bool = False
    """Luma alone, full range: for alpha mattes. H.264 only."""
    tune: str | None = None
    faithful: bool = False
    """As near to the pictures as the bits allow, for a clip that is encoded again; x264's own way spends some
    on grain that pleases the eye."""
    codec: Codec = Codec.H264
    alpha: bool = False
    """Frames have a fourth plane, opacity; for codecs that carry it."""

    @property
    def frame_format(self) -> str:
        """The pixel format in which frames are drawn: planes of 8 bits, 4:2:0."""
        if self.monochrome:
            return "gray"
        return "yuva420p" if self.alpha else "yuv420p"


_ENCODERS = {
    Codec.H264: "libx264",
    Codec.H265: "libx265",
    Codec.VP8: "libvpx",
    Codec.VP9: "libvpx-vp9",
    Codec.QTRLE: "qtrle",
    Codec.PRORES_4444: "prores_ks",
}


def add_video_stream(container: Any, settings: VideoSettings) -> Any:
    """Add the encoder of `settings` to an open container; frames are converted to its `pix_fmt` first."""
    if settings.width % 2 or settings.height % 2:
        raise ValueError(f"A video needs even sides, not {settings.width}x{settings.height}.")
    options = _options(settings)
    stream = container.add_stream(_ENCODERS[settings.codec], rate=settings.fps, options=options)
    context = stream.codec_context
    stream.width, stream.height = settings.width, settings.height
    stream.pix_fmt = encoder_format(settings)
    context.time_base = Fraction(1, settings.fps)
    stream.time_base = Fraction(1, TIMESCALE)
    context.thread_count = settings.threads
    context.thread_type = "FRAME" if settings.codec is Codec.H264 else "SLICE"
    context.gop_size = settings.keyframe_interval
    if settings.codec is not Codec.QTRLE:  # whose pictures are RGB
        context.color_range = FULL_RANGE if settings.monochrome else LIMITED_RANGE
        context.colorspace = context.color_primaries = context.color_trc = BT709
    return stream


def encoder_format(settings: VideoSettings) -> str:
    """The pixel format that the encoder takes."""
    if settings.codec is Codec.QTRLE:
        return "argb" if settings.alpha else "rgb24"
    if settings.codec is Codec.PRORES_4444:
        return "yuva444p10le" if settings.alpha else "yuv444p10le"
    return settings.frame_format


def _options(settings: VideoSettings) -> dict[str, str]:
    match settings.codec:
        case Codec.H264:
            return x264_options(settings)
        case Codec.H265:
            return _x265_options(settings)
        case Codec.VP8 | Codec.VP9:
            return _vpx_options(settings)
        case Codec.PRORES_4444:
            # 8 bits of opacity are what mattes have.
            return {"profile": "4444", "vendor": "apl0", "alpha_bits": "8" if settings.alpha else "0"}
        case Codec.QTRLE:
            return {}


def x264_options(settings: VideoSettings) -> dict[str, str]:
    """The encoder's private options for `settings`."""
    options = {
        "preset": settings.preset,
        "crf": str(settings.crf),
        "x264-params": f"keyint={settings.keyframe_interval}:"
        f"min-keyint={1 if settings.open_gop else settings.keyframe_interval}:scenecut=0:"
        f"open-gop={int(settings.open_gop)}:sliced-threads=0:threads={settings.threads}",
    }
    if settings.light:
        options["x264-params"] += ":ref=1:subme=3:rc-lookahead=10"
    if settings.faithful:
        options["x264-params"] += ":psy-rd=0,0"
    if settings.tune is not None:
        options["tune"] = settings.tune
    if settings.bitrate_bps is not None:
        kbps = _kbps(settings)
        options["x264-params"] += f":vbv-maxrate={kbps}:vbv-bufsize={2 * kbps}"
    if settings.b_frames is not None:
        options["x264-params"] += f":bframes={settings.b_frames}"
    return options


def _x265_options(settings: VideoSettings) -> dict[str, str]:
    # frame-threads=1: with more, the rate control's choices depend on which frame ends first.
    params = (
        f"keyint={settings.keyframe_interval}:min-keyint={settings.keyframe_interval}:scenecut=0:open-gop=0:"
        f"pools={settings.threads}:frame-threads=1:log-level=error"
    )
    if settings.bitrate_bps is not None:
        kbps = _kbps(settings)
        params += f":vbv-maxrate={kbps}:vbv-bufsize={2 * kbps}"
    # x265 looks like x264 at about two steps more.
    return {"preset": _fastest(settings.preset), "crf": str(settings.crf + 2), "x265-params": params}


def _fastest(preset: str) -> str:
    """x265 at a preset takes about three times what x264 does, so it goes one step faster."""
    steps = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium")
    return steps[max(0, steps.index(preset) - 1)] if preset in steps else preset


def _vpx_options(settings: VideoSettings) -> dict[str, str]:
    """Constrained quality. Alternate reference frames are off: libvpx has none together with opacity."""
    is_vp9 = settings.codec is Codec.VP9
    # VP9's scale has 63 steps, VP8's too, where x264 has 51; CRF 20 there looks like 28 and 12 here.
    quality = settings.crf + 8 if is_vp9 else max(4, settings.crf - 8)
    unlimited = 0 if is_vp9 else settings.width * settings.height * settings.fps // 4
    options = {
        "crf": str(quality),
        "b": str(_kbps(settings) * 1000 if settings.bitrate_bps is not None else unlimited),
        "deadline": "realtime",
        # A positive number would let VP8 choose by the clock, and no two runs would be alike.
        "cpu-used": "6" if is_vp9 else "-6",
        "auto-alt-ref": "0",
        "lag-in-frames": "0",
    }
    return options | ({"row-mt": "1"} if is_vp9 else {})


def _kbps(settings: VideoSettings) -> int:
    return max(40, (settings.bitrate_bps or 0) // 1000)
