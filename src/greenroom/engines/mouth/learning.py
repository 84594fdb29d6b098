"""Training the driver and the painter in PyTorch, with checkpoints, and their export to ONNX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from greenroom.engines.compact import compact
from greenroom.engines.learning import Checkpoint, Machine, export_onnx
from greenroom.engines.mouth.codes import CODE_SIZE, MouthCoder
from greenroom.engines.mouth.networks import GRID, Driver, DriverShape, Ensemble, Painter
from greenroom.engines.mouth.preparation import Footage, Hearing, stretched
from greenroom.engines.mouth.starting import begin_to_hear_with, begin_with

Floats = npt.NDArray[np.float32]
Step = Callable[[float], None]

_SEQUENCE = 75
"""Video frames of one training sequence of the driver."""
_BATCH_SEQUENCES = 16
_EDGE = 5
"""Frames at both ends of a sequence that do not count: their surroundings are cut off."""
_BATCH_PICTURES = 32
_OPENING_WEIGHT, _WIDTH_WEIGHT = 0.5, 0.1
_NEIGHBOUR = 12
"""The painter also learns to put a mouth into a frame that many frames away, of the same shot."""


# ------------------------------------------------------------------ driver


@dataclass(slots=True, frozen=True)
class DriverOptions:
    members: int = 2
    """Drivers that learn the whole mouth. Every second one also hears the recording in other voices; all do
    that begin with a listener."""
    openers: int = 3
    """Drivers that learn the lip opening alone; likewise."""
    steps: int = 500
    width: int = 256
    learning_rate: float = 2e-3
    start: Path | None = None
    """A listener to begin with, of `width`: what `export_listener` wrote. It helps where footage is short."""


@dataclass(slots=True, frozen=True)
class Lesson:
    """Sound and the mouth that said it."""

    sound: Tensor
    """[2 * frames, features], float16 or float32."""
    course: Tensor
    """[frames, outputs]"""
    counted: Tensor
    """[frames], 1 where a frame counts, else 0."""


def train_driver(
    hearings: list[Hearing],
    targets: Floats,
    learn: npt.NDArray[np.bool_],
    code_weight: Floats,
    options: DriverOptions,
    machine: Machine,
    path: Path,
    step: Step,
) -> Ensemble:
    """Teach an ensemble of drivers to tell the mouth from the sound.

    Args:
        hearings: versions of the footage's sound; the first is the recording itself.
        targets: [frames, CODE_SIZE + MEASURES].
        learn: [frames]: frames that count.
        code_weight: [CODE_SIZE]: how much of the picture each code moves.
        path: the folder for finished members.
    """
    first = hearings[0].features
    mean = torch.from_numpy(first.mean(0))
    scale = torch.from_numpy(first.std(0) + 1e-3)
    whole = np.concatenate([code_weight / code_weight.sum(), [_OPENING_WEIGHT, _WIDTH_WEIGHT]])
    kinds = [("driver", slice(None), whole)] * options.members
    kinds += [("opener", slice(CODE_SIZE, CODE_SIZE + 1), np.ones(1))] * options.openers
    trained: dict[str, list[Driver]] = {"driver": [], "opener": []}
    for number, (kind, columns, weight) in enumerate(kinds):
        torch.manual_seed(number)
        driver = Driver(DriverShape(first.shape[1], len(weight), width=options.width), mean, scale)
        file = path / f"{kind}_{len(trained[kind])}.pt"
        stored = Checkpoint(file).load()
        if stored is not None:
            driver.load_state_dict(stored)
        else:
            if options.start is not None:
                begin_to_hear_with(driver, options.start)
            every = options.start is not None or len(trained[kind]) % 2
            heard = hearings if every else hearings[:1]
            # Half of the sequences are heard as recorded, the rest in other voices.
            others = len(heard) - 1
            teach(
                driver.to(machine.device),
                [_lesson(hearing, targets[:, columns], learn) for hearing in heard],
                np.array([0.5, *([0.5 / others] * others)] if others else [1.0]),
                torch.from_numpy(weight.astype(np.float32)),
                options,
                partial(_of_member, step, number, len(kinds)),
            )
            Checkpoint(file).save(driver.cpu().state_dict())
        trained[kind].append(driver.cpu().eval())
        step((number + 1) / len(kinds))
    ensemble: Ensemble = Ensemble(trained["driver"], trained["opener"]).eval()
    return ensemble


def _of_member(step: Step, number: int, members: int, done: float) -> None:
    step((number + done) / members)


def _lesson(hearing: Hearing, targets: Floats, learn: npt.NDArray[np.bool_]) -> Lesson:
    counted = stretched(learn.astype(np.float32)[:, None], hearing.rate)[:, 0].round().astype(np.float32)
    course = stretched(targets, hearing.rate)
    return Lesson(*(torch.from_numpy(values) for values in (hearing.features, course, counted)))


def teach(
    driver: Driver,
    lessons: Sequence[Lesson],
    chance: npt.NDArray[np.floating],
    weight: Tensor,
    options: DriverOptions,
    step: Step,
) -> None:
    """Train one network on sequences of the lessons, of which each is chosen with its `chance`.

    Args:
        weight: [outputs]: how much the error of each counts.
    """
    device = next(driver.parameters()).device
    weight = weight.to(device)
    rng = np.random.default_rng(torch.initial_seed())
    optimiser = torch.optim.AdamW(driver.parameters(), lr=options.learning_rate, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, options.learning_rate, options.steps, pct_start=0.1
    )
    driver.train()
    for number in range(options.steps):
        drawn = []
        for which in rng.choice(len(lessons), _BATCH_SEQUENCES, p=chance):
            lesson = lessons[which]
            frames = min(len(lesson.course), len(lesson.sound) // 2)
            start = int(rng.integers(0, frames - _SEQUENCE))
            inside = slice(start, start + _SEQUENCE)
            sound = lesson.sound[2 * start : 2 * (start + _SEQUENCE)].float()
            drawn.append((sound, lesson.course[inside], lesson.counted[inside]))
        sound, course, count = (torch.stack(items).to(device) for items in zip(*drawn, strict=True))
        inner = slice(_EDGE, -_EDGE)
        error = ((driver(sound) - course)[:, inner] ** 2 * weight).sum(-1) * count[:, inner]
        loss = error.sum() / count[:, inner].sum().clamp(min=1)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(driver.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if number % 10 == 0:
            step(number / options.steps)
    driver.eval()


def export_listener(driver: Driver, path: Path) -> None:
    """Write a driver's weights for others to begin with, fp16, without pickle."""
    arrays = {name: tensor.detach().half().cpu().numpy() for name, tensor in driver.state_dict().items()}
    with path.open("wb") as file:
        np.savez(file, **arrays)


def export_driver(ensemble: Ensemble, path: Path) -> None:
    """Write the drivers as one ONNX network: `features` [1, 2n, f] -> `course` [1, n, outputs]."""
    features = ensemble.drivers[0].mean.shape[0]
    export_onnx(
        compact(ensemble),
        (torch.zeros(1, 50, features),),
        path,
        {"names": (["features"], ["course"]), "axes": {"features": {1: "steps"}, "course": {1: "frames"}}},
    )


# ----------------------------------------------------------------- painter


@dataclass(slots=True, frozen=True)
class PainterOptions:
    pictures: int = 48_000
    """Training pictures seen in all."""
    learning_rate: float = 2e-3
    widths: tuple[int, int, int] = (40, 56, 72)
    gradient_weight: float = 2.0
    start: Path | None = None
    """The `mouth.onnx` of another avatar to begin with, which half the pictures are then enough for."""


def train_painter(
    footage: Footage,
    codes: Floats,
    coder: MouthCoder,
    options: PainterOptions,
    machine: Machine,
    path: Path,
    step: Step,
) -> Painter:
    """Teach the painter this person's mouth; goes on from the checkpoint in `path`."""
    torch.manual_seed(0)
    basis, mean = (torch.from_numpy(planes) for planes in coder.basis(GRID))
    painter = Painter(footage.geometry.side, basis, mean, options.widths)
    if options.start is not None:
        begin_with(painter, options.start)
    painter.to(machine.device, memory_format=torch.channels_last)
    steps = max(1, options.pictures // _BATCH_PICTURES)
    optimiser = torch.optim.AdamW(painter.parameters(), lr=options.learning_rate, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, options.learning_rate, steps, pct_start=0.05)
    checkpoint = Checkpoint(path)
    begin = 0
    stored = checkpoint.load()
    if stored is not None:
        painter.load_state_dict(stored["painter"])
        optimiser.load_state_dict(stored["optimiser"])
        schedule.load_state_dict(stored["schedule"])
        begin = stored["step"]

    def state(number: int) -> dict[str, Any]:
        return {
            "painter": painter.state_dict(),
            "optimiser": optimiser.state_dict(),
            "schedule": schedule.state_dict(),
            "step": number,
        }

    batches = _PictureBatches(footage, codes, machine.device)
    weight, hole = batches.weight, batches.hole
    painter.train()
    for number in range(begin, steps):
        # Seeded by the step, so that a resumed training sees what an uninterrupted one would.
        context, wanted, code = batches.draw(np.random.default_rng((1, number)))
        with machine.autocast():
            painted = painter(context, hole, code)
        loss = _picture_loss(painted.float(), wanted, weight, options.gradient_weight)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(painter.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if number % 5 == 0:
            step(number / steps)
            checkpoint.save_if_due(partial(state, number + 1))
    if begin < steps:
        checkpoint.save(state(steps))
    finished: Painter = painter.cpu().eval()
    return finished


class _PictureBatches:
    """Draws training pictures: a base frame with its mouth cut out, a code, and the picture it stands for."""

    def __init__(self, footage: Footage, codes: Floats, device: torch.device) -> None:
        self._footage = footage
        self._codes = codes
        self._device = device
        usable = footage.usable & ~footage.held_out
        self._frames = np.flatnonzero(usable)
        self._usable = usable
        self._shot = np.zeros(len(usable), np.int64)
        self._shot[list(footage.cuts)] = 1
        self._shot = np.cumsum(self._shot)
        # Open mouths are rarer than closed ones and hold more to learn.
        opening = footage.opening[self._frames]
        self._chance = 1 + 2 * np.clip(opening / np.percentile(opening, 95), 0, 1)
        self._chance /= self._chance.sum()
        mask = torch.from_numpy(footage.geometry.mask)
        self.hole = torch.from_numpy(footage.geometry.hole)[None, None].to(device)
        lips = torch.from_numpy(_lip_weight(footage.geometry.reference, footage.geometry.side))
        self.weight = (mask * lips)[None, None].to(device)

    def draw(self, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """context and wanted [batch, 3, side, side] in 0..1, code [batch, CODE_SIZE]."""
        mouths = rng.choice(self._frames, _BATCH_PICTURES, p=self._chance)
        bases = mouths.copy()
        moved = mouths + rng.integers(-_NEIGHBOUR, _NEIGHBOUR + 1, len(mouths))
        moved = np.clip(moved, 0, len(self._usable) - 1)
        other = (rng.random(len(mouths)) < 0.4) & self._usable[moved]
        other &= self._shot[moved] == self._shot[mouths]
        bases[other] = moved[other]
        context = self._pictures(bases) * (1 - self.hole)
        code = torch.from_numpy(self._codes[mouths]).to(self._device)
        return context, self._pictures(mouths), code

    def _pictures(self, frames: npt.NDArray[np.int64]) -> Tensor:
        stacked = torch.from_numpy(np.stack([self._footage.crops[frame] for frame in frames]))
        planes = stacked.to(self._device).permute(0, 3, 1, 2).float() / 255
        return planes.contiguous(memory_format=torch.channels_last)


def _lip_weight(reference: Floats, side: int) -> npt.NDArray[np.float32]:
    """[side, side]: 1 on the skin, 3 on the lips and the inside of the mouth."""
    corners = reference[[61, 291]]
    centre = (corners.mean(0) + reference[[13, 14]].mean(0)) / 2
    reach = np.abs(corners[1, 0] - corners[0, 0]) * np.array([0.62, 0.5])
    rows, columns = np.mgrid[:side, :side]
    distance = ((columns - centre[0]) / reach[0]) ** 2 + ((rows - centre[1]) / reach[1]) ** 2
    return np.asarray(1 + 2 * np.exp(-(distance**2)), np.float32)


def _picture_loss(painted: Tensor, wanted: Tensor, weight: Tensor, gradient_weight: float) -> Tensor:
    """Weighted L1 on the picture and on its gradients, which keeps teeth and lips sharp."""
    difference = painted - wanted
    loss = (difference.abs() * weight).sum() / (weight.sum() * difference.shape[0] * 3)
    across = (difference[..., :, 1:] - difference[..., :, :-1]).abs() * weight[..., :, 1:]
    down = (difference[..., 1:, :] - difference[..., :-1, :]).abs() * weight[..., 1:, :]
    edges = (across.sum() + down.sum()) / (weight.sum() * difference.shape[0] * 3)
    return loss + gradient_weight * edges


def export_painter(painter: Painter, footage: Footage, path: Path) -> None:
    """Write the painter as ONNX: `context` [n, 3, side, side] and `code` [n, CODE_SIZE] -> `painted`.

    The hole is a constant of the network.
    """
    hole = torch.from_numpy(footage.geometry.hole)[None, None]
    small = compact(painter)

    class WithHole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.painter = small
            self.register_buffer("hole", hole)

        def forward(self, context: Tensor, code: Tensor) -> Tensor:
            painted: Tensor = self.painter(context * (1 - self.hole), self.hole, code)
            return painted

    side = footage.geometry.side
    example = (torch.zeros(1, 3, side, side), torch.zeros(1, CODE_SIZE))
    export_onnx(WithHole().eval(), example, path, {"names": (["context", "code"], ["painted"]), "axes": {}})
