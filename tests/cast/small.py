"""The cast that ships, at a third of its size: what is tested with it is the same, and takes less time."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from filelock import FileLock

from greenroom.cast.catalogue import (
    ARCHIVE,
    CAST_FOLDER,
    CATALOGUE,
    Presenter,
    digest_of,
    load_cast,
    read_description,
    write_description,
)
from greenroom.engines.mouth.package import (
    ALPHA_VIDEO,
    BASE_VIDEO,
    FRAMES,
    MANIFEST,
    AvatarPackage,
    write_manifest,
)
from greenroom.media.decode import read_frames
from greenroom.media.encode import VideoSettings, write_mp4
from greenroom.stage.framing import PersonArea
from greenroom.stage.loop_index import INDEX_FILE, LoopIndex

SHRINK = 3


def small_cast_in(place: Path) -> Path:
    """The folder of the small cast below `place`: made once for all processes, and kept for later runs."""
    described = (CAST_FOLDER / CATALOGUE).read_bytes() + Path(__file__).read_bytes()
    folder = place / hashlib.sha256(described).hexdigest()[:16]
    with FileLock(place / "making.lock"):
        if not folder.is_dir():
            for old in place.iterdir():
                if old.is_dir():
                    shutil.rmtree(old)
            _write_cast(folder)
    return folder


def _write_cast(folder: Path) -> None:
    building = folder.with_suffix(".part")
    shutil.copytree(CAST_FOLDER, building, ignore=shutil.ignore_patterns("*.py", "__pycache__", ARCHIVE))
    described = read_description(CAST_FOLDER)
    small = {one.name: _small(one, building / one.name) for one in load_cast().presenters}
    people = tuple(replace(one, package=small.get(one.name)) for one in described.presenters)
    write_description(building, replace(described, presenters=people))
    os.replace(building, folder)


def _small(presenter: Presenter, place: Path) -> Any:
    """Write the small archive of a presenter; its description."""
    folder = place / "package"
    with zipfile.ZipFile(presenter.path(ARCHIVE)) as archive:
        archive.extractall(folder)
    width, height = shrink(folder)
    with zipfile.ZipFile(place / ARCHIVE, "w") as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    shutil.rmtree(folder)
    digests = {name: digest_of(place / name) for name in presenter.package.files}
    return replace(presenter.package, width=width, height=height, files=digests)


def shrink(folder: Path) -> tuple[int, int]:
    """Make the base clip of an avatar package smaller, and what says where things are in it; the new size."""
    package = AvatarPackage.open(folder)
    width, height = (side // SHRINK // 2 * 2 for side in package.size)
    assert (width * SHRINK, height * SHRINK) == package.size
    for name in (BASE_VIDEO, ALPHA_VIDEO):
        is_matte = name == ALPHA_VIDEO
        settings = VideoSettings(
            width, height, package.fps, crf=12, keyframe_interval=25, b_frames=0, monochrome=is_matte
        )
        pictures = _pictures(folder / name, "gray" if is_matte else "bgr24", (width, height))
        write_mp4(folder / f"small-{name}", pictures, settings)
        os.replace(folder / f"small-{name}", folder / name)
    _move_crops(folder / FRAMES)
    index = LoopIndex.load(folder / INDEX_FILE)
    replace(index, area=_area(index.area), rest_area=_area(index.rest_area)).save(folder / INDEX_FILE)
    description = {**package.manifest, "size": [width, height]}
    del description["files"]
    (folder / MANIFEST).unlink()
    write_manifest(folder, description)
    return width, height


def _pictures(path: Path, pixel_format: str, size: tuple[int, int]) -> Iterator[Any]:
    for picture in read_frames(path, pixel_format=pixel_format):
        yield cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def _move_crops(path: Path) -> None:
    """The maps from base frame to crop, from the smaller frame: pixel x lies at SHRINK * x + offset."""
    with np.load(path) as stored:
        members = dict(stored)
    maps, offset = members["transforms"].copy(), (SHRINK - 1) / 2
    maps[:, :, 2] += maps[:, :, :2].sum(axis=2) * offset
    maps[:, :, :2] *= SHRINK
    np.savez_compressed(path, **{**members, "transforms": maps})


def _area(area: PersonArea | None) -> PersonArea | None:
    if area is None:
        return None
    left, top, right, bottom, centre = (side / SHRINK for side in astuple(area))
    return PersonArea(int(left), int(top), int(np.ceil(right)), int(np.ceil(bottom)), centre)
