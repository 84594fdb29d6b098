"""Presenters of the cast on the command line."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.cast.making import make_cast, person
from tests.cli.test_production_commands import refusal
from tests.command_line import greenroom_here

from greenroom.cli.errors import UserError
from greenroom.cli.presenters import choose_presenter, find_presenter, voice_for_text
from greenroom.settings import Settings


@pytest.fixture
def cast_folder(tmp_path: Path) -> Path:
    yesterday: date = datetime.now(UTC).date() - timedelta(days=1)
    return make_cast(tmp_path / "cast", person("eva", withdrawn=yesterday), person("mia"), person("tom"))


@pytest.fixture
def settings(cast_folder: Path, tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", cast_folder=cast_folder)


class TestChoosePresenter:
    def test_the_first_who_is_offered(self, settings: Settings) -> None:
        chosen = choose_presenter(settings, None)
        assert chosen is not None and chosen.name == "mia"

    def test_by_name(self, settings: Settings) -> None:
        chosen = choose_presenter(settings, "Tom")
        assert chosen is not None and chosen.asset_id == "cast-tom"
        with pytest.raises(UserError, match="there is no presenter zoe: there are mia, tom"):
            choose_presenter(settings, "zoe")

    def test_where_none_ships(self, settings: Settings) -> None:
        assert choose_presenter(settings.model_copy(update={"cast": "none"}), "tom") is None

    def test_an_id_of_an_avatar_is_nobody_of_the_cast(self, settings: Settings) -> None:
        assert find_presenter(settings, "a" * 32) is None


class TestVoiceForText:
    def test_by_the_characters(self, settings: Settings) -> None:
        mia = find_presenter(settings, "mia")
        assert mia is not None
        assert voice_for_text(mia, "Good morning.") == "piper-en_US-joe"
        assert voice_for_text(mia, "Greenroom 早上好") == "kokoro-zf_xiaoxiao"
        # No voice for these is paired.
        assert voice_for_text(mia, "おはよう") == voice_for_text(mia, "सुप्रभात") == "piper-en_US-joe"


class TestCommands:
    def test_the_cast_is_listed(self, cast_folder: Path, tmp_path: Path) -> None:
        place = {"GREENROOM_CAST_FOLDER": str(cast_folder)}
        done = greenroom_here("avatar", "list", "--data", tmp_path / "data", "--json", **place)
        rows = json.loads(done.stdout)
        assert [(row["id"], row["built_in"], row["about"]) for row in rows] == [
            ("cast-mia", True, "News anchor"),
            ("cast-tom", True, "News anchor"),
        ]

    def test_a_presenter_is_shown_by_name(self, cast_folder: Path, tmp_path: Path) -> None:
        place = {"GREENROOM_CAST_FOLDER": str(cast_folder)}
        done = greenroom_here("avatar", "show", "tom", "--data", tmp_path / "data", **place)
        assert json.loads(done.stdout)["asset_id"] == "cast-tom"

    def test_a_withdrawn_one_makes_no_video(self, cast_folder: Path, tmp_path: Path) -> None:
        done = greenroom_here(
            "video", "make", "--avatar", "eva", "--text", "Hello.", "-o", tmp_path / "o.mp4",
            "--data", tmp_path / "data", GREENROOM_CAST_FOLDER=str(cast_folder),
        )  # fmt: skip
        assert "Eva was withdrawn on" in refusal(done)

    def test_a_wrong_choice_of_the_operator(self, cast_folder: Path, tmp_path: Path) -> None:
        done = greenroom_here(
            "avatar", "list", "--data", tmp_path / "data",
            GREENROOM_CAST_FOLDER=str(cast_folder), GREENROOM_CAST="zoe",
        )  # fmt: skip
        assert "there is no presenter zoe: the cast is eva, mia, tom" in refusal(done)
