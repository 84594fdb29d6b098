"""The `Condition` member of a policy statement: operators on what is known of a request."""

from __future__ import annotations

import ipaddress
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fnmatch import translate
from typing import Any

from greenroom.errors import InvalidParameterError

KEYS = {
    "g:RequestedRegion": "the region, such as cn-north-4",
    "g:CurrentTime": "the time in UTC, such as 2026-01-31T23:59:59Z",
    "g:ProjectId": "the project's id",
    "g:ProjectName": "the project's name, which is that of its region",
    "g:DomainId": "the tenant's id",
    "g:DomainName": "the tenant's name",
    "g:UserId": "the user's id",
    "g:UserName": "the user's name",
    "g:SourceIp": "the address that the request comes from",
    "g:ServiceName": "metastudio or iam",
}
_KEYS = {key.lower(): key for key in KEYS}

Test = Callable[[str, str], bool]
"""Compares the request's value with one of the policy's."""


@dataclass(slots=True, frozen=True)
class Condition:
    """One operator on one key: holds if any of the values fits (for a negative operator: none)."""

    key: str
    test: Test
    negative: bool
    if_exists: bool
    values: tuple[str, ...]

    def holds(self, request: Mapping[str, str]) -> bool:
        found = request.get(self.key)
        if found is None:
            return self.if_exists or self.negative
        return any(self.test(found, value) for value in self.values) != self.negative


def parse_conditions(place: str, document: object) -> tuple[Condition, ...]:
    """`{"StringEquals": {"g:RequestedRegion": ["cn-north-4"]}}` as conditions, all of which must hold.

    Raises:
        InvalidParameterError: an unknown operator or key, or a value that cannot be compared.
    """
    if not isinstance(document, Mapping):
        raise InvalidParameterError(f"{place}.Condition must be an object: operator, key, values")
    found = []
    for name, pairs in document.items():
        test, negative, if_exists = _operator(place, str(name))
        if not isinstance(pairs, Mapping) or not pairs:
            raise InvalidParameterError(f"{place}.Condition.{name} must be an object of keys and values")
        for key, values in pairs.items():
            found.append(
                Condition(
                    key=_key(place, str(key)),
                    test=test,
                    negative=negative,
                    if_exists=if_exists,
                    values=_values(f"{place}.Condition.{name}.{key}", values, test),
                )
            )
    return tuple(found)


def _operator(place: str, name: str) -> tuple[Test, bool, bool]:
    if_exists = name.endswith("IfExists")
    plain = name.removesuffix("IfExists")
    if plain not in _OPERATORS:
        raise InvalidParameterError(
            f"{place}.Condition: there is no operator {name!r}: take one of {', '.join(_OPERATORS)}, "
            "with IfExists at its end if need be"
        )
    test, negative = _OPERATORS[plain]
    return test, negative, if_exists


def _key(place: str, name: str) -> str:
    key = _KEYS.get(name.lower())
    if key is None:
        raise InvalidParameterError(
            f"{place}.Condition: there is no key {name!r}: take one of {', '.join(KEYS)}"
        )
    return key


def _values(place: str, value: object, test: Test) -> tuple[str, ...]:
    found: list[Any] = value if isinstance(value, list) else [value]
    if not found or not all(isinstance(text, str) for text in found):
        raise InvalidParameterError(f"{place} must be a text or a list of texts")
    for text in found:
        try:
            test(_SAMPLES.get(test, "1"), text)
        except ValueError:
            raise InvalidParameterError(f"{place}: {text!r} cannot be compared: {_FORMS[test]}") from None
    return tuple(found)


def _date(compare: Callable[[datetime, datetime], bool]) -> Test:
    def test(found: str, wanted: str) -> bool:
        return compare(_time_of(found), _time_of(wanted))

    return test


def _time_of(text: str) -> datetime:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment


def _like(found: str, wanted: str) -> bool:
    escaped = wanted.replace("[", "[[]")
    return re.match(translate(escaped), found) is not None


def _equals(found: str, wanted: str) -> bool:
    return found == wanted


def _equals_ignoring_case(found: str, wanted: str) -> bool:
    return found.lower() == wanted.lower()


def _starts(found: str, wanted: str) -> bool:
    return found.startswith(wanted)


def _ends(found: str, wanted: str) -> bool:
    return found.endswith(wanted)


def _in_network(found: str, wanted: str) -> bool:
    network = ipaddress.ip_network(wanted, strict=False)
    try:
        return ipaddress.ip_address(found) in network
    except ValueError:  # the request's own address is not one, as of a test client
        return False


_BEFORE, _BEFORE_OR_AT = _date(operator.lt), _date(operator.le)
_AFTER, _AFTER_OR_AT = _date(operator.gt), _date(operator.ge)
_AT = _date(operator.eq)

_OPERATORS: Mapping[str, tuple[Test, bool]] = {
    "StringEquals": (_equals, False),
    "StringNotEquals": (_equals, True),
    "StringEqualsIgnoreCase": (_equals_ignoring_case, False),
    "StringNotEqualsIgnoreCase": (_equals_ignoring_case, True),
    "StringLike": (_like, False),
    "StringNotLike": (_like, True),
    "StringMatch": (_like, False),
    "StringNotMatch": (_like, True),
    "StringStartWith": (_starts, False),
    "StringNotStartWith": (_starts, True),
    "StringEndWith": (_ends, False),
    "StringNotEndWith": (_ends, True),
    "DateEquals": (_AT, False),
    "DateNotEquals": (_AT, True),
    "DateLessThan": (_BEFORE, False),
    "DateLessThanEquals": (_BEFORE_OR_AT, False),
    "DateGreaterThan": (_AFTER, False),
    "DateGreaterThanEquals": (_AFTER_OR_AT, False),
    "IpAddress": (_in_network, False),
    "NotIpAddress": (_in_network, True),
}
"""By name: the comparison, and whether it is to fail for every value."""

_DATE_FORM = "write a time with its zone, such as 2026-01-31T23:59:59Z"
_DATES: tuple[Test, ...] = (_AT, _BEFORE, _BEFORE_OR_AT, _AFTER, _AFTER_OR_AT)
_SAMPLES: Mapping[Test, str] = {
    **dict.fromkeys(_DATES, "2026-01-01T00:00:00Z"),
    _in_network: "127.0.0.1",
}
_FORMS: Mapping[Test, str] = {
    **dict.fromkeys(_DATES, _DATE_FORM),
    _in_network: "write an address or a network, such as 192.0.2.0/24",
}
