"""Is this footage good enough to train an avatar on, and if not, what to fix?

The limits come from use: 3 to 10 minutes of one person who speaks to the camera. The check reads the whole
file once and looks at four or five pictures a second: 7 minutes of 360x288 take 30 to 40 s of one core.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
from scipy.ndimage import maximum_filter1d

from greenroom.engines.face.footage_picture import PictureFindings
from greenroom.engines.face.footage_report import Fault, FaultCode, FootageReport, Severity
from greenroom.engines.face.footage_samples import Samples, collect_samples
from greenroom.engines.face.footage_sound import SAMPLE_RATE, SoundFindings
from greenroom.engines.protocols import Progress
from greenroom.media.decode import read_audio
from greenroom.media.errors import DamagedMediaError, MediaError, MissingStreamError
from greenroom.media.probe import MediaInfo
from greenroom.media.sandbox import probe_safely

__all__ = ["Fault", "FaultCode", "FootageReport", "Severity", "check_footage"]

LEAST_FPS = 20.0
REPEATED_BELOW = 0.25
"""A picture repeats the last one when it changes by less than this part of the largest change within two
pictures of it. Encoders touch up repeated pictures, so the change is seldom zero."""
REPEATED_SHARE = 0.35
"""6.8 minutes of real 25 fps stay near 0.06; 15 fps as 25 gives 0.4, 10 fps as 25 gives 0.6."""
LEAST_DURATION_S = 1.0

Facts = dict[str, str | float | int]


def check_footage(path: Path, progress: Progress | None = None) -> FootageReport:
    """Examine a video file; never raises for what is in it, only for what `progress` raises.

    Args:
        path: any file.
        progress: told `"check"` and 0..1.

    Returns:
        A report whose `fit` says whether training may start.
    """

    def report(done: float) -> None:
        if progress is not None:
            progress("check", done)

    report(0.0)
    try:
        info = probe_safely(path)
    except MediaError as error:
        return FootageReport(path.name, (_unreadable(path, error),))
    faults = _check_file(path, info)
    facts = _file_facts(info)
    if info.video is not None and not any(fault.severity is Severity.ERROR for fault in faults):
        faults += _check_content(path, info, facts, report)
    elif info.audio is None:
        faults.append(_no_sound())
    report(1.0)
    ordered = sorted(faults, key=lambda fault: fault.severity is not Severity.ERROR)
    return FootageReport(path.name, tuple(ordered), facts)


def _check_content(path: Path, info: MediaInfo, facts: Facts, report: Callable[[float], None]) -> list[Fault]:
    samples = collect_samples(path, info.duration_s, lambda done: report(0.02 + 0.9 * done))
    if not samples.times:
        return [_truncated(0.0, info.duration_s)]
    faults: list[Fault] = []
    decoded_s = samples.frame_times[-1]
    if samples.broke_off and decoded_s < info.duration_s - 0.75:
        faults.append(_truncated(decoded_s, info.duration_s))
    faults += _check_repeats(samples)
    picture = PictureFindings(samples)
    faults += picture.all_faults()
    _picture_facts(picture, facts)
    report(0.95)
    faults += _check_sound(path, info, samples, facts)
    return faults


def _check_sound(path: Path, info: MediaInfo, samples: Samples, facts: Facts) -> list[Fault]:
    if info.audio is None:
        return [_no_sound()]
    try:
        pcm = read_audio(path, SAMPLE_RATE)
    except (MissingStreamError, DamagedMediaError):
        return [_no_sound()]
    sound = SoundFindings(pcm, samples)
    facts["speech_level_db"] = round(sound.speech_db, 1)
    facts["speech_over_noise_db"] = round(sound.signal_to_noise_db, 1)
    facts["silence_with_closed_mouth_s"] = round(sound.silent_closed_s, 1)
    facts["sound_after_lips_ms"] = round(sound.lag_s * 1000)
    facts["lips_and_sound_correlation"] = round(sound.correlation, 2)
    return sound.all_faults()


def _unreadable(path: Path, error: MediaError) -> Fault:
    if _looks_cut_off(path):
        return Fault(
            FaultCode.TRUNCATED,
            Severity.ERROR,
            "The file is cut off: it begins as an MP4 or MOV video but its index at the end is missing.",
            "Copy or upload the whole file again; if the camera stopped early, repair the file first.",
        )
    return Fault(
        FaultCode.NOT_A_VIDEO,
        Severity.ERROR,
        str(error).split(". ")[0].rstrip(".") + ".",
        "Choose a video file, for example MP4 with H.264 pictures and AAC sound.",
    )


def _looks_cut_off(path: Path) -> bool:
    """Whether an MP4 or MOV ends before a box that it announced, or has no index (ISO/IEC 14496-12, 4.2)."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            position, kinds = 0, set[bytes]()
            while position + 8 <= size and len(kinds) < 64:
                file.seek(position)
                header = file.read(16)
                kinds.add(header[4:8])
                length = int.from_bytes(header[:4], "big")
                if length == 1:
                    length = int.from_bytes(header[8:16], "big")
                if b"ftyp" not in kinds or (length < 8 and length != 0):
                    return False
                position = size if length == 0 else position + length
            return b"ftyp" in kinds and (b"moov" not in kinds or position > size)
    except OSError:
        return False


def _check_file(path: Path, info: MediaInfo) -> list[Fault]:
    if info.video is None:
        text = "The file holds sound but no video."
        return [Fault(FaultCode.NOT_A_VIDEO, Severity.ERROR, text, "Choose a file with a picture.")]
    faults = []
    if not info.complete:
        faults.append(_truncated(info.video.duration_s, max(info.duration_s, _declared_s(path))))
    if info.video.fps < LEAST_FPS:
        faults.append(
            Fault(
                FaultCode.LOW_FRAME_RATE,
                Severity.ERROR,
                f"The video has {info.video.fps:g} pictures a second; at least {LEAST_FPS:.0f} are needed.",
                "Record at 25 or 30 pictures a second; converting a slow video does not help.",
                ((0.0, round(info.video.duration_s, 2)),),
            )
        )
    if info.video.duration_s < LEAST_DURATION_S:
        text = f"The video lasts only {info.video.duration_s:.1f} s."
        cure = "Record 3 to 10 minutes of natural speech."
        faults.append(Fault(FaultCode.TOO_SHORT, Severity.ERROR, text, cure))
    return faults


def _declared_s(path: Path) -> float:
    """The length that the file's own index claims."""
    try:
        with av.open(str(path)) as container:
            return int(container.duration or 0) / int(av.time_base)
    except av.error.FFmpegError:
        return 0.0


def _check_repeats(samples: Samples) -> list[Fault]:
    """A slow recording that was converted to a higher rate repeats its pictures."""
    changes = np.array(samples.frame_changes[1:])
    if changes.size == 0:
        return []
    nearby = maximum_filter1d(changes, 5)
    repeated = float((changes <= REPEATED_BELOW * nearby).mean())
    if repeated < REPEATED_SHARE:
        return []
    return [
        Fault(
            FaultCode.LOW_FRAME_RATE,
            Severity.ERROR,
            f"{repeated:.0%} of the pictures only repeat the one before.",
            "Record at 25 or 30 pictures a second; converting a slow video does not help.",
            ((0.0, round(samples.frame_times[-1], 2)),),
        )
    ]


def _truncated(start: float, end: float) -> Fault:
    return Fault(
        FaultCode.TRUNCATED,
        Severity.ERROR,
        f"The file is damaged or cut off: it breaks off at {start:.1f} s.",
        "Copy or upload the whole file again, or export it again from your video editor.",
        ((round(start, 2), round(max(start, end), 2)),),
    )


def _no_sound() -> Fault:
    return Fault(
        FaultCode.NO_SOUND,
        Severity.ERROR,
        "The video has no sound.",
        "Record with a microphone: the avatar learns which sounds belong to which mouth.",
    )


def _file_facts(info: MediaInfo) -> Facts:
    facts: Facts = {"container": info.container, "duration_s": round(info.duration_s, 1)}
    if info.video is not None:
        facts |= {
            "video_codec": info.video.codec,
            "picture": f"{info.video.width}x{info.video.height}",
            "pictures_a_second": info.video.fps,
        }
    if info.audio is not None:
        facts |= {"audio_codec": info.audio.codec, "sample_rate": info.audio.sample_rate}
    return facts


def _picture_facts(picture: PictureFindings, facts: Facts) -> None:
    present = int(picture.present.sum())
    facts["face_seen_share"] = round(float(picture.present.mean()), 3)
    if not present:
        return
    facts["usable_s"] = round(picture.usable_s, 1)
    facts["face_height_px"] = round(picture.face_px)
    facts["frontal_share"] = round(1.0 - float(picture.turned.sum()) / present, 3)
    facts["mouth_covered_share"] = round(float(picture.covered.sum()) / present, 3)
    low, high = np.nanpercentile(picture.pose, (2, 98), axis=0)
    facts["yaw_degrees"] = f"{low[0]:.0f} to {high[0]:.0f}"
    facts["pitch_degrees"] = f"{low[1]:.0f} to {high[1]:.0f}"
    facts["sharpness"] = round(float(np.nanmedian(picture.sharpness)), 3)
