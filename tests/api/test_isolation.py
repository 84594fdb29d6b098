"""Property: no operation, with any ids in path, query and body, shows or changes what another tenant has.

One tenant owns a row of every kind, all with the same id and full of a secret word. Another tenant calls
every operation with that id wherever an id fits. The word must never come back, and the rows must stay as
they were.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from sqlalchemy import JSON, BigInteger, Boolean, Float, Integer, LargeBinary, insert, select
from tests.prepared import migrate_new

from greenroom.api.app import create_app
from greenroom.api.operations import BoundOperation, load_operations
from greenroom.db.base import ScopedRow, UtcTime
from greenroom.db.migrate import load_models
from greenroom.iam.service import create_credentials
from greenroom.runtime import Runtime
from greenroom.settings import Settings

from .conftest import Clock, Studio

THEIRS = "0123456789abcdef0123456789abcdef"
"""The id of everything that the other tenant has."""
WORD = "swordfish"
OF_THE_GATE = {"projects", "users", "groups", "policies", "access_keys", "audit_events", "rate_overrides"}
"""Tables that decide who may do what: no operation of the catalogue reads or changes them."""
OPERATIONS = sorted(load_operations().values(), key=lambda one: one.entry.id)


class World:
    """An application with two tenants, kept open for all examples."""

    def __init__(self, place: Path) -> None:
        self._runner = asyncio.Runner()
        chosen = Settings(data=place, throttle="off", replay_check=False)
        migrate_new(chosen)
        load_models()
        self.studio = self._runner.run(self._open(chosen))
        self.rows = self._runner.run(self._snapshot())

    async def _open(self, chosen: Settings) -> Studio:
        runtime = Runtime.open(chosen)
        owner = await create_credentials(runtime, "owner", "cn-north-4")
        thief = await create_credentials(runtime, "thief", "cn-north-4")
        async with runtime.sessions.write.begin() as session:
            for table in _tables():
                row = {column.name: _content(column) for column in table.columns}
                whose = {"id": THEIRS, "tenant_id": "owner", "project_id": owner.project_id}
                row |= {name: value for name, value in whose.items() if isinstance(row.get(name), str)}
                await session.execute(insert(table), [row])
        return Studio(runtime, create_app(runtime), thief, owner, Clock())

    async def _snapshot(self) -> list[str]:
        found = []
        async with self.studio.runtime.sessions.read() as session:
            for table in _tables():
                query = select(table).where(table.c.tenant_id == "owner")
                found += [f"{table.name} {tuple(row)}" for row in await session.execute(query)]
        return sorted(found)

    def call(self, method: str, path: str, body: Any) -> httpx.Response:
        """As the tenant that must see nothing."""
        return self._runner.run(self.studio.call(method, path, body))

    def rows_now(self) -> list[str]:
        return self._runner.run(self._snapshot())

    def close(self) -> None:
        self._runner.run(self.studio.app.close())
        self._runner.run(self.studio.runtime.close())
        self._runner.close()


def _tables() -> list[Any]:
    """The tables of what tenants have, those that others refer to first."""
    return [
        table
        for table in ScopedRow.metadata.sorted_tables
        if "tenant_id" in table.columns and table.name not in OF_THE_GATE
    ]


def _content(column: Any) -> Any:
    """Something of the column's type, with the secret word where there is room."""
    if isinstance(column.type, UtcTime):
        return Clock()()
    if isinstance(column.type, JSON):
        return {"secret": WORD}
    if isinstance(column.type, Boolean):
        return False
    if isinstance(column.type, LargeBinary):
        return WORD.encode()
    if isinstance(column.type, Integer | BigInteger | Float):
        return 1
    return THEIRS if column.foreign_keys or column.name.endswith("_id") else WORD[: column.type.length or 99]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    opened = World(tmp_path_factory.mktemp("world"))
    yield opened
    opened.close()


def test_there_is_something_to_steal(world: World) -> None:
    assert len(world.rows) == len(_tables()) >= 20
    assert sum(WORD in row for row in world.rows) >= 18, "all but rows of numbers hold the word"


def values(schema: Any, root: Any) -> st.SearchStrategy[Any]:
    """Values that fit a JSON schema more or less, with the other tenant's id wherever a text may stand."""
    if "$ref" in schema:
        return values(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "const" in schema:
        return st.just(schema["const"])
    if "anyOf" in schema:
        return st.one_of([values(one, root) for one in schema["anyOf"] if one.get("type") != "null"])
    kind = schema.get("type")
    if kind == "object":
        return _objects(schema, root)
    if kind == "array":
        return st.lists(values(schema.get("items", {}), root), min_size=1, max_size=2)
    if kind in ("integer", "number"):
        low = int(schema.get("minimum", 0))
        return st.integers(low, min(int(schema.get("maximum", low + 100)), low + 100))
    if kind == "boolean":
        return st.booleans()
    return st.sampled_from([THEIRS, THEIRS, "a", "2026-01-01T00:00:00Z"])


def _objects(schema: Any, root: Any) -> st.SearchStrategy[Any]:
    properties, needed = schema.get("properties", {}), set(schema.get("required", []))
    return st.fixed_dictionaries(
        {name: values(one, root) for name, one in properties.items() if name in needed},
        optional={name: st.deferred(lambda one=one: values(one, root)) for name, one in properties.items()
                  if name not in needed},
    )  # fmt: skip


def requests(bound: BoundOperation) -> st.SearchStrategy[tuple[str, Any]]:
    """A path with a query, and a body."""
    path = bound.entry.path
    for name in bound.entry.path.split("{")[1:]:
        name = name.partition("}")[0]
        path = path.replace("{" + name + "}", "{p}" if name == "project_id" else THEIRS)
    query: st.SearchStrategy[dict[str, Any]] = st.just({})
    if bound.query is not None:
        schema = TypeAdapter(bound.query).json_schema()
        query = _objects(schema, schema)
    body: st.SearchStrategy[Any] = st.none()
    if bound.body is not None:
        schema = bound.body.json_schema()
        body = values(schema, schema)

    def build(parts: tuple[dict[str, Any], Any]) -> tuple[str, Any]:
        pairs = "&".join(
            f"{name}={str(one).lower() if isinstance(one, bool) else one}"
            for name, value in parts[0].items()
            for one in (value if isinstance(value, list) else [value])
        )
        return (f"{path}?{pairs}" if pairs else path), parts[1]

    return st.tuples(query, body).map(build)


@pytest.mark.parametrize("bound", OPERATIONS, ids=lambda bound: bound.entry.id)
def test_another_tenants_things_are_neither_shown_nor_changed(world: World, bound: BoundOperation) -> None:
    @settings(max_examples=8, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(requests(bound))
    def never(request: tuple[str, Any]) -> None:
        path, body = request
        answer = world.call(bound.entry.method, path, body)
        assert WORD not in answer.text
        assert answer.headers["x-request-id"]
        if answer.status_code == 200 and answer.headers.get("content-type") == "application/json":
            assert THEIRS not in _ids(json.loads(answer.text)), "it names the other tenant's thing as its own"

    never()
    assert world.rows_now() == world.rows


def _ids(value: Any) -> set[str]:
    """The values of the members `id` and `..._id` that the server itself gave to new things."""
    if not isinstance(value, dict):
        return set()
    return {
        one for name, one in value.items() if name in ("id", "asset_id", "job_id", "file_id", "script_id")
    }


@pytest.mark.parametrize("bound", OPERATIONS, ids=lambda bound: bound.entry.id)
def test_another_tenants_project_is_refused(world: World, bound: BoundOperation) -> None:
    if "{project_id}" not in bound.entry.path:
        pytest.skip("the path names no project")
    path = bound.entry.path.replace("{project_id}", world.studio.globex.project_id)
    answer = world.call(bound.entry.method, path.replace("{", "").replace("}", ""), {})
    assert (answer.status_code, answer.json()["error_code"]) == (400, "MSS.00010009")
