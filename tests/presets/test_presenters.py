"""The generator of the presenters. It needs the tools of `presets/requirements.txt`."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

for tool in ("anny", "numba", "moderngl"):
    if importlib.util.find_spec(tool) is None:
        pytest.skip(f"'{tool}' is not installed; see presets/requirements.txt", allow_module_level=True)

sys.path.insert(0, str(Path(__file__).parents[2]))
from presets.anatomy import UNITS, Anatomy  # noqa: E402
from presets.build import Said  # noqa: E402
from presets.cast import CAST  # noqa: E402
from presets.garments import Tailor  # noqa: E402
from presets.light import grey_in_shade  # noqa: E402
from presets.mesh import catmull_clark  # noqa: E402
from presets.performance import blink_course, idle, wander  # noqa: E402
from presets.poses import Pose  # noqa: E402
from presets.presenter import bone_turns  # noqa: E402
from presets.speech_motion import FPS, mouth_course  # noqa: E402

from presets import body, face_hair, head_hair, wardrobe  # noqa: E402

RATE = 24_000


def _course(*sounds: tuple[str, float]) -> tuple[np.ndarray, list[tuple[int, int]]]:
    spans, places, at = [], [], 0.0
    for symbol, seconds in sounds:
        spans.append(Said(symbol, int(at * RATE), int((at + seconds) * RATE)))
        places.append((int(at * FPS), int((at + seconds) * FPS)))
        at += seconds
    units, _ = mouth_course(spans, RATE, int(at * FPS))
    return units, places


def _of(units: np.ndarray, name: str) -> np.ndarray:
    return units[:, UNITS.index(name)]


class TestMouthCourse:
    def test_lips_close_on_every_bilabial_and_open_on_the_vowel(self) -> None:
        units, places = _course(
            ("sil", 0.4),
            ("m", 0.08),
            ("ɑ", 0.2),
            ("p", 0.08),
            ("ɑ", 0.2),
            ("b", 0.08),
            ("i", 0.2),
            ("sil", 0.4),
        )
        jaw = _of(units, "jawOpen")
        for index in (1, 3, 5):
            first, last = places[index]
            assert jaw[first : last + 1].min() < 0.05
        first, last = places[2]
        assert jaw[first : last + 1].max() > 0.3

    def test_rounding_begins_before_its_vowel(self) -> None:
        units, places = _course(("sil", 0.4), ("s", 0.1), ("t", 0.06), ("u", 0.25), ("sil", 0.4))
        before, _ = places[3]
        assert _of(units, "mouthPucker")[before - 1] > 0.15

    def test_silence_is_still(self) -> None:
        units, _ = _course(("sil", 1.0))
        assert np.abs(units).max() < 0.01


class TestPerformance:
    def test_blinks_come_every_three_to_six_seconds(self) -> None:
        lids = blink_course(60 * FPS, np.random.default_rng(3))
        starts = np.flatnonzero((lids[1:] > 0.9) & (lids[:-1] <= 0.9))
        gaps = np.diff(starts) / FPS
        assert gaps.min() >= 2.9
        assert gaps.max() <= 6.1

    def test_the_idle_loop_closes(self) -> None:
        moments = idle({"mouthSmile": 0.3}, 12 * FPS, 5)
        heads = np.array([m.pose.head for m in moments])
        steps = np.linalg.norm(np.diff(heads, axis=0), axis=1)
        assert np.linalg.norm(heads[0] - heads[-1]) <= 1.2 * steps.max()

    def test_an_open_course_does_not_close(self) -> None:
        course = wander(200, np.random.default_rng(1), 1.0)
        assert abs(course[0] - course[-1]) > 1e-6


class TestShapes:
    def test_every_detail_of_the_cast_names_a_target(self) -> None:
        for who in CAST.values():
            for name in who.shape.details or {}:
                assert body.check_modifier(name), f"{who.name}: {name}"

    def test_refinement_keeps_a_plane_flat_and_quarters_its_faces(self) -> None:
        faces = np.array([[0, 1, 4, 3], [1, 2, 5, 4]], np.int32)
        matrix, finer = catmull_clark(faces, 6)
        points = matrix @ np.array([[x, y, 0.0] for y in (0, 1) for x in (0, 1, 2)])
        assert len(finer) == 8
        assert np.abs(points[:, 2]).max() == 0
        assert np.allclose(np.asarray(matrix.sum(axis=1)), 1)

    def test_the_eyes_lie_between_the_lids(self) -> None:
        anatomy = Anatomy(CAST["anna"].shape)
        left, right = anatomy.eye_centres
        assert np.allclose(left * [-1, 1, 1], right, atol=0.01)
        assert 0.11 < anatomy.eye_radius < 0.17


@pytest.fixture(scope="module")
def henrik() -> Tailor:
    who = CAST["henrik"]
    anatomy = Anatomy(who.shape, who.head_size)
    return Tailor(anatomy, anatomy.skin(-0.3))


class TestHair:
    def test_a_strand_that_stands_alone_is_left_out(self) -> None:
        along = np.linspace(0, 0.5, 30)[None, :, None] * np.array([0.0, 1.0, 0.0])
        roots = np.random.default_rng(2).uniform(0, 0.05, (200, 1, 3)) * [1, 0, 1]
        points = roots + along
        points[7, 15:, 0] += 0.2
        assert np.flatnonzero(~head_hair._in_company(points)).tolist() == [7]

    def test_deep_shade_under_a_fringe_is_grey(self) -> None:
        lit = np.array([[0.9, 0.75, 0.7], [0.09, 0.03, 0.0]], np.float32)
        bright, deep = grey_in_shade(lit)
        assert np.allclose(bright, lit[0])
        assert deep.max() < 1.3 * deep.min() and deep.mean() == pytest.approx(0.04, abs=0.004)


class TestClothes:
    @pytest.mark.parametrize("name", sorted(CAST))
    def test_everybody_can_be_dressed(self, name: str) -> None:
        who = CAST[name]
        anatomy = Anatomy(who.shape, who.head_size)
        for cloth in wardrobe.dress(Tailor(anatomy, anatomy.skin(-0.3)), who):
            part = cloth.part
            assert np.isfinite(part.rest).all()
            assert np.allclose(part.weights.sum(axis=1), 1, atol=1e-3)

    def test_a_jacket_is_not_torn_at_the_shoulder(self, henrik: Tailor) -> None:
        """With the arms down no edge between neck and shoulder is twice as long as before."""
        part = henrik.shell(0.13, 14, 0.14)
        skeleton = henrik.anatomy.skeleton
        matrices = skeleton.matrices(*bone_turns(skeleton, Pose())).astype(np.float32)
        posed, _ = part.posed(np.zeros(len(UNITS), np.float32), matrices)
        edges = np.concatenate([part.tris[:, [0, 1]], part.tris[:, [1, 2]]])
        middle = part.rest[edges].mean(axis=1)
        near = (np.abs(middle[:, 0]) < 1.2) & (np.abs(middle[:, 1] - henrik.pit[1]) < 0.6)
        before, after = (
            np.linalg.norm(np.diff(places[edges[near]], axis=1)[:, 0], axis=1)
            for places in (part.rest, posed)
        )
        assert (after / np.maximum(before, 1e-4)).max() < 2

    def test_a_jacket_lies_over_what_is_worn_under_it(self, henrik: Tailor) -> None:
        under, _, jacket, lapels, *_ = wardrobe.suit(henrik, CAST["henrik"])
        for outer, inner, least in ((jacket, under, 0.04), (lapels, jacket, 0.01)):
            seen = (outer.part.rest[:, 1] > henrik.pit[1] - 4) & (outer.keep > 0)
            gap = _height(outer.part.rest[seen], inner.part.rest, inner.part.normals(inner.part.rest))
            assert np.quantile(gap, 0.01) > least

    def test_no_beard_grows_on_the_lips(self, henrik: Tailor) -> None:
        anatomy = henrik.anatomy
        density = face_hair.beard_mask(anatomy, face_hair.lip_mask(anatomy))
        mouth = anatomy.landmarks["mouth"]
        lower_lip = mouth + np.array([[x, y, 0.0] for x in (-0.12, 0.0, 0.12) for y in (-0.02, -0.06, -0.10)])
        assert density(lower_lip).max() == 0
        assert density(mouth + np.array([[0.0, -0.25, 0.0]])).min() > 0.5


def _height(points: np.ndarray, surface: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """How far points lie outside of the nearest place of a surface."""
    from scipy.spatial import cKDTree

    _, nearest = cKDTree(surface).query(points)
    return ((points - surface[nearest]) * normals[nearest]).sum(axis=1)
