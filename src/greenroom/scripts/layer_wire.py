"""`x_greenroom` of a layer: what the contract has no member for. Lengths are pixels of the video."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from greenroom.api.wire import WireModel

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]
MOST_MS = 86_400_000


class LayerMotion(WireModel):
    """An entrance or an exit."""

    kind: Literal["fade", "slide", "zoom"]
    ms: int = Field(default=500, ge=40, le=10_000)
    side: Literal["left", "right", "top", "bottom"] | None = None
    """Of a slide: the edge that it comes over or leaves by; `left` without it."""


class TextOutline(WireModel):
    color: Colour = "#000000"
    width: float = Field(default=2.0, gt=0, le=50)


class TextShadow(WireModel):
    color: Colour = "#000000"
    dx: int = Field(default=3, ge=-100, le=100)
    dy: int = Field(default=3, ge=-100, le=100)
    blur: float = Field(default=3.0, ge=0, le=50)
    opacity: float = Field(default=0.6, ge=0, le=1)


class LayerExtension(WireModel):
    start_ms: int | None = Field(default=None, ge=0, le=MOST_MS)
    """From the beginning of the scene."""
    end_ms: int | None = Field(default=None, ge=1, le=MOST_MS)
    """Without it the layer stays until the scene ends."""
    entrance: LayerMotion | None = None
    exit: LayerMotion | None = None
    opacity: float | None = Field(default=None, ge=0, le=1)
    fit: Literal["contain", "cover", "fill"] | None = None
    at_end: Literal["freeze", "hide"] | None = None
    """What a video shows after it was played."""
    align: Literal["left", "center", "right"] | None = None
    outline: TextOutline | None = None
    shadow: TextShadow | None = None
