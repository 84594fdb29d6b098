"""The default text classifier: written rules, not a trained model.

No small classifier with a fit licence and without pickles was to be had for both languages when this was
written; one can be plugged in by the setting `moderators`. The rules find what word lists cannot: patterns
of offers, threats, and the personal data of people.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from greenroom.engines.protocols import Decision, Finding, Image
from greenroom.moderation.normalise import fold

_LONGEST_TEXT = 200_000


@dataclass(slots=True, frozen=True)
class Rule:
    name: str
    category: str
    decision: Decision
    pattern: re.Pattern[str]
    """Searched in the folded text: lower case, one width, no accents."""


@cache
def built_in_rules() -> tuple[Rule, ...]:
    """Of `rules.toml`."""
    text = files("greenroom.moderation").joinpath("rules.toml").read_text(encoding="utf-8")
    return tuple(
        Rule(item["name"], item["category"], Decision(item["decision"]), re.compile(item["pattern"]))
        for item in tomllib.loads(text)["rule"]
    )


class RuleModerator:
    name = "rules"
    reads_text = True
    sees_pictures = False

    def review_text(self, text: str) -> Sequence[Finding]:
        plain = fold(text[:_LONGEST_TEXT])
        found = []
        for rule in built_in_rules():
            match = rule.pattern.search(plain)
            if match is not None and not (rule.name == "card number" and not _has_check_digit(match[0])):
                detail = f"{rule.name}: {match[0][:60]}" if rule.category != "personal" else rule.name
                found.append(Finding(self.name, rule.category, rule.decision, 0.8, detail))
        return tuple(found)

    def review_picture(self, picture: Image) -> Sequence[Finding]:
        return ()


def _has_check_digit(text: str) -> bool:
    """The last digit of a card number is a check on the others (Luhn; ISO/IEC 7812-1, annex B)."""
    digits = [int(letter) for letter in text if letter.isdigit()][::-1]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
