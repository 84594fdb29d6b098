"""When actions begin: asks of a scene, and actions that are spread over it, become places without overlap.

An ask keeps its moment where it can. It waits for the end of an earlier action. One that would pass the end
of the scene begins as much earlier as it must, if nothing is there; otherwise it is dropped, as is one asked
for after the end. All counts are frames of the performance, at VIDEO_FPS.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from greenroom.engines.protocols import VIDEO_FPS
from greenroom.stage.errors import SceneError

Run = tuple[int, int]


@dataclass(slots=True, frozen=True)
class ActionMark:
    """An ask for an action."""

    name: str
    at_ms: int
    """From the scene's beginning."""

    @property
    def at_frame(self) -> int:
        return self.at_ms * VIDEO_FPS // 1000


@dataclass(slots=True, frozen=True)
class PlacedAction:
    name: str
    start: int
    """The first frame of the performance that shows it."""
    run: Run
    """Its frames of the base clip."""

    @property
    def end(self) -> int:
        """One past its last frame of the performance."""
        return self.start + _length(self.run)


def in_order(asks: Iterable[ActionMark]) -> tuple[ActionMark, ...]:
    """Asks from several sources by their moments; of two at one moment the earlier source comes first."""
    return tuple(sorted(asks, key=lambda ask: ask.at_ms))


def check_actions(field: str, asks: Iterable[ActionMark], known: Iterable[str]) -> None:
    """Raises SceneError for the first ask whose action the avatar does not have."""
    names = list(known)
    for number, ask in enumerate(asks):
        if ask.name not in names:
            raise SceneError(f"{field}[{number}]: {unknown_action(ask.name, names)}")


def unknown_action(name: str, known: Sequence[str]) -> str:
    """What is wrong with an ask for an action that an avatar does not have, and what it has."""
    if not known:
        return (
            f"the avatar has no actions, so it cannot do {name!r}; leave it out, or train an avatar on "
            "footage with marks"
        )
    return f"the avatar has no action {name!r}; it has {', '.join(known)}"


def place_actions(
    asks: Sequence[ActionMark], runs: Mapping[str, Run], frames: int
) -> tuple[PlacedAction, ...]:
    """Where each ask is shown in a scene of `frames` frames, in order.

    Raises:
        SceneError: an action that is not in `runs`.
    """
    check_actions("actions", asks, runs)
    placed: list[PlacedAction] = []
    for ask in sorted(asks, key=lambda ask: ask.at_ms):
        run, free = runs[ask.name], placed[-1].end if placed else 0
        start = min(max(ask.at_frame, free), frames - _length(run))
        if start >= free and ask.at_frame < frames:
            placed.append(PlacedAction(ask.name, start, run))
    return tuple(placed)


class ActionSpreader:
    """Adds actions to one scene. The choice depends on the seed alone, never on another scene: a scene that
    is edited leaves the others as they were."""

    def __init__(self, interval_ms: int, runs: Mapping[str, Run], seed: str) -> None:
        self._interval_ms = interval_ms
        self._runs = runs
        self._chance = random.Random(seed)

    def fill(self, asks: Sequence[ActionMark], frames: int) -> tuple[ActionMark, ...]:
        """`asks`, with one of the avatar's actions every interval wherever the asks leave room.

        No two that follow each other are the same, where there are two.
        """
        taken = list(place_actions(asks, self._runs, frames))
        added: list[ActionMark] = []
        at_ms = self._interval_ms
        while (mark := ActionMark("", at_ms)).at_frame < frames and self._runs:
            chosen = self._choose(taken, mark.at_frame, frames)
            if chosen is not None:
                taken.append(chosen)
                added.append(ActionMark(chosen.name, at_ms))
            at_ms += self._interval_ms
        return tuple(sorted([*asks, *added], key=lambda ask: ask.at_ms))

    def _choose(self, taken: Sequence[PlacedAction], start: int, frames: int) -> PlacedAction | None:
        """An action for the moment `start`; None where there is no room for the one that fell to it."""
        before = max((a for a in taken if a.start <= start), key=lambda a: a.start, default=None)
        after = min((a for a in taken if a.start > start), key=lambda a: a.start, default=None)
        beside = {before.name if before else None, after.name if after else None}
        name = self._chance.choice([name for name in self._runs if name not in beside] or list(self._runs))
        action = PlacedAction(name, start, self._runs[name])
        fits = action.end <= (after.start if after else frames) and start >= (before.end if before else 0)
        return action if fits else None


def _length(run: Run) -> int:
    return run[1] - run[0] + 1
