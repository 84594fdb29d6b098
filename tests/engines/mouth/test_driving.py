"""A course is the same whether it is computed at once or piece by piece."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from greenroom.cast.catalogue import ARCHIVE, load_cast
from greenroom.engines.mouth.features import feature_size
from greenroom.engines.mouth.renderer import drive_raw, onnx_session


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That of the first presenter who ships."""
    folder = tmp_path_factory.mktemp("driver")
    with zipfile.ZipFile(load_cast().presenters[0].path(ARCHIVE)) as archive:
        return Path(archive.extract("driver.onnx", folder))


@pytest.mark.parametrize(("features", "frames"), [(1000, 500), (1000, 498), (900, 500), (301, 151), (1, 1)])
def test_piece_by_piece_it_is_the_same(driver: Path, features: int, frames: int) -> None:
    session = onnx_session(driver, 1)
    chance = np.random.default_rng(0)
    sound = chance.normal(size=(features, feature_size())).astype(np.float32)
    whole = drive_raw(session, [sound], frames)
    blocks = [sound[first : first + 37] for first in range(0, features, 37)]
    parts = drive_raw(session, blocks, frames, piece=50)
    assert whole.shape == parts.shape and len(whole) == frames
    assert np.allclose(whole, parts, atol=1e-4)


def test_nothing_said(driver: Path) -> None:
    assert len(drive_raw(onnx_session(driver, 1), [], 0)) == 0
    assert len(drive_raw(onnx_session(driver, 1), [], 30)) == 30
