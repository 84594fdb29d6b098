"""How good an avatar is: figures measured on footage that it has never seen.

Every figure compares real frames with the same frames whose mouth was painted anew from the sound alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.engines.face.geometry import lip_landmark_distance, lip_opening, mouth_region
from greenroom.engines.mouth.articulation import CLOSED_OPENING, OPEN_OPENING
from greenroom.engines.protocols import FaceTracker, Image

Floats = npt.NDArray[np.float32]

_OFFSETS = range(-6, 7)


@dataclass(slots=True, frozen=True)
class QualityReport:
    """Figures of the mouth on held-out footage driven by its own sound."""

    frames: int
    mouth_psnr_db: float
    """Lower face from under the nose to the chin, in frame pixels."""
    lip_landmark_distance_px: float
    """Mean distance of 40 lip points, face scaled to 256 px."""
    opening_correlation: float
    """Pearson's r of the lip opening, painted against real, over all frames."""
    closures_kept: float
    """Share of real closures that are painted closed within one frame."""
    open_shown_closed: float
    """Share of clearly open frames that are painted closed."""
    offset_frames: int
    """Shift of the painted lips against the real ones at which they agree best; positive is late."""
    sharpness: float
    """Gradient energy of the painted lower face over that of the real one."""

    def to_json(self) -> dict[str, float | int]:
        return asdict(self)


@dataclass(slots=True, frozen=True)
class Take:
    """One unseen clip: real frames, the same frames painted, and the landmarks of both."""

    real: list[Image]
    painted: list[Image]
    real_landmarks: Floats
    painted_landmarks: Floats


def track_take(real: list[Image], painted: list[Image], tracker: FaceTracker, fps: float = 25.0) -> Take:
    """Track both versions of a clip."""
    return Take(
        real,
        painted,
        tracker.track(iter(real), fps).landmarks,
        tracker.track(iter(painted), fps).landmarks,
    )


def measure(takes: list[Take]) -> QualityReport:
    """All figures over some takes."""
    real_opening = [lip_opening(take.real_landmarks) for take in takes]
    painted_opening = [lip_opening(take.painted_landmarks) for take in takes]
    squared, energies = zip(*(_picture_figures(take) for take in takes), strict=True)
    errors = np.concatenate(squared)
    real_energy, painted_energy = np.sum(energies, axis=0)
    distances = [lip_landmark_distance(take.real_landmarks, take.painted_landmarks) for take in takes]
    return QualityReport(
        frames=sum(len(take.real) for take in takes),
        mouth_psnr_db=float(np.mean(10 * np.log10(255**2 / np.maximum(errors, 1e-6)))),
        lip_landmark_distance_px=float(np.nanmean(np.concatenate(distances))),
        opening_correlation=correlation(np.concatenate(real_opening), np.concatenate(painted_opening)),
        closures_kept=closures_kept(real_opening, painted_opening),
        open_shown_closed=open_shown_closed(real_opening, painted_opening),
        offset_frames=best_offset(real_opening, painted_opening),
        sharpness=float(painted_energy / max(real_energy, 1e-9)),
    )


def _picture_figures(take: Take) -> tuple[Floats, npt.NDArray[np.float64]]:
    """Mean squared error of each frame's mouth region, and the gradient energies (real, painted)."""
    errors = []
    energies = np.zeros(2)
    for real, painted, landmarks in zip(take.real, take.painted, take.real_landmarks, strict=True):
        ring = np.round(mouth_region(landmarks)).astype(np.int32)
        x, y, width, height = cv2.boundingRect(ring)
        area = (slice(max(0, y), y + height), slice(max(0, x), x + width))
        mask = np.zeros(real.shape[:2], np.uint8)
        cv2.fillPoly(mask, [ring], 1)
        inside = mask[area].astype(bool)
        difference = real[area].astype(np.float64) - painted[area]
        errors.append((difference[inside] ** 2).mean())
        energies += [gradient_energy(picture[area], inside) for picture in (real, painted)]
    return np.array(errors, np.float32), energies


def gradient_energy(picture: Image, inside: npt.NDArray[np.bool_]) -> float:
    """Mean squared luma gradient (Sobel) of the pixels in `inside`."""
    luma = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    across, down = cv2.Sobel(luma, cv2.CV_32F, 1, 0), cv2.Sobel(luma, cv2.CV_32F, 0, 1)
    return float((across**2 + down**2)[inside].mean())


def correlation(first: npt.NDArray[np.floating], second: npt.NDArray[np.floating]) -> float:
    """Pearson's r over the frames where both are known; 0 where one is constant."""
    known = np.isfinite(first) & np.isfinite(second)
    if known.sum() < 3 or np.std(first[known]) == 0 or np.std(second[known]) == 0:
        return 0.0
    return float(np.corrcoef(first[known], second[known])[0, 1])


def closures_kept(real: list[npt.NDArray[np.float64]], painted: list[npt.NDArray[np.float64]]) -> float:
    """Share of real closures (runs of closed frames) in which, or one frame beside, painted lips close."""
    kept = found = 0
    for truth, shown in zip(real, painted, strict=True):
        for first, last in runs(truth < CLOSED_OPENING):
            found += 1
            kept += bool(np.nanmin(shown[max(0, first - 1) : last + 2]) < CLOSED_OPENING)
    return kept / found if found else 1.0


def open_shown_closed(real: list[npt.NDArray[np.float64]], painted: list[npt.NDArray[np.float64]]) -> float:
    """Share of the clearly open real frames that are painted closed."""
    truth, shown = np.concatenate(real), np.concatenate(painted)
    opened = truth > OPEN_OPENING
    return float((shown[opened] < CLOSED_OPENING).mean()) if opened.any() else 0.0


def best_offset(real: list[npt.NDArray[np.float64]], painted: list[npt.NDArray[np.float64]]) -> int:
    """The shift in frames, up to 6 either way, at which the painted opening follows the real one best."""

    def agreement(offset: int) -> float:
        pairs = [
            (
                truth[max(0, -offset) : len(truth) - max(0, offset)],
                shown[max(0, offset) : len(shown) + min(0, offset)],
            )
            for truth, shown in zip(real, painted, strict=True)
            if len(truth) > 2 * len(_OFFSETS)
        ]
        if not pairs:
            return 0.0
        return correlation(np.concatenate([a for a, _ in pairs]), np.concatenate([b for _, b in pairs]))

    return max(_OFFSETS, key=lambda offset: (agreement(offset), -abs(offset)))


def runs(flags: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """First and last index of each run of True."""
    edges = np.flatnonzero(np.diff(np.r_[False, flags, False].astype(np.int8)))
    yield from ((int(first), int(end) - 1) for first, end in zip(edges[::2], edges[1::2], strict=True))
