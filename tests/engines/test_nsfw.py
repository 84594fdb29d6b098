"""The picture classifier: its arithmetic against PyTorch's, and what it says of harmless pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from greenroom.engines import weights
from greenroom.engines.nsfw import network
from greenroom.engines.nsfw.moderator import CLASSES, WEIGHT_SET, PictureModerator, judge
from greenroom.engines.nsfw.weights_file import ModelFileError, read_layers
from greenroom.engines.protocols import Decision, Moderator
from greenroom.media.decode import frame_at

pytestmark = pytest.mark.skipif(
    not weights.is_present(WEIGHT_SET), reason=f"fetch the weights first: greenroom models fetch {WEIGHT_SET}"
)


@pytest.mark.parametrize(("side", "stride", "size"), [(8, 1, 3), (9, 2, 3), (8, 2, 3), (7, 1, 1)])
def test_convolutions_are_those_of_keras(side: int, stride: int, size: int) -> None:
    torch = pytest.importorskip("torch")
    noise = np.random.default_rng(3)
    value = noise.normal(size=(side, side, 6)).astype(np.float32)
    config = {"strides": [stride, stride], "padding": "same"}
    out = -(-side // stride)
    missing = max(0, (out - 1) * stride + size - side)
    padding = (missing // 2, missing - missing // 2) * 2
    padded = torch.nn.functional.pad(torch.tensor(value).permute(2, 0, 1)[None], padding)
    kernel = noise.normal(size=(size, size, 6, 4)).astype(np.float32)
    expected = torch.nn.functional.conv2d(padded, torch.tensor(kernel).permute(3, 2, 0, 1), stride=stride)
    found = network._convolve(value, kernel, config)
    assert np.allclose(found, expected[0].permute(1, 2, 0).numpy(), atol=1e-4)
    deep = noise.normal(size=(size, size, 6, 1)).astype(np.float32)
    expected = torch.nn.functional.conv2d(
        padded, torch.tensor(deep).permute(2, 3, 0, 1), stride=stride, groups=6
    )
    found = network._convolve_depthwise(value, deep, config)
    assert np.allclose(found, expected[0].permute(1, 2, 0).numpy(), atol=1e-4)


def test_every_weight_of_the_description_is_there() -> None:
    layers, values = read_layers(weights.path(WEIGHT_SET))
    assert len(values) == 266
    assert values["dense_3/kernel"].shape == (128, len(CLASSES))
    assert sum(value.size for value in values.values()) == 2_619_461
    assert layers[0]["class_name"] == "InputLayer"


def test_harmless_pictures_pass(shared_data: Path) -> None:
    moderator = PictureModerator()
    assert isinstance(moderator, Moderator)
    for name in ("footage/grid_s1_training.mp4", "formats/orig/streamio_awesome_movie.mov"):
        picture = frame_at(shared_data / name, 0.2)
        assert moderator.review_picture(picture) == ()
        assert CLASSES[int(np.argmax(moderator.classify(picture)))] == "Neutral"


@pytest.mark.parametrize(
    ("chances", "decision"),
    [
        ((0, 0.1, 0, 0.88, 0.02), Decision.REFUSE),
        ((0, 0.5, 0, 0.45, 0.05), Decision.REFUSE),
        ((0, 0.1, 0.4, 0.5, 0), Decision.DOUBT),
        ((0, 0, 0.1, 0, 0.9), Decision.DOUBT),
        ((0, 0.1, 0.5, 0.2, 0.2), None),
    ],
)
def test_what_follows_from_the_classes(chances: tuple[float, ...], decision: Decision | None) -> None:
    found = judge(np.array(chances, np.float32))
    assert [item.decision for item in found] == ([] if decision is None else [decision])


def test_damaged_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "model.min.js").write_text("nothing")
    (tmp_path / "group1-shard1of1.min.js").write_text("nothing")
    with pytest.raises(ModelFileError, match="fetch"):
        read_layers(tmp_path)
