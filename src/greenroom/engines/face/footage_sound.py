"""The sound's part of the footage check: levels, noise, silence with a closed mouth, and the lips' timing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from greenroom.engines.face.footage_picture import Flags, flagged_ranges
from greenroom.engines.face.footage_report import Fault, FaultCode, Severity
from greenroom.engines.face.footage_samples import DENSE_AT, DENSE_SPAN_S, Samples
from greenroom.engines.face.geometry import lip_opening
from greenroom.engines.protocols import Pcm

SAMPLE_RATE = 16_000
BLOCK = 320
"""Samples of one level: 20 ms."""
BLOCKS_PER_S = SAMPLE_RATE // BLOCK
FLOOR_DB = -100.0
SILENT_BELOW_DB = -55.0
"""Speech level in dB of full scale under which nobody can be heard."""
CLIPPED_SHARE = 0.002
NOISY_BELOW_DB = 20.0
TONAL_BELOW = 0.05
"""Spectral flatness of the quiet parts; noise lies above 0.2, music and hum below."""
CLOSED_BELOW = 0.012
"""`lip_opening` of a mouth that looks closed."""
LEAST_CLOSED_S = 1.0
MOST_LAG_S = 0.16
SEARCHED_LAG_S = 0.48
LAG_STEP_S = 0.04
NATURAL_LAG_S = 0.02
"""Lips lead the sound's energy by about this much in footage that is in step."""
LEAST_COMPARED_S = 4.0
"""Fewer words fit too many shifts."""
IN_STEP_S = 0.07
LEAST_CORRELATION = 0.35
LEAST_GAIN = 0.1
"""By how much a shift must make the sound fit better before it is believed."""

Doubles = npt.NDArray[np.float64]


class SoundFindings:
    """Computed once from the sound and the samples; `all_faults` judges them."""

    def __init__(self, pcm: Pcm, samples: Samples) -> None:
        self.pcm = pcm
        self.samples = samples
        count = len(pcm) // BLOCK
        blocks = pcm[: count * BLOCK].reshape(count, BLOCK).astype(np.float64)
        self.blocks = blocks
        self.levels: Doubles = np.maximum(FLOOR_DB, 10 * np.log10((blocks**2).mean(axis=1) + 1e-12))
        self.floor_db, self.speech_db = (
            (float(np.percentile(self.levels, share)) for share in (10, 90))
            if count
            else (FLOOR_DB, FLOOR_DB)
        )
        self.silent_closed_s, self.silent_s = self._silence()
        self.lag_s, self.correlation, self.correlation_in_step = self._lag()

    @property
    def signal_to_noise_db(self) -> float:
        """Loud parts over quiet parts; with no pauses in the speech it reads too low."""
        return self.speech_db - self.floor_db

    def all_faults(self) -> list[Fault]:
        end = len(self.pcm) / SAMPLE_RATE
        if self.speech_db < SILENT_BELOW_DB:
            return [
                Fault(
                    FaultCode.SILENT,
                    Severity.ERROR,
                    "Nobody can be heard: the sound is silent throughout.",
                    "Check that the right microphone was on, and record again.",
                    ((0.0, round(end, 2)),),
                )
            ]
        return self._check_clipping() + self._check_noise() + self._check_silence() + self._check_lag()

    def _check_clipping(self) -> list[Fault]:
        peak = float(np.abs(self.pcm).max(initial=0.0))
        if peak < 0.5:
            return []
        # A clipped wave stays on its peak value for several samples; a merely loud one only touches it.
        stuck = np.zeros(len(self.pcm), bool)
        at_peak = np.abs(self.pcm) > 0.985 * peak
        stuck[1:-1] = at_peak[:-2] & at_peak[1:-1] & at_peak[2:]
        seconds = len(self.pcm) // SAMPLE_RATE
        share = stuck[: seconds * SAMPLE_RATE].reshape(seconds, SAMPLE_RATE).mean(axis=1)
        flags: Flags = share > CLIPPED_SHARE
        if flags.sum() < 2 and flags.sum() < 0.1 * seconds:
            return []
        return [
            Fault(
                FaultCode.CLIPPED,
                Severity.WARNING,
                f"The sound is too loud and clips in {int(flags.sum())} s.",
                "Lower the microphone's level and record again.",
                flagged_ranges(np.arange(seconds, dtype=np.float64), flags, 1.0),
            )
        ]

    def _check_noise(self) -> list[Fault]:
        if self.signal_to_noise_db >= NOISY_BELOW_DB:
            return []
        if self._flatness() < TONAL_BELOW:
            text = "Music or a hum runs under the speech."
            return [
                Fault(
                    FaultCode.MUSIC, Severity.WARNING, text, "Record without music or machines in the room."
                )
            ]
        text = f"The room is noisy: speech stands only {self.signal_to_noise_db:.0f} dB above the background."
        cure = "Record in a quiet room with the microphone close by, and pause between sentences."
        return [Fault(FaultCode.NOISY, Severity.WARNING, text, cure)]

    def _flatness(self) -> float:
        """Geometric over arithmetic mean of the power spectrum, 100 Hz to 4 kHz, of the quietest fifth."""
        quiet = self.blocks[np.argsort(self.levels)[: max(1, len(self.levels) // 5)]]
        power = np.abs(np.fft.rfft(quiet * np.hanning(BLOCK), axis=1)) ** 2 + 1e-14
        band = power[:, 2:80]
        return float(np.median(np.exp(np.log(band).mean(axis=1)) / band.mean(axis=1)))

    def _silence(self) -> tuple[float, float]:
        """Seconds of the sparse samples that are silent with a closed mouth, and that are silent."""
        sparse = [i for i, dense in enumerate(self.samples.dense) if not dense]
        limit = max(self.floor_db + 10.0, self.speech_db - 30.0)
        silent = closed = 0
        for index in sparse:
            landmarks = self.samples.landmarks[index]
            middle = int(self.samples.times[index] * BLOCKS_PER_S)
            nearby = self.levels[max(0, middle - 5) : middle + 6]
            if landmarks is not None and nearby.size and float(nearby.max()) < limit:
                silent += 1
                closed += bool(lip_opening(landmarks) < CLOSED_BELOW)
        times = [self.samples.times[i] for i in sparse]
        step = float(np.median(np.diff(times))) if len(times) > 1 else 0.2
        return closed * step, silent * step

    def _check_silence(self) -> list[Fault]:
        if self.silent_closed_s >= LEAST_CLOSED_S:
            return []
        if self.silent_s >= LEAST_CLOSED_S:
            text = "The mouth stays open in the pauses: the avatar will not know how to close it in silence."
        else:
            text = "There is no silence with a closed mouth to learn from."
        cure = "Begin and end the recording with two seconds of silence, lips closed, looking at the camera."
        return [Fault(FaultCode.NO_CLOSED_MOUTH, Severity.WARNING, text, cure)]

    def _lag(self) -> tuple[float, float, float]:
        """How far the sound comes after the lips, seconds; how well it fits there, and unshifted."""
        times = np.array(self.samples.times)
        known = np.array([landmarks is not None for landmarks in self.samples.landmarks], bool)
        if not known.any():
            return 0.0, 0.0, 0.0
        duration = self.samples.frame_times[-1]
        lags = np.arange(-SEARCHED_LAG_S, SEARCHED_LAG_S + LAG_STEP_S / 2, LAG_STEP_S)
        curves = []
        for part in DENSE_AT:
            chosen = np.flatnonzero(known & (np.abs(times - duration * part) < DENSE_SPAN_S / 2))
            landmarks = [self.samples.landmarks[int(index)] for index in chosen]
            curve = self._correlations(times[chosen], [one for one in landmarks if one is not None], lags)
            if curve is not None:
                curves.append(curve)
        if not curves:
            return 0.0, 0.0, 0.0
        mean = np.mean(curves, axis=0)
        best = int(mean.argmax())
        in_step = np.abs(lags - NATURAL_LAG_S) < IN_STEP_S
        return float(lags[best]), float(mean[best]), float(mean[in_step].max())

    def _correlations(
        self, times: Doubles, landmarks: Sequence[npt.NDArray[np.float32]], lags: Doubles
    ) -> Doubles | None:
        if len(times) < 50 or times[-1] - times[0] < LEAST_COMPARED_S:
            return None
        grid = np.arange(times[0], times[-1], LAG_STEP_S)
        opening = np.interp(grid, times, lip_opening(np.stack(landmarks)))
        block_times = (np.arange(len(self.levels)) + 0.5) / BLOCKS_PER_S
        heard = np.clip(self.levels, self.floor_db, None)
        shifted = np.stack([np.interp(grid + lag, block_times, heard) for lag in lags])
        if opening.std() < 1e-4 or shifted.std(axis=1).min() < 1e-3:
            return None
        return np.array([float(np.corrcoef(opening, row)[0, 1]) for row in shifted])

    def _check_lag(self) -> list[Fault]:
        late = self.lag_s - NATURAL_LAG_S
        sure = self.correlation > max(LEAST_CORRELATION, self.correlation_in_step + LEAST_GAIN)
        if not sure or abs(late) <= MOST_LAG_S:
            return []
        order = "after" if late > 0 else "before"
        text = f"The sound comes about {abs(late) * 1000:.0f} ms {order} the lips."
        cure = "Shift the sound in a video editor until claps are seen and heard together, and export again."
        return [Fault(FaultCode.OUT_OF_STEP, Severity.WARNING, text, cure)]
