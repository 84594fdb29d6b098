"""The painter on an artificial face: it learns, and a training that was cut off ends as one that was not."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the `train` extra")

from greenroom.engines.learning import this_machine  # noqa: E402
from greenroom.engines.mouth import learning  # noqa: E402
from greenroom.engines.mouth.codes import CODE_SIZE, fit_coder, surroundings_of  # noqa: E402
from greenroom.engines.mouth.crops import CropGeometry  # noqa: E402
from greenroom.engines.mouth.preparation import Footage  # noqa: E402
from greenroom.engines.mouth.renderer import onnx_session  # noqa: E402
from greenroom.engines.protocols import FaceTrack  # noqa: E402

FRAMES, SIDE = 240, 128


@pytest.fixture(scope="module")
def footage() -> Footage:
    """A grey face with a dark mouth whose height swings."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    mask = np.exp(-((((columns - 64) / 34) ** 2 + ((rows - 64) / 30) ** 2) ** 3)).astype(np.float32)
    mask[mask < 0.01] = 0
    opening = (0.5 + 0.5 * np.sin(np.arange(FRAMES) / 3)).astype(np.float32)
    noise = np.random.default_rng(0).normal(scale=2, size=(FRAMES, SIDE, SIDE, 3))
    lips = ((columns - 64) / 24) ** 2 + ((rows - 64) / (3 + 14 * opening[:, None, None])) ** 2 < 1
    crops = (170 + noise - 110 * lips[..., None]).clip(0, 255).astype(np.uint8)
    reference = np.full((478, 2), 64, np.float32)
    reference[[61, 291]] = [[40, 64], [88, 64]]
    everything = np.ones(FRAMES, bool)
    track = FaceTrack(
        np.zeros((FRAMES, 478, 3), np.float32),
        np.ones(FRAMES, np.float32),
        np.ones(FRAMES, np.int16),
        25.0,
        (SIDE, SIDE),
    )
    return Footage(
        track=track, cuts=(), usable=everything, geometry=CropGeometry(reference, mask),
        transforms=np.zeros((FRAMES, 2, 3), np.float32), crops=crops,
        poses=np.zeros((FRAMES, 3), np.float32), opening=opening * 0.1, width=opening, held_out=~everything,
    )  # fmt: skip


def _train(footage: Footage, path: Path, pictures: int, stop_at: float = 2.0) -> object:
    surroundings = surroundings_of(footage.crops, footage.poses, ())
    coder = fit_coder(footage.crops, surroundings, footage.geometry, np.random.default_rng(0))
    codes = coder.encode(footage.crops, surroundings)

    class CutOffError(Exception):
        pass

    def step(done: float) -> None:
        if done >= stop_at:
            raise CutOffError

    options = learning.PainterOptions(pictures=pictures, widths=(8, 8, 8))
    try:
        painter = learning.train_painter(footage, codes, coder, options, this_machine(1), path, step)
    except CutOffError:
        return None
    return painter, codes


def test_paints_the_mouth_that_the_code_asks_for(footage: Footage, tmp_path: Path) -> None:
    painter, codes = _train(footage, tmp_path / "a.pt", 1600)
    learning.export_painter(painter, footage, tmp_path / "mouth.onnx")
    session = onnx_session(tmp_path / "mouth.onnx", 1)
    wide, shut = int(np.argmax(footage.opening)), int(np.argmin(footage.opening))
    # Each mouth goes into the other's frame: what was there before must not show.
    for mouth, base in ((wide, shut), (shut, wide)):
        context = footage.crops[base].transpose(2, 0, 1)[None].astype(np.float32) / 255
        painted = session.run(None, {"context": context, "code": codes[mouth][None]})[0][0] * 255
        truth = footage.crops[mouth].transpose(2, 0, 1).astype(np.float32)
        middle = (slice(None), slice(45, 84), slice(50, 78))
        assert codes.shape[1] == CODE_SIZE
        assert np.abs(painted[middle] - truth[middle]).mean() < 12
        other = footage.crops[base].transpose(2, 0, 1).astype(np.float32)
        assert np.abs(painted[middle] - other[middle]).mean() > 25


def test_a_training_that_was_cut_off_ends_as_one_that_was_not(
    footage: Footage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, _ = _train(footage, tmp_path / "whole.pt", 960)
    monkeypatch.setattr("greenroom.engines.learning.CHECKPOINT_SECONDS", 0.0)
    assert _train(footage, tmp_path / "cut.pt", 960, stop_at=0.5) is None
    resumed, _ = _train(footage, tmp_path / "cut.pt", 960)
    for one, other in zip(whole.state_dict().values(), resumed.state_dict().values(), strict=True):
        assert torch.allclose(one, other, atol=1e-5)
