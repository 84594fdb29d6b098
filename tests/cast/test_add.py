"""`python -m greenroom.cast.add`: what a package becomes, and which are refused."""

from __future__ import annotations

import os
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.cast.making import person

from greenroom.cast.add import add_presenter, write_archive
from greenroom.cast.catalogue import (
    ARCHIVE,
    COVER,
    PREVIEW,
    Action,
    CastError,
    Description,
    Package,
    Person,
    digest_of,
    load_cast,
    read_description,
    write_description,
)
from greenroom.engines.mouth.package import AvatarPackage, write_manifest
from greenroom.engines.protocols import AvatarPackageError

FIRST, LATER = date(2026, 2, 1), date(2026, 3, 1)


def make_package(folder: Path, video: bytes = b"video", **manifest: Any) -> Path:
    folder.mkdir()
    for name, content in (("mouth.onnx", b"net"), ("base.mp4", video)):
        (folder / name).write_bytes(content)
    facts = {"name": "Mia", "fps": 25, "size": [1080, 1920], "frame_count": 300, "segments": [[0, 199]]}
    write_manifest(folder, {**facts, "synthetic": True, "actions": {"nod": [200, 249]}, **manifest})
    return folder


def show(package: AvatarPackage, who: Person, folder: Path) -> None:
    """Pictures that cost nothing."""
    (folder / COVER).write_bytes(b"cover")
    (folder / PREVIEW).write_bytes(who.introduction.encode())


@pytest.fixture
def cast_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "cast"
    folder.mkdir()
    write_description(folder, Description((person("mia"), person("tom"))))
    return folder


def add(source: Path, cast_folder: Path, name: str = "mia", today: date = FIRST) -> Package:
    return add_presenter(source, name, today, cast_folder, show)


class TestAddPresenter:
    def test_what_is_written_down(self, cast_folder: Path, tmp_path: Path) -> None:
        entry = add(make_package(tmp_path / "p"), cast_folder)
        assert (entry.version, entry.released, entry.updated) == (1, FIRST, FIRST)
        assert (entry.width, entry.height, entry.actions) == (1080, 1920, (Action("nod", 2.0),))
        for name, digest in entry.files.items():
            assert digest_of(cast_folder / "mia" / name) == digest
        assert [one.package for one in read_description(cast_folder).presenters] == [entry, None]
        assert [one.name for one in load_cast(cast_folder).presenters] == ["mia"]

    def test_the_same_package_keeps_its_version(self, cast_folder: Path, tmp_path: Path) -> None:
        source = make_package(tmp_path / "p")
        first = add(source, cast_folder)
        os.utime(source / "base.mp4", (0, 0))
        assert add(source, cast_folder, today=LATER) == first

    def test_another_one_is_the_next_version(self, cast_folder: Path, tmp_path: Path) -> None:
        first = add(make_package(tmp_path / "p"), cast_folder)
        second = add(make_package(tmp_path / "q", b"a better video"), cast_folder, today=LATER)
        assert (second.version, second.released, second.updated) == (2, FIRST, LATER)
        assert second.files[ARCHIVE] != first.files[ARCHIVE]

    def test_only_whom_the_catalogue_describes(self, cast_folder: Path, tmp_path: Path) -> None:
        with pytest.raises(
            CastError, match="nobody called zoe: describe them first, or take one of mia, tom"
        ):
            add(make_package(tmp_path / "p"), cast_folder, "zoe")

    @pytest.mark.parametrize("says", [None, False, "yes"])
    def test_only_invented_people(self, says: object, cast_folder: Path, tmp_path: Path) -> None:
        with pytest.raises(CastError, match="only invented people may ship"):
            add(make_package(tmp_path / "p", synthetic=says), cast_folder)

    def test_a_damaged_package_changes_nothing(self, cast_folder: Path, tmp_path: Path) -> None:
        source = make_package(tmp_path / "p")
        (source / "base.mp4").write_bytes(b"?")
        before = read_description(cast_folder)
        with pytest.raises(AvatarPackageError, match="has changed"):
            add(source, cast_folder)
        assert read_description(cast_folder) == before


class TestWriteArchive:
    def test_it_depends_on_the_files_alone(self, tmp_path: Path) -> None:
        package = AvatarPackage.open(make_package(tmp_path / "p"))
        write_archive(package, tmp_path / "one.zip")
        os.utime(package.folder / "base.mp4", (0, 0))
        (package.folder / "base.mp4").chmod(0o600)
        (package.folder / "notes.txt").write_text("not of the package")
        turned = dict(reversed(package.manifest["files"].items()))
        write_archive(replace(package, manifest={**package.manifest, "files": turned}), tmp_path / "two.zip")
        assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()

    def test_it_holds_the_package(self, tmp_path: Path) -> None:
        package = AvatarPackage.open(make_package(tmp_path / "p"))
        write_archive(package, tmp_path / "one.zip")
        with zipfile.ZipFile(tmp_path / "one.zip") as archive:
            assert archive.namelist() == ["base.mp4", "manifest.json", "mouth.onnx"]
            archive.extractall(tmp_path / "again")
        assert AvatarPackage.open(tmp_path / "again", verify=True).name == "Mia"
