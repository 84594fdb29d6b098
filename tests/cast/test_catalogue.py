"""The cast that ships, and catalogues that are wrong."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError
from tests.cast.making import make_cast, person

from greenroom.cast.catalogue import (
    ARCHIVE,
    CAST_FOLDER,
    CATALOGUE,
    CastError,
    digest_of,
    load_cast,
    read_description,
)
from greenroom.engines.registry import all_voices
from greenroom.settings import Settings

LARGEST_PACKAGE, LARGEST_CAST = 25_000_000, 120_000_000


class TestTheCastThatShips:
    def test_each_has_voices_of_its_sex_in_their_languages(self) -> None:
        voices = {voice.voice_id: voice for voice in all_voices()}
        for one in read_description(CAST_FOLDER).presenters:
            assert one.voice == one.voices["en"]
            assert {"en", "zh", "es", "ja"} <= one.voices.keys()
            for language, voice_id in one.voices.items():
                assert voices[voice_id].sex == one.sex
                assert voices[voice_id].language.startswith(language)

    def test_the_files_are_those_described(self) -> None:
        cast = load_cast()
        total = 0
        for presenter in cast.presenters:
            for name, digest in presenter.package.files.items():
                assert digest_of(presenter.path(name)) == digest
                total += digest.size
            assert presenter.package.files[ARCHIVE].size <= LARGEST_PACKAGE
        assert total <= LARGEST_CAST
        for voice_id, digest in cast.samples.items():
            assert digest_of(cast.sample_path(voice_id)) == digest

    def test_every_voice_has_a_sample(self) -> None:
        assert {voice.voice_id for voice in all_voices()} <= load_cast().samples.keys()


class TestLoadCast:
    def test_an_empty_folder_is_an_empty_cast(self, tmp_path: Path) -> None:
        assert load_cast(tmp_path).presenters == ()

    def test_who_is_described_without_a_package_is_not_shown(self, tmp_path: Path) -> None:
        folder = make_cast(tmp_path, person("mia"))
        described = json.loads((folder / CATALOGUE).read_text())
        del described["presenters"][0]["package"]
        (folder / CATALOGUE).write_text(json.dumps(described))
        assert load_cast(folder).presenters == ()
        assert load_cast(folder, "mia").presenters == ()

    def test_the_operator_chooses(self, tmp_path: Path) -> None:
        folder = make_cast(tmp_path, person("mia"), person("tom"))
        assert [one.name for one in load_cast(folder, "all").presenters] == ["mia", "tom"]
        assert [one.name for one in load_cast(folder, "Tom, ").presenters] == ["tom"]
        assert load_cast(folder, "none").presenters == ()
        with pytest.raises(CastError, match="there is no presenter zoe: the cast is mia, tom"):
            load_cast(folder, "tom,zoe")

    def test_a_wrong_choice_is_a_wrong_setting(self, tmp_path: Path) -> None:
        folder = make_cast(tmp_path, person("mia"))
        assert Settings(cast_folder=folder, cast="mia").cast == "mia"
        with pytest.raises(ValidationError, match="there is no presenter zoe"):
            Settings(cast_folder=folder, cast="zoe")

    def test_found_by_name_and_id(self, tmp_path: Path) -> None:
        cast = load_cast(make_cast(tmp_path, person("mia")))
        mia = cast.find("Mia")
        assert mia is not None and cast.find("cast-mia") is mia
        assert cast.find("tom") is None
        assert (mia.voice_for("zh-CN"), mia.voice_for("de")) == ("kokoro-zf_xiaoxiao", None)

    def test_withdrawn_from_a_day_on(self, tmp_path: Path) -> None:
        day = date(2026, 5, 1)
        (mia,) = load_cast(make_cast(tmp_path, person("mia", withdrawn=day))).presenters
        assert mia.withdrawn_since(date(2026, 4, 30)) is None
        assert mia.withdrawn_since(day) == day

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            (lambda entry: entry.pop("voice"), r"presenters\.0\.voice"),
            (lambda entry: entry.update(sex="x"), r"presenters\.0\.sex"),
            (lambda entry: entry.update(successor="zoe"), "the successor zoe of mia"),
            (lambda entry: entry["package"]["files"].pop("cover.jpg"), r"mia has no cover\.jpg"),
            (lambda entry: entry.update(name="tom"), "tom is described twice"),
        ],
    )
    def test_a_wrong_catalogue_is_named(self, change: object, words: str, tmp_path: Path) -> None:
        folder = make_cast(tmp_path, person("mia"), person("tom"))
        described = json.loads((folder / CATALOGUE).read_text())
        change(described["presenters"][0])  # type: ignore[operator]
        (folder / CATALOGUE).write_text(json.dumps(described))
        with pytest.raises(CastError, match=words):
            read_description(folder)
