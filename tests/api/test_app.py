"""The application itself: what it does when an operation breaks, and that a request is one transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from tests.prepared import migrate_new

from greenroom.api.app import Api
from greenroom.api.operations import bind, operation
from greenroom.assets.models import Asset
from greenroom.assets.repository import AssetRepository
from greenroom.assets.states import AssetState, AssetType
from greenroom.errors import GreenroomError
from greenroom.iam.service import Credentials, create_credentials
from greenroom.runtime import Context, Runtime
from greenroom.settings import Settings

Call = Callable[[Callable[[Context, str], Awaitable[None]]], Awaitable[httpx.Response]]


@pytest.fixture
async def runtime(tmp_path: Path, database_url: str | None) -> AsyncIterator[Runtime]:
    settings = Settings(data=tmp_path, database_url=database_url)
    migrate_new(settings)
    opened = Runtime.open(settings)
    yield opened
    await opened.close()


@pytest.fixture
async def credentials(runtime: Runtime) -> Credentials:
    return await create_credentials(runtime, "acme", "cn-north-4")


def _sign(credentials: Credentials) -> tuple[str, dict[str, str]]:
    path = f"/v1/{credentials.project_id}/digital-assets/a1/restore"
    keys = BasicCredentials(credentials.access_key, credentials.secret_key)
    request = SdkRequest("POST", "http", "test", path, None, [], {"Content-Type": "application/json"}, b"")
    return path, Signer(keys).sign(request).header_params


@pytest.fixture
def call(runtime: Runtime, credentials: Credentials) -> Call:
    """Send a signed request to an operation done by the given function."""

    async def send(handler: Callable[[Context, str], Awaitable[None]]) -> httpx.Response:
        async def restore_asset(context: Context, asset_id: str) -> None:
            await handler(context, asset_id)

        app = Api(runtime, bind([operation("RestoreAsset")(restore_asset)]))
        path, headers = _sign(credentials)
        transport: Any = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            answer = await client.post(path, headers=headers)
        await app.close()
        return answer

    return send


def _row(asset_id: str) -> Asset:
    return Asset(
        id=asset_id, name="n", type=AssetType.IMAGE, state=AssetState.CREATING, tags=[], extra_meta={},
        system_properties=[], supported_service=[], auto_operation_config=[], needs_cover=False,
    )  # fmt: skip


class _KeptError(GreenroomError):
    keep_changes = True


async def test_an_unexpected_error_tells_nothing_of_the_inside(call: Call) -> None:
    async def broken(context: Context, asset_id: str) -> None:
        raise RuntimeError("the password is swordfish")

    answer = await call(broken)
    assert answer.status_code == 500
    assert answer.json()["error_code"] == "MSS.00000004"
    assert "swordfish" not in answer.text
    assert answer.headers["x-request-id"] in answer.json()["error_msg"]


@pytest.mark.parametrize(
    ("error", "kept"),
    [(None, True), (GreenroomError("no"), False), (_KeptError("no"), True), (RuntimeError("no"), False)],
)
async def test_one_request_is_one_transaction(
    call: Call, runtime: Runtime, error: Exception | None, kept: bool
) -> None:
    done: list[str] = []

    async def handler(context: Context, asset_id: str) -> None:
        await AssetRepository(context).add(_row("r1"))

        async def note() -> None:
            done.append("after commit")

        context.after_commit(note)
        if error is not None:
            raise error

    await call(handler)
    async with runtime.sessions.read() as session:
        assert (await session.get(Asset, "r1") is not None) == kept
    assert done == (["after commit"] if kept else [])
