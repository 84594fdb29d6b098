"""How a word is said and what falls on it: the two things that tags leave behind on words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from greenroom.engines.protocols import SpeechStyle

_LOWEST, _HIGHEST = 50, 200
"""Per cent: what the engines take for speed and pitch."""
_LOUDEST = 200


@dataclass(slots=True, frozen=True)
class Manner:
    """Factors on the style of the whole text; 1 is that style itself."""

    rate: float = 1.0
    pitch: float = 1.0
    volume: float = 1.0

    def within(self, outer: Manner) -> Manner:
        """This manner inside another one: the factors multiply."""
        return Manner(self.rate * outer.rate, self.pitch * outer.pitch, self.volume * outer.volume)

    def on(self, style: SpeechStyle) -> SpeechStyle:
        """The style with these factors, kept within what the engines take."""
        return replace(
            style,
            speed_percent=_between(style.speed_percent * self.rate, _LOWEST, _HIGHEST),
            pitch_percent=_between(style.pitch_percent * self.pitch, _LOWEST, _HIGHEST),
            volume_percent=_between(style.volume_percent * self.volume, 0, _LOUDEST),
        )


PLAIN = Manner()


@dataclass(slots=True, frozen=True)
class Mark:
    """A sign in the text, to be found again in the sound at the beginning of the word that follows it."""

    name: str
    is_action: bool = False
    """True: `name` is the tag of an action of the avatar."""
    at_end: bool = False
    """No word follows: it falls on the end of the word that carries it."""


def _between(value: float, low: int, high: int) -> int:
    return min(max(round(value), low), high)
