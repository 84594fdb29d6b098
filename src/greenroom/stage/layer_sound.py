"""The sound of video layers, mixed into that of their scene."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from greenroom.engines.protocols import Pcm
from greenroom.media.decode import read_audio
from greenroom.media.errors import MissingStreamError
from greenroom.stage.layer_plan import Layer, LayerKind, Playback

_RAMP_S = 0.01
"""Sound begins and ends so softly that it does not click."""
_KNEE = 0.8
"""Below it sounds add up as they are; above, the sum is bent so that it stays below 1."""


def with_layer_sound(pcm: Pcm, sample_rate: int, layers: Sequence[Layer]) -> Pcm:
    """The sound of a whole scene, mono, with that of its video layers; as long as `pcm`.

    Raises:
        MediaError: a file cannot be read any more.
    """
    heard = [layer for layer in layers if layer.kind is LayerKind.VIDEO and _volume(layer) > 0]
    if not heard:
        return pcm
    mixed = pcm.copy()
    for layer in heard:
        _add(mixed, layer, sample_rate)
    return _bent(mixed)


def _volume(layer: Layer) -> float:
    has_sound = layer.clip is not None and layer.clip.has_sound
    return (layer.playback or Playback()).volume if has_sound else 0.0


def _add(mixed: Pcm, layer: Layer, sample_rate: int) -> None:
    assert layer.source is not None and layer.clip is not None
    first = layer.start_ms * sample_rate // 1000
    last = len(mixed) if layer.end_ms is None else min(len(mixed), layer.end_ms * sample_rate // 1000)
    if last <= first:
        return
    try:
        once = read_audio(Path(layer.source), sample_rate, most_s=(last - first) / sample_rate)
    except MissingStreamError:
        return
    playback = layer.playback or Playback()
    period = max(1, layer.clip.duration_ms * sample_rate // 1000)
    if playback.loops >= 0:
        last = min(last, first + period * max(1, playback.loops))
    heard = np.zeros(last - first, np.float32)
    for start in range(0, len(heard), period):
        part = once[: min(period, len(heard) - start)]
        heard[start : start + len(part)] = part
    mixed[first:last] += _softened(heard, sample_rate) * playback.volume


def _softened(pcm: Pcm, sample_rate: int) -> Pcm:
    count = min(len(pcm) // 2, round(_RAMP_S * sample_rate))
    if count == 0:
        return pcm
    soft = pcm.copy()
    ramp = np.linspace(0, 1, count, endpoint=False, dtype=np.float32)
    soft[:count] *= ramp
    soft[-count:] *= ramp[::-1]
    return soft


def _bent(pcm: Pcm) -> Pcm:
    size = np.abs(pcm)
    if float(size.max(initial=0.0)) <= _KNEE:
        return pcm
    above = _KNEE + (1 - _KNEE) * np.tanh((size - _KNEE) / (1 - _KNEE))
    return np.asarray(np.where(size > _KNEE, np.sign(pcm) * above, pcm), np.float32)
