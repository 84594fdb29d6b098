from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.contract.media_samples import mp4

from greenroom.media.decode import read_frames
from greenroom.media.errors import DamagedMediaError, MissingStreamError
from greenroom.media.probe import probe
from greenroom.media.transcode import webm_with_alpha

pytestmark = pytest.mark.media


@pytest.mark.parametrize("name", ["face_prores4444_alpha.mov", "face_qtrle_alpha.mov"])
def test_a_transparent_mov_looks_the_same_as_webm(shared_data: Path, tmp_path: Path, name: str) -> None:
    source, target = shared_data / "formats" / "grid_matrix" / name, tmp_path / "out.webm"
    reports: list[float] = []
    assert webm_with_alpha(source, target, lambda stage, done: reports.append(done)) == 25
    found = probe(target)
    assert (found.container, found.complete) == ("webm", True)
    assert found.video is not None and found.audio is not None
    assert (found.video.codec, found.video.has_alpha, found.audio.codec) == ("vp9", True, "opus")
    assert found.duration_s == pytest.approx(probe(source).duration_s, abs=0.05)
    before, after = (list(read_frames(path, 25, "bgra")) for path in (source, target))
    assert len(before) == len(after) == 25
    for old, new in zip(before[::6], after[::6], strict=True):
        old_values, new_values = old.astype(int), new.astype(int)
        assert np.abs(old_values[..., 3] - new_values[..., 3]).mean() < 1.0, "transparency"
        shown = old[..., 3] > 200
        assert np.abs(old_values[..., :3] - new_values[..., :3])[shown].mean() < 4.0, "colours"
    assert reports == sorted(reports)
    assert 0.5 < reports[-1] <= 1


def test_nothing_half_made_stays(tmp_path: Path) -> None:
    source, target = tmp_path / "in.mov", tmp_path / "out.webm"
    source.write_bytes(b"no video at all" * 100)
    with pytest.raises((DamagedMediaError, MissingStreamError)):
        webm_with_alpha(source, target, lambda stage, done: None)
    source.write_bytes(mp4()[:2000])
    with pytest.raises((DamagedMediaError, MissingStreamError)):
        webm_with_alpha(source, target, lambda stage, done: None)
    assert list(tmp_path.iterdir()) == [source]
