"""A voice package: a folder that holds all that is needed to speak with a trained voice, and says what it is.

`manifest.json` has the format version, the modeler that made it, name, language, sex, licence, the hash of
the authorization letter, what it was learnt from, and the hash of every file. `quality.json` is the measured
report, `sample.wav` the voice itself. Numbers lie in `.npz` files, which are read without pickle.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from greenroom.engines.package_files import MANIFEST as MANIFEST
from greenroom.engines.package_files import PackageKind, check_files, publish_package, read_manifest
from greenroom.engines.package_files import write_manifest as _write_manifest
from greenroom.engines.protocols import Sex, Voice, VoicePackageError

FORMAT_VERSION = 1
QUALITY = "quality.json"
SAMPLE = "sample.wav"
MOST_FILES = 200
MOST_BYTES = 4 << 30
_KIND = PackageKind("voice package", FORMAT_VERSION, VoicePackageError)


@dataclass(slots=True, frozen=True)
class VoicePackage:
    """An opened package. Its files are only read."""

    folder: Path
    manifest: dict[str, Any]

    @staticmethod
    def open(folder: Path, verify: bool = False) -> VoicePackage:
        """Open the package in `folder`; with `verify` every file's hash is computed.

        Raises:
            VoicePackageError: it is missing, damaged or of another format version.
        """
        manifest = read_manifest(folder, _KIND)
        _check_manifest(folder, manifest)
        check_files(folder, manifest, _KIND, verify)
        return VoicePackage(folder, manifest)

    @property
    def modeler(self) -> str:
        return str(self.manifest["modeler"])

    @property
    def sample(self) -> Path:
        return self.folder / SAMPLE

    def voice(self, voice_id: str) -> Voice:
        """As an engine offers it, under the id that it has where it is used."""
        return Voice(
            voice_id=voice_id,
            engine=self.modeler,
            name=str(self.manifest["name"]),
            language=str(self.manifest["language"]),
            sex=Sex(self.manifest["sex"]),
            licence=str(self.manifest["licence"]),
            sample_rate=int(self.manifest["sample_rate"]),
        )

    def quality(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / QUALITY).read_text()))


def _check_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Packages come back from outside too: what is read of one has to be there. Raises VoicePackageError."""
    texts = ("modeler", "name", "language", "licence")
    fits = (
        all(isinstance(manifest.get(name), str) for name in texts)
        and manifest.get("sex") in list(Sex)
        and isinstance(manifest.get("sample_rate"), int)
        and isinstance(manifest.get("files"), dict)
        and all(name == Path(name).name for name in manifest["files"])
    )
    if not fits:
        raise VoicePackageError(f"The voice package in {folder} is damaged: its {MANIFEST} is not complete.")


def close_package(building: Path, folder: Path, description: dict[str, Any], quality: dict[str, Any]) -> None:
    """Finish the package built in `building` (quality report, hashes, manifest) and put it in place."""
    (building / QUALITY).write_text(json.dumps(quality, indent=2, ensure_ascii=False) + "\n")
    _write_manifest(building, _KIND, description)
    publish_package(building, folder)


def pack(folder: Path, archive: Path) -> None:
    """The package as one file, the same bytes each time; it appears only when it is whole."""
    building = archive.with_suffix(".part")
    with zipfile.ZipFile(building, "w", zipfile.ZIP_DEFLATED) as into:
        for path in sorted(folder.iterdir()):
            entry = zipfile.ZipInfo(path.name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with path.open("rb") as source, into.open(entry, "w") as target:
                shutil.copyfileobj(source, target)
    os.replace(building, archive)


def unpack(archive: Path, folder: Path) -> VoicePackage:
    """Into `folder`, where it appears only when it is whole and every hash is right.

    Raises:
        VoicePackageError: it is no voice package, or would harm whoever unpacks it.
    """
    building = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    try:
        with zipfile.ZipFile(archive) as source:
            entries = source.infolist()
            if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BYTES:
                raise VoicePackageError(f"{archive.name} is larger than a voice package can be.")
            for entry in entries:
                if entry.filename != Path(entry.filename).name or entry.is_dir():
                    raise VoicePackageError(f"{archive.name} is no voice package: it holds folders.")
                source.extract(entry, building)
        VoicePackage.open(building, verify=True)
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(building, folder)
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        if (folder / MANIFEST).is_file():
            return VoicePackage.open(folder)  # another process was faster
        raise VoicePackageError(f"{archive.name} is no voice package: {error}.") from None
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return VoicePackage.open(folder)
