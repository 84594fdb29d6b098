import json
from pathlib import Path

import pytest

from greenroom.engines.mouth.package import FORMAT_VERSION, AvatarPackage, publish_package, write_manifest
from greenroom.engines.protocols import AvatarPackageError


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "ana"
    folder.mkdir()
    (folder / "base.mp4").write_bytes(b"video")
    write_manifest(
        folder, {"name": "Ana", "fps": 25, "size": [360, 288], "frame_count": 75, "segments": [[0, 74]]}
    )
    return folder


def test_says_what_it_holds(package: Path) -> None:
    opened = AvatarPackage.open(package, verify=True)
    assert (opened.name, opened.size, opened.segments) == ("Ana", (360, 288), [(0, 74)])
    assert opened.alpha_video is None


def test_a_folder_that_is_no_package_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AvatarPackageError, match=r"no manifest\.json"):
        AvatarPackage.open(tmp_path)


def test_a_missing_file_is_named(package: Path) -> None:
    (package / "base.mp4").unlink()
    with pytest.raises(AvatarPackageError, match=r"base\.mp4 is missing"):
        AvatarPackage.open(package)


def test_a_changed_file_is_named(package: Path) -> None:
    (package / "base.mp4").write_bytes(b"other")
    with pytest.raises(AvatarPackageError, match=r"base\.mp4 has changed"):
        AvatarPackage.open(package, verify=True)


def test_another_format_version_is_refused_with_the_cure(package: Path) -> None:
    manifest = json.loads((package / "manifest.json").read_text())
    manifest["format_version"] = FORMAT_VERSION + 1
    (package / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(AvatarPackageError, match="Train it again or update"):
        AvatarPackage.open(package)


def test_publishing_replaces_what_an_interrupted_run_left(package: Path, tmp_path: Path) -> None:
    target = tmp_path / "out" / "ana"
    target.mkdir(parents=True)
    (target / "half").write_text("made")
    publish_package(package, target)
    assert not (target / "half").exists() and AvatarPackage.open(target).name == "Ana"


def test_idle_and_actions_are_read_where_there_are_any(package: Path, tmp_path: Path) -> None:
    opened = AvatarPackage.open(package)
    assert opened.idle is None and opened.actions == {}
    manifest = {**opened.manifest, "idle": [60, 74], "actions": {"nod": [30, 59]}}
    (package / "manifest.json").write_text(json.dumps(manifest))
    opened = AvatarPackage.open(package)
    assert opened.idle == (60, 74) and opened.actions == {"nod": (30, 59)}
