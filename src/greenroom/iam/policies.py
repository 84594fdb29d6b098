"""Policy documents in the cloud's JSON grammar: read, compiled, and asked whether an action is allowed.

    {"Version": "1.1",
     "Statement": [{"Effect": "Allow", "Action": ["metastudio:digitalAsset:list*"], "Resource": ["*"],
                    "Condition": {"StringEquals": {"g:RequestedRegion": ["cn-north-4"]}}}]}

A Deny that applies wins over every Allow; what nothing allows is refused. In patterns `*` stands for any text
and `?` for one character. All conditions of a statement must hold, and of the values of one key any.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from greenroom.errors import InvalidParameterError
from greenroom.iam.conditions import Condition, parse_conditions

VERSIONS = ("1.0", "1.1", "5.0")
MAX_STATEMENTS = 100
MAX_PATTERNS = 500
_ACTION = re.compile(r"\*|[a-zA-Z0-9_*?-]+:[a-zA-Z0-9_*?-]+(:[a-zA-Z0-9_*?-]+)?")
_MEMBERS = {"Effect", "Action", "NotAction", "Resource", "NotResource", "Condition", "Sid"}


class PolicyDocumentError(InvalidParameterError):
    """A policy document that cannot be used."""


class Effect(StrEnum):
    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(slots=True, frozen=True)
class AccessRequest:
    """What somebody wants to do."""

    action: str
    """metastudio:digitalAsset:showAsset"""
    resource: str
    """metastudio:<region>:<tenant id>:<type>:<id>; the id is empty where the request names none."""
    values: Mapping[str, str]
    """What conditions compare, by key: see `conditions.KEYS`."""
    names_others: bool = False
    """The request changes things that its path does not name (ids in the body): a Deny on one of them
    applies, since it may be among them."""


@dataclass(slots=True, frozen=True)
class Statement:
    """One compiled statement."""

    effect: Effect
    actions: re.Pattern[str]
    not_action: bool
    resources: re.Pattern[str] | None
    """None: every resource."""
    not_resource: bool
    conditions: tuple[Condition, ...]

    @property
    def is_plain(self) -> bool:
        """True: whether it applies depends on the action alone."""
        return self.resources is None and not self.conditions

    def concerns(self, action: str) -> bool:
        return (self.actions.fullmatch(action) is not None) != self.not_action

    def applies(self, request: AccessRequest) -> bool:
        return (
            self.concerns(request.action)
            and self._covers(request)
            and all(condition.holds(request.values) for condition in self.conditions)
        )

    def _covers(self, request: AccessRequest) -> bool:
        if self.resources is None:
            return True
        if self.effect is Effect.DENY and request.names_others:
            return True
        return (self.resources.fullmatch(request.resource) is not None) != self.not_resource


class PolicySet:
    """Every statement that reaches a user in one project. Answers for plain actions are remembered."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self._denies = [one for one in statements if one.effect is Effect.DENY]
        self._allows = [one for one in statements if one.effect is Effect.ALLOW]
        self._plain: dict[str, bool] = {}

    def allows(self, request: AccessRequest) -> bool:
        known = self._plain.get(request.action)
        if known is not None:
            return known
        answer = not any(one.applies(request) for one in self._denies) and any(
            one.applies(request) for one in self._allows
        )
        if self._is_plain(request.action):
            self._plain[request.action] = answer
        return answer

    def _is_plain(self, action: str) -> bool:
        """Actions come from the catalogue, so that this memory cannot grow without end."""
        concerned = [one for one in (*self._denies, *self._allows) if one.concerns(action)]
        return all(one.is_plain for one in concerned)


def compile_document(document: object) -> tuple[Statement, ...]:
    """The statements of a document.

    Raises:
        PolicyDocumentError: names the statement, the fault and the cure.
    """
    if not isinstance(document, Mapping):
        raise PolicyDocumentError('a policy is a JSON object: {"Version": "1.1", "Statement": [...]}')
    unknown = set(document) - {"Version", "Statement", "Depends"}
    if unknown:
        raise PolicyDocumentError(f"a policy has no member {sorted(unknown)[0]!r}: it has Version, Statement")
    if document.get("Version") not in VERSIONS:
        raise PolicyDocumentError(
            f"Version is {document.get('Version')!r}: write one of {', '.join(VERSIONS)}"
        )
    statements = document.get("Statement")
    if isinstance(statements, Mapping):
        statements = [statements]
    if not isinstance(statements, list) or not 1 <= len(statements) <= MAX_STATEMENTS:
        raise PolicyDocumentError(f"Statement must be a list of 1 to {MAX_STATEMENTS} statements")
    return tuple(_compile(f"Statement[{index}]", one) for index, one in enumerate(statements))


def _compile(place: str, statement: object) -> Statement:
    if not isinstance(statement, Mapping):
        raise PolicyDocumentError(f"{place} must be an object with Effect and Action")
    unknown = set(statement) - _MEMBERS
    if unknown:
        raise PolicyDocumentError(
            f"{place} has no member {sorted(unknown)[0]!r}: it has {', '.join(sorted(_MEMBERS))}"
        )
    if statement.get("Effect") not in list(Effect):
        raise PolicyDocumentError(f"{place}.Effect is {statement.get('Effect')!r}: write Allow or Deny")
    actions, not_action = _one_of(place, statement, "Action", "NotAction")
    if actions is None:
        raise PolicyDocumentError(f"{place} has no Action: name at least one, such as metastudio:*:show*")
    for action in actions:
        if not _ACTION.fullmatch(action):
            raise PolicyDocumentError(
                f"{place}: {action!r} is not an action: its form is service:type:operation, "
                "such as metastudio:digitalAsset:showAsset or metastudio:*:*"
            )
    resources, not_resource = _one_of(place, statement, "Resource", "NotResource")
    every = resources is None or (not not_resource and "*" in resources)
    return Statement(
        effect=Effect(statement["Effect"]),
        actions=compile_patterns(tuple(_whole(action) for action in actions), ignore_case=True),
        not_action=not_action,
        resources=None if every or resources is None else compile_patterns(tuple(resources)),
        not_resource=not_resource,
        conditions=parse_conditions(place, statement.get("Condition", {})),
    )


def _one_of(place: str, statement: Mapping[str, Any], name: str, other: str) -> tuple[list[str] | None, bool]:
    """The patterns of `name`, or those of its opposite and True."""
    if name in statement and other in statement:
        raise PolicyDocumentError(f"{place} has both {name} and {other}: leave one out")
    if other in statement:
        return _texts(f"{place}.{other}", statement[other]), True
    if name in statement:
        return _texts(f"{place}.{name}", statement[name]), False
    return None, False


def _texts(place: str, value: object) -> list[str]:
    """A text or a list of texts; `{"uri": [...]}` is the older form of Resource."""
    if isinstance(value, Mapping) and set(value) == {"uri"}:
        value = value["uri"]
    found = [value] if isinstance(value, str) else value
    if (
        not isinstance(found, list)
        or not 1 <= len(found) <= MAX_PATTERNS
        or not all(isinstance(text, str) and 1 <= len(text) <= 512 for text in found)
    ):
        raise PolicyDocumentError(f"{place} must be a text or a list of 1 to {MAX_PATTERNS} texts")
    return list(found)


def _whole(action: str) -> str:
    """`*` and `metastudio:*` stand for every action of three parts."""
    parts = action.split(":")
    return ":".join([*parts, *["*"] * (3 - len(parts))])


@lru_cache(maxsize=4096)
def compile_patterns(patterns: tuple[str, ...], ignore_case: bool = False) -> re.Pattern[str]:
    """One expression for texts that fit any of the patterns; many stars in one do not make it slow."""
    return re.compile(
        "|".join(f"(?:{_expression(pattern)})" for pattern in patterns),
        re.DOTALL | (re.IGNORECASE if ignore_case else 0),
    )


def _expression(pattern: str) -> str:
    """Between two stars the first place that fits is as good as any later one, so that no other is tried."""
    first, *others = [
        "".join("." if letter == "?" else re.escape(letter) for letter in piece)
        for piece in re.split(r"\*+", pattern)
    ]
    if not others:
        return first
    middle = "".join(f"(?>.*?{piece})" for piece in others[:-1])
    return f"{first}{middle}.*{others[-1]}"
