"""The two networks of a voice: the converter (content and pitch to spectrum) and the vocoder's.

Both are stacks of ConvNeXt blocks over time (Liu and others 2022; as a vocoder: H. Siuzdak, "Vocos", 2023).
Each block looks `FUTURE` frames ahead and `PAST` back, so that speech can be converted as it comes.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from greenroom.engines.conversion.spectrum import BANDS, BINS, FFT, RATE

PAST, FUTURE = 5, 1


class Block(nn.Module):
    """A convolution of each channel over time, then a small network across the channels of a frame."""

    def __init__(self, width: int, inner: int, depth: int) -> None:
        super().__init__()
        self.mix = nn.Conv1d(width, width, PAST + FUTURE + 1, groups=width)
        self.norm = nn.LayerNorm(width)
        self.widen = nn.Linear(width, inner)
        self.narrow = nn.Linear(inner, width)
        self.scale = nn.Parameter(torch.full((width,), 1.0 / depth))

    def forward(self, frames: Tensor) -> Tensor:
        """[batch, frames, width] to the same."""
        mixed = self.mix(F.pad(frames.transpose(1, 2), (PAST, FUTURE))).transpose(1, 2)
        change: Tensor = self.narrow(F.gelu(self.widen(self.norm(mixed)), approximate="tanh"))
        return frames + change * self.scale


@dataclass(slots=True, frozen=True)
class ConverterShape:
    content: int
    """Numbers a content feature holds."""
    speakers: int
    """Voices it tells apart; one when it is a person's own."""
    width: int = 256
    inner: int = 768
    depth: int = 6


class Converter(nn.Module):
    """Content (50 a second) and manner (100 a second) to the spectrum of one of its speakers."""

    MANNER = 3
    """Pitch in a logarithm relative to the speaker's, voiced or not, loudness relative to the speaker's."""

    def __init__(self, shape: ConverterShape) -> None:
        super().__init__()
        self.shape = shape
        self.enter = nn.Linear(shape.content + 2 * self.MANNER, shape.width)
        self.speaker = nn.Embedding(shape.speakers, shape.width)
        self.blocks = nn.ModuleList(Block(shape.width, shape.inner, shape.depth) for _ in range(shape.depth))
        self.norm = nn.LayerNorm(shape.width)
        self.leave = nn.Linear(shape.width, 2 * BANDS)
        nn.init.constant_(self.leave.bias, -4.0)

    def forward(self, content: Tensor, manner: Tensor, speaker: Tensor) -> Tensor:
        """[batch, n, content], [batch, 2 n, MANNER], [batch] to log-mel [batch, 2 n, BANDS]."""
        batch, count = content.shape[:2]
        known = torch.cat([content, manner.reshape(batch, count, 2 * self.MANNER)], dim=2)
        hidden = self.enter(known) + self.speaker(speaker)[:, None]
        for block in self.blocks:
            hidden = block(hidden)
        mel: Tensor = self.leave(self.norm(hidden))
        return mel.reshape(batch, 2 * count, BANDS)


@dataclass(slots=True, frozen=True)
class VocoderShape:
    width: int = 192
    inner: int = 576
    depth: int = 6


class VocoderNetwork(nn.Module):
    """What the filters of the voice's pulses and of its noise are, frame by frame.

    The logarithm of both starts out as the spectrum itself, drawn out to all bins; the network learns what
    is to be changed of that.
    """

    def __init__(self, shape: VocoderShape) -> None:
        super().__init__()
        self.shape = shape
        self.register_buffer("spread", _spread(), persistent=False)
        self.enter = nn.Linear(BANDS + 2, shape.width)
        self.blocks = nn.ModuleList(Block(shape.width, shape.inner, shape.depth) for _ in range(shape.depth))
        self.norm = nn.LayerNorm(shape.width)
        self.leave = nn.Linear(shape.width, 3 * BINS)
        nn.init.normal_(self.leave.weight, std=1e-3)
        nn.init.zeros_(self.leave.bias)

    def forward(self, mel: Tensor, tone: Tensor) -> Tensor:
        """[batch, frames, BANDS] and [batch, frames, 2] (`tone_inputs`) to [batch, frames, 3, BINS].

        Answers real and imaginary part of the filter of the pulses, and the filter of the noise.
        """
        hidden = self.enter(torch.cat([(mel + 4.0) / 2.0, tone], dim=2))
        for block in self.blocks:
            hidden = block(hidden)
        drawn = mel @ self.spread
        pulse, turn, noise = self.leave(self.norm(hidden)).chunk(3, dim=2)
        strength = torch.exp((drawn + pulse).clamp(-14.0, 5.0))
        hiss = torch.exp((drawn + noise).clamp(-14.0, 5.0))
        return torch.stack([strength * torch.cos(turn), strength * torch.sin(turn), hiss], dim=2)


def _spread() -> Tensor:
    """[BANDS, BINS]: weights that draw a log-mel spectrum out to all bins in straight lines."""
    bins = torch.linspace(0, RATE / 2, FFT // 2 + 1)
    top = 15 + torch.log(torch.tensor(RATE / 2000.0)) / (torch.log(torch.tensor(6.4)) / 27)
    mels = torch.linspace(0, float(top), BANDS + 2)
    edges = torch.where(
        mels >= 15, 1000 * torch.exp(torch.log(torch.tensor(6.4)) / 27 * (mels - 15)), mels * 200 / 3
    )
    centres = edges[1:-1].contiguous()
    upper = torch.searchsorted(centres, bins).clamp(1, BANDS - 1)
    low, high = centres[upper - 1], centres[upper]
    part = ((bins - low) / (high - low)).clamp(0, 1)
    weights = torch.zeros(BANDS, FFT // 2 + 1)
    columns = torch.arange(FFT // 2 + 1)
    weights[upper - 1, columns] += 1 - part
    weights[upper, columns] += part
    return weights


def tone_inputs(hz: Tensor, voiced: Tensor) -> Tensor:
    """[..., frames] and [..., frames] to [..., frames, 2] of the size that the vocoder expects."""
    return torch.stack([torch.log(hz / 150.0), voiced.to(hz.dtype)], dim=-1)
