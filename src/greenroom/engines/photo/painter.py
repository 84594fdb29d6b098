"""The mouth of a photographed person at work: the stage's `MouthPainter` for packages of kind `photo`."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from greenroom.engines.face.geometry import CHIN, FOREHEAD_TOP
from greenroom.engines.mouth.codes import CODE_SIZE
from greenroom.engines.mouth.features import feature_blocks
from greenroom.engines.mouth.package import AvatarPackage
from greenroom.engines.mouth.renderer import drive_raw, onnx_session
from greenroom.engines.photo.mouth_course import MouthCourse, heard_lips, mouth_course
from greenroom.engines.photo.mouth_drawing import draw_mouth
from greenroom.engines.photo.mouth_shape import MouthShape
from greenroom.engines.protocols import VIDEO_FPS, AvatarPackageError, Image, Pcm, PhonemeSpan

Floats = npt.NDArray[np.float32]

KIND = "photo"
"""`kind` in the manifest of a package that this painter plays."""
MOUTH, FACE = "mouth.npz", "face.npz"


class PhotoMouthPainter:
    """Speaks with the mouth of one portrait. `apply` may be called for frames in any order."""

    def __init__(
        self,
        driver: onnxruntime.InferenceSession,
        mouth: tuple[MouthShape, Floats],
        face_height_px: float,
    ) -> None:
        self._driver = driver
        self._shape, self._transforms = mouth
        pixel = float(np.hypot(*self._transforms[0, 0, :2]))
        self._mouths_in_face = face_height_px * pixel

    @classmethod
    def open(cls, package: AvatarPackage, threads: int = 1) -> PhotoMouthPainter:
        """Raises AvatarPackageError: a file of the mouth cannot be read."""
        try:
            mouth = MouthShape.load(package.folder / MOUTH)
            height = float(np.ptp(face_places(package.folder)[0, :, 1]))
        except (OSError, ValueError, KeyError) as error:
            raise AvatarPackageError(
                "The avatar's mouth cannot be read. Make it again from its photo."
            ) from error
        return cls(onnx_session(package.driver, threads), mouth, height)

    def drive(self, pcm: Pcm, sample_rate: int, phonemes: Sequence[PhonemeSpan] | None = None) -> MouthCourse:
        """The mouth's course over a whole speech, ceil(seconds * 25) frames.

        Args:
            phonemes: the synthesis model's own times in samples of `pcm`; None for a recording.
        """
        frames = max(1, ceil(len(pcm) * VIDEO_FPS / sample_rate))
        heard = heard_lips(drive_raw(self._driver, feature_blocks(pcm, sample_rate), frames), CODE_SIZE)
        return mouth_course(heard, phonemes, pcm, sample_rate)

    def apply(
        self, frame: Image, base_frame_index: int, track: MouthCourse, frame_number: int
    ) -> tuple[int, int, int, int]:
        """Paint the mouth of `track` at `frame_number` into `frame`, base frame `base_frame_index`, in place.

        Returns:
            x0, y0, x1, y1 of the changed region.
        """
        pose = track.pose(frame_number, self._mouths_in_face)
        return draw_mouth(frame, self._shape, self._transforms[base_frame_index], pose)


def face_places(folder: Path) -> Floats:
    """[frames, 2, 2]: top of the forehead and chin in each frame of a photo package, in pixels."""
    with np.load(folder / FACE, allow_pickle=False) as stored:
        return np.asarray(stored["places"], np.float32)


PLACED = (FOREHEAD_TOP, CHIN)
