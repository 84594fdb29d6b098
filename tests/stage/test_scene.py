from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from greenroom.media.colour import FrameReader
from greenroom.media.encode import planes_of
from greenroom.media.errors import NotMediaError
from greenroom.stage.base_frame import BaseFrame
from greenroom.stage.errors import SceneError
from greenroom.stage.framing import FacePlace, PersonArea, Placement, default_placement, head_placement
from greenroom.stage.scene import Person, Scene, background_picture, parse_colour

PERSON = (110, 150, 200)


def _matte() -> np.ndarray:
    matte = np.zeros((128, 160), np.uint8)
    cv2.ellipse(matte, (80, 60), (25, 35), 0, 0, 360, 255, -1)
    matte[90:, 30:130] = 255
    return matte


def _draw(
    canvas: tuple[int, int],
    background: str,
    placement: Placement | None = None,
    matte: np.ndarray | None = None,
) -> np.ndarray:
    colour = np.full((128, 160, 3), PERSON, np.uint8)
    area = PersonArea.of([matte]) if matte is not None else None
    place = placement or default_placement(canvas, (160, 128), area)
    scene = Scene(canvas, background_picture(background, canvas), Person((160, 128), place, area))
    frame = av.VideoFrame(*canvas, "yuv420p")
    scene.draw(planes_of(frame), BaseFrame.of(colour, matte))
    frame.colorspace = 1
    return FrameReader().read(frame, canvas)


class TestHeadAndShoulders:
    """A half-body picture of 1200x1080 with a face 250 pixels high."""

    AREA = PersonArea(250, 60, 950, 1080, 600.0)
    FACE = FacePlace(600.0, 130.0, 380.0)

    @pytest.mark.parametrize("canvas", [(1920, 1080), (1280, 720), (1080, 1920), (640, 640)])
    def test_the_face_is_large_whole_and_in_the_middle(self, canvas: tuple[int, int]) -> None:
        width, height = canvas
        place = head_placement(canvas, (1200, 1080), self.AREA, self.FACE)
        scale = place.height / 1080
        assert place.width / 1200 == pytest.approx(scale, rel=0.01)
        forehead, chin = place.y + 130 * scale, place.y + 380 * scale
        assert place.x + 600 * scale == pytest.approx(width / 2, abs=2)
        assert 0.12 * height < forehead < chin < 0.75 * height
        assert chin - forehead == pytest.approx(min(0.40 * height, 0.55 * width), rel=0.02)
        half = default_placement(canvas, (1200, 1080), self.AREA)
        assert place.height > 1.2 * half.height
        assert place.y + 1080 * scale >= height - 1

    def test_a_short_picture_stands_on_the_lower_edge(self) -> None:
        """Cut off below the shoulders: the head goes down rather than the chest ending in the air."""
        area = PersonArea(250, 60, 950, 500, 600.0)
        place = head_placement((1080, 1920), (1200, 500), area, self.FACE)
        assert place.y + place.height == pytest.approx(1920, abs=2)

    def test_footage_that_is_head_and_shoulders_already_gets_no_smaller(self) -> None:
        area, face = PersonArea(0, 39, 312, 288, 154.0), FacePlace(160.0, 107.0, 239.0)
        place = head_placement((1280, 720), (360, 288), area, face)
        assert place == default_placement((1280, 720), (360, 288), area)

    @pytest.mark.parametrize("canvas", [(1920, 1080), (640, 640)])
    def test_hair_that_the_footage_cuts_off_ends_at_the_upper_edge(self, canvas: tuple[int, int]) -> None:
        area, face = PersonArea(250, 0, 950, 1080, 600.0), FacePlace(600.0, 110.0, 380.0)
        for place in (
            default_placement(canvas, (1200, 1080), area),
            head_placement(canvas, (1200, 1080), area, face),
        ):
            assert place.y <= 1
            assert place.y + place.height >= canvas[1] - 1

    def test_a_person_who_was_not_cut_out_fills_the_canvas(self) -> None:
        for face in (FacePlace(100.0, 130.0, 380.0), FacePlace(1100.0, 10.0, 200.0)):
            place = head_placement((1920, 1080), (1200, 1080), None, face)
            assert place.x <= 0 and place.x + place.width >= 1920
            assert place.y <= 0 and place.y + place.height >= 1080


@pytest.mark.parametrize("canvas", [(1920, 1080), (1280, 720), (1080, 1920), (640, 640), (322, 182)])
def test_the_person_stands_on_the_lower_edge_in_the_middle(canvas: tuple[int, int]) -> None:
    width, height = canvas
    picture = _draw(canvas, "#1E90FF", matte=_matte()).astype(int)
    person = np.abs(picture - PERSON).max(axis=2) < 12
    background = np.abs(picture - (255, 144, 30)).max(axis=2) < 6
    assert person[-1, width // 2] and background[2, 2] and background[2, -3]
    columns = np.nonzero(person[: height * 3 // 4].any(axis=0))[0]
    assert abs((columns[0] + columns[-1]) / 2 - width / 2) < 0.03 * width
    top = int(np.nonzero(person.any(axis=1))[0][0])
    assert 0.05 * height < top < 0.62 * height
    assert (person | background).mean() > 0.97


def test_every_colour_is_exact_within_rounding() -> None:
    for text in ("#000000", "#FFFFFF", "#1E90FF", "#ff0000", "#3A7D44"):
        picture = _draw((320, 180), text, matte=_matte())
        assert np.abs(picture[:8, :8].reshape(-1, 3).mean(axis=0) - parse_colour(text)).max() < 3


def test_a_person_who_was_not_cut_out_covers_the_canvas() -> None:
    picture = _draw((320, 180), "#FF0000").astype(int)
    assert (np.abs(picture - PERSON).max(axis=2) < 8).mean() > 0.999


@pytest.mark.parametrize(
    "place",
    [
        Placement(-200, -100, 640, 512),
        Placement(250, 150, 200, 160),
        Placement(-90, 40, 100, 80),
        Placement(3, 5, 33, 27),
        Placement(5000, 0, 160, 128),
    ],
)
def test_a_person_may_reach_beyond_the_canvas(place: Placement) -> None:
    picture = _draw((320, 180), "#1E90FF", place, _matte()).astype(int)
    scale_x, scale_y = place.width / 160, place.height / 128
    truth = cv2.warpAffine(
        _matte(), np.array([[scale_x, 0, place.x], [0, scale_y, place.y]], np.float32), (320, 180)
    )
    person = np.abs(picture - PERSON).max(axis=2) < 30
    assert (person == (truth > 127)).mean() > 0.96


def test_a_background_image_covers_the_canvas_without_distortion(tmp_path: Path) -> None:
    picture = np.full((400, 400, 3), 255, np.uint8)
    cv2.circle(picture, (200, 200), 60, (0, 0, 0), -1)
    cv2.imwrite(str(tmp_path / "room.png"), picture)
    fitted = background_picture(str(tmp_path / "room.png"), (640, 360))
    dark = fitted[..., 0] < 128
    assert fitted.shape == (360, 640, 3)
    assert dark.any(axis=0).sum() == pytest.approx(dark.any(axis=1).sum(), abs=3)
    assert dark.any(axis=0).sum() == pytest.approx(120 * 1.6, abs=4)


def test_bad_backgrounds_are_named(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(b"no image")
    with pytest.raises(NotMediaError, match=r"x\.png"):
        background_picture(str(tmp_path / "x.png"), (64, 64))
    with pytest.raises(SceneError, match="neither a colour"):
        background_picture("nowhere.png", (64, 64))
    with pytest.raises(SceneError, match="RRGGBB"):
        background_picture("#12", (64, 64))


def test_edges_are_mixed_not_cut() -> None:
    picture = _draw((640, 512), "#000000", Placement(0, 0, 640, 512), _matte()).astype(int)
    row = picture[240, 160:320].mean(axis=1)
    assert (np.diff(row) >= -2).all()
    between = ((row > 20) & (row < 130)).sum()
    assert 1 <= between <= 12
