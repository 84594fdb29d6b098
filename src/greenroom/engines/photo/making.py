"""From a portrait to an avatar package that the stage plays like any other."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.engines.mouth import package as names
from greenroom.engines.photo.backdrop import Backdrop, separate
from greenroom.engines.photo.check import require_fit
from greenroom.engines.photo.eyelids import Eyelids
from greenroom.engines.photo.head_field import HeadField
from greenroom.engines.photo.mouth_shape import FOLLOWED, followed, read_mouth
from greenroom.engines.photo.movement import LOOP_S, Moment, movement
from greenroom.engines.photo.painter import FACE, KIND, MOUTH, PLACED
from greenroom.engines.photo.portrait import Portrait, working_size
from greenroom.engines.protocols import VIDEO_FPS, FootageError, Image, Progress
from greenroom.media.encode import VideoSettings, VideoWriter
from greenroom.stage.loop_index import INDEX_FILE, index_clip

Floats = npt.NDArray[np.float32]

PLATE = "plate.png"
"""The photo's background without the person, in packages that are cut out."""
COVER = "photo.jpg"
_SEED = 3
_CRF, _ALPHA_CRF, _PRESET = 17, 18, "faster"


@dataclass(slots=True, frozen=True)
class PhotoOptions:
    name: str
    cut_out: bool = False
    """Cut the person out, for other backgrounds; else they stay before that of the photo."""
    seconds: float = LOOP_S
    """Length of the loop of movement."""
    drawing: Callable[[Portrait], Image] | None = None
    """Draws the photo anew, in its size and with every feature in its place."""


def make_photo_avatar(picture: Image, folder: Path, options: PhotoOptions, progress: Progress) -> Portrait:
    """Write the package of the person in `picture` into `folder`, which appears when it is whole.

    Raises:
        PhotoError: the photo does not pass `check_photo`.
        FootageError: nobody can be cut out of it, where `options.cut_out` asks for that.
    """
    portrait = require_fit(working_size(picture))
    drawn = options.drawing(portrait) if options.drawing is not None else None
    backdrop = separate(portrait, drawn)
    if backdrop is None and options.cut_out:
        raise FootageError(
            "The photo: the person cannot be told from the background, so it cannot be replaced. Take a "
            "photo before a plain wall, or leave the background out."
        )
    if drawn is not None:
        portrait = replace(portrait, picture=drawn)
    progress("photo", 0.15)
    building = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    moments = movement(_SEED, options.seconds)
    _write_clips(portrait, backdrop, moments, building, options.cut_out, progress)
    _write_extras(portrait, backdrop, building, options)
    _write_description(portrait, building, options, len(moments))
    names.publish_package(building, folder)
    progress("photo", 1.0)
    return portrait


def _write_clips(
    portrait: Portrait,
    backdrop: Backdrop | None,
    moments: list[Moment],
    building: Path,
    cut_out: bool,
    progress: Progress,
) -> None:
    """Both clips, and where the mouth and the face are in each frame."""
    shape, transform = read_mouth(portrait)
    field, lids = HeadField(portrait), Eyelids(portrait)
    mouth = portrait.landmarks[list(FOLLOWED), :2]
    placed = portrait.landmarks[list(PLACED), :2]
    transforms, places = [], []
    height, width = portrait.picture.shape[:2]
    settings = VideoSettings(width, height, VIDEO_FPS, preset=_PRESET, crf=_CRF)
    alpha_settings = VideoSettings(width, height, VIDEO_FPS, preset=_PRESET, crf=_ALPHA_CRF, monochrome=True)
    writers = [VideoWriter(building / names.BASE_VIDEO, settings)]
    if cut_out:
        writers.append(VideoWriter(building / names.ALPHA_VIDEO, alpha_settings))
    try:
        for number, moment in enumerate(moments):
            displacement = field.displacement(moment.pose)
            transforms.append(followed(transform, mouth, field.moved_points(displacement, mouth)))
            places.append(field.moved_points(displacement, placed))
            maps = field.sources(displacement)
            for writer, picture in zip(
                writers, _pictures(lids.photo(moment.blink), backdrop, maps, cut_out), strict=True
            ):
                writer.write_picture(picture)
            progress("photo", 0.15 + 0.75 * (number + 1) / len(moments))
        for writer in writers:
            writer.close()
    except BaseException:
        for writer in writers:
            writer.discard()
        raise
    shape.save(building / MOUTH, np.stack(transforms))
    np.savez(building / FACE, places=np.stack(places))


def _pictures(
    photo: Image, backdrop: Backdrop | None, maps: tuple[Floats, Floats], cut_out: bool
) -> Iterator[Image]:
    """The moved photo: whole, or the person's colours and their opacity."""
    if backdrop is None:
        yield moved(photo, maps)
    elif not cut_out:
        person = moved(np.asarray(255 * backdrop.person + 0.5, np.uint8), maps, cv2.INTER_LINEAR)
        yield _laid_over(moved(photo, maps), backdrop.plate, person)
    else:
        solid = backdrop.alpha[..., None] == 255
        yield moved(np.where(solid, photo, backdrop.extended), maps)
        yield moved(backdrop.alpha, maps, cv2.INTER_LINEAR)


def moved(picture: Image, maps: tuple[Floats, Floats], way: int = cv2.INTER_CUBIC) -> Image:
    """The picture with each pixel taken from where the maps say."""
    return np.asarray(cv2.remap(picture, *maps, way, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _laid_over(front: Image, back: Image, share: Image) -> Image:
    """front * share + back * (1 - share), in bytes."""
    mask = cv2.merge([share, share, share])
    lit = cv2.multiply(front, mask, scale=1 / 255)
    return np.asarray(cv2.add(lit, cv2.multiply(back, cv2.bitwise_not(mask), scale=1 / 255)), np.uint8)


def _write_extras(
    portrait: Portrait, backdrop: Backdrop | None, building: Path, options: PhotoOptions
) -> None:
    (building / names.DRIVER).write_bytes(shipped_driver())
    if backdrop is not None and options.cut_out:
        cv2.imwrite(str(building / PLATE), backdrop.plate)
    cv2.imwrite(str(building / COVER), portrait.picture, [cv2.IMWRITE_JPEG_QUALITY, 90])


def _write_description(portrait: Portrait, building: Path, options: PhotoOptions, frames: int) -> None:
    whole = (0, frames - 1)
    alpha = building / names.ALPHA_VIDEO
    index = index_clip(building / names.BASE_VIDEO, [whole], alpha if options.cut_out else None, whole)
    index.save(building / INDEX_FILE)
    height, width = portrait.picture.shape[:2]
    names.write_manifest(
        building,
        {
            "kind": KIND,
            "name": options.name,
            "fps": VIDEO_FPS,
            "size": [width, height],
            "frame_count": frames,
            "segments": [list(whole)],
            "idle": list(whole),
            "photo_sha256": hashlib.sha256(portrait.picture.tobytes()).hexdigest(),
        },
    )


def shipped_driver() -> bytes:
    """The network that hears how far lips part; it belongs to the presenter that comes with Greenroom."""
    with as_file(files("greenroom.cast") / "anna" / "avatar.zip") as path, zipfile.ZipFile(path) as archive:
        return archive.read(names.DRIVER)
