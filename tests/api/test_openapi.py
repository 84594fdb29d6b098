"""The OpenAPI document, and schemathesis over all of it: whatever is sent, no operation fails with a 500, and
every answer has the form that the document says."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import response_schema_conformance
from tests.prepared import migrate_new

from greenroom.api.admin.table import admin_routes
from greenroom.api.app import create_app
from greenroom.api.extensions import all_entries
from greenroom.api.openapi import openapi_document
from greenroom.api.operations import load_operations
from greenroom.api.signing import SignedRequest, signature_of
from greenroom.iam import permissions
from greenroom.iam.changes import Actor
from greenroom.iam.service import create_credentials
from greenroom.jobs.worker import embedded_worker
from greenroom.runtime import Runtime
from greenroom.settings import Settings

from .conftest import Clock, Studio

EXAMPLES = 2
"""Made-up requests of each operation."""
IDENTITY = {"KeystoneListProjects", "CreateToken", "CreateSecurityToken"}
NAMES = sorted([*load_operations(), *(route.id for route in admin_routes()), *IDENTITY])


@cache
def operations() -> dict[str, Any]:
    """What schemathesis reads in the document, by operation id."""
    found = schemathesis.openapi.from_dict(dict(openapi_document())).get_all_operations()
    return {one.ok().definition.raw["operationId"]: one.ok() for one in found}


class TestDocument:
    def test_it_has_every_operation_that_is_built_and_no_other(self) -> None:
        found = {
            operation["operationId"]: (method.upper(), path)
            for path, item in openapi_document()["paths"].items()
            for method, operation in item.items()
        }
        built = {name: (one.entry.method, one.entry.path) for name, one in load_operations().items()}
        admin = {route.id: (route.method, route.path) for route in admin_routes()}
        assert {name: one for name, one in found.items() if name not in IDENTITY} == built | admin

    def test_nothing_refers_to_what_is_not_there(self) -> None:
        document = openapi_document()
        names = set(re.findall(r"'#/components/schemas/([^']+)'", repr(document)))
        assert names <= set(document["components"]["schemas"])

    def test_an_operation_takes_a_body_where_the_contract_says_so(self) -> None:
        for name, bound in load_operations().items():
            operation = openapi_document()["paths"][bound.entry.path][bound.entry.method.lower()]
            assert ("requestBody" in operation) == (all_entries()[name].request is not None), name


class World:
    """An application that takes jobs but runs none, with a tenant that has something, and an operator."""

    def __init__(self, place: Path) -> None:
        self._runner = asyncio.Runner()
        chosen = Settings(
            data=place,
            throttle="off",
            replay_check=False,
            operator_tenant="ops",
            embedded_worker=False,
        )
        migrate_new(chosen)
        self.studio = self._runner.run(self._open(chosen))

    async def _open(self, chosen: Settings) -> Studio:
        runtime = Runtime.open(chosen)
        self._stack = AsyncExitStack()
        self._stack.push_async_callback(runtime.close)
        await self._stack.enter_async_context(embedded_worker(runtime))
        acme = await create_credentials(runtime, "acme", "cn-north-4")
        self.ops = await create_credentials(runtime, "ops", "cn-north-4")
        await permissions.set_attached(runtime, Actor(), "ops", "admin", "Greenroom Operator", attached=True)
        self.victim = await create_credentials(runtime, "initech", "cn-north-4")
        studio = Studio(runtime, create_app(runtime), acme, acme, Clock())
        new = {"asset_name": "Lobby", "asset_type": "IMAGE"}
        made = await studio.call("POST", "/v1/{p}/digital-assets", new)
        self.asset_id = made.json()["asset_id"]
        return studio

    def send(self, case: Any) -> httpx.Response:
        """Sign the made-up request as somebody who may send it, and send it."""
        made = requests.Request(**case.as_transport_kwargs(base_url="http://test")).prepare()
        raw_path, _, query = made.path_url.partition("?")
        body = made.body.encode() if isinstance(made.body, str) else made.body or b""
        headers = {"host": "test", "x-sdk-date": datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")}
        for name in ("content-type", "x-app-userid"):
            if name in made.headers:
                headers[name] = _text(made.headers[name])
        by = self.ops if raw_path.startswith("/admin") else self.studio.acme
        names = tuple(sorted(headers))
        signature = signature_of(
            SignedRequest(case.method, raw_path, query, headers, body), names, by.secret_key
        )
        headers["authorization"] = (
            f"SDK-HMAC-SHA256 Access={by.access_key}, SignedHeaders={';'.join(names)}, Signature={signature}"
        )
        lines = [(name.encode(), value.encode()) for name, value in headers.items()]
        request = httpx.Request(case.method, f"http://test{made.path_url}", headers=lines, content=body)
        return self._runner.run(self.studio.send(request))

    def close(self) -> None:
        self._runner.run(self.studio.app.close())
        self._runner.run(self._stack.aclose())
        self._runner.close()


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    opened = World(tmp_path_factory.mktemp("world"))
    yield opened
    opened.close()


@pytest.mark.parametrize("name", NAMES)
def test_no_operation_fails(world: World, name: str) -> None:
    real = {"project_id": world.studio.acme.project_id, "tenant": "initech"}
    some = {"asset_id": world.asset_id, "key": world.victim.access_key, "region": "cn-north-4"}

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operations()[name].as_strategy(), st.booleans())
    def check(case: Any, is_known: bool) -> None:
        known = real | some if is_known else real
        case.path_parameters = {
            parameter: known.get(parameter, value)
            for parameter, value in (case.path_parameters or {}).items()
        }
        answer = world.send(case)
        unwanted = {500} if name == "CreateToken" else {401, 403, 500}
        assert answer.status_code not in unwanted, f"{case.as_curl_command()}\n{answer.text}"
        if answer.status_code == 200:
            case.validate_response(answer, checks=[response_schema_conformance])
        else:
            assert set(answer.json()) == {"error_code", "error_msg"} or name in IDENTITY, answer.text

    check()
