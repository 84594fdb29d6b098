"""The picture's part of the footage check: what the samples say about the face, its pose and the light."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from greenroom.engines.face.clip import find_cuts
from greenroom.engines.face.footage_report import Fault, FaultCode, Ranges, Severity
from greenroom.engines.face.footage_samples import SPARSE_STEP_S, Samples
from greenroom.engines.face.geometry import FACE_OVAL, face_height, head_pose

LEAST_USABLE_S = 20.0
ADVISED_S = 120.0
MOST_USEFUL_S = 600.0
LEAST_FACE_PX = 100.0
ADVISED_FACE_PX = 250.0
MOST_YAW, MOST_PITCH = 25.0, 22.0
"""Degrees from the clip's own middle pose within which the face counts as frontal."""
HARD_YAW = 35.0
"""Degrees by which the middle pose itself may be turned."""
LONGEST_GAP_S = 0.5
"""A face may be missing this long: one missed look is not a person who leaves."""
COVERED_ABOVE = 0.32
"""Residual of the lower face: 6.8 minutes of speech stay below 0.26, a hand gives 0.38 to 0.57."""
LEAST_PATCHES = 36
"""With fewer there is no telling what is usual."""
DARK_BELOW, BRIGHT_ABOVE, CONTRAST_BELOW = 45.0, 220.0, 30.0
SHARPNESS_BELOW = 0.055
LIGHT_FAULTS = {
    FaultCode.TOO_DARK: ("too dark", "Put a soft light before you."),
    FaultCode.TOO_BRIGHT: ("overexposed", "Lower the exposure or move the light away."),
    FaultCode.LOW_CONTRAST: ("flat and hazy", "Clean the lens and avoid light from behind."),
    FaultCode.BLURRED: ("out of focus", "Focus on the eyes, lock the focus, and record in good light."),
}
CUTS_SHOWN = 40

Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class PictureFindings:
    """Computed once from the sparse samples; each `check_*` returns the faults of one kind."""

    def __init__(self, samples: Samples) -> None:
        sparse = [index for index, dense in enumerate(samples.dense) if not dense]
        self.samples = samples
        self.times = np.array([samples.times[index] for index in sparse])
        landmarks = [samples.landmarks[index] for index in sparse]
        blank = np.full((478, 3), np.nan, np.float32)
        self.landmarks = np.stack([blank if one is None else one for one in landmarks])
        self.present: Flags = np.array([one is not None for one in landmarks])
        self.face_count = np.array([samples.face_count[index] for index in sparse])
        self.patches = [samples.patches[index] for index in sparse]
        self.brightness = np.array([samples.brightness[index] for index in sparse])
        self.contrast = np.array([samples.contrast[index] for index in sparse])
        self.sharpness = np.array([samples.sharpness[index] for index in sparse])
        self.step = float(np.median(np.diff(self.times))) if len(sparse) > 1 else SPARSE_STEP_S
        self.pose = head_pose(self.landmarks)
        self.heights = face_height(self.landmarks)
        self.end = float(self.times[-1] + self.step)
        self.middle_pose = np.nanmedian(self.pose, axis=0) if self.present.any() else np.full(3, np.nan)
        self.turned: Flags = self._turned()
        self.covered: Flags = _steady(covered_mouths(self.patches), 2)
        self.usable: Flags = self.present & ~self.turned & ~self.covered

    def _turned(self) -> Flags:
        away = np.abs(self.pose - self.middle_pose)
        return np.asarray(self.present & ((away[:, 0] > MOST_YAW) | (away[:, 1] > MOST_PITCH)))

    @property
    def usable_s(self) -> float:
        return float(self.usable.sum() * self.step)

    @property
    def face_px(self) -> float:
        """Middle face height, pixels."""
        return float(np.nanmedian(self.heights)) if self.present.any() else 0.0

    def ranges(self, flags: Flags) -> Ranges:
        return flagged_ranges(self.times, flags, self.step)

    def check_presence(self) -> list[Fault]:
        if self.present.mean() < 0.05:
            return [
                Fault(
                    FaultCode.NO_FACE,
                    Severity.ERROR,
                    "No face can be seen in this video.",
                    "Record one person from the front, head and shoulders, well lit, with the mouth visible.",
                    ((0.0, self.end),),
                )
            ]
        gone = tuple(pair for pair in self.ranges(~self.present) if pair[1] - pair[0] > LONGEST_GAP_S)
        if not gone:
            return []
        return [
            Fault(
                FaultCode.FACE_LEAVES,
                Severity.ERROR,
                f"The face is out of the picture, or cannot be made out, for {_total(gone):.1f} s.",
                "Cut these parts out, or record again with the face in the picture all the time.",
                gone,
            )
        ]

    def check_count(self) -> list[Fault]:
        counted = self.face_count >= 0
        several = self.face_count >= 2
        if several.sum() < 2 and several.sum() < 0.5 * counted.sum():
            return []
        # A count holds until the next one.
        held = np.maximum.accumulate(np.where(counted, np.arange(len(counted)), 0))
        shown = self.ranges(several[held])
        return [
            Fault(
                FaultCode.TWO_FACES,
                Severity.ERROR,
                f"More than one face is in the picture for {_total(shown):.1f} s.",
                "Record one person alone, with no pictures, screens or mirrors that show faces behind them.",
                shown,
            )
        ]

    def check_size(self) -> list[Fault]:
        if not self.present.any():
            return []
        size = self.face_px
        if size < LEAST_FACE_PX:
            text = f"The face is only {size:.0f} pixels high; at least {LEAST_FACE_PX:.0f} are needed."
            cure = "Move the camera closer or record in a higher resolution (1080p or more)."
            return [Fault(FaultCode.FACE_TOO_SMALL, Severity.ERROR, text, cure)]
        if size < ADVISED_FACE_PX:
            text = f"The face is {size:.0f} pixels high: the avatar will look soft at 1080p."
            cure = f"Record so that the face is at least {ADVISED_FACE_PX:.0f} pixels high, in 1080p or more."
            return [Fault(FaultCode.FACE_SOFT, Severity.WARNING, text, cure)]
        return []

    def check_edges(self) -> list[Fault]:
        width, height = self.samples.frame_size
        oval = self.landmarks[:, list(FACE_OVAL), :2]
        with np.errstate(invalid="ignore"):
            outside = (oval < 0) | (oval > np.array([width - 1, height - 1]))
        cut_off = _steady(np.asarray(self.present & (outside.any(axis=2).sum(axis=1) >= 2)), 2)
        shown = self.ranges(cut_off)
        if not shown:
            return []
        much = cut_off.sum() > 0.2 * self.present.sum()
        return [
            Fault(
                FaultCode.FACE_CUT_OFF,
                Severity.ERROR if much else Severity.WARNING,
                f"The edge of the picture cuts into the face for {_total(shown):.1f} s.",
                "Leave room around the head: the chin and the forehead must be in the picture.",
                shown,
            )
        ]

    def check_pose(self) -> list[Fault]:
        if not self.present.any():
            return []
        if abs(self.middle_pose[0]) > HARD_YAW:
            text = f"The face is turned {abs(self.middle_pose[0]):.0f} degrees to the side most of the time."
            cure = "Record from the front: look at the camera."
            return [Fault(FaultCode.TURNED_AWAY, Severity.ERROR, text, cure, self.ranges(self.present))]
        shown = tuple(pair for pair in self.ranges(self.turned) if pair[1] - pair[0] >= 3 * self.step - 1e-6)
        if not shown:
            return []
        much = self.turned.sum() > 0.5 * self.present.sum()
        return [
            Fault(
                FaultCode.TURNED_AWAY,
                Severity.ERROR if much else Severity.WARNING,
                f"The head is turned away, up or down for {_total(shown):.1f} s; this is not learned from.",
                "Look at the camera while you speak; small movements are welcome.",
                shown,
            )
        ]

    def check_covered(self) -> list[Fault]:
        shown = self.ranges(self.covered)
        if not shown:
            return []
        much = self.covered.sum() > 0.2 * self.present.sum()
        return [
            Fault(
                FaultCode.MOUTH_COVERED,
                Severity.ERROR if much else Severity.WARNING,
                f"Something covers the mouth, such as a hand, for {_total(shown):.1f} s.",
                "Keep hands, cups and microphones below the chin; cut these parts out or record them again.",
                shown,
            )
        ]

    def check_light(self) -> list[Fault]:
        faults = []
        for code, bad in (
            (FaultCode.TOO_DARK, self.brightness < DARK_BELOW),
            (FaultCode.TOO_BRIGHT, self.brightness > BRIGHT_ABOVE),
            (FaultCode.LOW_CONTRAST, self.contrast < CONTRAST_BELOW),
            (FaultCode.BLURRED, self.sharpness < SHARPNESS_BELOW),
        ):
            flags = _steady(np.asarray(bad), 3)
            if flags.sum() > 0.05 * max(1, self.present.sum()):
                shown = self.ranges(flags)
                looks, cure = LIGHT_FAULTS[code]
                message = f"The face is {looks} for {_total(shown):.1f} s."
                faults.append(Fault(code, Severity.WARNING, message, cure, shown))
        return faults

    def check_length(self) -> list[Fault]:
        usable = self.usable_s
        if self.present.mean() < 0.05:
            return []
        if usable < LEAST_USABLE_S:
            text = (
                f"Only {usable:.1f} s show one visible, frontal face; {LEAST_USABLE_S:.0f} s are the least."
            )
            cure = "Record 3 to 10 minutes of natural speech."
            return [Fault(FaultCode.TOO_SHORT, Severity.ERROR, text, cure)]
        if usable < ADVISED_S:
            text = f"{usable:.0f} s of usable speech is little: some sounds will be missing."
            cure = "Record 3 to 10 minutes of natural speech with many different words."
            return [Fault(FaultCode.SHORT, Severity.WARNING, text, cure)]
        if usable > MOST_USEFUL_S:
            text = f"{usable / 60:.0f} minutes are more than training can use."
            return [Fault(FaultCode.LONG, Severity.WARNING, text, "Keep the best 10 minutes.")]
        return []

    def check_cuts(self) -> list[Fault]:
        cuts = find_cuts(np.asarray(self.samples.frame_changes))
        if not cuts:
            return []
        times = [self.samples.frame_times[index] for index in cuts]
        return [
            Fault(
                FaultCode.CUTS,
                Severity.WARNING,
                f"The recording has {len(cuts)} cut{'s' if len(cuts) > 1 else ''}: "
                "the picture jumps there, so the avatar cannot run on across them.",
                "Use one unbroken take where you can; shots of a minute or more are best.",
                tuple((time, time) for time in times[:CUTS_SHOWN]),
            )
        ]

    def all_faults(self) -> list[Fault]:
        faults = self.check_presence()
        if faults and faults[0].code is FaultCode.NO_FACE:
            return faults
        for check in (
            self.check_count, self.check_size, self.check_edges, self.check_pose, self.check_covered,
            self.check_light, self.check_length, self.check_cuts,
        ):  # fmt: skip
            faults += check()
        return faults


def covered_mouths(patches: Sequence[npt.NDArray[np.float32] | None]) -> Flags:
    """Which lower faces do not look like this person's.

    Each patch is compared with what up to twelve principal components of the usual patches show; a hand, a
    cup or a sheet of paper cannot be shown by them. Three rounds leave the odd patches out of the fit.
    """
    flags = np.zeros(len(patches), bool)
    known = [index for index, patch in enumerate(patches) if patch is not None]
    if len(known) < LEAST_PATCHES:
        return flags
    rows = np.stack([np.asarray(patches[index], np.float64).ravel() for index in known])
    rows -= rows.mean(axis=1, keepdims=True)
    rows /= rows.std(axis=1, keepdims=True) + 1e-6
    odd = np.abs(rows - np.median(rows, axis=0)).mean(axis=1)
    kept = odd <= np.percentile(odd, 70)
    residual = odd
    for _ in range(3):
        fitted = rows[kept][:: max(1, int(kept.sum()) // 300)]
        mean = fitted.mean(axis=0)
        components = min(12, len(fitted) // 6)
        basis = np.linalg.svd(fitted - mean, full_matrices=False)[2][:components]
        rest = rows - mean
        residual = np.sqrt(((rest - (rest @ basis.T) @ basis) ** 2).mean(axis=1))
        kept = residual < 2 * np.median(residual)
    flags[known] = residual > COVERED_ABOVE
    return flags


def flagged_ranges(times: Doubles, flags: Flags, step: float) -> Ranges:
    """Runs of set flags as start and end times; each sample stands for `step` seconds from its time."""
    edges = np.flatnonzero(np.diff(np.r_[False, flags, False].astype(np.int8)))
    return tuple(
        (round(float(times[start]), 2), round(float(times[stop - 1] + step), 2))
        for start, stop in zip(edges[::2], edges[1::2], strict=True)
    )


def _steady(flags: Flags, least: int) -> Flags:
    """Only the runs of at least `least` samples."""
    result = np.zeros_like(flags)
    edges = np.flatnonzero(np.diff(np.r_[False, flags, False].astype(np.int8)))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        result[start:stop] = stop - start >= least
    return result


def _total(ranges: Ranges) -> float:
    return sum(end - start for start, end in ranges)
