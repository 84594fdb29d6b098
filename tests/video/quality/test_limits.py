"""What is refused, and the words for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from greenroom.settings import Settings
from greenroom.stage.quality.figures import Mean, PartFigures
from greenroom.stage.quality.film import FilmFigures, FilmSound, Frames
from greenroom.stage.quality.lips import LAGS_MS
from greenroom.video.quality.limits import Limits, refusal


def curve(at_ms: int, best: float = 0.8) -> tuple[float, ...]:
    return tuple(best - abs(lag - at_ms) / 500 for lag in LAGS_MS)


GOOD = PartFigures(250, 63, 63, curve(-10), 50, Mean(0.97, 20), Mean(1.1, 7), Mean(0.4, 7), Mean(0.2, 7))
FILM = FilmFigures(Frames(250, 250, 0, 0), FilmSound(-16.0, -1.6, 8, 0, (-16.1,)))


@pytest.fixture
def limits() -> Limits:
    made = Limits.of(Settings())
    assert made is not None
    return made


def test_a_good_part_and_a_good_file_pass(limits: Limits) -> None:
    assert limits.part_fault(GOOD) is None
    assert limits.part_fault(PartFigures(250)) is None
    assert limits.film_fault(FILM) is None


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"agreement": curve(200)}, "the lips come 200 ms after the sound; the limit is 120 ms"),
        ({"agreement": curve(-180)}, "the lips come 180 ms before the sound"),
        ({"closed": Mean(0.25, 20)}, "the mouth is closed in 25% of the pauses; the limit is 70%"),
        ({"border": Mean(9.5, 7)}, "the border of the mouth shows by 9.5 of 255; the limit is 6"),
        ({"shape": Mean(6.2, 7)}, "the face differs from the avatar's by 6.2 %; the limit is 3"),
        ({"colour": Mean(20.0, 7)}, "the skin differs from the avatar's by 20.0 of 255; the limit is 8"),
    ],
)
def test_each_fault_has_its_figure_and_its_limit(
    limits: Limits, members: dict[str, object], words: str
) -> None:
    fault = limits.part_fault(replace(GOOD, **members))  # type: ignore[arg-type]
    assert fault is not None and words in fault


@pytest.mark.parametrize(
    "members",
    [
        {"agreement": curve(200, best=0.45)},
        {"agreement": tuple(0.7 + (lag == 200) * 0.15 for lag in LAGS_MS)},
        {"agreement": curve(200), "spoken": 15},
        {"closed": Mean(0.0, 6)},
    ],
)
def test_what_is_not_sure_fails_no_video(limits: Limits, members: dict[str, object]) -> None:
    assert limits.part_fault(replace(GOOD, **members)) is None  # type: ignore[arg-type]


def test_a_file_whose_pictures_or_sound_are_not_all_there(limits: Limits) -> None:
    torn = replace(FILM, frames=Frames(250, 248, 2, 0))
    assert limits.film_fault(torn) == "the file has 248 of 250 pictures, 2 dropped and 0 repeated"
    short = replace(FILM, sound=replace(FILM.sound, longer_than_picture_ms=-400))
    assert limits.film_fault(short) == "the sound is 400 ms shorter than the pictures; the limit is 100 ms"


def test_the_operator_turns_it_off_or_changes_it() -> None:
    assert Limits.of(Settings(quality="report")) is None
    assert Limits.of(Settings(quality="off")) is None
    stricter = Limits.of(Settings(quality_closed_share=0.99))
    assert stricter is not None and stricter.part_fault(GOOD) is not None


def test_the_error_fits_the_wire_and_says_what_to_do(limits: Limits) -> None:
    fault = limits.part_fault(replace(GOOD, agreement=curve(200)))
    assert fault is not None
    error = refusal("scene 12, 1210.0 to 1220.0 s", fault)
    assert len(error.message) <= 256 and error.message.endswith("GREENROOM_QUALITY.")
    assert error.message.startswith("scene 12, 1210.0 to 1220.0 s: the lips come 200 ms after the sound")
