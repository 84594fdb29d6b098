from __future__ import annotations

from pathlib import Path

import pytest

from greenroom.bench import render as bench
from greenroom.engines.protocols import AvatarPackageError

pytestmark = pytest.mark.media


def test_every_figure_is_measured_beside_the_encoder(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(bench.AVATAR_VARIABLE, str(package))
    monkeypatch.setattr(bench, "SIZES", {"180p": (320, 180)})
    rows = {row.name: row for row in bench.run(duration_s=2)}
    speed, share, memory = (rows[f"render_180p{name}"].value for name in ("", "_to_encoder", "_peak_memory"))
    assert isinstance(speed, float) and isinstance(share, float) and isinstance(memory, int)
    assert speed > 0.2 and 0.0 < share < 3.0 and 50 < memory < 2000
    assert all(row.extra["realtime_factor"] for row in rows.values())
    assert rows["render_180p_encode"].value is not None
    assert "alone" in rows["render_180p"].reference and rows["render_180p"].extra["mouth"] == "none"


def test_without_an_avatar_it_says_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(bench.AVATAR_VARIABLE, raising=False)
    monkeypatch.setenv(bench.FOOTAGE_VARIABLE, str(tmp_path / "nothing.mp4"))
    with pytest.raises(AvatarPackageError, match=bench.AVATAR_VARIABLE):
        bench.run(1)
