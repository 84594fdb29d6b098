"""A whole application in the test's process, on SQLite and on PostgreSQL, and signed requests to it."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from tests.prepared import migrate_new

from greenroom.api.app import Api, create_app
from greenroom.iam.service import Credentials, create_credentials
from greenroom.runtime import Runtime
from greenroom.settings import Settings

_ports = itertools.count(20_000)


class Clock:
    """The system's time, moved by `offset`."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.offset


@dataclass(slots=True)
class Studio:
    """The application, its tenants and a client."""

    runtime: Runtime
    app: Api
    acme: Credentials
    globex: Credentials
    clock: Clock
    others: list[Api] = field(default_factory=list)
    """Further processes, as it were: applications with memories of their own."""

    async def send(self, request: httpx.Request, app: Api | None = None, port: int = 0) -> httpx.Response:
        """Send on a connection of its own, or on that of a port."""
        transport: Any = httpx.ASGITransport(app=app or self.app, client=("192.0.2.7", port or next(_ports)))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.send(request)

    async def call(
        self, method: str, path: str, body: Any = None, by: Credentials | None = None, **headers: str
    ) -> httpx.Response:
        """Sign and send; `{p}` in the path is the caller's project."""
        return await self.send(self.signed(method, path, body, by, **headers))

    def signed(
        self, method: str, path: str, body: Any = None, by: Credentials | None = None, **headers: str
    ) -> httpx.Request:
        who = by or self.acme
        content = b"" if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        path, _, query = path.replace("{p}", who.project_id).partition("?")
        request = SdkRequest(
            method, "http", "test", path, None, [tuple(pair.split("=")) for pair in query.split("&") if pair],
            {"Content-Type": "application/json", **named}, content,
        )  # fmt: skip
        done = Signer(BasicCredentials(who.access_key, who.secret_key)).sign(request)
        return httpx.Request(method, "http://test" + done.uri, headers=done.header_params, content=content)

    def another_process(self) -> Api:
        app = create_app(self.runtime)
        self.others.append(app)
        return app


MakeStudio = Callable[..., Any]


@pytest.fixture
async def make_studio(tmp_path: Path, database_url: str | None) -> AsyncIterator[MakeStudio]:
    made: list[Studio] = []

    async def make(**settings: Any) -> Studio:
        chosen = Settings(data=tmp_path, database_url=database_url, **settings)
        migrate_new(chosen)
        clock = Clock()
        runtime = Runtime.open(chosen, clock=clock)
        acme = await create_credentials(runtime, "acme", "cn-north-4")
        globex = await create_credentials(runtime, "globex", "cn-north-4")
        made.append(Studio(runtime, create_app(runtime), acme, globex, clock))
        return made[-1]

    yield make
    for studio in made:
        for app in (studio.app, *studio.others):
            await app.close()
        await studio.runtime.close()


@pytest.fixture
async def studio(make_studio: MakeStudio) -> Studio:
    opened: Studio = await make_studio()
    return opened
