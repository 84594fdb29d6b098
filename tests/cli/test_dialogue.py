"""A dialogue from a plain text file: who speaks, and what is ordered."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from greenroom.cli.dialogue_file import Line, Person, read_dialogue
from greenroom.cli.errors import UserError
from greenroom.cli.video import app
from greenroom.cli.video_dialogue import DialogueOrder, request_of
from greenroom.media.formats import Codec
from greenroom.scripts.wire import ShootScriptItem

TALK = """\
# At the shop's counter.
Guest = leyla, piper-en_US-joe

Anna: Good morning! The address is
https://lamps.example
Guest (head): Please show me
    Note: the green one.
anna: This one.
"""


def is_presenter(name: str) -> bool:
    return name.lower() == "anna"


def refused(text: str) -> str:
    with pytest.raises(UserError) as caught:
        read_dialogue(text, is_presenter)
    return str(caught.value)


class TestReadDialogue:
    def test_who_says_what(self) -> None:
        read = read_dialogue(TALK, is_presenter)
        assert read.people == {"Guest": Person("leyla", "piper-en_US-joe"), "Anna": Person("Anna")}
        assert read.lines == [
            Line("Anna", "Good morning! The address is https://lamps.example"),
            Line("Guest", "Please show me Note: the green one.", "head"),
            Line("Anna", "This one."),
        ]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "nobody says anything"),
            ("Good morning.", "line 1: nobody says this"),
            ("Anna: Hello.\nBerta: Hello.", "line 2: there is nobody called Berta: say who it is"),
            ("Anna (full): Hello.", "line 1: there is no framing 'full': write (half) or (head)"),
            ("Anna: Hello.\nAnna:\n", "scene 2: Anna says nothing"),
        ],
    )
    def test_what_cannot_be_read_is_named(self, text: str, words: str) -> None:
        assert words in refused(text)

    def test_any_language(self) -> None:
        read = read_dialogue("小明 = anna\n小明: 你好。", is_presenter)
        assert read.lines == [Line("小明", "你好。")]


def test_each_line_is_a_scene_of_whoever_speaks(tmp_path: Path) -> None:
    order = DialogueOrder(
        dialogue=read_dialogue(TALK, is_presenter),
        cast={"Anna": ("a" * 32, "kokoro-af_heart"), "Guest": ("b" * 32, "piper-en_US-joe")},
        background="#204060",
        size=(1280, 720),
        framing="half",
        subtitles=True,
        subtitle_file=None,
        codec=Codec.H264,
        out=tmp_path / "talk.mp4",
    )
    made = request_of(order)
    assert made["model_asset_id"] == "a" * 32
    scenes = [ShootScriptItem.model_validate(scene) for scene in made["shoot_scripts"]]
    assert [scene.own_avatar for scene in scenes] == [None, "b" * 32, None]
    voices = [scene.voice_or(None) for scene in scenes]
    assert [voice.voice_asset_id if voice else None for voice in voices] == [None, "piper-en_US-joe", None]
    assert scenes[1].x_greenroom is not None and scenes[1].x_greenroom.framing == "head"
    grounds = [scene.shoot_script.background_config for scene in scenes if scene.shoot_script is not None]
    assert all(ground and ground[0].background_color_config == "#204060" for ground in grounds)


def test_the_command_names_the_line_at_fault(tmp_path: Path) -> None:
    script = tmp_path / "talk.txt"
    script.write_text("Stranger = " + "c" * 32 + "\nStranger: Hello.")
    found = CliRunner().invoke(
        app, ["dialogue", str(script), "-o", str(tmp_path / "o.mp4"), "--data", str(tmp_path / "data")]
    )
    assert isinstance(found.exception, UserError)
    assert "Stranger needs a voice" in str(found.exception)
