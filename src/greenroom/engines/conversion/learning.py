"""Training the converter and the vocoder in PyTorch: losses, batches, checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import soxr
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from greenroom.engines.conversion.networks import Converter, VocoderNetwork, tone_inputs
from greenroom.engines.conversion.spectrum import BANDS, FFT, FLOOR, HOP, RATE, Floats
from greenroom.engines.conversion.streaming import BEHIND
from greenroom.engines.conversion.tone import HIGHEST_HZ, LOWEST_HZ, Tone, pulses
from greenroom.engines.learning import Checkpoint, Machine
from greenroom.engines.mel import mel_filters
from greenroom.engines.protocols import Pcm
from greenroom.engines.whisper.stream import AHEAD, STEP

Step = Callable[[float], None]

_RESOLUTIONS = (320, 768, 1536)
"""Windows, in samples, of the spectra that the loss compares (Yamamoto, Song, Kim 2020)."""
_EDGE = 6
"""Frames at both ends of a segment that do not count: their surroundings are cut off."""
_QUIET = 1e-3


@dataclass(slots=True, frozen=True)
class Sung:
    """A sound and its pitch, for the vocoder."""

    pcm: Pcm
    tone: Tone
    mel: Floats | None = None
    """What the converter makes of it, in place of its own spectrum: so the vocoder learns to mend that."""


@dataclass(slots=True, frozen=True)
class Spoken:
    """What a sound is to the converter: its inputs, its speaker, and the spectrum that is wanted."""

    content: Floats
    manner: Floats
    mel: Floats
    speaker: int
    sung: Sung


@dataclass(slots=True, frozen=True)
class Followed:
    """What a sound is to the converter while it comes."""

    steps: Floats
    """[steps, STEP + AHEAD, width]: the content of each step and of what follows it, as it is known then."""
    manner: Floats
    mel: Floats


@dataclass(slots=True, frozen=True)
class LearningOptions:
    steps: int
    batch: int = 12
    frames: int = 96
    """Of a segment; 100 a second."""
    learning_rate: float = 2e-3
    adversarial_from: float = 1.0
    """Part of the steps after which the discriminators take part; 1: never."""
    stretch: bool = True
    """Whether segments are also heard higher and lower than they are."""


# ---------------------------------------------------------------- synthesis


class Synthesis(nn.Module):
    """From the spectrum and pulses to sound, as `vocoder.Vocoder` does it, in a form that can be learnt."""

    window: Tensor

    def __init__(self, network: VocoderNetwork) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("window", torch.hann_window(FFT), persistent=False)

    def forward(self, mel: Tensor, tone: Tensor, train: Tensor, hiss: Tensor) -> Tensor:
        """[batch, frames, BANDS], [batch, frames, 2], twice [batch, frames * HOP] to sound of that length."""
        frames = mel.shape[1]
        filters = self.network(mel, tone)
        pulse = torch.complex(filters[:, :, 0], filters[:, :, 1])
        shaped = pulse * self._transform(train, frames) + filters[:, :, 2] * self._transform(hiss, frames)
        # One silent frame more, since the inverse wants the last half window, too.
        whole = F.pad(shaped.transpose(1, 2), (0, 1))
        return torch.istft(whole, FFT, HOP, window=self.window, length=frames * HOP)

    def _transform(self, sound: Tensor, frames: int) -> Tensor:
        spectrum = torch.stft(
            sound, FFT, HOP, window=self.window, center=True, pad_mode="constant", return_complex=True
        )
        return spectrum.transpose(1, 2)[:, :frames]


class SpectralLoss(nn.Module):
    """How far two sounds lie apart in several short-time spectra: logarithm and magnitude."""

    def __init__(self) -> None:
        super().__init__()
        for size in _RESOLUTIONS:
            self.register_buffer(f"window_{size}", torch.hann_window(size), persistent=False)

    def forward(self, made: Tensor, wanted: Tensor) -> Tensor:
        """Both [batch, samples]."""
        total = made.new_zeros(())
        for size in _RESOLUTIONS:
            one, other = self._magnitude(made, size), self._magnitude(wanted, size)
            total = total + (torch.log(one) - torch.log(other)).abs().mean()
            total = total + ((one - other).norm(dim=(1, 2)) / other.norm(dim=(1, 2))).mean()
        return total / len(_RESOLUTIONS)

    def _magnitude(self, sound: Tensor, size: int) -> Tensor:
        window = getattr(self, f"window_{size}")
        spectrum = torch.stft(
            sound, size, size // 4, window=window, center=True, pad_mode="constant", return_complex=True
        )
        return torch.sqrt(spectrum.real**2 + spectrum.imag**2 + _QUIET**2)


class Discriminators(nn.Module):
    """Tell made from recorded sound by its spectra (UnivNet: Jang, Lim, Yoon, Kim, Kim 2021), hinge loss."""

    def __init__(self, sizes: Sequence[int] = (480, 1024), width: int = 8) -> None:
        super().__init__()
        self.sizes = tuple(sizes)
        self.nets = nn.ModuleList(_discriminator(width) for _ in sizes)

    def forward(self, sound: Tensor) -> list[list[Tensor]]:
        """[batch, samples] to what each layer of each discriminator gives; the last one is the judgement."""
        answers = []
        for size, net in zip(self.sizes, self.nets, strict=True):
            window = torch.hann_window(size, device=sound.device)
            spectrum = torch.stft(sound, size, size // 4, window=window, return_complex=True)
            hidden = torch.log(torch.sqrt(spectrum.real**2 + spectrum.imag**2 + _QUIET**2))[:, None]
            layers = []
            assert isinstance(net, nn.ModuleList)
            for number, layer in enumerate(net):
                hidden = layer(hidden)
                if number < len(net) - 1:
                    hidden = F.leaky_relu(hidden, 0.2)
                layers.append(hidden)
            answers.append(layers)
        return answers


def _discriminator(width: int) -> nn.ModuleList:
    shapes = [(1, width, (3, 5), (2, 1)), (width, width, (5, 3), (2, 1)), (width, 2 * width, (5, 3), (2, 2)),
              (2 * width, 2 * width, (5, 3), (2, 2)), (2 * width, 1, (3, 3), (1, 1))]  # fmt: skip
    return nn.ModuleList(
        nn.utils.parametrizations.weight_norm(
            nn.Conv2d(one, other, kernel, stride, (kernel[0] // 2, kernel[1] // 2))
        )
        for one, other, kernel, stride in shapes
    )


def judged_real(answers: list[list[Tensor]]) -> Tensor:
    return torch.stack([F.relu(1 - layers[-1]).mean() for layers in answers]).mean()


def judged_made(answers: list[list[Tensor]]) -> Tensor:
    return torch.stack([F.relu(1 + layers[-1]).mean() for layers in answers]).mean()


def likeness_loss(made: list[list[Tensor]], real: list[list[Tensor]]) -> Tensor:
    """What the maker is to lessen: to be found out, and to look other inside the discriminators."""
    found_out = torch.stack([F.relu(1 - layers[-1]).mean() for layers in made]).mean()
    inside = [
        (one - other.detach()).abs().mean()
        for mine, theirs in zip(made, real, strict=True)
        for one, other in zip(mine[:-1], theirs[:-1], strict=True)
    ]
    return found_out + 2.0 * torch.stack(inside).mean()


# ---------------------------------------------------------------- batches


@dataclass(slots=True, frozen=True)
class Segment:
    """A batch for the vocoder: all of [batch, ...]."""

    wanted: Tensor
    mel: Tensor
    tone: Tensor
    train: Tensor
    hiss: Tensor


def vocoder_batch(sounds: Sequence[Sung], options: LearningOptions, chance: np.random.Generator) -> Segment:
    """Random segments, some of them drawn out or together, so that they are of other people as it were."""
    weights = np.array([len(sound.pcm) for sound in sounds], np.float64)
    picked = chance.choice(len(sounds), options.batch, p=weights / weights.sum())
    pieces, tones, trains, mels = [], [], [], []
    for number in picked:
        sound = sounds[number]
        ratio = float(np.exp(chance.uniform(-0.22, 0.22))) if options.stretch else 1.0
        first = _place(sound, options.frames, ratio, chance)
        pcm, hz, voiced = _cut(sound, first, options.frames, ratio)
        gain = 10 ** (chance.uniform(-12, 4) / 20) if options.stretch else 1.0
        pieces.append(pcm * np.float32(gain / max(1.0, gain * float(np.abs(pcm).max()))))
        tones.append((hz, voiced))
        trains.append(pulses(Tone(hz, voiced), float(chance.uniform())))
        if sound.mel is not None and not options.stretch:
            mels.append(_filled(sound.mel[first : first + options.frames], options.frames))
    wanted = torch.from_numpy(np.stack(pieces))
    own = mel_of(wanted)
    if len(mels) == len(pieces):
        # Half of them by their own spectrum: the vocoder must not forget how to copy.
        converted = torch.from_numpy(np.stack(mels))
        own[: len(mels) // 2] = converted[: len(mels) // 2]
    tone = tone_inputs(
        torch.from_numpy(np.stack([hz for hz, _ in tones])),
        torch.from_numpy(np.stack([voiced for _, voiced in tones])),
    )
    hiss = torch.randn(wanted.shape, generator=torch.Generator().manual_seed(int(chance.integers(1 << 31))))
    return Segment(wanted, own, tone, torch.from_numpy(np.stack(trains)), 0.1 * hiss)


def _place(sound: Sung, frames: int, ratio: float, chance: np.random.Generator) -> int:
    """Where to begin, so that `frames` at `ratio` times the speed fit in."""
    return int(chance.integers(0, max(0, len(sound.tone.hz) - _needed(frames, ratio)) + 1))


def _needed(frames: int, ratio: float) -> int:
    return int(np.ceil(frames * ratio)) + 2


def _cut(sound: Sung, first: int, frames: int, ratio: float) -> tuple[Pcm, Floats, Any]:
    """`frames` of a sound that is played `ratio` times as fast."""
    needed = _needed(frames, ratio)
    pcm = sound.pcm[first * HOP : (first + needed) * HOP]
    if ratio != 1.0:
        pcm = np.asarray(soxr.resample(pcm, RATE * ratio, RATE, quality="MQ"), np.float32)
    samples = frames * HOP
    pcm = np.pad(pcm[:samples], (0, max(0, samples - len(pcm))))
    at = first + np.arange(frames) * ratio
    index = np.arange(len(sound.tone.hz))
    hz = np.exp(np.interp(at, index, np.log(sound.tone.hz))) * ratio
    voiced = sound.tone.voiced[np.minimum(np.round(at).astype(int), len(index) - 1)]
    return pcm, np.clip(hz, LOWEST_HZ, HIGHEST_HZ).astype(np.float32), voiced


_FILTERS: dict[str, Tensor] = {}


def mel_of(sound: Tensor) -> Tensor:
    """`spectrum.log_mel` of [batch, frames * HOP] in PyTorch."""
    filters = _FILTERS.setdefault(
        str(sound.device), torch.from_numpy(mel_filters(RATE, FFT, BANDS).T.copy()).to(sound.device)
    )
    window = torch.hann_window(FFT, device=sound.device)
    spectrum = torch.stft(
        sound, FFT, HOP, window=window, center=True, pad_mode="constant", return_complex=True
    )
    frames = sound.shape[1] // HOP
    return torch.log((spectrum.abs().transpose(1, 2)[:, :frames] @ filters).clamp(min=FLOOR))


# ---------------------------------------------------------------- training


class Adversary:
    """The discriminators and their optimiser, which learn beside the maker."""

    def __init__(self, learning_rate: float, machine: Machine) -> None:
        self.nets = Discriminators().to(machine.device)
        self.optimiser = torch.optim.AdamW(self.nets.parameters(), learning_rate, betas=(0.8, 0.99))

    def learn(self, made: Tensor, wanted: Tensor) -> None:
        self.optimiser.zero_grad()
        loss = judged_real(self.nets(wanted)) + judged_made(self.nets(made.detach()))
        loss.backward()
        self.optimiser.step()

    def state(self) -> dict[str, Any]:
        return {"nets": self.nets.state_dict(), "optimiser": self.optimiser.state_dict()}

    def restore(self, state: dict[str, Any]) -> None:
        self.nets.load_state_dict(state["nets"])
        self.optimiser.load_state_dict(state["optimiser"])


def train_vocoder(
    network: VocoderNetwork,
    sounds: Sequence[Sung],
    options: LearningOptions,
    machine: Machine,
    path: Path,
    step: Step,
) -> list[float]:
    """Teach the vocoder; goes on from the checkpoint in `path`. Answers the loss of each fiftieth step."""
    torch.manual_seed(0)
    synthesis = Synthesis(network).to(machine.device)
    spectral = SpectralLoss().to(machine.device)
    optimiser = torch.optim.AdamW(synthesis.parameters(), options.learning_rate, betas=(0.8, 0.99))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, options.learning_rate, options.steps, pct_start=0.05, final_div_factor=50
    )
    adversary = Adversary(5e-4, machine)
    checkpoint = Checkpoint(path)
    done, losses = _restore(checkpoint, network, optimiser, schedule, adversary)
    for number in range(done, options.steps):
        batch = vocoder_batch(sounds, options, np.random.default_rng((1, number)))
        inputs = (batch.mel, batch.tone, batch.train, batch.hiss)
        made = synthesis(*(part.to(machine.device) for part in inputs))
        inside = slice(_EDGE * HOP, -_EDGE * HOP)
        made, wanted = made[:, inside], batch.wanted.to(machine.device)[:, inside]
        loss = spectral(made, wanted)
        if number >= options.adversarial_from * options.steps:
            adversary.learn(made, wanted)
            loss = loss + 0.1 * likeness_loss(adversary.nets(made), adversary.nets(wanted))
        _descend(loss, optimiser, schedule, network)
        if number % 50 == 0:
            losses.append(float(loss.detach()))
        checkpoint.save_if_due(partial(_state, number + 1, losses, network, optimiser, schedule, adversary))
        step((number + 1) / options.steps)
    checkpoint.save(_state(options.steps, losses, network, optimiser, schedule, adversary))
    return losses


def train_converter(
    network: Converter,
    spoken: Sequence[Spoken],
    options: LearningOptions,
    machine: Machine,
    path: Path,
    step: Step,
) -> list[float]:
    """Teach the converter; as `train_vocoder`. The loss is the distance of the log-mel spectra."""
    draw = partial(converter_batch, spoken, options)
    return _train_converter(network, draw, slice(_EDGE, -_EDGE), options, machine, path, step)


def train_live(
    network: Converter,
    followed: Sequence[Followed],
    options: LearningOptions,
    machine: Machine,
    path: Path,
    step: Step,
) -> list[float]:
    """Teach a converter what is known of a sound while it comes; as `train_converter`.

    Of `options`, `frames` does not count: each piece is what one step of a stream converts.
    """
    draw = partial(live_batch, followed, options)
    counted = slice(2 * BEHIND, 2 * (BEHIND + STEP))
    return _train_converter(network, draw, counted, options, machine, path, step)


def _train_converter(
    network: Converter,
    draw: Callable[[np.random.Generator], tuple[Tensor, Tensor, Tensor, Tensor]],
    counted: slice,
    options: LearningOptions,
    machine: Machine,
    path: Path,
    step: Step,
) -> list[float]:
    torch.manual_seed(0)
    network.to(machine.device).train()
    optimiser = torch.optim.AdamW(network.parameters(), options.learning_rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, options.learning_rate, options.steps, pct_start=0.1, final_div_factor=50
    )
    checkpoint = Checkpoint(path)
    done, losses = _restore(checkpoint, network, optimiser, schedule, None)
    for number in range(done, options.steps):
        content, manner, mel, speaker = draw(np.random.default_rng((2, number)))
        made = network(*(part.to(machine.device) for part in (content, manner, speaker)))
        loss = (made - mel.to(machine.device))[:, counted].abs().mean()
        _descend(loss, optimiser, schedule, network)
        if number % 50 == 0:
            losses.append(float(loss.detach()))
        checkpoint.save_if_due(partial(_state, number + 1, losses, network, optimiser, schedule, None))
        step((number + 1) / options.steps)
    checkpoint.save(_state(options.steps, losses, network, optimiser, schedule, None))
    return losses


def spectra_of(network: Converter, spoken: Sequence[Spoken], machine: Machine) -> list[Floats]:
    """What the converter makes of each sound."""
    network.to(machine.device).eval()
    spectra = []
    with torch.no_grad():
        for one in spoken:
            inputs = (one.content[None], one.manner[None])
            content, manner = (torch.from_numpy(part).to(machine.device) for part in inputs)
            mel = network(content, manner, torch.tensor([one.speaker], device=machine.device))
            spectra.append(mel[0].cpu().numpy())
    return spectra


def converter_batch(
    spoken: Sequence[Spoken], options: LearningOptions, chance: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Content, manner, spectrum and speaker of random segments."""
    weights = np.array([len(one.mel) for one in spoken], np.float64)
    picked = chance.choice(len(spoken), options.batch, p=weights / weights.sum())
    half = options.frames // 2
    contents, manners, mels = [], [], []
    for number in picked:
        one = spoken[number]
        first = int(chance.integers(0, max(0, len(one.content) - half) + 1))
        content = _filled(one.content[first : first + half], half)
        # Features that are not quite what they should be, as another speaker's are not.
        contents.append(content + chance.normal(0, 0.1, content.shape).astype(np.float32))
        manners.append(_filled(one.manner[2 * first : 2 * (first + half)], 2 * half))
        mels.append(_filled(one.mel[2 * first : 2 * (first + half)], 2 * half))
    speakers = torch.tensor([spoken[number].speaker for number in picked])
    return (
        torch.from_numpy(np.stack(contents)),
        torch.from_numpy(np.stack(manners)),
        torch.from_numpy(np.stack(mels)),
        speakers,
    )


def live_batch(
    followed: Sequence[Followed], options: LearningOptions, chance: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Content, manner, spectrum and speaker of random steps of streams, each with what lies behind it."""
    begin = -(-BEHIND // STEP)
    weights = np.array([max(0, len(one.steps) - begin) for one in followed], np.float64)
    picked = chance.choice(len(followed), options.batch, p=weights / weights.sum())
    contents, manners, mels = [], [], []
    for number in picked:
        one = followed[number]
        at = int(chance.integers(begin, len(one.steps)))
        behind = one.steps[:at, :STEP].reshape(at * STEP, -1)[-BEHIND:]
        contents.append(np.concatenate([behind, one.steps[at]]))
        frames = slice(2 * (at * STEP - BEHIND), 2 * ((at + 1) * STEP + AHEAD))
        count = 2 * (BEHIND + STEP + AHEAD)
        manners.append(_filled(one.manner[frames], count))
        mels.append(_filled(one.mel[frames], count))
    return (
        torch.from_numpy(np.stack(contents)),
        torch.from_numpy(np.stack(manners)),
        torch.from_numpy(np.stack(mels)),
        torch.zeros(len(picked), dtype=torch.long),
    )


def _filled(rows: Floats, count: int) -> Floats:
    """Rows, the last one repeated where there are too few."""
    return np.pad(rows, ((0, count - len(rows)), (0, 0)), mode="edge") if len(rows) < count else rows


def _descend(loss: Tensor, optimiser: Any, schedule: Any, network: nn.Module) -> None:
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), 5.0)
    optimiser.step()
    schedule.step()


def _state(
    done: int, losses: list[float], network: nn.Module, optimiser: Any, schedule: Any, adversary: Any
) -> dict[str, Any]:
    return {
        "done": done,
        "losses": list(losses),
        "network": network.state_dict(),
        "optimiser": optimiser.state_dict(),
        "schedule": schedule.state_dict(),
        "adversary": adversary.state() if adversary is not None else None,
    }


def _restore(
    checkpoint: Checkpoint, network: nn.Module, optimiser: Any, schedule: Any, adversary: Adversary | None
) -> tuple[int, list[float]]:
    stored = checkpoint.load()
    if stored is None:
        return 0, []
    network.load_state_dict(stored["network"])
    optimiser.load_state_dict(stored["optimiser"])
    schedule.load_state_dict(stored["schedule"])
    if adversary is not None and stored["adversary"] is not None:
        adversary.restore(stored["adversary"])
    return int(stored["done"]), list(stored["losses"])
