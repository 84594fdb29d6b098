"""An avatar package: a folder that holds all that is needed to let a person speak, and says what it holds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from greenroom.engines import package_files
from greenroom.engines.mouth.crops import CropGeometry
from greenroom.engines.package_files import MANIFEST as MANIFEST
from greenroom.engines.package_files import PackageKind, check_files, read_manifest
from greenroom.engines.package_files import file_sha256 as file_sha256
from greenroom.engines.package_files import publish_package as publish_package
from greenroom.engines.protocols import AvatarPackageError

FORMAT_VERSION = 2
BASE_VIDEO, ALPHA_VIDEO = "base.mp4", "alpha.mp4"
PAINTER, DRIVER = "mouth.onnx", "driver.onnx"
GEOMETRY, FRAMES, STEERING = "geometry.npz", "frames.npz", "steering.npz"
QUALITY = "quality.json"
_KIND = PackageKind("avatar package", FORMAT_VERSION, AvatarPackageError)


@dataclass(slots=True, frozen=True)
class AvatarPackage:
    """An opened package. Its files are only read."""

    folder: Path
    manifest: dict[str, Any]

    @staticmethod
    def open(folder: Path, verify: bool = False) -> AvatarPackage:
        """Open the package in `folder`; with `verify` every file's hash is computed.

        Raises:
            AvatarPackageError: it is missing, damaged or of another format version.
        """
        manifest = read_manifest(folder, _KIND)
        check_files(folder, manifest, _KIND, verify)
        return AvatarPackage(folder, manifest)

    @property
    def name(self) -> str:
        return str(self.manifest["name"])

    @property
    def kind(self) -> str:
        """`filmed`, or `photo` for a person made from one photo."""
        return str(self.manifest.get("kind", "filmed"))

    @property
    def base_video(self) -> Path:
        return self.folder / BASE_VIDEO

    @property
    def alpha_video(self) -> Path | None:
        path = self.folder / ALPHA_VIDEO
        return path if path.is_file() else None

    @property
    def fps(self) -> int:
        return int(self.manifest["fps"])

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the base clip."""
        width, height = self.manifest["size"]
        return int(width), int(height)

    @property
    def frame_count(self) -> int:
        return int(self.manifest["frame_count"])

    @property
    def segments(self) -> list[tuple[int, int]]:
        """First and last frame of each stretch of speaking in the base clip that has no cut inside."""
        return [(int(first), int(last)) for first, last in self.manifest["segments"]]

    @property
    def idle(self) -> tuple[int, int] | None:
        """First and last frame of the loop of listening, where there is one."""
        run = self.manifest.get("idle")
        return (int(run[0]), int(run[1])) if run is not None else None

    @property
    def actions(self) -> dict[str, tuple[int, int]]:
        """First and last frame of each action by its name."""
        runs = self.manifest.get("actions", {})
        return {str(name): (int(first), int(last)) for name, (first, last) in runs.items()}

    @property
    def painter(self) -> Path:
        return self.folder / PAINTER

    @property
    def driver(self) -> Path:
        return self.folder / DRIVER

    def geometry(self) -> CropGeometry:
        return CropGeometry.load(self.folder / GEOMETRY)

    def transforms(self) -> npt.NDArray[np.float32]:
        """[frame_count, 2, 3]: base frame to crop."""
        with np.load(self.folder / FRAMES, allow_pickle=False) as stored:
            return np.asarray(stored["transforms"], np.float32)

    def quality(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / QUALITY).read_text()))


def write_manifest(folder: Path, description: dict[str, Any]) -> None:
    """Close a package that is being built: hash its files and write the manifest."""
    package_files.write_manifest(folder, _KIND, description)
