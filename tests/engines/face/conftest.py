"""Real footage for the face tests, cut and spoilt on purpose by the tests themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from greenroom.engines import weights
from greenroom.media.decode import read_audio, read_frames

FOOTAGE = Path(__file__).resolve().parents[4] / "shared" / "data" / "footage"
SAMPLE_RATE = 44_100

ClipWriter = Callable[..., Path]


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    cv2.setNumThreads(1)


@pytest.fixture(scope="session", autouse=True)
def face_weights() -> None:
    if not weights.is_present("face_landmarker"):
        pytest.skip("the face weights are missing; run: greenroom models fetch")


@pytest.fixture(scope="session")
def footage_dir() -> Path:
    if not FOOTAGE.is_dir():
        pytest.skip(f"no footage at {FOOTAGE}; these tests need it")
    return FOOTAGE


@pytest.fixture(scope="session")
def training_clip(footage_dir: Path) -> Path:
    return footage_dir / "grid_s1_training.mp4"


@pytest.fixture(scope="session")
def frames(training_clip: Path) -> list[Any]:
    """The first 9 seconds: three sentences, 225 frames of 360x288."""
    return list(islice(read_frames(training_clip), 225))


@pytest.fixture(scope="session")
def pcm(training_clip: Path) -> Any:
    """The sound of `frames`."""
    return read_audio(training_clip, SAMPLE_RATE)[: 9 * SAMPLE_RATE]


@pytest.fixture(scope="session")
def write_clip(tmp_path_factory: pytest.TempPathFactory) -> ClipWriter:
    """Encodes frames and sound to an MP4: `write_clip(name, frames, pcm, fps=25, **muxer_options)`."""
    folder = tmp_path_factory.mktemp("footage")

    def write(name: str, pictures: Sequence[Any], sound: Any, fps: int = 25, faststart: bool = False) -> Path:
        path = folder / name
        options = {"movflags": "+faststart"} if faststart else {}
        with av.open(str(path), "w", options=options) as container:
            video = container.add_stream("libx264", rate=fps, options={"preset": "ultrafast", "crf": "20"})
            video.height, video.width = pictures[0].shape[:2]
            video.pix_fmt = "yuv420p"
            video.thread_count = 1
            audio = (
                container.add_stream("aac", rate=SAMPLE_RATE, layout="mono") if sound is not None else None
            )
            if audio is not None:
                block = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound[None]), "fltp", "mono")
                block.sample_rate = SAMPLE_RATE
                block.pts = 0
                container.mux(list(audio.encode(block)))
                container.mux(list(audio.encode(None)))
            for picture in pictures:
                container.mux(list(video.encode(av.VideoFrame.from_ndarray(picture, "bgr24"))))
            container.mux(list(video.encode(None)))
        return path

    return write
