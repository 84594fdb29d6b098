"""Where the person and the background picture go."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from greenroom.engines.mouth.package import write_manifest
from greenroom.media.wav import write_wav
from greenroom.stage.actions import ActionMark
from greenroom.stage.framing import Framing
from greenroom.stage.plan import RenderPlan
from greenroom.video.backgrounds import background_of
from greenroom.video.errors import VideoContentError
from greenroom.video.rendering import _placement, plan, speech

CANVAS = (1280, 720)
PICTURE = (360, 288)
NOWHERE: dict[str, Any] = {"dx": None, "dy": None, "width": None, "height": None}


class TestPlacement:
    def test_nothing_asked_leaves_it_to_the_stage(self) -> None:
        assert _placement(NOWHERE, CANVAS, PICTURE) is None

    def test_a_box_of_the_pictures_shape_is_filled(self) -> None:
        place = _placement({"dx": 100, "dy": -40, "width": 720, "height": 576}, CANVAS, PICTURE)
        assert (place.x, place.y, place.width, place.height) == (100, -40, 720, 576)

    def test_in_another_shape_the_picture_keeps_its_own_and_stands_below(self) -> None:
        place = _placement({"dx": 0, "dy": 0, "width": 360, "height": 720}, CANVAS, PICTURE)
        assert (place.x, place.y, place.width, place.height) == (0, 432, 360, 288)

    def test_only_a_size_stands_at_the_bottom_in_the_middle(self) -> None:
        place = _placement({**NOWHERE, "width": 720}, CANVAS, PICTURE)
        assert (place.x, place.y, place.width, place.height) == (280, 144, 720, 576)

    def test_only_a_position_is_as_tall_as_the_canvas(self) -> None:
        place = _placement({**NOWHERE, "dx": 5, "dy": 7}, CANVAS, PICTURE)
        assert (place.x, place.y, place.width, place.height) == (5, 7, 900, 720)


class TestBackground:
    def test_none_is_white(self) -> None:
        none = {"colour": None, "image": None, "placement": None}
        assert background_of(none, CANVAS) == "#FFFFFF"

    def test_a_moved_picture_is_cut_to_the_canvas(self, tmp_path: Path) -> None:
        picture = np.zeros((100, 200, 3), np.uint8)
        picture[:, 100:] = (0, 0, 255)
        path = tmp_path / "picture.png"
        cv2.imwrite(str(path), picture)
        given = {"colour": None, "image": str(path), "placement": [-1280, 0, 2560, 720]}
        made = cv2.imread(background_of(given, CANVAS))
        assert made is not None and made.shape == (720, 1280, 3)
        assert (made[:, 40:] == (0, 0, 255)).all()

    def test_a_picture_moved_away_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "picture.png"
        cv2.imwrite(str(path), np.zeros((100, 200, 3), np.uint8))
        given = {"colour": None, "image": str(path), "placement": [-500, 0, 400, 400]}
        with pytest.raises(VideoContentError, match="out of the canvas"):
            background_of(given, CANVAS)


class TestActions:
    """The render plan gets the actions that were asked for and those of the interval."""

    def _made(
        self, tmp_path: Path, interval_ms: int, actions: list[list[Any]], timing: str = '{"phonemes": null}'
    ) -> RenderPlan:
        package = tmp_path / "package"
        package.mkdir()
        description = {
            "name": "Ana", "fps": 25, "size": [160, 128], "frame_count": 250, "segments": [[0, 149]],
            "actions": {"welcome": [150, 199], "nod": [200, 249]},
        }  # fmt: skip
        write_manifest(package, description)
        write_wav(tmp_path / "a.wav", np.zeros(20 * 16_000, np.float32), 16_000)
        (tmp_path / "a.json").write_text(timing)
        background = {"colour": "#FFFFFF", "image": None, "placement": None}
        scene = {
            "wav": str(tmp_path / "a.wav"), "timing": str(tmp_path / "a.json"), "background": background,
            "human": NOWHERE, "actions": actions,
        }  # fmt: skip
        payload = {
            "out": str(tmp_path / "plan.json"), "width": 320, "height": 180, "fps": 25, "bitrate_kbps": 1000,
            "title": "Greeting", "package": str(package), "action_interval_ms": interval_ms,
            "framing": "head", "scenes": [scene, scene],
        }  # fmt: skip
        plan(payload, lambda stage, done: None)
        return RenderPlan.from_json((tmp_path / "plan.json").read_text())

    def test_asks_are_kept_as_they_are(self, tmp_path: Path) -> None:
        made = self._made(tmp_path, 0, [["nod", 1500]])
        assert [scene.actions for scene in made.scenes] == [(ActionMark("nod", 1500),)] * 2
        assert made.scenes[0].framing is Framing.HEAD

    def test_marks_of_the_text_come_between_them(self, tmp_path: Path) -> None:
        timing = '{"phonemes": null, "marks": [["welcome", 700], ["nod", 9000]]}'
        made = self._made(tmp_path, 0, [["nod", 1500]], timing)
        assert made.scenes[0].actions == (
            ActionMark("welcome", 700),
            ActionMark("nod", 1500),
            ActionMark("nod", 9000),
        )

    def test_an_interval_adds_its_own_between_them(self, tmp_path: Path) -> None:
        made = self._made(tmp_path, 5000, [["nod", 9500]])
        names = [mark.name for scene in made.scenes for mark in scene.actions]
        assert [mark.at_ms for mark in made.scenes[0].actions] == [5000, 9500, 15_000]
        assert names[:3] == ["welcome", "nod", "welcome"]

    @pytest.mark.media
    def test_a_gesture_falls_on_its_word(self, tmp_path: Path) -> None:
        """From SSML to the render plan: the frame of the action is the one in which its word begins."""
        order: dict[str, Any] = {
            "text": '<speak>Good morning.<break time="1s"/>Come and '
            '<insert-action name="Nod" tag="nod"/>look at this<mark name="here"/>.</speak>',
            "voice_id": "piper-en_US-joe", "audio": None, "wav": str(tmp_path / "said.wav"),
            "style": {"speed_percent": 100, "pitch_percent": 100, "volume_percent": 100},
            "timing": str(tmp_path / "said.json"),
        }  # fmt: skip
        speech(order, lambda stage, done: None)
        timing = json.loads((tmp_path / "said.json").read_text())
        ((name, at_ms),) = timing["marks"]
        pauses = [span for span in timing["phonemes"] if span["symbol"] == "sil"]
        longest = max(pauses, key=lambda span: span["end_sample"] - span["start_sample"])
        spoken = [span for span in timing["phonemes"] if span["start_sample"] >= longest["end_sample"]]
        look = next(span for span in spoken if span["symbol"] == "l")
        made = self._made(tmp_path, 0, [], json.dumps(timing))
        assert made.scenes[0].actions == (ActionMark("nod", at_ms),) and name == "nod"
        assert made.scenes[0].actions[0].at_frame == look["start_sample"] * 25 // 22_050

    def test_a_package_without_the_action_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(VideoContentError, match=r"scene 1\[0\]: the avatar has no action 'dance'"):
            self._made(tmp_path, 0, [["dance", 0]])
