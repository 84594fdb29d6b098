"""The two networks of an avatar: the driver (sound to codes) and the painter (code to picture)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from greenroom.engines.mouth.codes import CODE_SIZE

GRID = 32
"""Side of the painter's coarsest input: a crop of 128, 192 or 256 is folded to this."""


class TimeConvolution(nn.Module):
    """A convolution over time as one matrix product: trains several times faster than Conv1d on a CPU."""

    def __init__(self, width: int, kernel: int) -> None:
        super().__init__()
        self.kernel = kernel
        self.mix = nn.Linear(width * kernel, width)

    def forward(self, sound: Tensor) -> Tensor:
        """[batch, frames, width] to the same."""
        reach = self.kernel // 2
        padded = F.pad(sound, (0, 0, reach, reach))
        frames = sound.shape[1]
        near = [padded[:, step : step + frames] for step in range(self.kernel)]
        mixed: Tensor = self.mix(torch.cat(near, dim=2))
        return mixed


@dataclass(slots=True, frozen=True)
class DriverShape:
    features: int
    """Numbers a sound feature holds; there are two features to a video frame."""
    outputs: int
    width: int = 128
    layers: int = 2
    kernel: int = 9
    dropout: float = 0.2


class Driver(nn.Module):
    """Sound features [batch, 2 * frames, features] to mouth codes and measures [batch, frames, outputs]."""

    def __init__(self, shape: DriverShape, mean: Tensor, scale: Tensor) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("scale", scale)
        self.dropout = shape.dropout
        self.enter = nn.Linear(2 * shape.features, shape.width)
        self.layers = nn.ModuleList(TimeConvolution(shape.width, shape.kernel) for _ in range(shape.layers))
        self.norms = nn.ModuleList(nn.LayerNorm(shape.width) for _ in range(shape.layers))
        self.leave = nn.Sequential(
            nn.Linear(shape.width, shape.width),
            nn.GELU(),
            nn.Dropout(shape.dropout),
            nn.Linear(shape.width, shape.outputs),
        )

    def forward(self, features: Tensor) -> Tensor:
        normal = (features - self.mean) / self.scale
        hidden = self.enter(normal.reshape(normal.shape[0], -1, 2 * normal.shape[2]))
        hidden = F.dropout(hidden, self.dropout, self.training)
        for layer, norm in zip(self.layers, self.norms, strict=True):
            hidden = hidden + F.dropout(F.gelu(layer(norm(hidden))), self.dropout, self.training)
        result: Tensor = self.leave(hidden)
        return result


class Ensemble(nn.Module):
    """The mean of several drivers: each has learned other accidents of the footage.

    The lip opening comes from drivers that learned nothing else, which know it better.
    """

    def __init__(self, drivers: list[Driver], openers: list[Driver]) -> None:
        super().__init__()
        self.drivers = nn.ModuleList(drivers)
        self.openers = nn.ModuleList(openers)

    def forward(self, features: Tensor) -> Tensor:
        course = torch.stack([driver(features) for driver in self.drivers]).mean(0)
        opening = torch.stack([opener(features) for opener in self.openers]).mean(0)
        return torch.cat([course[..., :CODE_SIZE], opening, course[..., CODE_SIZE + 1 :]], dim=-1)


def _block(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1), nn.LeakyReLU(0.1))


class _Modulation(nn.Module):
    """Scales and shifts channels by the code (FiLM: Perez et al. 2018)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.linear = nn.Linear(CODE_SIZE, 2 * channels)
        nn.init.zeros_(self.linear.bias)
        nn.init.normal_(self.linear.weight, std=0.02)

    def forward(self, hidden: Tensor, code: Tensor) -> Tensor:
        scale, shift = self.linear(code)[:, :, None, None].chunk(2, dim=1)
        return hidden * (1 + scale) + shift


class Painter(nn.Module):
    """Paints the mouth that a code asks for into a crop whose mouth has been cut out.

    The code enters twice: as a coarse picture (a linear map that starts as the code's principal components),
    to which the rest of the network adds light and detail, and as modulation of the inner layers.
    The work is done on a grid of 32 x 32, 16 x 16 and 8 x 8.
    """

    def __init__(
        self, side: int, basis: Tensor, mean: Tensor, widths: tuple[int, int, int] = (40, 56, 72)
    ) -> None:
        """`basis`: [CODE_SIZE, 3, GRID, GRID]; `mean`: [3, GRID, GRID]; both in 0..1 units."""
        super().__init__()
        self.fold = side // GRID
        fine, middle, coarse = widths
        self.coarse_picture = nn.Linear(CODE_SIZE, 3 * GRID * GRID)
        with torch.no_grad():
            self.coarse_picture.weight.copy_(basis.reshape(CODE_SIZE, -1).T)
            self.coarse_picture.bias.copy_(mean.reshape(-1))
        self.stem = _block(3 * self.fold**2 + 4, fine)
        self.down_middle, self.down_coarse = _block(fine, middle, 2), _block(middle, coarse, 2)
        self.coarse_modulation, self.middle_modulation = _Modulation(coarse), _Modulation(middle)
        self.fine_modulation = _Modulation(fine)
        self.coarse = nn.ModuleList(_block(coarse, coarse) for _ in range(2))
        self.up_middle, self.join_middle, self.middle = (
            _block(coarse, middle),
            _block(2 * middle, middle),
            _block(middle, middle),
        )
        self.up_fine, self.join_fine = _block(middle, fine), _block(2 * fine, fine)
        self.fine = nn.ModuleList(_block(fine, fine) for _ in range(2))
        self.unfold = nn.Conv2d(fine, 4 * 20, 3, 1, 1)
        self.detail = _block(20, 20)
        self.colour = nn.Conv2d(20, 3 * (self.fold // 2) ** 2, 3, 1, 1)
        nn.init.zeros_(self.colour.weight)
        nn.init.zeros_(self.colour.bias)

    def forward(self, context: Tensor, hole: Tensor, code: Tensor) -> Tensor:
        """The painted crop.

        Args:
            context: [batch, 3, side, side] in 0..1, zero inside the hole.
            hole: [1, 1, side, side], 1 where the mouth was cut out.
            code: [batch, CODE_SIZE].

        Returns:
            [batch, 3, side, side] in about 0..1; only the part inside the hole means anything.
        """
        hint = self.coarse_picture(code).view(-1, 3, GRID, GRID)
        picture = F.interpolate(hint, scale_factor=float(self.fold), mode="bilinear", align_corners=False)
        small_hole = F.avg_pool2d(hole, self.fold).expand(context.shape[0], -1, -1, -1)
        entry = self.stem(torch.cat([F.pixel_unshuffle(context, self.fold), small_hole, hint], dim=1))
        middle = self.down_middle(entry)
        hidden = self.coarse_modulation(self.down_coarse(middle), code)
        for block in self.coarse:
            hidden = hidden + block(hidden)
        hidden = self.up_middle(F.interpolate(hidden, scale_factor=2.0))
        hidden = self.middle_modulation(self.join_middle(torch.cat([hidden, middle], dim=1)), code)
        hidden = hidden + self.middle(hidden)
        hidden = self.up_fine(F.interpolate(hidden, scale_factor=2.0))
        hidden = self.fine_modulation(self.join_fine(torch.cat([hidden, entry], dim=1)), code)
        for block in self.fine:
            hidden = hidden + block(hidden)
        hidden = F.leaky_relu(F.pixel_shuffle(self.unfold(hidden), 2), 0.1)
        hidden = hidden + self.detail(hidden)
        return picture + F.pixel_shuffle(self.colour(hidden), self.fold // 2)
