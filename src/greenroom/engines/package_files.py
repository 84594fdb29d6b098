"""The files of a package: a folder whose `manifest.json` has the format's version and every file's SHA-256.

Avatars and voices are kept so; what else a manifest says belongs to each of them.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from greenroom.engines.protocols import EngineError

MANIFEST = "manifest.json"


@dataclass(slots=True, frozen=True)
class PackageKind:
    name: str
    """As `voice package`."""
    format_version: int
    error: type[EngineError]
    """Raised with a text for the user."""


def read_manifest(folder: Path, kind: PackageKind) -> dict[str, Any]:
    """What the package in `folder` says of itself.

    Raises:
        EngineError: `kind.error`, where it is no such package or of another format version.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
    except FileNotFoundError:
        raise kind.error(f"{folder} is no {kind.name}: it holds no {MANIFEST}.") from None
    except (OSError, ValueError) as error:
        raise kind.error(f"{folder / MANIFEST} cannot be read: {error}.") from None
    version = manifest.get("format_version") if isinstance(manifest, dict) else None
    if version != kind.format_version:
        raise kind.error(
            f"The {kind.name} in {folder} has format version {version}; this Greenroom reads "
            f"{kind.format_version}. Train it again or update Greenroom."
        )
    return dict(manifest)


def check_files(folder: Path, manifest: dict[str, Any], kind: PackageKind, verify: bool) -> None:
    """Each file of the manifest is there and, with `verify`, has the hash that it had.

    Raises:
        EngineError: `kind.error`, where one is missing or has changed.
    """
    for name, digest in manifest["files"].items():
        path = folder / name
        if not path.is_file():
            raise kind.error(f"The {kind.name} in {folder} is incomplete: {name} is missing.")
        if verify and file_sha256(path) != digest:
            raise kind.error(f"The {kind.name} in {folder} is damaged: {name} has changed.")


def write_manifest(folder: Path, kind: PackageKind, description: dict[str, Any]) -> None:
    """Close a package that is being built: hash its files and write the manifest."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != MANIFEST)
    manifest = {
        "format_version": kind.format_version,
        **description,
        "files": {path.name: file_sha256(path) for path in files},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


def publish_package(building: Path, folder: Path) -> None:
    """Put a finished package in its place; one that an interrupted run left there is replaced."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    os.replace(building, folder)


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
