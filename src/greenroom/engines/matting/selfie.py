"""MediaPipe's selfie segmentation on LiteRT: the person's opacity before any background."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from greenroom.engines import weights
from greenroom.engines.matting.cutout import F32, Alpha, Cutout, extend_colours
from greenroom.engines.matting.pieces import one_person
from greenroom.engines.protocols import Image

_SIDE = 256
_HOLD = 0.6
"""Share of the old matte that is kept where nothing moves."""


class SelfieMatter:
    """Frames are given in order: the matte of one steadies the next. `restart` begins another clip."""

    name = "selfie-segmentation"

    def __init__(self, threads: int = 1) -> None:
        from ai_edge_litert.interpreter import Interpreter

        model = weights.path("selfie_segmentation") / "selfie_segmentation.tflite"
        self._interpreter: Any = Interpreter(model_path=str(model), num_threads=threads)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]
        self._last: F32 | None = None
        self._last_picture: F32 | None = None

    def restart(self) -> None:
        self._last = self._last_picture = None

    def alpha(self, frame: Image) -> Alpha:
        """The person's opacity [height, width]."""
        height, width = frame.shape[:2]
        small = self._steady(frame)
        large = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
        soft = np.clip((large - 0.30) / 0.50, 0.0, 1.0)
        return one_person(np.asarray(np.round(255.0 * soft * soft * (3.0 - 2.0 * soft)), np.uint8))

    def cut(self, frame: Image) -> Cutout:
        """Opacity, and colours in which the edge takes those of the person inside it."""
        alpha = self.alpha(frame)
        return Cutout(extend_colours(frame, alpha, reach=max(2.0, frame.shape[0] / 100)), alpha)

    def _steady(self, frame: Image) -> F32:
        """The network's answer, mixed with the one before where the picture stands still."""
        picture = cv2.resize(frame, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
        rgb = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB).astype(np.float32) / 255.0
        self._interpreter.set_tensor(self._input, rgb[None])
        self._interpreter.invoke()
        found = np.asarray(self._interpreter.get_tensor(self._output)[0, ..., 0], np.float32)
        blurred = np.asarray(cv2.GaussianBlur(rgb, (0, 0), 2.0), np.float32)
        if self._last is not None and self._last_picture is not None:
            change = np.abs(blurred - self._last_picture).max(axis=2)
            hold = _HOLD * np.exp(-change / 0.03)
            found = np.asarray(found * (1.0 - hold) + self._last * hold, np.float32)
        self._last, self._last_picture = found, blurred
        return found
