"""Turns a body or a query into its model, and pydantic's errors into sentences: field, fault, cure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.datastructures import QueryParams

from greenroom.errors import InvalidJsonError, InvalidParameterError

MAX_FAULTS = 3
"""Faults that one error names; the rest is counted."""


def parse_body(adapter: TypeAdapter[Any], data: bytes) -> Any:
    """The validated body.

    Raises:
        InvalidJsonError: not JSON.
        InvalidParameterError: a field is missing or breaks its rule.
    """
    if not data.strip():
        try:
            return adapter.validate_python(None)  # a body that may be left out
        except ValidationError:
            raise InvalidJsonError("the request has no body: send the operation's JSON body") from None
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InvalidJsonError("the body is not UTF-8 text: send JSON in UTF-8") from None
    except json.JSONDecodeError as error:
        raise InvalidJsonError(
            f"the body is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}; "
            "correct it there"
        ) from None
    except (RecursionError, ValueError):
        raise InvalidJsonError("the body is nested too deep or holds a number that is too long") from None
    _check_characters(data, value)
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        raise InvalidParameterError(describe(error, "body")) from None


def _check_characters(data: bytes, value: Any) -> None:
    """JSON can escape what no text may hold: half a surrogate pair, and the zero character."""
    escapes = data.lower()
    if b"\\u0000" in escapes:
        raise InvalidJsonError("the body holds the character U+0000: take it out of the text")
    if b"\\ud" in escapes:
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise InvalidJsonError("the body holds half a surrogate pair: send whole characters") from None


def parse_query(model: type[BaseModel], query: QueryParams) -> BaseModel:
    """The validated query; a field typed as a list takes every value of its key.

    Raises:
        InvalidParameterError: a parameter breaks its rule.
    """
    values: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if name not in query:
            continue
        annotation = str(field.annotation)
        is_list = get_origin(field.annotation) is list or annotation.startswith(
            ("list[", "typing.Optional[list[")
        )
        values[name] = query.getlist(name) if is_list else query[name]
        for one in query.getlist(name):
            check_text(name, one)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InvalidParameterError(describe(error, "query")) from None


def check_text(name: str, value: str) -> None:
    """Raises InvalidParameterError: it holds the zero character, which not every database takes."""
    if "\0" in value:
        raise InvalidParameterError(f"{name} holds the character U+0000: take it out of the text")


def describe(error: ValidationError, place: str) -> str:
    """One sentence a fault, for the user."""
    faults = error.errors(include_url=False)
    sentences = [_sentence(fault, place) for fault in faults[:MAX_FAULTS]]
    if len(faults) > MAX_FAULTS:
        sentences.append(f"and {len(faults) - MAX_FAULTS} more")
    return "; ".join(sentences)


def _sentence(fault: Any, place: str) -> str:
    field = ".".join(str(part) for part in fault["loc"]) or f"the {place}"
    if fault["type"] != "missing" and fault["input"] is None:
        return f"{field} is null: leave it out or send a value"
    if fault["type"] == "value_error":  # our own validators: they say the cure
        shown = "" if isinstance(fault["input"], dict | list) else f" is {_show(fault['input'])}"
        return f"{field}{shown}: {fault['ctx']['error']}"
    make = _SENTENCES.get(fault["type"])
    if make is not None:
        return f"{field} {make(fault.get('ctx', {}), fault['input'])}"
    return f"{field} is not valid: {fault['msg'][:1].lower()}{fault['msg'][1:]}"


def _show(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return f"'{text[:40]}...'" if len(text) > 40 else f"'{text}'"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


_Limits = Mapping[str, Any]
_SENTENCES: dict[str, Callable[[_Limits, Any], str]] = {
    "missing": lambda c, v: "is missing: it is required, send a value",
    "string_too_short": lambda c, v: (
        f"is {_count(len(v), 'character')} long: send at least {c['min_length']}"
    ),
    "string_too_long": lambda c, v: f"is {_count(len(v), 'character')} long: send at most {c['max_length']}",
    "string_type": lambda c, v: f"is {_show(v)}: send a string",
    "string_pattern_mismatch": lambda c, v: f"is {_show(v)}: it must match {c['pattern']}",
    "enum": lambda c, v: f"is {_show(v)}: send one of {c['expected']}",
    "literal_error": lambda c, v: f"is {_show(v)}: send one of {c['expected']}",
    "int_type": lambda c, v: f"is {_show(v)}: send a whole number",
    "int_parsing": lambda c, v: f"is {_show(v)}: send a whole number",
    "int_from_float": lambda c, v: f"is {_show(v)}: send a whole number",
    "float_type": lambda c, v: f"is {_show(v)}: send a number",
    "float_parsing": lambda c, v: f"is {_show(v)}: send a number",
    "bool_type": lambda c, v: f"is {_show(v)}: send true or false",
    "bool_parsing": lambda c, v: f"is {_show(v)}: send true or false",
    "greater_than_equal": lambda c, v: f"is {_show(v)}: send at least {c['ge']}",
    "less_than_equal": lambda c, v: f"is {_show(v)}: send at most {c['le']}",
    "greater_than": lambda c, v: f"is {_show(v)}: send more than {c['gt']}",
    "less_than": lambda c, v: f"is {_show(v)}: send less than {c['lt']}",
    "too_long": lambda c, v: f"has {_count(c['actual_length'], 'item')}: send at most {c['max_length']}",
    "too_short": lambda c, v: f"has {_count(c['actual_length'], 'item')}: send at least {c['min_length']}",
    "list_type": lambda c, v: f"is {_show(v)}: send a list",
    "dict_type": lambda c, v: f"is {_show(v)}: send an object",
    "model_type": lambda c, v: f"is {_show(v)}: send an object",
    "model_attributes_type": lambda c, v: f"is {_show(v)}: send an object",
}
