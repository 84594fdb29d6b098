"""Which parts of a video are the same as before, told by their keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from greenroom.media.wav import write_wav
from greenroom.stage.actions import ActionMark
from greenroom.stage.mix import SoundPlan
from greenroom.stage.plan import RenderPlan, ScenePlan
from greenroom.video.segments import segment_keys


@pytest.fixture
def plan(tmp_path: Path) -> RenderPlan:
    """Three scenes of a tone each; the last is two parts long."""
    package = tmp_path / "avatar"
    package.mkdir()
    (package / "manifest.json").write_text("{}")
    scenes = []
    for number, seconds in enumerate((1, 2, 5)):
        path = tmp_path / f"speech-{number}.wav"
        write_wav(path, np.full(seconds * 8000, 0.1 * (number + 1), np.float32), 8000)
        scenes.append(ScenePlan(str(package), str(path)))
    return RenderPlan(tuple(scenes), 320, 180, segment_s=3, title="Lamps")


def changed(plan: RenderPlan, **members: object) -> list[int]:
    """The parts that are others when the second scene is changed so."""
    scenes = list(plan.scenes)
    scenes[1] = replace(scenes[1], **members)  # type: ignore[arg-type]
    return different(plan, replace(plan, scenes=tuple(scenes)))


def different(one: RenderPlan, other: RenderPlan, owner: str = "project") -> list[int]:
    pairs = zip(segment_keys(one, "project"), segment_keys(other, owner), strict=True)
    return [number for number, (a, b) in enumerate(pairs) if a != b]


def test_a_scene_that_is_changed_alone_has_other_keys(plan: RenderPlan) -> None:
    assert len(set(segment_keys(plan, "project"))) == 4
    assert changed(plan, background="#10C040") == [1]
    assert changed(plan, seed=7) == [1]
    assert changed(plan, actions=(ActionMark("wave", 500),)) == [1]


def test_a_file_counts_by_its_content(plan: RenderPlan, tmp_path: Path) -> None:
    before = segment_keys(plan, "project")
    speech = Path(plan.scenes[1].speech_wav or "")
    copy = tmp_path / "copy.wav"
    copy.write_bytes(speech.read_bytes())
    assert changed(plan, speech_wav=str(copy)) == []
    write_wav(speech, np.full(16_000, 0.9, np.float32), 8000)
    after = segment_keys(plan, "project")
    assert [number for number in range(4) if before[number] != after[number]] == [1]
    Path(plan.scenes[0].package, "mouth.onnx").write_bytes(b"trained again")
    assert not set(segment_keys(plan, "project")) & set(after)


def test_the_title_does_not_count_and_the_encoder_does(plan: RenderPlan) -> None:
    assert different(plan, replace(plan, title="Chairs")) == []
    assert different(plan, replace(plan, bitrate_bps=800_000)) == [0, 1, 2, 3]
    assert different(plan, replace(plan, fps=30)) == [0, 1, 2, 3]


def test_a_scene_put_before_the_others_leaves_them(plan: RenderPlan) -> None:
    longer = replace(plan, scenes=(replace(plan.scenes[0], seed=9), *plan.scenes))
    assert segment_keys(longer, "project")[1:] == segment_keys(plan, "project")


def test_another_tenants_are_others(plan: RenderPlan) -> None:
    assert different(plan, plan, owner="another") == [0, 1, 2, 3]


def test_what_is_heard_alone_renders_nothing_again(plan: RenderPlan) -> None:
    assert different(plan, replace(plan, sound=SoundPlan(is_levelled=True, voice_gain_db=3.0))) == []
    assert different(plan, replace(plan, title="Lanterns")) == []


def test_an_end_that_leads_back_depends_on_the_first_scene(plan: RenderPlan) -> None:
    back = replace(plan, ends_at_first_frame=True)
    assert different(plan, back) == [2, 3]
    first = replace(back.scenes[0], seed=9)
    assert different(back, replace(back, scenes=(first, *back.scenes[1:]))) == [0, 2, 3]
    waving = replace(back.scenes[1], actions=(ActionMark("wave", 500),))
    # Videos with actions end where they are: the contract's rule.
    assert different(plan, replace(back, scenes=(back.scenes[0], waving, back.scenes[2]))) == [1]
