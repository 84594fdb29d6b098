from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from greenroom.engines.mouth.marks import FootageMarks, parse_marks, read_marks
from greenroom.engines.mouth.preparation import _held_out
from greenroom.engines.mouth.takes import check_faces, check_takes
from greenroom.engines.protocols import FootageError, Image
from greenroom.media.encode import VideoSettings, write_mp4

WHOLE: dict[str, Any] = {
    "speaking": [[0, 599], [900, 1199]],
    "idle": [600, 849],
    "actions": {"welcome": [1200, 1289], "nod": [1290, 1339]},
    "about": {"synthetic": True, "role": "teacher"},
}


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "marks.json").write_text(json.dumps(WHOLE))
    marks = read_marks(tmp_path / "marks.json")
    assert marks.speaking == ((0, 599), (900, 1199)) and marks.idle == (600, 849)
    assert list(marks.actions) == ["welcome", "nod"] and marks.about["synthetic"] is True


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"speaking": []}, "speaking is missing or empty"),
        ({"speaking": [[599, 0]]}, r"speaking\[0\] is \[599, 0\], which is no range"),
        ({"idle": [600, 610]}, "idle lasts 0.44 s, less than 2 s"),
        ({"idle": [590, 849]}, r"idle begins at frame 590, inside speaking\[0\], which ends at 599"),
        ({"actions": {"welcome": [1200, 1220]}}, "actions.welcome lasts 0.84 s, less than 1 s"),
        ({"actions": {"Wave!": [1200, 1289]}}, "actions.Wave! has a name that is not allowed"),
        ({"actions": {"nod": [1200, 1289.5]}}, "actions.nod is .* no range"),
        ({"about": {"synthetic": "yes"}}, 'about.synthetic is "yes"; give true or false'),
        ({"about": {"age": "40"}}, "about.age is not known"),
        ({"gestures": {}}, "gestures is not known"),
    ],
)
def test_a_wrong_mark_is_named_with_its_fault(change: dict[str, Any], words: str) -> None:
    with pytest.raises(FootageError, match=words):
        parse_marks({**WHOLE, **change})


def test_marks_beyond_the_footage_are_refused() -> None:
    parse_marks(WHOLE).check_length(1340)
    with pytest.raises(FootageError, match=r"actions.nod ends at frame 1339, .* 1300 frames"):
        parse_marks(WHOLE).check_length(1300)


def test_a_file_that_is_no_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "marks.json").write_text("{")
    with pytest.raises(FootageError, match=r"marks\.json cannot be read"):
        read_marks(tmp_path / "marks.json")


def test_borders_are_cuts_and_a_gesture_is_none() -> None:
    cuts = parse_marks(WHOLE).cuts((300, 700, 1225), 1400)
    assert cuts == (300, 600, 850, 900, 1200, 1290, 1340)


def test_only_speech_is_held_out() -> None:
    marks = parse_marks(WHOLE)
    held = _held_out(1400, marks.cuts((), 1400), marks.speaking)
    assert held.sum() >= 75 and not (held & ~marks.is_speaking(1400)).any()


def test_a_hidden_face_is_found_in_takes_alone() -> None:
    usable = np.ones(1400, bool)
    usable[100:160] = usable[1210:1220] = False
    check_faces(parse_marks(WHOLE), usable)
    usable[1210:1225] = False
    with pytest.raises(FootageError, match=r"actions.welcome shows no face at frame 1222"):
        check_faces(parse_marks(WHOLE), usable)


class TestRest:
    """A square lifts during an action and comes back, or does not."""

    def _footage(self, path: Path, rises: np.ndarray) -> Path:
        def frame(rise: float) -> Image:
            picture = np.full((180, 320, 3), 90, np.uint8)
            top = round(120 - 100 * rise)
            picture[top : top + 50, 100:200] = 220
            return picture

        write_mp4(path, (frame(rise) for rise in rises), VideoSettings(320, 180, threads=1))
        return path

    def _marks(self) -> FootageMarks:
        return parse_marks({"speaking": [[0, 59]], "actions": {"welcome": [60, 109]}})

    def test_an_action_that_comes_back_is_taken(self, tmp_path: Path) -> None:
        up_and_down = np.sin(np.linspace(0, np.pi, 50))
        path = self._footage(tmp_path / "a.mp4", np.concatenate([np.zeros(60), up_and_down]))
        check_takes(path, self._marks(), lambda done: None)

    @pytest.mark.parametrize(("backwards", "word"), [(False, "end"), (True, "begin")])
    def test_one_that_stays_away_is_refused(self, tmp_path: Path, backwards: bool, word: str) -> None:
        up = np.linspace(0, 1, 50)
        rises = np.concatenate([np.zeros(60), up[::-1] if backwards else up])
        path = self._footage(tmp_path / "a.mp4", rises)
        with pytest.raises(FootageError, match=f"actions.welcome does not {word} at rest"):
            check_takes(path, self._marks(), lambda done: None)
