"""The styles of picture modeling: those of the contract, and some of our own.

What a style changes is how the person is drawn, never where eyes, lips and outline are: the picture speaks as
the photo would.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(slots=True, frozen=True)
class PictureStyle:
    style_id: str
    name: str
    description: str
    drawing: str | None
    """Function of `portraits.drawing`, or None: the picture stays as it is."""
    sex: str = "UNKNOW"
    """As the contract spells it. It says who a style is meant for, and refuses nobody."""


_PHOTO = "The person as in the picture."
_CARTOON = "Clean areas of colour between inked lines."
STYLES: Mapping[str, PictureStyle] = {
    style.style_id: style
    for style in (
        PictureStyle("system_male_001", "As photographed", _PHOTO, None, "MALE"),
        PictureStyle("system_female_001", "As photographed", _PHOTO, None, "FEMALE"),
        PictureStyle("system_male_002", "Cartoon", _CARTOON, "cartoon", "MALE"),
        PictureStyle("system_female_002", "Cartoon", _CARTOON, "cartoon", "FEMALE"),
        PictureStyle("as_photographed", "As photographed", _PHOTO, None),
        PictureStyle("cartoon", "Cartoon", _CARTOON, "cartoon"),
        PictureStyle("watercolour", "Watercolour", "Thin washes of paint on paper.", "watercolour"),
        PictureStyle("oil", "Oil painting", "Broad strokes of thick paint.", "oil"),
        PictureStyle("pencil", "Coloured pencil", "Hatched with pencils on paper.", "pencil"),
    )
}
"""By their ids; the first four are the contract's."""
