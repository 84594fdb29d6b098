"""Which frame of the base clip is shown when: a walk without a visible jump, for as long as the speech lasts.

Inside a continuous run the clip is played forwards or backwards. The walk leaves a run only from a frame to a
look-alike in another run, fading over a few frames, or turns round where the person is nearly still.
The walk depends on the clip and the seed alone, so any part of a video finds the same frames.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from greenroom.stage.loop_index import LoopIndex

FADE_FRAMES = 6
_LEAST_RUN = 40
"""Frames between two events, where the runs allow it: 1.6 s."""
_MOST_RUN = 260
_TURN_COST = 0.8
"""What turning round at standstill costs, in natural steps: a jump to a closer look-alike is preferred."""
_VISIT_COST = 0.3
FADE_FREE_DISTANCE = 0.8
"""Jumps below this many natural steps are cut without a fade."""
_GHOST_DISTANCE = 3.0
"""Fading between pictures further apart than this shows both at once."""


@dataclass(slots=True, frozen=True)
class LoopFrame:
    """Show `index`, mixed with `other` at `weight` (0: `index` alone)."""

    index: int
    other: int
    weight: float
    is_same: bool = False
    """Both show the same moment of the footage: nothing moves from one to the other."""


@dataclass(slots=True)
class _Event:
    at: int
    """The last frame shown before it."""
    to: int
    """The first one shown after it."""
    direction: int
    cost: float
    distance: float
    """Natural steps between the two frames that a jump joins; 0 for a turn."""
    jump: bool


class BaseLoop:
    """The walk through one base clip; `frame(n)` is the same whoever asks and in whatever order."""

    def __init__(self, index: LoopIndex, seed: int = 0) -> None:
        self._index = index
        self._random = np.random.default_rng(seed)
        self._frames: list[LoopFrame] = []
        self._run_of = np.full(len(index.speed), -1, np.int64)
        for number, (first, last) in enumerate(index.segments):
            self._run_of[first : last + 1] = number
        self._visits = np.zeros(len(index.segments), np.float64)
        self._position, self._direction = self._start()
        self._fade: list[tuple[int, float]] = []

    def frame(self, number: int) -> LoopFrame:
        """The base frame to show at frame `number` (from 0) of the performance."""
        while len(self._frames) <= number:
            self._walk()
        return self._frames[number]

    def _start(self) -> tuple[int, int]:
        """The calmest moment of the clip's first runs: the frame whose surroundings move least."""
        first, last = self._index.segments[0]
        speed = self._index.speed[first : last + 1]
        calm = np.convolve(speed, np.ones(5) / 5, mode="same")
        at = int(np.argmin(calm[2:-2])) + 2 if len(calm) > 8 else 0
        return first + at, 1 if at < len(speed) // 2 else -1

    def _walk(self) -> None:
        """Play on to the next event and take it."""
        event = self._next_event()
        step = self._direction
        for index in range(self._position, event.at + step, step):
            self._show(index)
        self._visits[self._run_of[event.to]] += 1.0
        if event.jump:
            self._begin_fade(event)
        self._position, self._direction = event.to, event.direction

    def _show(self, index: int) -> None:
        other, weight = self._fade.pop(0) if self._fade else (index, 0.0)
        self._frames.append(LoopFrame(index, other, weight))

    def _begin_fade(self, event: _Event) -> None:
        """Let the old run play on underneath for a few frames while it fades out."""
        self._fade = []
        if event.distance < FADE_FREE_DISTANCE:
            return
        first, last = self._index.segments[self._run_of[event.at]]
        for number in range(FADE_FRAMES):
            old = int(np.clip(event.at + self._direction * (number + 1), first, last))
            self._fade.append((old, 1.0 - (number + 1) / (FADE_FRAMES + 1)))

    def _next_event(self) -> _Event:
        """The cheapest of all jumps and turns within reach; short runs and much seen parts cost more."""
        first, last = self._index.segments[self._run_of[self._position]]
        end = last if self._direction > 0 else first
        reach = min(abs(end - self._position), _MOST_RUN)
        candidates: list[_Event] = []
        for steps in range(1 if reach else 0, reach + 1):
            at = self._position + self._direction * steps
            short = 3.0 * max(0.0, 1.0 - steps / _LEAST_RUN)
            candidates += [self._priced(event, short) for event in self._events_at(at)]
        return min(candidates, key=lambda event: event.cost)

    def _priced(self, event: _Event, extra: float) -> _Event:
        event.cost += extra + float(self._random.uniform(0.0, 0.15))
        return event

    def _events_at(self, at: int) -> list[_Event]:
        index = self._index
        first, last = index.segments[self._run_of[at]]
        back = at - self._direction
        events = []
        stay = _VISIT_COST * float(self._visits[self._run_of[at]])
        if first <= back <= last:
            turn = _TURN_COST + 1.5 * float(index.speed[min(at, back)]) / index.natural_step
            events.append(_Event(at, back, -self._direction, turn + stay, 0.0, False))
        elif first == last:
            events.append(_Event(at, at, self._direction, _TURN_COST + stay, 0.0, False))
        for to, away in zip(index.neighbours[at], index.distances[at], strict=True):
            if to < 0:
                break
            to = int(to)
            low, high = index.segments[self._run_of[to]]
            ahead, behind = high - to, to - low
            room = ahead if self._direction > 0 else behind
            direction = self._direction
            if room < _LEAST_RUN and max(ahead, behind) > room:
                direction = 1 if ahead >= behind else -1
            tight = 1.5 * max(0.0, 1.0 - max(ahead, behind) / _LEAST_RUN)
            seen = _VISIT_COST * float(self._visits[self._run_of[to]])
            ghost = 0.5 * max(0.0, float(away) - _GHOST_DISTANCE)
            change = float(away) / (FADE_FRAMES + 1) + ghost
            events.append(_Event(at, to, direction, change + tight + seen, float(away), True))
        return events
