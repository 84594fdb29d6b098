"""The table that every benchmark prints: one figure a row, with its goal and its reference beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Value = float | int | str | None


@dataclass(slots=True, frozen=True)
class Row:
    name: str
    """Stable between releases: scripts look rows up by it."""
    value: Value
    unit: str = ""
    reference: str = ""
    """What the value stands beside, measured in the same run, in words with its own figure."""
    goal: str = ""
    """What the value should reach, for example `>= 34 dB`."""
    extra: Mapping[str, Value] = field(default_factory=dict)
    """Further figures of the row; in JSON they stand beside `name`, on screen after the table's columns."""

    def to_json(self) -> dict[str, Value]:
        own: dict[str, Value] = {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "reference": self.reference,
            "goal": self.goal,
        }
        return own | {key: value for key, value in self.extra.items() if key not in own}


def as_json(rows: Sequence[Row]) -> str:
    """`{"rows": [{"name": ..., "value": ...}]}`"""
    return json.dumps({"rows": [row.to_json() for row in rows]}, indent=2, ensure_ascii=False)


def as_markdown(rows: Sequence[Row]) -> str:
    """The rows as a table that reads well on a terminal and in a document."""
    header = ["figure", "value", "goal", "reference", "also"]
    cells = [header] + [_cells(row) for row in rows]
    used = [index for index in range(len(header)) if index < 2 or any(row[index] for row in cells[1:])]
    widths = {index: max(len(row[index]) for row in cells) for index in used}
    lines = ["| " + " | ".join(row[index].ljust(widths[index]) for index in used) + " |" for row in cells]
    lines.insert(1, "|" + "|".join("-" * (widths[index] + 2) for index in used) + "|")
    return "\n".join(lines)


def _cells(row: Row) -> list[str]:
    also = ", ".join(f"{key} {_number(value)}" for key, value in row.extra.items())
    return [row.name, f"{_number(row.value)} {row.unit}".strip(), row.goal, row.reference, also]


def _number(value: Value) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
