"""What a chain of moderators says about one thing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from greenroom.engines.protocols import Decision, Finding

_STRICTNESS = {Decision.PASS: 0, Decision.DOUBT: 1, Decision.REFUSE: 2}


@dataclass(slots=True, frozen=True)
class Verdict:
    findings: tuple[Finding, ...] = ()
    unexamined: tuple[str, ...] = ()
    """What nobody could look at because a part is not installed: `sound`, `pictures`."""

    @property
    def decision(self) -> Decision:
        """The strictest of the findings."""
        return max(
            (item.decision for item in self.findings), key=_STRICTNESS.__getitem__, default=Decision.PASS
        )

    @property
    def reason(self) -> str:
        """For the tenant: categories and places, not the words themselves. At most 200 characters."""
        worst = [item for item in self.findings if item.decision is self.decision]
        parts = dict.fromkeys(f"{item.category}{f' in {item.place}' if item.place else ''}" for item in worst)
        return ", ".join(parts)[:200]

    def within(self, whole: str) -> Verdict:
        """With each finding's place said to lie in `whole`."""
        placed = (
            replace(item, place=f"{whole}, {item.place}" if item.place else whole) for item in self.findings
        )
        return Verdict(tuple(placed), self.unexamined)

    def joined(self, other: Verdict) -> Verdict:
        unexamined = tuple(dict.fromkeys(self.unexamined + other.unexamined))
        return Verdict(self.findings + other.findings, unexamined)

    def to_json(self) -> dict[str, Any]:
        return {"findings": [asdict(item) for item in self.findings], "unexamined": list(self.unexamined)}

    @classmethod
    def of_failure(cls, what: str) -> Verdict:
        """The review itself failed, which a file may have been made for: a person looks at it."""
        return cls((Finding("review", "review failed", Decision.DOUBT, 1.0, what[:200]),))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Verdict:
        return cls(_findings(data["findings"]), tuple(data["unexamined"]))


def _findings(items: Iterable[Mapping[str, Any]]) -> tuple[Finding, ...]:
    return tuple(Finding(**{**item, "decision": Decision(item["decision"])}) for item in items)
