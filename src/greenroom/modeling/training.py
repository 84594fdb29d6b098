"""The heavy work of a training, run in a supervised child process: check, train, pack.

Each function takes a JSON object and answers one, as `jobs.children` asks; paths travel as text.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

from greenroom.engines.protocols import AvatarSource, Progress


def check(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`{footage}` -> the `FootageReport` as JSON. The report names the file as the path does."""
    from greenroom.engines.face.footage import check_footage

    return check_footage(Path(payload["footage"]), progress).to_json()


def train(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`{footage, name, consent, marks, work_dir, package_dir, effort}` -> `{quality}`.

    Goes on where an earlier run was cut off.
    """
    from greenroom.engines.mouth.trainer import TrainingOptions, train_avatar

    source = AvatarSource(
        footage=Path(payload["footage"]),
        name=payload["name"],
        consent=Path(payload["consent"]) if payload["consent"] else None,
        marks=Path(payload["marks"]) if payload.get("marks") else None,
    )
    package_dir = Path(payload["package_dir"])
    options = TrainingOptions.quick() if payload["effort"] == "quick" else TrainingOptions()
    train_avatar(source, Path(payload["work_dir"]), package_dir, options, progress)
    return {"quality": json.loads((package_dir / "quality.json").read_text())}


def pack(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`{package_dir, archive, cover}`: write the package as a zip file and its cover picture.

    Answers `{width, height, actions}`, the actions' lengths in seconds by name.
    """
    from greenroom.engines.mouth.package import AvatarPackage
    from greenroom.media.cover import write_cover

    package_dir = Path(payload["package_dir"])
    package = AvatarPackage.open(package_dir)
    write_cover(package.base_video, Path(payload["cover"]))
    files = sorted(path for path in package_dir.rglob("*") if path.is_file())
    with zipfile.ZipFile(payload["archive"], "w") as archive:
        for number, path in enumerate(files):
            # Videos do not get smaller; rounded weights do, by a tenth.
            way = zipfile.ZIP_STORED if path.suffix == ".mp4" else zipfile.ZIP_DEFLATED
            archive.write(path, path.relative_to(package_dir).as_posix(), way)
            progress("packing", (number + 1) / len(files))
    actions = {name: (last - first + 1) / package.fps for name, (first, last) in package.actions.items()}
    return {"width": package.size[0], "height": package.size[1], "actions": actions}
