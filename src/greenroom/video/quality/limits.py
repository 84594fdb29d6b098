"""What a video must come up to: the operator's limits, and in words what is not within them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from greenroom.errors import GreenroomError
from greenroom.settings import Settings
from greenroom.stage.quality.figures import Mean, PartFigures
from greenroom.stage.quality.film import FilmFigures
from greenroom.stage.quality.lips import Lips

_SURE, _CLEARER = 0.5, 0.2
"""Lips are out of step where they agree with the sound by so much, and by so much better than in step. Two
seconds of Anna and Leyla that are in step differ by up to 0.17 by chance, where no phonemes are known."""
_LEAST_SPOKEN = 20
"""Pictures with something said in them; what is seen in fewer fails no video."""
_LEAST_PICTURES = 8
"""The same for the pictures within pauses."""
_CURE = (
    "Try again; if it stays, use another avatar or train this one again. The operator sets the limits: "
    "GREENROOM_QUALITY."
)
"""Short, for the wire takes 256 characters of an error."""


class VideoQualityError(GreenroomError):
    """A video was made and is not good enough to be published."""

    error_code = "MSS.00000004"
    status = 500


@dataclass(slots=True, frozen=True)
class Limits:
    lips_ms: int
    closed_share: float
    border: float
    identity_percent: float
    colour: float
    sound_ms: int

    @classmethod
    def of(cls, settings: Settings) -> Limits | None:
        """None where nothing is refused."""
        if settings.quality != "enforce":
            return None
        return cls(
            lips_ms=settings.quality_lips_ms,
            closed_share=settings.quality_closed_share,
            border=settings.quality_border,
            identity_percent=settings.quality_identity_percent,
            colour=settings.quality_colour,
            sound_ms=settings.quality_sound_ms,
        )

    def part_fault(self, figures: PartFigures) -> str | None:
        """What is worst about a part, as the end of a sentence about it; None: it is within all limits."""
        return next(self._part_faults(figures), None)

    def film_fault(self, film: FilmFigures) -> str | None:
        """The same for the finished file."""
        if not film.frames.are_all_there:
            return (
                f"the file has {film.frames.found} of {film.frames.expected} pictures, "
                f"{film.frames.dropped} dropped and {film.frames.repeated} repeated"
            )
        longer = film.sound.longer_than_picture_ms
        if abs(longer) > self.sound_ms:
            more = "longer" if longer > 0 else "shorter"
            return f"the sound is {abs(longer)} ms {more} than the pictures; the limit is {self.sound_ms} ms"
        return None

    def _part_faults(self, figures: PartFigures) -> Iterator[str]:
        lips = figures.lips()
        if lips is not None and self._is_out_of_step(lips, figures.spoken):
            order = "after" if lips.offset_ms > 0 else "before"
            yield f"the lips come {abs(lips.offset_ms)} ms {order} the sound; the limit is {self.lips_ms} ms"
        closed = figures.closed
        if closed is not None and closed.count >= _LEAST_PICTURES and closed.value < self.closed_share:
            yield (
                f"the mouth is closed in {closed.value:.0%} of the pauses; the limit is "
                f"{self.closed_share:.0%}"
            )
        yield from _above("the border of the mouth shows by", figures.border, self.border, " of 255")
        yield from _above("the face differs from the avatar's by", figures.shape, self.identity_percent, " %")
        yield from _above("the skin differs from the avatar's by", figures.colour, self.colour, " of 255")

    def _is_out_of_step(self, lips: Lips, spoken: int) -> bool:
        is_sure = spoken >= _LEAST_SPOKEN and lips.confidence >= _SURE and lips.gain >= _CLEARER
        return is_sure and abs(lips.offset_ms) > self.lips_ms


def _above(what: str, figure: Mean | None, limit: float, unit: str) -> Iterator[str]:
    if figure is not None and figure.value > limit:
        yield f"{what} {figure.value:.1f}{unit}; the limit is {limit:g}"


def refusal(where: str, fault: str) -> VideoQualityError:
    """The error of a job: which part, what is measured, the limit, and what one can do."""
    return VideoQualityError(f"{where}: {fault}. {_CURE}"[:256])
