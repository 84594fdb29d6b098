"""The network that every presenter's driver begins with."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: make install-train")

for tool in ("anny", "numba"):
    if importlib.util.find_spec(tool) is None:
        pytest.skip(f"'{tool}' is not installed; see presets/requirements.txt", allow_module_level=True)

sys.path.insert(0, str(Path(__file__).parents[2]))
from presets.anatomy import UNITS  # noqa: E402
from presets.speech import listener  # noqa: E402
from presets.speech_motion import FPS  # noqa: E402

from greenroom.engines.mouth.networks import Driver, DriverShape  # noqa: E402
from greenroom.engines.mouth.starting import begin_to_hear_with  # noqa: E402


def test_a_voice_is_stored_with_the_face_units_that_say_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "_SECONDS_ENGLISH", 4.0)
    monkeypatch.setattr(listener, "_PAUSES_S", (0.7, 0.7))
    listener.hear("kokoro-af_heart", tmp_path)
    with np.load(tmp_path / "kokoro-af_heart.npz", allow_pickle=False) as stored:
        features, units = stored["features"], stored["units"]
    assert len(features) == 2 * len(units) and len(units) >= 4 * FPS
    jaw = units[:, list(UNITS).index("jawOpen")]
    assert jaw.max() > 0.2
    # The speech ends with its pause, in which lips rest.
    assert jaw[-8:-2].max() < 0.05


def test_it_learns_what_it_heard_and_a_driver_can_begin_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(listener, "OPTIONS", listener.DriverOptions(width=32))
    rng = np.random.default_rng(0)
    tells = rng.normal(size=(24, 3))
    for name in "abc":
        features = rng.normal(size=(400, 12))
        units = np.zeros((200, 5))
        # Two of five units never move.
        units[:, 1:4] = listener.UNIT * features.reshape(200, 24) @ tells / 5
        np.savez(
            tmp_path / f"{name}.npz", features=features.astype(np.float16), units=units.astype(np.float16)
        )
    listener.learn(tmp_path, tmp_path / "listener.npz", 150, 1)
    printed = capsys.readouterr().out
    assert "3 voices" in printed and "3 units" in printed
    assert float(printed.split("voices that were heard: ")[1].split()[0]) < 0.3
    driver = Driver(DriverShape(12, 9, width=32), torch.zeros(12), torch.ones(12))
    begin_to_hear_with(driver, tmp_path / "listener.npz")
    assert float(driver.mean.abs().max()) > 0
