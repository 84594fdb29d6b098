"""What a file says of itself to programs: that a model made it, and who.

`comment` holds the element AIGC as China's GB 45438-2025 (annex E) and the practice guide to it lay down;
`description` says the same in words. Both survive where content credentials do not, and are easily removed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_MADE_BY_AI = "1"
"""Label: 1 made by AI, 2 possibly, 3 suspected."""
STATEMENT = "Generated with AI: a digital human speaks."


def metadata_of(segments: Sequence[Path], producer: str) -> dict[str, str]:
    """Tags of a video that is joined from these segments; the same for the same segments."""
    digest = hashlib.sha256()
    for segment in segments:
        with segment.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    element = {
        "Label": _MADE_BY_AI,
        "ContentProducer": producer,
        "ProduceID": digest.hexdigest()[:32],
        "ReservedCode1": "",
        "ContentPropagator": producer,
        "PropagateID": digest.hexdigest()[:32],
        "ReservedCode2": "",
    }
    return {"description": STATEMENT, "comment": json.dumps({"AIGC": element}, ensure_ascii=False)}


def producer_in(tags: Mapping[str, Any]) -> str | None:
    """Who made it, by the tags of a file; None where they do not say that it was made by AI."""
    by_name = {name.lower(): str(value) for name, value in tags.items()}
    for text in (by_name.get("comment"), by_name.get("aigc")):
        try:
            said = json.loads(text or "")
        except ValueError:
            continue
        element = said.get("AIGC", said) if isinstance(said, dict) else None
        if isinstance(element, dict) and str(element.get("Label", "")) in ("1", "2", "3"):
            return str(element.get("ContentProducer", ""))
    return None
