"""Two published lip-sync networks with random weights, to time beside ours: the same work, the same runtime.

Layer sizes are those of the published networks: Wav2Lip (Prajwal et al. 2020, "A Lip Sync Expert Is All You
Need", 96 px) and Ultralight Digital Human (the HuBERT variant, 160 px). Weights do not change the time that
a convolution takes, so none are needed.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_WAV2LIP_DOWN = ((16, 1, 0), (32, 2, 2), (64, 2, 3), (128, 2, 2), (256, 2, 2), (512, 2, 1))
"""Channels, stride and residual layers of each encoder stage, 96 px to 3 px."""
_WAV2LIP_UP = ((512, 1), (512, 2), (384, 2), (256, 2), (128, 2), (64, 2))
_ULTRALIGHT = (32, 64, 128, 256, 512)


class _Layer(nn.Module):
    """Convolution, batch norm and ReLU, with a way around it where `residual`."""

    def __init__(self, convolution: nn.Module, channels: int, residual: bool = False) -> None:
        super().__init__()
        self.body = nn.Sequential(convolution, nn.BatchNorm2d(channels))
        self.residual = residual

    def forward(self, x: Tensor) -> Tensor:
        y = self.body(x)
        return F.relu(x + y if self.residual else y)


def _conv(inputs: int, outputs: int, kernel: int = 3, stride: int | tuple[int, int] = 1) -> _Layer:
    return _Layer(nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2), outputs)


def _residuals(channels: int, count: int) -> list[nn.Module]:
    return [_Layer(nn.Conv2d(channels, channels, 3, 1, 1), channels, True) for _ in range(count)]


class Wav2Lip(nn.Module):
    """A face [n, 6, 96, 96] (masked and reference) and mel frames [n, 1, 80, 16] to [n, 3, 96, 96]."""

    def __init__(self) -> None:
        super().__init__()
        down: list[nn.Module] = []
        inputs = 6
        for channels, stride, count in _WAV2LIP_DOWN:
            kernel = 7 if inputs == 6 else 3
            down.append(nn.Sequential(_conv(inputs, channels, kernel, stride), *_residuals(channels, count)))
            inputs = channels
        down.append(nn.Sequential(_Layer(nn.Conv2d(512, 512, 3), 512), _conv(512, 512, 1)))
        self.down = nn.ModuleList(down)
        self.sound = nn.Sequential(
            _conv(1, 32), *_residuals(32, 2), _conv(32, 64, 3, (3, 1)), *_residuals(64, 2),
            _conv(64, 128, 3, (3, 3)), *_residuals(128, 2), _conv(128, 256, 3, (3, 2)), *_residuals(256, 1),
            _Layer(nn.Conv2d(256, 512, 3), 512), _conv(512, 512, 1),
        )  # fmt: skip
        skips = [512, 512, 256, 128, 64, 32, 16]
        up: list[nn.Module] = [_conv(512, 512, 1)]
        hidden = 512
        for number, (channels, count) in enumerate(_WAV2LIP_UP):
            stride = 1 if number == 0 else 2
            grow = nn.ConvTranspose2d(
                hidden + skips[number], channels, 3, stride, min(number, 1), min(number, 1)
            )
            up.append(nn.Sequential(_Layer(grow, channels), *_residuals(channels, count)))
            hidden = channels
        self.up = nn.ModuleList(up)
        self.leave = nn.Sequential(_conv(hidden + skips[-1], 32), nn.Conv2d(32, 3, 1), nn.Sigmoid())

    def forward(self, face: Tensor, sound: Tensor) -> Tensor:
        skips = []
        for stage in self.down:
            face = stage(face)
            skips.append(face)
        hidden = self.sound(sound)
        for stage in self.up:
            hidden = torch.cat([stage(hidden), skips.pop()], dim=1)
        painted: Tensor = self.leave(hidden)
        return painted


def _inverted(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """Inverted residual block of MobileNetV2 (Sandler et al. 2018), twice as wide inside."""
    wide = 2 * inputs
    return nn.Sequential(
        nn.Conv2d(inputs, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.ReLU(),
        nn.Conv2d(wide, wide, 3, stride, 1, groups=wide, bias=False), nn.BatchNorm2d(wide), nn.ReLU(),
        nn.Conv2d(wide, outputs, 1, bias=False), nn.BatchNorm2d(outputs),
    )  # fmt: skip


class _Pair(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.first, self.second = _inverted(inputs, outputs, stride), _inverted(outputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        y = self.first(x)
        result: Tensor = y + self.second(y)
        return result


class Ultralight(nn.Module):
    """A face [n, 6, 160, 160] and sound features [n, 16, 32, 32] to [n, 3, 160, 160]."""

    def __init__(self) -> None:
        super().__init__()
        sizes = _ULTRALIGHT
        self.enter = _inverted(6, sizes[0])
        self.down = nn.ModuleList(_Pair(sizes[n], sizes[n + 1], 2) for n in range(4))
        self.sound = nn.Sequential(
            _inverted(16, 64), _inverted(64, 128), _Layer(nn.Conv2d(128, 256, 3, 2, 1), 256),
            _inverted(256, 256), _Layer(nn.Conv2d(256, 512, 3, 2, 3), 512), _inverted(512, 512),
            _inverted(512, 512),
        )  # fmt: skip
        self.fuse = nn.Sequential(_Pair(1024, 512), _Pair(512, 256))
        self.up = nn.ModuleList([_Pair(512, 128), _Pair(256, 64), _Pair(128, 32), _Pair(64, 32)])
        self.leave = nn.Conv2d(32, 3, 1)

    def forward(self, face: Tensor, sound: Tensor) -> Tensor:
        skips = [self.enter(face)]
        for stage in self.down:
            skips.append(stage(skips[-1]))
        hidden = self.fuse(torch.cat([skips.pop(), self.sound(sound)], dim=1))
        for stage in self.up:
            grown = F.interpolate(hidden, scale_factor=2.0, mode="bilinear", align_corners=True)
            hidden = stage(torch.cat([grown, skips.pop()], dim=1))
        return torch.sigmoid(self.leave(hidden))


def export_reference(network: nn.Module, inputs: tuple[Tensor, Tensor], path: Path) -> None:
    """Write a reference network as ONNX with the inputs `face` and `sound`."""
    import warnings

    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network.eval(),
            inputs,
            str(path),
            input_names=["face", "sound"],
            output_names=["painted"],
            opset_version=17,
            dynamo=False,
        )


def references() -> list[tuple[str, nn.Module, tuple[Tensor, Tensor]]]:
    """Name, network and inputs of each reference."""
    return [
        ("Ultralight, 160 px", Ultralight(), (torch.zeros(1, 6, 160, 160), torch.zeros(1, 16, 32, 32))),
        ("Wav2Lip, 96 px", Wav2Lip(), (torch.zeros(1, 6, 96, 96), torch.zeros(1, 1, 80, 16))),
    ]
