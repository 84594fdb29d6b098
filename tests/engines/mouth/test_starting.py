"""A training that begins with another person's mouth."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: make install-train")

from greenroom.cast.catalogue import ARCHIVE, CAST_FOLDER, load_cast  # noqa: E402
from greenroom.engines.mouth.codes import CODE_SIZE  # noqa: E402
from greenroom.engines.mouth.learning import export_listener  # noqa: E402
from greenroom.engines.mouth.networks import GRID, Driver, DriverShape, Painter  # noqa: E402
from greenroom.engines.mouth.package import PAINTER  # noqa: E402
from greenroom.engines.mouth.starting import begin_to_hear_with, begin_with  # noqa: E402
from greenroom.engines.protocols import AvatarPackageError  # noqa: E402


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    presenter = load_cast().presenters[0]
    with zipfile.ZipFile(CAST_FOLDER / presenter.name / ARCHIVE) as archive:
        return Path(archive.extract(PAINTER, tmp_path_factory.mktemp("mouth")))


def _painter(side: int) -> Painter:
    torch.manual_seed(1)
    basis = torch.rand(CODE_SIZE, 3, GRID, GRID)
    return Painter(side, basis, torch.rand(3, GRID, GRID))


def test_the_inside_is_taken_over_and_what_reads_the_code_is_not(shipped: Path) -> None:
    painter = _painter(192)
    before = {name: tensor.clone() for name, tensor in painter.state_dict().items()}
    copied = begin_with(painter, shipped)
    changed = {name for name, tensor in painter.state_dict().items() if not torch.equal(tensor, before[name])}
    assert len(changed) == copied
    assert "colour.weight" in changed and "stem.0.weight" in changed
    assert not any(name.startswith("coarse_picture") or "modulation" in name for name in changed)


def test_of_a_mouth_of_another_size_the_inner_layers_are_taken(shipped: Path) -> None:
    painter = _painter(128)
    untouched = painter.state_dict()["colour.weight"].clone()
    assert begin_with(painter, shipped) >= 20
    assert torch.equal(painter.state_dict()["colour.weight"], untouched)


def test_what_is_no_painter_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "mouth.onnx"
    wrong.write_bytes(b"no network")
    with pytest.raises(AvatarPackageError, match="no painter to begin with"):
        begin_with(_painter(192), wrong)


def _driver(seed: int, outputs: int, width: int = 32) -> Driver:
    torch.manual_seed(seed)
    return Driver(DriverShape(12, outputs, width=width), torch.rand(12), torch.rand(12) + 0.5).eval()


def test_a_driver_hears_as_its_listener_does_and_tells_its_own_mouth(tmp_path: Path) -> None:
    listener, driver = _driver(1, 7), _driver(2, 3)
    export_listener(listener, tmp_path / "listener.npz")
    begin_to_hear_with(driver, tmp_path / "listener.npz")
    with torch.no_grad():
        # Up to the last layer both are the same network, so the same last layer tells the same.
        driver.leave[3] = listener.leave[3]
        sound = torch.rand(1, 40, 12)
        assert torch.allclose(driver(sound), listener(sound), atol=5e-3)


@pytest.mark.parametrize("content", [b"", b"no arrays", b"PK\x03\x04 cut off"])
def test_what_is_no_listener_is_refused(tmp_path: Path, content: bytes) -> None:
    wrong = tmp_path / "listener.npz"
    wrong.write_bytes(content)
    with pytest.raises(AvatarPackageError, match="no listener to begin with"):
        begin_to_hear_with(_driver(1, 3), wrong)


def test_a_listener_of_another_width_is_refused_and_nothing_is_taken(tmp_path: Path) -> None:
    export_listener(_driver(1, 3, width=16), tmp_path / "listener.npz")
    driver = _driver(2, 3)
    before = {name: tensor.clone() for name, tensor in driver.state_dict().items()}
    with pytest.raises(AvatarPackageError, match=r"does not fit: enter.weight is \[16, 24\]"):
        begin_to_hear_with(driver, tmp_path / "listener.npz")
    assert all(torch.equal(tensor, before[name]) for name, tensor in driver.state_dict().items())
