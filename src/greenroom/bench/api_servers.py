"""The servers that `greenroom bench api` compares with.

    python -m greenroom.bench.api_servers open|bare DATA PORT

`open`: the whole application, but nobody asks who calls. `bare`: Starlette with one route that reads one row.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from greenroom.api.app import Api, create_app
from greenroom.api.server import configure_logs
from greenroom.assets.models import Asset
from greenroom.bench.api_data import settings_of
from greenroom.iam.caller import Caller
from greenroom.iam.directory import Principal, TenantRecord
from greenroom.runtime import Runtime


def open_app(runtime: Runtime) -> Api:
    """Everybody is the same caller, and everything is admitted."""
    app = create_app(runtime)

    async def authenticate(request: Request, *_: Any) -> Caller:
        project_id = request.scope["path"].split("/")[2]
        tenant = TenantRecord("bench", "bench", True, None, {project_id: "cn-north-4"}, {})
        principal = Principal(tenant, "u", "bench", True, runtime.clock(), ())
        return Caller(principal, project_id, bound=False, actor="bench", signature=None)

    async def admit(*_: Any) -> None:
        return None

    app.gate.authenticate = authenticate  # type: ignore[method-assign,assignment]
    app.gate.admit = admit  # type: ignore[method-assign,assignment]
    return app


def bare_app(runtime: Runtime) -> Starlette:
    table = Asset.__table__

    async def row(request: Request) -> JSONResponse:
        async with runtime.sessions.read() as session:
            query = select(table.c.id, table.c.name).where(table.c.id == request.path_params["id"])
            found = (await session.execute(query)).one()
        return JSONResponse({"id": found.id, "name": found.name})

    async def health(request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    return Starlette(routes=[Route("/row/{id}", row), Route("/healthz", health)])


async def main() -> None:
    kind, data, port = sys.argv[1:4]
    configure_logs("text")
    runtime = Runtime.open(settings_of(Path(data)))
    app: ASGIApp = open_app(runtime) if kind == "open" else bare_app(runtime)
    config = uvicorn.Config(
        app, host="127.0.0.1", port=int(port), log_config=None, access_log=False, lifespan="off", ws="none"
    )
    await uvicorn.Server(config).serve()
    await runtime.close()


if __name__ == "__main__":
    asyncio.run(main())
