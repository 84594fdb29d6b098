"""The picture classifier as a `Moderator`.

Its five classes are those of the nsfwjs package: Drawing, Hentai, Neutral, Porn, Sexy. It was trained on
photographs and drawings of the web, is right nine times in ten by its authors' account, and knows nothing of
violence or symbols: what it is unsure of goes to a person.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.engines import weights
from greenroom.engines.nsfw.network import SIDE, Network
from greenroom.engines.protocols import Decision, Finding, Image

WEIGHT_SET = "nsfw-mobilenet"
CLASSES = ("Drawing", "Hentai", "Neutral", "Porn", "Sexy")
_EXPLICIT = (1, 3)
_SUGGESTIVE = 4
REFUSE_FROM = 0.85
"""Probability of the explicit classes together at which a picture is refused."""
DOUBT_FROM = 0.5
SUGGESTIVE_DOUBT_FROM = 0.8

Chances = npt.NDArray[np.float32]
"""Probability of each of `CLASSES`."""


class PictureModerator:
    """The model is loaded on first use."""

    name = WEIGHT_SET
    reads_text = False
    sees_pictures = True

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._network: Network | None = None

    def review_text(self, text: str) -> Sequence[Finding]:
        return ()

    def review_picture(self, picture: Image) -> Sequence[Finding]:
        """Raises MissingWeightsError."""
        return judge(self.classify(picture))

    def classify(self, picture: Image) -> Chances:
        """Probability of each of `CLASSES`."""
        small = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        return self._loaded()(small[:, :, ::-1].astype(np.float32) / 255)

    def _loaded(self) -> Network:
        with self._loading:
            if self._network is None:
                self._network = Network(weights.path(WEIGHT_SET))
            return self._network


def judge(chances: Chances) -> Sequence[Finding]:
    """What follows from the probabilities of the classes."""
    explicit, suggestive = float(sum(chances[index] for index in _EXPLICIT)), float(chances[_SUGGESTIVE])
    detail = f"{CLASSES[int(np.argmax(chances))]} {float(np.max(chances)):.2f}"
    if explicit >= DOUBT_FROM:
        decision = Decision.REFUSE if explicit >= REFUSE_FROM else Decision.DOUBT
        return (Finding(WEIGHT_SET, "sexual", decision, min(1.0, explicit), detail),)
    if suggestive >= SUGGESTIVE_DOUBT_FROM:
        return (Finding(WEIGHT_SET, "sexual", Decision.DOUBT, suggestive, detail),)
    return ()
