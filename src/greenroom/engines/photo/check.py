"""Photo detection: whether a person can be made to speak from a photo, and if not, how to take a better."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.engines.face import geometry
from greenroom.engines.photo.portrait import Portrait, find_portrait, working_size
from greenroom.engines.protocols import EngineError, Image

Floats = npt.NDArray[np.float32]

SMALLEST_SIDE = 256
LEAST_FACE_PX = 140
"""Forehead to chin in the photo of working size: smaller, and the mouth has no pixels to speak with."""
_LEAST_PRESENCE = 0.90
_MOST_YAW, _MOST_PITCH, _MOST_ROLL = 15.0, 15.0, 20.0
_MOST_OPENING = 0.016
_LEAST_EYE = 0.022
_FACE_SIDE = 256
"""Sharpness is measured on a face of this size."""
_LEAST_SHARPNESS = 8.0
_DARKEST, _BRIGHTEST = 45.0, 235.0
_MOST_UNEVEN = 2.6
"""Ratio of the light on both halves of the face."""
_LEAST_EYE_CONTRAST = 9.0
_LEAST_LIP_CONTRAST = 4.0
_RIGHT_CHEEK, _LEFT_CHEEK = (425, 280, 411, 427), (205, 50, 187, 207)


class PhotoError(EngineError):
    """A photo nobody can be made to speak from; the text says why and what to do."""


@dataclass(slots=True, frozen=True)
class PhotoFault:
    code: str
    message: str
    cure: str


@dataclass(slots=True, frozen=True)
class PhotoReport:
    """What was found in a photo."""

    portrait: Portrait | None
    faults: tuple[PhotoFault, ...]

    @property
    def is_fit(self) -> bool:
        return not self.faults

    @property
    def face_box(self) -> tuple[int, int, int, int] | None:
        """left, top, right, bottom in pixels of the picture of working size."""
        if self.portrait is None:
            return None
        left, top, right, bottom = (round(float(v)) for v in geometry.face_box(self.portrait.landmarks))
        return left, top, right, bottom

    @property
    def text(self) -> str:
        """All faults with their cures, fit for a user."""
        return " ".join(f"{fault.message} {fault.cure}" for fault in self.faults)


def check_photo(picture: Image) -> PhotoReport:
    """Look at a photo (BGR, of any size)."""
    picture = working_size(picture)
    height, width = picture.shape[:2]
    if min(height, width) < SMALLEST_SIDE:
        return PhotoReport(None, (_too_small(width, height),))
    portrait = find_portrait(picture)
    if portrait is None:
        fault = PhotoFault(
            "no_face",
            "No face is found in the photo.",
            "Send a photo of one person who looks into the camera, with the whole face seen.",
        )
        return PhotoReport(None, (fault,))
    faults = tuple(fault for check in _CHECKS for fault in check(portrait))
    return PhotoReport(portrait, faults)


def require_fit(picture: Image) -> Portrait:
    """The portrait in a photo. Raises PhotoError."""
    report = check_photo(picture)
    if report.portrait is None or not report.is_fit:
        raise PhotoError(report.text)
    return report.portrait


def _too_small(width: int, height: int) -> PhotoFault:
    return PhotoFault(
        "too_small",
        f"The photo has {width}x{height} pixels.",
        f"Send one with at least {SMALLEST_SIDE} pixels a side.",
    )


def _alone(portrait: Portrait) -> Iterator[PhotoFault]:
    if portrait.face_count > 1:
        yield PhotoFault(
            "several_faces",
            f"The photo shows {portrait.face_count} faces.",
            "Send a photo of one person alone.",
        )


def _whole(portrait: Portrait) -> Iterator[PhotoFault]:
    height, width = portrait.picture.shape[:2]
    left, top, right, bottom = geometry.face_box(portrait.landmarks)
    if left < 1 or top < 1 or right > width - 1 or bottom > height - 1:
        yield PhotoFault(
            "face_cut_off",
            "The photo's edge cuts the face off.",
            "Take it from further away, with hair and shoulders in the picture.",
        )


def _large(portrait: Portrait) -> Iterator[PhotoFault]:
    if portrait.face_height < LEAST_FACE_PX:
        yield PhotoFault(
            "face_too_small",
            f"The face is {portrait.face_height:.0f} pixels high from forehead to chin.",
            f"Send a photo in which it has at least {LEAST_FACE_PX}: go nearer, or use a larger picture.",
        )


def _frontal(portrait: Portrait) -> Iterator[PhotoFault]:
    yaw, pitch, roll = (float(angle) for angle in geometry.head_pose(portrait.landmarks))
    if abs(yaw) > _MOST_YAW or abs(pitch) > _MOST_PITCH:
        way = "to the side" if abs(yaw) > _MOST_YAW else ("upwards" if pitch > 0 else "downwards")
        yield PhotoFault(
            "not_frontal",
            f"The head is turned {way} by {max(abs(yaw), abs(pitch)):.0f} degrees.",
            "Look straight into the camera, which stands at the height of the eyes.",
        )
    if abs(roll) > _MOST_ROLL:
        yield PhotoFault(
            "tilted",
            f"The head is tilted by {abs(roll):.0f} degrees.",
            "Hold the head and the camera upright, or turn the photo.",
        )


def _mouth_closed(portrait: Portrait) -> Iterator[PhotoFault]:
    opening = float(geometry.lip_opening(portrait.landmarks))
    if opening > _MOST_OPENING:
        yield PhotoFault("mouth_open", "The mouth is open.", "Close the lips; a smile without teeth is fine.")


def _eyes_open(portrait: Portrait) -> Iterator[PhotoFault]:
    if float(geometry.eye_opening(portrait.landmarks)) < _LEAST_EYE:
        yield PhotoFault("eyes_closed", "The eyes are closed or nearly so.", "Open the eyes.")


def _sharp(portrait: Portrait) -> Iterator[PhotoFault]:
    left, top, right, bottom = (max(0, int(v)) for v in geometry.face_box(portrait.landmarks))
    face = cv2.cvtColor(portrait.picture[top:bottom, left:right], cv2.COLOR_BGR2GRAY)
    scale = _FACE_SIDE / max(1, face.shape[0])
    if scale < 1.0:
        face = cv2.resize(face, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if cv2.Laplacian(face, cv2.CV_64F).var() < _LEAST_SHARPNESS:
        yield PhotoFault(
            "blurred",
            "The face is not sharp.",
            "Hold the camera still, focus on the eyes, and do not enlarge a small picture.",
        )


def _lit(portrait: Portrait) -> Iterator[PhotoFault]:
    left, right = (_skin(portrait, cheek) for cheek in (_LEFT_CHEEK, _RIGHT_CHEEK))
    darker, brighter = sorted((float(left.mean()), float(right.mean())))
    # Skin of every tone is brighter than this under a lamp or in daylight shade.
    if brighter < _DARKEST:
        yield PhotoFault("too_dark", "The face is too dark.", "Take the photo in daylight or near a lamp.")
    elif darker > _BRIGHTEST:
        yield PhotoFault(
            "too_bright", "The face is overexposed.", "Take the photo without flash or direct sun."
        )
    elif brighter / max(darker, 1.0) > _MOST_UNEVEN:
        yield PhotoFault(
            "uneven_light", "One half of the face lies in shadow.", "Let the light come from the front."
        )


def _uncovered(portrait: Portrait) -> Iterator[PhotoFault]:
    if portrait.presence < _LEAST_PRESENCE or _lip_contrast(portrait) < _LEAST_LIP_CONTRAST:
        yield PhotoFault(
            "face_covered",
            "Something covers the mouth or a part of the face.",
            "Take off the mask, and keep hands and hair out of the face.",
        )
    elif min(_eye_contrast(portrait, ring) for ring in (geometry.LEFT_EYE, geometry.RIGHT_EYE)) < (
        _LEAST_EYE_CONTRAST
    ):
        yield PhotoFault("eyes_covered", "The eyes are not seen.", "Take off dark glasses.")


def _lip_contrast(portrait: Portrait) -> float:
    """How unlike the lips are to the skin between mouth and nose, in units of CIE Lab."""
    skin = _lab(_patch(portrait, (164, 167, 393, 2)))
    return float(np.linalg.norm(_lab(_patch(portrait, geometry.LIPS_OUTER)) - skin))


def _eye_contrast(portrait: Portrait, ring: tuple[int, ...]) -> float:
    """Standard deviation of the light inside an eye: white, iris and pupil differ."""
    luma = _patch(portrait, ring).astype(np.float64) @ (0.114, 0.587, 0.299)
    return float(luma.std()) if len(luma) else 0.0


def _skin(portrait: Portrait, points: tuple[int, ...]) -> npt.NDArray[np.float64]:
    return np.asarray(_patch(portrait, points).astype(np.float64) @ (0.114, 0.587, 0.299))


def _lab(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    mean = np.median(pixels, axis=0).astype(np.float32)[None, None] / 255.0
    return np.asarray(cv2.cvtColor(mean, cv2.COLOR_BGR2LAB)[0, 0], np.float64)


def _patch(portrait: Portrait, points: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    """[pixels, 3] inside the hull of some landmarks; at least one."""
    hull = cv2.convexHull(np.round(portrait.landmarks[list(points), :2]).astype(np.int32))
    mask = np.zeros(portrait.picture.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, hull, 1)
    found = portrait.picture[mask > 0]
    return found if len(found) else portrait.picture[:1, 0]


_CHECKS: tuple[Callable[[Portrait], Iterator[PhotoFault]], ...] = (
    _alone, _whole, _large, _frontal, _mouth_closed, _eyes_open, _sharp, _lit, _uncovered,
)  # fmt: skip
