"""Measures on face landmarks: lips, sizes, head pose, the region of the mouth.

Every function takes landmarks [..., 478, 2 or 3] in pixels of the frame (y down) and works on any number of
frames at once; NaN landmarks give NaN. Indices are MediaPipe's face mesh; left and right are the picture's.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from greenroom.engines.face.mesh import RIGID

Floats = npt.NDArray[np.floating]
Doubles = npt.NDArray[np.float64]

# fmt: off
LIPS_OUTER = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146)
LIPS_INNER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95)
"""Rings, clockwise from the left corner of the mouth over the upper lip."""
LIPS = LIPS_OUTER + LIPS_INNER
FACE_OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152,
    148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)
"""Clockwise from the top of the forehead."""
LEFT_EYE = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
RIGHT_EYE = (362, 398, 384, 385, 386, 387, 388, 466, 263, 249, 390, 373, 374, 380, 381, 382)
JAW = (132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361)
"""From the left ear lobe round the chin to the right one."""
MOUTH_REGION = (*JAW, 327, 2, 98)
"""The lower face from under the nose to the chin, as a ring."""
# fmt: on
FOREHEAD_TOP = 10
CHIN = 152
NOSE_BASE = 2
"""Subnasale: where the nose meets the upper lip."""
MOUTH_CORNERS = (61, 291)
OUTER_EYE_CORNERS = (33, 263)
INNER_LIP_PAIRS = ((81, 178), (82, 87), (13, 14), (312, 317), (311, 402))
"""Upper and lower points of the inner lip, the middle half of the mouth."""
EYELID_PAIRS = ((159, 145), (386, 374))
RIGID_INDICES = tuple(RIGID)


def _distance(landmarks: Floats, first: int, second: int) -> Doubles:
    difference = landmarks[..., first, :2].astype(np.float64) - landmarks[..., second, :2]
    return np.asarray(np.hypot(difference[..., 0], difference[..., 1]))


def face_height(landmarks: Floats) -> Doubles:
    """Top of the forehead to chin, pixels."""
    return _distance(landmarks, FOREHEAD_TOP, CHIN)


def lip_gap(landmarks: Floats) -> Doubles:
    """Mean distance between the inner lips over five pairs of points, pixels."""
    gaps = [_distance(landmarks, upper, lower) for upper, lower in INNER_LIP_PAIRS]
    return np.asarray(np.mean(gaps, axis=0))


def lip_opening(landmarks: Floats) -> Doubles:
    """`lip_gap` over `face_height`: 0 when closed, 0.02 where teeth show, 0.06 to 0.15 on open vowels."""
    return np.asarray(lip_gap(landmarks) / face_height(landmarks))


def mouth_width(landmarks: Floats) -> Doubles:
    """Corner to corner over face height."""
    return np.asarray(_distance(landmarks, *MOUTH_CORNERS) / face_height(landmarks))


def eye_opening(landmarks: Floats) -> Doubles:
    """Mean gap of both eyelids over face height; below about 0.015 the eyes are shut."""
    gaps = [_distance(landmarks, upper, lower) for upper, lower in EYELID_PAIRS]
    return np.asarray(np.mean(gaps, axis=0) / face_height(landmarks))


def mouth_region(landmarks: Floats) -> Doubles:
    """The ring of the lower face from under the nose to the chin, [..., points, 2]."""
    return np.asarray(landmarks[..., MOUTH_REGION, :2], np.float64)


def face_box(landmarks: Floats) -> Doubles:
    """left, top, right, bottom of the mesh, [..., 4]."""
    points = landmarks[..., :468, :2].astype(np.float64)
    return np.concatenate([points.min(axis=-2), points.max(axis=-2)], axis=-1)


def head_pose(landmarks: Floats) -> Doubles:
    """Turn of the head in degrees, [..., 3]: yaw, pitch, roll; 0 looks into the camera.

    Yaw is positive towards the right of the picture, pitch upwards, roll clockwise. The rotation that carries
    the canonical face's rigid points onto the landmarks with the least squared error (Kabsch 1976), so a
    smile or an open jaw does not turn the head. Needs depth: landmarks [..., 478, 3].
    """
    model = np.array([RIGID[index] for index in RIGID_INDICES]) * (1.0, -1.0, -1.0)
    model = model - model.mean(axis=0)
    points = landmarks[..., RIGID_INDICES, :3].astype(np.float64)
    flat = points.reshape(-1, *points.shape[-2:])
    result = np.full((len(flat), 3), np.nan)
    valid = np.isfinite(flat).all(axis=(1, 2))
    centred = flat[valid] - flat[valid].mean(axis=1, keepdims=True)
    u, _, vt = np.linalg.svd(np.swapaxes(centred, 1, 2) @ model)
    sign = np.ones((len(u), 3))
    sign[:, 2] = np.sign(np.linalg.det(u @ vt))
    rotation = (u * sign[:, None, :]) @ vt
    forward, right = -rotation[:, :, 2], rotation[:, :, 0]
    result[valid, 0] = np.degrees(np.arctan2(forward[:, 0], -forward[:, 2]))
    result[valid, 1] = np.degrees(np.arcsin(np.clip(-forward[:, 1], -1, 1)))
    result[valid, 2] = np.degrees(np.arctan2(right[:, 1], np.hypot(right[:, 0], right[:, 2])))
    return result.reshape(*points.shape[:-2], 3)


def align_rigid(landmarks: Floats, reference: Floats) -> Doubles:
    """Landmarks moved, turned and scaled so that their rigid points fit those of `reference` [478, 2 or 3].

    Takes the head's own movement out of a comparison of mouths. Returns [..., 478, 2] in the reference's
    pixels. Least squares over similarity transforms (Umeyama 1991), solved in the complex plane.
    """
    rigid = list(RIGID_INDICES)
    target = reference[:, 0].astype(np.float64) + 1j * reference[:, 1]
    points = landmarks[..., 0].astype(np.float64) + 1j * landmarks[..., 1]
    centre = points[..., rigid].mean(axis=-1, keepdims=True)
    target_centre = target[rigid].mean()
    source, goal = points[..., rigid] - centre, target[rigid] - target_centre
    turn = (goal * source.conj()).sum(axis=-1, keepdims=True) / (np.abs(source) ** 2).sum(-1, keepdims=True)
    moved = (points - centre) * turn + target_centre
    return np.stack([moved.real, moved.imag], axis=-1)


def lip_landmark_distance(first: Floats, second: Floats, face_height_px: float = 256.0) -> Doubles:
    """LMD: mean distance of the 40 lip points of two trackings, scaled to a face of `face_height_px`.

    Args:
        first: [frames, 478, 2 or 3], the reference; its own face height sets the scale.
        second: the same shape, in the same pixels.

    Returns:
        [frames], pixels at that scale.
    """
    lips = list(LIPS)
    difference = first[..., lips, :2].astype(np.float64) - second[..., lips, :2]
    mean = np.hypot(difference[..., 0], difference[..., 1]).mean(axis=-1)
    return np.asarray(mean * face_height_px / face_height(first))
