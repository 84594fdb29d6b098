"""The still picture that stands for a video in lists."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.media.decode import frame_at

U8 = npt.NDArray[np.uint8]


def write_cover(
    video: Path, out: Path, time_s: float = 0.0, longest_side: int = 1280, quality: int = 90
) -> None:
    """Save the picture at `time_s` as JPEG (PNG by the suffix of `out`), shrunk to `longest_side`.

    What is transparent becomes white.
    """
    picture = _over_white(frame_at(video, time_s, "bgra"))
    height, width = picture.shape[:2]
    scale = min(1.0, longest_side / max(height, width))
    if scale < 1.0:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    kind = ".png" if out.suffix.lower() == ".png" else ".jpg"
    done, data = cv2.imencode(kind, picture, [cv2.IMWRITE_JPEG_QUALITY, quality] if kind == ".jpg" else [])
    if not done:
        raise OSError(f"The cover {out.name} cannot be encoded.")
    partial = out.with_name(f".{out.name}.partial")
    partial.write_bytes(data.tobytes())
    partial.replace(out)


def _over_white(picture: U8) -> U8:
    alpha = picture[..., 3:].astype(np.uint16)
    if (alpha == 255).all():
        return np.ascontiguousarray(picture[..., :3])
    return np.asarray((picture[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255, np.uint8)
