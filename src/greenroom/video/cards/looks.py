"""How business cards look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CANVAS = (1920, 1080)
OWN = "own"
"""Name of the look that is drawn on a picture of the tenant's own."""


@dataclass(slots=True, frozen=True)
class Look:
    """Colours as `#RRGGBB`."""

    background: str
    stage: str
    """Of the side where the person stands."""
    accent: str
    ink: str
    faint: str
    """Ink of what matters less."""


LOOKS: Mapping[str, Look] = {
    "business-card-light": Look("#FFFFFF", "#E8EDF2", "#1F6FEB", "#16202B", "#5A6875"),
    "business-card-dark": Look("#10181F", "#1B2833", "#35C2A0", "#F2F5F7", "#A8B6C2"),
    "business-card-warm": Look("#FBF6EF", "#F0E2D0", "#B4532A", "#2B1F18", "#75655A"),
    OWN: Look("#FFFFFF", "#FFFFFF", "#16202B", "#16202B", "#4A5866"),
}
