"""The cast that ships, its first presenter at a third of the size: the same is tested, in less time."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from dataclasses import astuple, replace
from pathlib import Path

import av
import cv2
import numpy as np
from filelock import FileLock

from greenroom.cast.catalogue import (
    ARCHIVE,
    CAST_FOLDER,
    CATALOGUE,
    digest_of,
    load_cast,
    read_description,
    write_description,
)
from greenroom.engines.mouth.package import (
    ALPHA_VIDEO,
    BASE_VIDEO,
    FRAMES,
    AvatarPackage,
    write_manifest,
)
from greenroom.media.encode import VideoSettings, VideoWriter, planes_of
from greenroom.stage.framing import PersonArea
from greenroom.stage.loop_index import INDEX_FILE, LoopIndex

SHRINK = 3


def small_cast_in(place: Path) -> Path:
    """The folder of the small cast below `place`: made once for all processes, and kept for later runs."""
    described = (CAST_FOLDER / CATALOGUE).read_bytes() + Path(__file__).read_bytes()
    folder = place / hashlib.sha256(described).hexdigest()[:16]
    with FileLock(place / "making.lock"):
        if not folder.is_dir():
            for old in place.glob("*/"):
                shutil.rmtree(old)
            _write_cast(folder)
    return folder


def _write_cast(folder: Path) -> None:
    building = folder.with_suffix(".part")
    shutil.copytree(CAST_FOLDER, building, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    first = load_cast().presenters[0]
    width, height = _shrink_archive(building / first.name / ARCHIVE)
    digests = {name: digest_of(building / first.name / name) for name in first.package.files}
    package = replace(first.package, width=width, height=height, files=digests)
    described = read_description(CAST_FOLDER)
    people = (replace(one, package=package) if one == first.person else one for one in described.presenters)
    write_description(building, replace(described, presenters=tuple(people)))
    os.replace(building, folder)


def _shrink_archive(path: Path) -> tuple[int, int]:
    folder = path.with_name("package")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    size = shrink(folder)
    with zipfile.ZipFile(path, "w") as archive:
        for member in sorted(folder.iterdir()):
            archive.write(member, member.name)
    shutil.rmtree(folder)
    return size


def shrink(folder: Path) -> tuple[int, int]:
    """Make the base clip of an avatar package smaller, and what says where things are in it; the new size."""
    package = AvatarPackage.open(folder)
    width, height = (side // SHRINK // 2 * 2 for side in package.size)
    assert (width * SHRINK, height * SHRINK) == package.size
    settings = VideoSettings(width, height, package.fps, "ultrafast", crf=20, keyframe_interval=24)
    _scale(folder / BASE_VIDEO, settings)
    _scale(folder / ALPHA_VIDEO, replace(settings, monochrome=True))
    _move_crops(folder / FRAMES)
    index = LoopIndex.load(folder / INDEX_FILE)
    replace(index, area=_area(index.area), rest_area=_area(index.rest_area)).save(folder / INDEX_FILE)
    description = {**package.manifest, "size": [width, height]}
    del description["files"]
    write_manifest(folder, description)
    return width, height


def _scale(path: Path, settings: VideoSettings) -> None:
    small = path.with_name(f"small-{path.name}")
    with av.open(str(path)) as video, VideoWriter(small, settings) as writer:
        video.streams.video[0].thread_type = "AUTO"
        for frame in video.decode(video=0):
            target = writer.new_frame()
            # Of a matte there is luma alone.
            for plane, into in zip(planes_of(frame), planes_of(target), strict=False):
                into[:] = cv2.resize(plane, into.shape[::-1], interpolation=cv2.INTER_AREA)
            writer.write(target)
    os.replace(small, path)


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
