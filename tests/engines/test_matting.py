from __future__ import annotations

from itertools import islice, pairwise
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from greenroom.engines import weights
from greenroom.engines.matting import choose_matter, write_avatar_clips
from greenroom.engines.matting.chroma import ChromaMatter
from greenroom.engines.matting.pieces import one_person
from greenroom.engines.matting.screen import find_screen
from greenroom.engines.protocols import Image
from greenroom.media.decode import read_frames

FOOTAGE = Path(__file__).resolve().parents[3] / "shared" / "data" / "footage" / "grid_s1_training.mp4"

SCREENS = {"green": (60, 190, 50), "blue": (200, 80, 30), "cyan": (210, 190, 40)}
SKIN, HAIR, SHIRT = (110, 150, 200), (30, 35, 45), (90, 80, 70)


def _studio(screen: tuple[int, int, int], shift: int = 0, noise: float = 2.0) -> tuple[Image, np.ndarray]:
    """A person of ellipses before an unevenly lit screen, and the true matte."""
    height, width, scale = 240, 320, 4
    matte = np.zeros((height * scale, width * scale), np.float32)
    person = np.zeros((height * scale, width * scale, 3), np.float32)

    def part(centre: tuple[int, int], axes: tuple[int, int], colour: tuple[int, int, int]) -> None:
        where = np.zeros(matte.shape, np.uint8)
        cv2.ellipse(
            where,
            ((centre[0] + shift) * scale, centre[1] * scale),
            (axes[0] * scale, axes[1] * scale),
            *(0, 0, 360, 1, -1),
        )
        matte[where > 0] = 1.0
        person[where > 0] = colour

    part((160, 250), (90, 80), SHIRT)
    part((160, 90), (46, 58), HAIR)
    part((160, 110), (36, 46), SKIN)
    light = np.linspace(1.1, 0.75, width * scale, dtype=np.float32)[None, :, None]
    picture = np.array(screen, np.float32) * light * (1.0 - matte[..., None]) + person * matte[..., None]
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    small += np.random.default_rng(shift + 100).normal(0, noise, small.shape)
    truth = cv2.resize(matte, (width, height), interpolation=cv2.INTER_AREA)
    return np.clip(small, 0, 255).astype(np.uint8), truth


@pytest.mark.parametrize("name", SCREENS)
def test_a_person_before_a_screen_is_cut_out_cleanly(name: str) -> None:
    frames = [_studio(SCREENS[name], shift)[0] for shift in range(-20, 21, 4)]
    matter = choose_matter(frames)
    assert matter.name == f"chroma-{name}"
    frame, truth = _studio(SCREENS[name], 3)
    cut = matter.cut(frame)
    alpha = cut.alpha.astype(np.float32) / 255.0
    assert alpha[:20].max() == 0.0 and alpha[:, :20].max() == 0.0
    assert alpha[90:130, 150:170].min() == 1.0
    assert np.abs(alpha - truth).mean() < 0.01
    for background in ((255, 255, 255), (0, 0, 220), (20, 20, 20)):
        mixed = cut.colour * alpha[..., None] + np.array(background) * (1 - alpha[..., None])
        person = _studio(background, 3, noise=0.0)[0].astype(np.float32)
        flat = np.abs(mixed - person)[20:]
        light = np.array(background) > 0
        edge = (truth[20:] > 0.02) & (truth[20:] < 0.98)
        assert light.any() and np.median(flat[edge]) < 40 and flat[truth[20:] >= 1.0].mean() < 6


@pytest.mark.parametrize(
    ("screen", "hair"), [(SCREENS["green"], HAIR), ((56, 131, 20), (60, 68, 80))], ids=["bright", "dark"]
)
def test_dark_hair_narrower_than_the_edge_stays_before_light_skin(
    screen: tuple[int, int, int], hair: tuple[int, int, int]
) -> None:
    """Sideburns: no mixture of screen and skin, though the skin is what lies nearest to them."""
    frames = [_studio(screen, shift)[0] for shift in range(-20, 21, 4)]
    matter = choose_matter(frames)
    assert isinstance(matter, ChromaMatter)
    frame = _studio(screen, 0)[0]
    frame[100:140, 126:134] = SKIN
    frame[100:140, 114:126] = screen
    frame[100:140, 123:126] = hair
    cut = matter.cut(frame)
    assert cut.alpha[105:135, 124].min() > 230
    assert np.abs(cut.colour[105:135, 124].astype(int) - hair).mean() < 25
    assert cut.alpha[105:135, 118].max() == 0


def test_an_ordinary_room_is_no_screen() -> None:
    random = np.random.default_rng(0)
    blobs = random.integers(0, 255, (12, 16, 3), np.uint8)
    room = cv2.resize(blobs, (320, 240), interpolation=cv2.INTER_CUBIC)
    grey = np.full((240, 320, 3), (128, 130, 126), np.uint8)
    assert find_screen([room] * 8) is None
    assert find_screen([grey] * 8) is None


@pytest.fixture(scope="module")
def frames() -> list[Image]:
    if not FOOTAGE.is_file():
        pytest.skip("the shared footage is not on this machine")
    return list(islice(read_frames(FOOTAGE), 0, 900, 45))


@pytest.mark.media
class TestRealFootage:
    def test_solid_inside_clear_outside_and_no_blue_rim(self, frames: list[Image]) -> None:
        matter = choose_matter(frames)
        assert isinstance(matter, ChromaMatter)
        for frame in frames[::5]:
            cut = matter.cut(frame)
            assert cut.alpha[:30, :60].max() == 0 and cut.alpha[:30, -60:].max() == 0
            assert cut.alpha[110:280, 140:160].min() == 255
            assert cut.alpha[262:285, 70:230].min() == 255, "the denim shirt has holes"
            head = cut.colour[60:190]
            rim = (cut.alpha[60:190] > 20) & (cut.alpha[60:190] < 250)
            blue, green, red = (head[..., i][rim].astype(int) for i in range(3))
            assert rim.sum() > 100
            assert (np.minimum(blue, green) - red > 25).mean() < 0.03
            before = frame[60:190][rim].astype(int)
            assert (np.minimum(before[:, 0], before[:, 1]) - before[:, 2] > 25).mean() > 0.2

    def test_the_matte_does_not_flicker(self, frames: list[Image]) -> None:
        matter = choose_matter(frames)
        mattes = [matter.alpha(frame).astype(int) for frame in islice(read_frames(FOOTAGE), 12)]
        areas = [matte.sum() / 255 for matte in mattes]
        assert max(areas) / min(areas) < 1.02

    def test_both_clips_are_written(self, frames: list[Image], tmp_path: Path) -> None:
        matter = choose_matter(frames)
        count = write_avatar_clips(frames[:8], matter, tmp_path / "base.mp4", tmp_path / "alpha.mp4")
        assert count == 8
        colours = list(read_frames(tmp_path / "base.mp4"))
        mattes = list(read_frames(tmp_path / "alpha.mp4", pixel_format="gray"))
        assert len(colours) == len(mattes) == 8
        cut = matter.cut(frames[3])
        solid = cut.alpha == 255
        assert np.abs(mattes[3].astype(int) - cut.alpha).mean() < 2
        assert np.abs(colours[3].astype(int) - cut.colour)[solid].mean() < 4

    def test_the_network_finds_the_same_person(self, frames: list[Image]) -> None:
        try:
            weights.path("selfie_segmentation")
        except weights.MissingWeightsError as missing:
            pytest.skip(str(missing))
        from greenroom.engines.matting.selfie import SelfieMatter

        key = choose_matter(frames)
        network = SelfieMatter()
        for frame in frames[:5]:
            network.restart()
            one, other = network.alpha(frame) > 127, key.alpha(frame) > 127
            assert (one & other).sum() / (one | other).sum() > 0.9


def test_a_clip_that_fails_leaves_nothing(tmp_path: Path) -> None:
    frames = [_studio(SCREENS["green"], shift)[0] for shift in (-8, 0, 8)]
    matter = choose_matter(frames)

    def broken() -> object:
        yield frames[0]
        raise RuntimeError("camera lost")

    with pytest.raises(RuntimeError, match="camera lost"):
        write_avatar_clips(broken(), matter, tmp_path / "base.mp4", tmp_path / "alpha.mp4")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def _breathing(count: int) -> list[Image]:
    """A soft picture with a little noise that sways by a pixel."""
    rng = np.random.default_rng(4)
    grain = cv2.GaussianBlur(rng.normal(128, 60, (180, 240, 3)).astype(np.float32), (0, 0), 3)
    frames = []
    for number in range(count):
        sway = np.float32([[1, 0, np.sin(number / 8)], [0, 1, 0]])
        moved = cv2.warpAffine(grain, sway, (240, 180), borderMode=cv2.BORDER_REPLICATE)
        frames.append(np.clip(moved + rng.normal(0, 1.5, moved.shape), 0, 255).astype(np.uint8))
    return frames


def test_keyframes_stand_where_they_are_asked_for(tmp_path: Path) -> None:
    base = tmp_path / "base.mp4"
    write_avatar_clips(_breathing(130), None, base, tmp_path / "alpha.mp4", keyframes={0, 57, 60, 101})
    with av.open(str(base)) as file:
        rate = file.streams.video[0].time_base * 25
        keys = sorted(packet.pts * rate for packet in file.demux(video=0) if packet.is_keyframe)
    assert keys == [0, 48, 57, 60, 101]


def test_a_still_person_does_not_twitch_at_keyframes(tmp_path: Path) -> None:
    base = tmp_path / "base.mp4"
    write_avatar_clips(_breathing(130), None, base, tmp_path / "alpha.mp4")
    shown = [frame.astype(int) for frame in read_frames(base)]
    steps = [np.abs(one - other).mean() for one, other in pairwise(shown)]
    assert np.mean([steps[47], steps[95]]) < 5.5 * np.median(steps)


class TestOnePerson:
    def person(self) -> np.ndarray:
        alpha = np.zeros((540, 720), np.uint8)
        alpha[60:, 120:600] = 255
        return alpha

    def test_small_holes_are_filled(self) -> None:
        alpha = self.person()
        alpha[200:220, 300:320] = 0
        assert one_person(alpha)[200:220, 300:320].min() == 255

    def test_a_gap_beside_an_arm_stays_down_to_the_lower_edge(self) -> None:
        alpha = self.person()
        alpha[500:, 160:180] = 0
        assert one_person(alpha)[504:, 164:176].max() == 0

    def test_a_narrow_gap_stays_though_its_edges_are_soft(self) -> None:
        alpha = self.person()
        alpha[480:, 160:172] = 0
        alpha[480:, [160, 161, 170, 171]] = 120
        assert one_person(alpha)[484:, 163:169].max() == 0

    def test_a_gap_that_closes_stays_to_its_last_pixels(self) -> None:
        """The small picture has every second row and column: of this one the soft edges alone."""
        alpha = self.person()
        alpha[520:, 160:165] = [120, 0, 120, 0, 120]
        assert one_person(alpha)[520:, 161].max() == 0

    def test_a_shimmer_at_the_lower_edge_is_filled(self) -> None:
        alpha = self.person()
        alpha[510:, 300:330] = 120
        assert one_person(alpha)[512:, 304:326].min() == 255
