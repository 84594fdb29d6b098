"""Layers in the picture: real files decoded, and the colours at their places compared."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from tests.stage.layer_files import (
    BLUE,
    GREEN,
    RED,
    disc,
    gray_ramp,
    ramp_level,
    turned_mov,
    write_png,
    write_video,
)

from greenroom.media.colour import FrameReader
from greenroom.media.decode import read_audio, read_frames
from greenroom.media.encode import planes_of
from greenroom.media.errors import MediaError
from greenroom.media.probe import probe
from greenroom.stage.base_frame import BaseFrame
from greenroom.stage.errors import SceneError
from greenroom.stage.framing import Placement
from greenroom.stage.layer_plan import (
    AtEnd,
    Clip,
    Fit,
    Layer,
    LayerKind,
    Motion,
    MotionKind,
    Outline,
    Playback,
    Shadow,
    Side,
    TextLook,
    whole_videos_s,
)
from greenroom.stage.layers import LayerStack, SceneSpan
from greenroom.stage.performance import AvatarOpener
from greenroom.stage.plan import RenderPlan, ScenePlan, plan_segments
from greenroom.stage.render import render_segment, render_video
from greenroom.stage.scene import Person, Scene, background_picture

pytestmark = pytest.mark.media

CANVAS = (320, 180)
SPAN = SceneSpan(CANVAS, 25, 100)
PERSON = (110, 150, 200)
WALL = (96, 64, 32)
"""BGR of the background."""


def drawn(
    *layers: Layer, below: int = 0, frames: int = 1, first: int = 0, person: bool = False
) -> list[np.ndarray]:
    """Frames of a scene with a person in the columns 100 to 220, as BGR."""
    place = Placement(100, 60, 120, 120)
    scene = Scene(CANVAS, background_picture("#204060", CANVAS), Person((120, 120), place, None))
    stack = LayerStack([scene], layers, below, SPAN)
    shown = BaseFrame.of(np.full((120, 120, 3), PERSON, np.uint8), np.full((120, 120), 255, np.uint8))
    pictures = []
    with stack.run(first, frames) as run:
        for _ in range(frames):
            frame = av.VideoFrame(*CANVAS, "yuv420p")
            run.next_frame().draw(scene, planes_of(frame), shown if person else None)
            frame.colorspace = 1
            pictures.append(FrameReader().read(frame, CANVAS))
    return pictures


def near(picture: np.ndarray, x: int, y: int, colour: tuple[int, int, int], margin: int = 14) -> bool:
    return bool(np.abs(picture[y, x].astype(int) - colour).max() <= margin)


def image(path: Path, **members: Any) -> Layer:
    return Layer(LayerKind.IMAGE, **{"fit": Fit.FILL, "source": str(path), **members})


def video(path: Path, **members: Any) -> Layer:
    info = probe(path)
    assert info.video is not None
    clip = Clip(
        info.video.width, info.video.height, round(info.video.duration_s * 1000), info.audio is not None
    )
    return Layer(LayerKind.VIDEO, **{"source": str(path), "clip": clip, **members})


def text(words: str, **members: Any) -> Layer:
    look = {
        name: members.pop(name) for name in ("colour", "outline", "shadow", "font_name") if name in members
    }
    return Layer(LayerKind.TEXT, text=TextLook(words, members.pop("font_size", 40), **look), **members)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`disc.png` (clear around a green disc), `red.png`, `ramp.mp4` (50 grays), `alpha.webm`."""
    folder = tmp_path_factory.mktemp("layers")
    write_png(folder / "disc.png", disc(100, GREEN))
    write_png(folder / "red.png", np.full((40, 60, 3), RED, np.uint8))
    write_video(folder / "ramp.mp4", gray_ramp(50), crf="4", g="12", bf="2")
    write_video(
        folder / "alpha.webm",
        [disc(100, (255, 0, 255))] * 30,
        "libvpx-vp9",
        pixels="yuva420p",
        **{"auto-alt-ref": "0", "crf": "10", "b": "0"},
    )
    return folder


class TestPictures:
    def test_a_clear_part_shows_what_lies_below(self, files: Path) -> None:
        (picture,) = drawn(image(files / "disc.png", x=20, y=40))
        assert near(picture, 70, 90, GREEN) and near(picture, 22, 42, WALL) and near(picture, 200, 90, WALL)
        edge = picture[90, 20:25].astype(int)
        assert edge[:, [0, 2]].max() < 120, "the white of clear pixels does not bleed into the edge"

    @pytest.mark.parametrize(
        ("members", "inside", "outside"),
        [
            ({"x": 10, "y": 10}, [(12, 12), (68, 48)], [(8, 8), (72, 52)]),
            ({"x": 11, "y": 13, "width": 120}, [(14, 16), (128, 90)], [(8, 10), (134, 96)]),
            ({"width": 60, "height": 100}, [(132, 42), (188, 138)], [(124, 90), (160, 34), (160, 146)]),
            ({"x": -40, "y": 150}, [(10, 160), (18, 178)], [(24, 160), (10, 146)]),
            (
                {"x": 0, "y": 0, "width": 60, "height": 60, "fit": Fit.CONTAIN},
                [(30, 30)],
                [(30, 4), (30, 56)],
            ),
            ({"x": 0, "y": 0, "width": 40, "height": 80, "fit": Fit.COVER}, [(2, 2), (37, 77)], [(44, 40)]),
            ({"x": 400, "y": 0}, [], [(318, 10)]),
        ],
    )
    def test_place_and_size(
        self,
        files: Path,
        members: dict[str, Any],
        inside: list[tuple[int, int]],
        outside: list[tuple[int, int]],
    ) -> None:
        (picture,) = drawn(image(files / "red.png", **members))
        assert all(near(picture, *place, RED) for place in inside)
        assert all(near(picture, *place, WALL) for place in outside)

    def test_turned_clockwise_about_its_middle(self, tmp_path: Path) -> None:
        halves = np.full((40, 80, 3), RED, np.uint8)
        halves[:, 40:] = BLUE
        layer = image(write_png(tmp_path / "halves.png", halves), x=100, y=60)
        (quarter,) = drawn(dataclasses.replace(layer, angle=90))
        assert near(quarter, 140, 50, RED) and near(quarter, 140, 110, BLUE) and near(quarter, 104, 80, WALL)
        (eighth,) = drawn(dataclasses.replace(layer, angle=45))
        assert near(eighth, 124, 64, RED) and near(eighth, 156, 96, BLUE) and near(eighth, 156, 60, WALL)

    def test_opacity(self, files: Path) -> None:
        (picture,) = drawn(image(files / "red.png", x=0, y=0, opacity=0.5))
        mean = tuple(int((one + other) / 2) for one, other in zip(RED, WALL, strict=True))
        assert near(picture, 30, 20, mean)  # type: ignore[arg-type]

    def test_what_is_no_picture_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "text.png").write_text("not a picture")
        with pytest.raises(MediaError, match=r"text\.png"):
            drawn(image(tmp_path / "text.png"))


class TestOrder:
    def test_the_person_stands_among_the_layers(self, files: Path) -> None:
        under = image(files / "red.png", x=80, y=100)
        over = image(files / "disc.png", x=180, y=60)
        (picture,) = drawn(under, over, below=1, person=True)
        assert near(picture, 90, 120, RED) and near(picture, 120, 120, PERSON)
        assert near(picture, 210, 110, GREEN) and near(picture, 110, 70, PERSON)

    @pytest.mark.parametrize("below", [0, 1, 2])
    def test_a_later_layer_covers_an_earlier_one(self, files: Path, below: int) -> None:
        first, second = (
            image(files / "red.png", x=10, y=10),
            image(files / "disc.png", x=0, y=0, width=60, height=60),
        )
        (picture,) = drawn(first, second, below=below)
        assert near(picture, 30, 30, GREEN) and near(picture, 66, 40, RED)
        (picture,) = drawn(second, first, below=below)
        assert near(picture, 30, 30, RED) and near(picture, 6, 30, GREEN)

    def test_moving_and_still_layers_keep_their_order(self, files: Path) -> None:
        bottom = image(files / "red.png", x=0, y=0, width=320, height=180)
        middle = video(files / "ramp.mp4", x=0, y=0)
        top = image(files / "disc.png", x=0, y=0)
        (picture,) = drawn(bottom, middle, top, below=1, person=True)
        assert near(picture, 300, 20, RED) and near(picture, 50, 50, GREEN)
        assert near(picture, 150, 20, (ramp_level(0),) * 3) and near(picture, 150, 100, (ramp_level(0),) * 3)
        assert near(picture, 200, 100, PERSON)


class TestVideos:
    def test_each_frame_at_its_time(self, files: Path) -> None:
        frames = drawn(video(files / "ramp.mp4", x=0, y=0), frames=50)
        for number, frame in enumerate(frames):
            assert abs(float(frame[60, 80].mean()) - ramp_level(number)) < 2, number

    def test_a_start_in_the_middle_shows_the_same(self, files: Path) -> None:
        layer = video(files / "ramp.mp4", x=0, y=0, playback=Playback(loops=-1))
        whole = drawn(layer, frames=100)
        for first in (1, 13, 31, 49, 60):
            alone = drawn(layer, frames=3, first=first)
            assert all((alone[i] == whole[first + i]).all() for i in range(3)), first

    def test_its_rate_follows_time(self, tmp_path: Path) -> None:
        path = write_video(tmp_path / "slow.mp4", gray_ramp(20), fps=10, crf="4")
        frames = drawn(video(path, x=0, y=0), frames=50)
        levels = [int(frame[60, 80, 0]) for frame in frames]
        wanted = [ramp_level(int((number + 0.5) / 25 * 10)) for number in range(50)]
        assert np.abs(np.array(levels) - wanted).max() <= 2

    @pytest.mark.parametrize(
        ("playback", "shown"),
        [
            (Playback(), [49, 49]),
            (Playback(loops=-1), [10, 45]),
            (Playback(loops=2), [10, 45]),
            (Playback(at_end=AtEnd.HIDE), [None, None]),
        ],
    )
    def test_after_its_end(self, files: Path, playback: Playback, shown: list[int | None]) -> None:
        layer = video(files / "ramp.mp4", x=0, y=0, playback=playback)
        for number, wanted in zip((60, 95), shown, strict=True):
            (frame,) = drawn(layer, first=number)
            colour = WALL if wanted is None else (ramp_level(wanted),) * 3
            assert near(frame, 80, 60, colour, 3), number

    def test_alpha_of_webm_is_kept(self, files: Path) -> None:
        (frame,) = drawn(video(files / "alpha.webm", x=20, y=40), first=10)
        assert near(frame, 70, 90, (255, 0, 255), 20) and near(frame, 23, 43, WALL)
        assert near(frame, 200, 90, WALL)
        (small,) = drawn(video(files / "alpha.webm", x=20, y=40, width=50, height=50, angle=30), first=10)
        assert near(small, 45, 65, (255, 0, 255), 20) and near(small, 22, 42, WALL)

    @pytest.mark.parametrize("angle", [90, 180, 270])
    def test_a_phones_video_stands_upright(self, tmp_path: Path, angle: int) -> None:
        stored = np.full((120, 160, 3), GREEN, np.uint8)
        stored[:, :40] = RED
        path = turned_mov(tmp_path / "phone.mov", [stored] * 5, angle)
        want = next(iter(read_frames(path)))
        layer = video(path, x=0, y=0)
        (frame,) = drawn(layer)
        assert layer.clip is not None and (layer.clip.width, layer.clip.height) == (
            want.shape[1],
            want.shape[0],
        )
        seen = frame[: want.shape[0], : want.shape[1]].astype(int)
        assert np.abs(seen - want).mean() < 6

    def test_colours_of_bt601_are_converted(self, tmp_path: Path) -> None:
        path = tmp_path / "old.mp4"
        orange = np.full((120, 160, 3), (30, 144, 255), np.uint8)
        with av.open(str(path), "w") as movie:
            stream = movie.add_stream("libx264", rate=25, options={"crf": "4"})
            stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
            frame = av.VideoFrame.from_ndarray(orange, format="bgr24")
            movie.mux(stream.encode(frame.reformat(format="yuv420p", dst_colorspace="ITU601")))
            movie.mux(stream.encode(None))
        for size in ({}, {"width": 80}):
            (picture,) = drawn(video(path, x=0, y=0, **size))
            assert near(picture, 40, 40, (30, 144, 255), 6)

    def test_a_background_video_covers_the_canvas(self, files: Path) -> None:
        whole = {"x": 0, "y": 0, "width": 320, "height": 180, "fit": Fit.COVER}
        layer = video(files / "ramp.mp4", **whole, playback=Playback(loops=-1, volume=0))
        frames = drawn(layer, below=1, first=60, frames=2, person=True)
        for number, frame in enumerate(frames, 10):
            gray = (ramp_level(number),) * 3
            assert all(near(frame, *place, gray, 3) for place in ((1, 1), (318, 178), (160, 30)))
            assert near(frame, 160, 100, PERSON)

    def test_a_damaged_end_does_not_stop_the_scene(self, tmp_path: Path) -> None:
        """Not even where it was whole when it was examined."""
        pictures = [picture + np.arange(160, dtype=np.uint8)[None, :, None] % 7 for picture in gray_ramp(50)]
        whole = write_video(tmp_path / "whole.mkv", pictures, crf="4", g="5")
        layer = video(whole, x=0, y=0)
        data = whole.read_bytes()
        whole.write_bytes(data[: len(data) * 2 // 3])
        frames = drawn(layer, frames=60)
        last = float(frames[-1][60, 80].mean())
        assert ramp_level(20) < last < ramp_level(45) and (frames[-1] == frames[49]).all()


class TestTimes:
    def test_a_layer_is_seen_in_its_time_only(self, files: Path) -> None:
        layer = image(files / "red.png", x=0, y=0, start_ms=400, end_ms=1200)
        seen = [near(frame, 30, 20, RED) for frame in drawn(layer, frames=40)]
        assert seen == [10 <= number < 30 for number in range(40)]

    def test_a_video_begins_with_its_layer(self, files: Path) -> None:
        layer = video(files / "ramp.mp4", x=0, y=0, start_ms=1000)
        frames = drawn(layer, frames=40)
        assert near(frames[24], 80, 60, WALL)
        assert near(frames[25], 80, 60, (ramp_level(0),) * 3, 3)
        assert near(frames[39], 80, 60, (ramp_level(14),) * 3, 3)

    def test_fades(self, files: Path) -> None:
        fade = Motion(MotionKind.FADE, 400)
        layer = image(files / "red.png", x=0, y=0, start_ms=400, end_ms=2000, entrance=fade, exit=fade)
        red = [int(frame[20, 30, 2]) for frame in drawn(layer, frames=55)]
        assert red[9] < 50 and red[50] < 50 and min(red[20:40]) > 240
        assert red[10:20] == sorted(red[10:20]) and red[40:50] == sorted(red[40:50], reverse=True)
        assert abs(red[14] - (32 + 0.45 * 223)) < 12, "half way through the entrance"

    @pytest.mark.parametrize("side", list(Side))
    def test_slides_come_over_their_edge(self, files: Path, side: Side) -> None:
        layer = image(files / "red.png", x=130, y=70, entrance=Motion(MotionKind.SLIDE, 400, side))
        frames = drawn(layer, frames=12)
        first, last = (np.argwhere(frame[..., 2] > 200) for frame in (frames[0], frames[11]))
        assert abs(last[:, 1].mean() - 160) < 1.5 and abs(last[:, 0].mean() - 90) < 1.5
        row, column = first.mean(axis=0)
        away = {Side.LEFT: 160 - column, Side.RIGHT: column - 160, Side.TOP: 90 - row, Side.BOTTOM: row - 90}
        assert away[side] > 50 and sum(abs(value) < 2 for value in away.values()) == 2

    def test_a_zoom_grows_out_of_the_middle(self, files: Path) -> None:
        layer = image(files / "red.png", x=130, y=70, entrance=Motion(MotionKind.ZOOM, 400))
        sizes = [int((frame[..., 2] > 60).sum()) for frame in drawn(layer, frames=12)]
        assert sizes[:10] == sorted(sizes[:10]) and sizes[2] < 0.8 * sizes[11] and sizes[11] > 2000

    def test_one_that_moves_away_shows_no_cut_edge(self, files: Path) -> None:
        """At rest half of it lies beyond the canvas; sliding in from the other side it is whole."""
        layer = image(files / "red.png", x=-30, y=70, entrance=Motion(MotionKind.SLIDE, 800, Side.RIGHT))
        widths = [int((frame[90, :, 2] > 200).sum()) for frame in drawn(layer, frames=25)]
        assert max(widths) >= 58 and abs(widths[24] - 30) <= 2


class TestTexts:
    def test_colour_outline_and_shadow(self) -> None:
        plain = text("HELLO", x=40, y=40, colour="#FFFF00")
        (bare,) = drawn(plain)
        (full,) = drawn(
            text(
                "HELLO",
                x=40,
                y=40,
                colour="#FFFF00",
                outline=Outline("#FF0000", 4),
                shadow=Shadow("#00FF00", 0, 30, 0, 1.0),
            )
        )

        def count(picture: np.ndarray, colour: tuple[int, int, int]) -> int:
            return int((np.abs(picture.astype(int) - colour).max(axis=2) < 60).sum())

        assert count(bare, (0, 255, 255)) > 400 and count(bare, RED) < 20
        assert count(full, RED) > 400 and count(full, GREEN) > 400
        rows = np.argwhere(np.abs(bare.astype(int) - (0, 255, 255)).max(axis=2) < 60)
        assert 40 <= rows[:, 1].min() < 50 and rows[:, 0].min() >= 40 and rows[:, 0].max() < 95

    def test_lines_are_broken_at_the_boxs_width(self) -> None:
        words = text("one two three four five", x=20, y=10, width=120, font_size=24)
        (picture,) = drawn(words)
        ink = np.abs(picture.astype(int) - WALL).max(axis=2) > 60
        columns = np.flatnonzero(ink.any(axis=0))
        assert columns[0] >= 20 and columns[-1] <= 140
        rows = ink.any(axis=1).astype(int)
        assert (np.diff(rows) == 1).sum() == 3, "three lines"

    def test_a_turned_text(self) -> None:
        (picture,) = drawn(text("IIIIIIIIIIII", x=100, y=70, angle=90, font_size=30))
        ink = np.argwhere(np.abs(picture.astype(int) - WALL).max(axis=2) > 60)
        assert np.ptp(ink[:, 0]) > 2 * np.ptp(ink[:, 1])

    @pytest.mark.parametrize(
        ("layer", "words"),
        [
            (text("a\u0378b"), r"U\+0378"),
            (text("a", font_name="Nowhere Sans"), "no font 'Nowhere Sans'"),
            (text("wide " * 150, font_size=120), "a side can be drawn"),
            (text("\n".join("abc"[n % 3] for n in range(300)), font_size=120), "a side can be drawn"),
        ],
    )
    def test_what_cannot_be_drawn_is_refused(self, layer: Layer, words: str) -> None:
        with pytest.raises(SceneError, match=words):
            drawn(layer)


class TestRendering:
    def _plan(self, package: Path, files: Path) -> RenderPlan:
        layers = (
            video(files / "ramp.mp4", x=0, y=0, width=320, height=180, fit=Fit.COVER, playback=Playback(-1)),
            image(files / "disc.png", x=10, y=10, start_ms=500, exit=Motion(MotionKind.SLIDE, 900, Side.TOP)),
            video(files / "alpha.webm", x=200, y=20, entrance=Motion(MotionKind.ZOOM, 700)),
            text(
                "Autumn", x=100, y=20, outline=Outline("#000000", 2), shadow=Shadow("#000000", 2, 2, 2, 0.5)
            ),
        )
        scene = ScenePlan(str(package), duration_s=3.4, background="#204060", layers=layers, layers_below=1)
        return RenderPlan((scene,), *CANVAS, threads=1, segment_s=1, crf=8)

    def test_a_segment_alone_is_as_in_the_whole(
        self, package: Path, files: Path, opener: AvatarOpener, tmp_path: Path
    ) -> None:
        plan = RenderPlan.from_json(self._plan(package, files).to_json())
        assert plan == self._plan(package, files)
        work = tmp_path / "work"
        render_video(plan, tmp_path / "out.mp4", opener=opener, work_folder=work)
        for number in (1, 2):
            render_segment(plan, plan_segments(plan)[number], tmp_path / "alone.mp4", opener=opener)
            whole = work / f"segment-{number:04d}.mp4"
            assert (tmp_path / "alone.mp4").read_bytes() == whole.read_bytes()
        frames = list(read_frames(tmp_path / "out.mp4"))
        assert near(frames[30], 60, 60, GREEN, 20) and near(frames[30], 250, 70, (255, 0, 255), 30)
        for number in (0, 24, 25, 60, 84):
            assert near(frames[number], 312, 172, (ramp_level(number % 50),) * 3, 6), number

    def test_an_old_plan_is_read(self, package: Path) -> None:
        plan = RenderPlan((ScenePlan(str(package)),))
        old = plan.to_json().replace(', "layers": [], "layers_below": 0', "")
        assert "layers" not in old and RenderPlan.from_json(old) == plan

    def test_a_file_that_is_gone_ends_the_render_in_words(
        self, package: Path, files: Path, opener: AvatarOpener, tmp_path: Path
    ) -> None:
        lost = dataclasses.replace(video(files / "ramp.mp4"), source=str(tmp_path / "lost.mp4"))
        scene = ScenePlan(str(package), duration_s=0.5, layers=(lost,))
        with pytest.raises(MediaError, match=r"lost\.mp4"):
            render_video(RenderPlan((scene,), *CANVAS), tmp_path / "out.mp4", opener=opener)
        assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def beep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One second of pictures; a tone in its first 0.4 seconds."""
    sound = np.zeros(48_000, np.float32)
    sound[:19_200] = 0.5 * np.sin(np.arange(19_200) * 2 * np.pi * 440 / 48_000)
    path = tmp_path_factory.mktemp("beep") / "beep.mkv"
    return write_video(path, gray_ramp(25), sound=sound)


class TestSound:
    def _heard(
        self, package: Path, opener: AvatarOpener, layer: Layer, out: Path, seconds: float = 3.0
    ) -> list[bool]:
        """Whether there is sound in each tenth of a second."""
        scene = ScenePlan(str(package), duration_s=seconds, layers=(layer,), show_person=False)
        render_video(RenderPlan((scene,), *CANVAS, threads=1), out, opener=opener)
        pcm = read_audio(out, 48_000)
        return [bool(np.abs(pcm[at : at + 4_800]).mean() > 0.02) for at in range(0, len(pcm) - 2_400, 4_800)]

    def test_it_is_heard_with_its_layer_and_loops(
        self, package: Path, opener: AvatarOpener, beep: Path, tmp_path: Path
    ) -> None:
        layer = video(beep, start_ms=500, playback=Playback(loops=2))
        heard = self._heard(package, opener, layer, tmp_path / "out.mp4")
        assert heard[1:4] == [False] * 3 and heard[5:8] == [True] * 3 and heard[10:14] == [False] * 4
        assert heard[15:18] == [True] * 3 and not any(heard[21:])

    def test_volume(self, package: Path, opener: AvatarOpener, beep: Path, tmp_path: Path) -> None:
        loud, soft, silent = (
            self._peak(package, opener, video(beep, playback=Playback(volume=volume)), tmp_path / "out.mp4")
            for volume in (1.0, 0.5, 0.0)
        )
        assert 0.4 < loud < 0.7 and soft == pytest.approx(loud / 2, rel=0.15) and silent < 0.01

    def _peak(self, package: Path, opener: AvatarOpener, layer: Layer, out: Path) -> float:
        scene = ScenePlan(str(package), duration_s=1.0, layers=(layer,), show_person=False)
        render_video(RenderPlan((scene,), *CANVAS, threads=1), out, opener=opener)
        return float(np.abs(read_audio(out, 48_000)).max())

    def test_a_scene_lasts_as_long_as_a_video_that_is_to_be_played_whole(self, beep: Path) -> None:
        layer = video(beep, start_ms=1500, playback=Playback(whole=True, loops=3))
        assert whole_videos_s([layer, video(beep)]) == pytest.approx(2.5, abs=0.05)
        assert whole_videos_s([video(beep)]) == 0
