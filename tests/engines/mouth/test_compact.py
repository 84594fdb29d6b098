"""Small weights: the same course and picture from a file a fraction of the size."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the `train` extra")

from greenroom.engines.compact import compact  # noqa: E402
from greenroom.engines.mouth import learning  # noqa: E402
from greenroom.engines.mouth.networks import Driver, DriverShape, Ensemble, Painter  # noqa: E402
from greenroom.engines.mouth.renderer import onnx_session  # noqa: E402


def _ensemble() -> Ensemble:
    torch.manual_seed(0)
    shapes = [DriverShape(80, 34, width=128), DriverShape(80, 1, width=128)]
    return Ensemble(*[[Driver(shape, torch.zeros(80), torch.ones(80))] for shape in shapes]).eval()


def test_a_drivers_file_is_a_quarter_and_says_the_same(tmp_path: Path) -> None:
    ensemble = _ensemble()
    learning.export_driver(ensemble, tmp_path / "driver.onnx")
    in_full = 4 * sum(value.numel() for value in ensemble.state_dict().values())
    assert (tmp_path / "driver.onnx").stat().st_size < 0.29 * in_full
    features = torch.randn(1, 400, 80, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        course = ensemble(features)[0].numpy()
    session = onnx_session(tmp_path / "driver.onnx", 1)
    stored = session.run(None, {"features": features.numpy()})[0][0]
    assert np.sqrt(((stored - course) ** 2).mean() / course.var()) < 0.02
    assert np.corrcoef(stored.ravel(), course.ravel())[0, 1] > 0.9995


def test_a_painters_picture_stays_within_a_quarter_of_a_level() -> None:
    torch.manual_seed(0)
    basis, mean = 0.1 * torch.randn(32, 3, 32, 32), torch.rand(3, 32, 32)
    painter = Painter(128, basis, mean, (16, 16, 16)).eval()
    torch.nn.init.normal_(painter.colour.weight, std=0.05)
    hole = torch.zeros(1, 1, 128, 128)
    context, code = torch.rand(4, 3, 128, 128), torch.randn(4, 32)
    with torch.no_grad():
        difference = 255 * (compact(painter)(context, hole, code) - painter(context, hole, code)).abs()
    assert difference.mean() < 0.05 and difference.max() < 1.0
