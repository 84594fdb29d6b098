from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import Field, TypeAdapter
from starlette.datastructures import QueryParams

from greenroom.api.validation import parse_body, parse_query
from greenroom.api.wire import PageQuery, WireModel
from greenroom.errors import InvalidJsonError, InvalidParameterError


class _Part(WireModel):
    size: int = Field(ge=1, le=9)


class _Body(WireModel):
    name: str = Field(min_length=2, max_length=4)
    kind: Literal["A", "B"] | None = None
    parts: list[_Part] = Field(default_factory=list, max_length=2)
    ratio: float | None = Field(None, gt=0)
    loud: bool | None = None


ADAPTER: TypeAdapter[_Body] = TypeAdapter(_Body)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{}", "name is missing: it is required, send a value"),
        (b'{"name": null}', "name is null: leave it out or send a value"),
        (b'{"name": 5}', "name is '5': send a string"),
        (b'{"name": "x"}', "name is 1 character long: send at least 2"),
        (b'{"name": "abcde"}', "name is 5 characters long: send at most 4"),
        (b'{"name": "ab", "kind": "C"}', "kind is 'C': send one of 'A' or 'B'"),
        (b'{"name": "ab", "parts": [{"size": 10}]}', "parts.0.size is '10': send at most 9"),
        (b'{"name": "ab", "parts": [{"size": 1.5}]}', "parts.0.size is '1.5': send a whole number"),
        (b'{"name": "ab", "parts": {}}', "parts is '{}': send a list"),
        (b'{"name": "ab", "parts": [1]}', "parts.0 is '1': send an object"),
        (b'{"name": "ab", "ratio": 0}', "ratio is '0': send more than 0.0"),
        (b'{"name": "ab", "loud": "perhaps"}', "loud is 'perhaps': send true or false"),
    ],
)
def test_each_fault_is_a_sentence_with_field_fault_and_cure(body: bytes, message: str) -> None:
    with pytest.raises(InvalidParameterError) as caught:
        parse_body(ADAPTER, body)
    assert caught.value.message == message
    assert caught.value.error_code == "MSS.10000003"


def test_many_faults_are_counted() -> None:
    body = b'{"kind": 1, "parts": 2, "ratio": "x", "loud": 3}'
    with pytest.raises(InvalidParameterError, match=r"name is missing.*; kind .*; parts .*; and 2 more"):
        parse_body(ADAPTER, body)


def test_a_long_value_is_cut() -> None:
    with pytest.raises(InvalidParameterError) as caught:
        parse_body(ADAPTER, b'{"name": "ab", "kind": "' + b"x" * 5000 + b'"}')
    assert len(caught.value.message) < 120


def test_the_place_of_a_json_fault() -> None:
    with pytest.raises(InvalidJsonError, match="line 2, column 6"):
        parse_body(ADAPTER, b'{"name":\n "a" "b"}')


class _Query(PageQuery):
    ids: list[str] = Field(default_factory=list)
    sizes: list[str] | None = None
    deep: bool | None = None
    word: Annotated[str, Field(max_length=3)] | None = None


def test_repeated_keys_are_lists_and_others_are_not() -> None:
    query = parse_query(_Query, QueryParams("ids=a&ids=b&sizes=c&deep=true&limit=5&unknown=1"))
    assert isinstance(query, _Query)
    assert (query.ids, query.sizes, query.deep, query.limit, query.offset) == (["a", "b"], ["c"], True, 5, 0)


def test_a_query_fault() -> None:
    with pytest.raises(InvalidParameterError, match="word is 4 characters long: send at most 3"):
        parse_query(_Query, QueryParams("word=long"))


def test_the_zero_character_in_a_query() -> None:
    with pytest.raises(InvalidParameterError, match=r"word holds the character U\+0000"):
        parse_query(_Query, QueryParams("word=a%00"))
