"""A training that begins with another person's mouth."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: make install-train")

from greenroom.cast.catalogue import ARCHIVE, CAST_FOLDER, load_cast  # noqa: E402
from greenroom.engines.mouth.codes import CODE_SIZE  # noqa: E402
from greenroom.engines.mouth.networks import GRID, Painter  # noqa: E402
from greenroom.engines.mouth.package import PAINTER  # noqa: E402
from greenroom.engines.mouth.starting import begin_with  # noqa: E402
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
