"""A data folder for `greenroom bench api`: one tenant, many assets, and a rate that does not limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from greenroom.assets.models import Asset
from greenroom.assets.states import AssetState, AssetType
from greenroom.db.migrate import migrate
from greenroom.iam.accounts import MAX_RATE, set_rate
from greenroom.iam.changes import Actor
from greenroom.iam.service import create_credentials
from greenroom.runtime import Runtime, Scope
from greenroom.settings import Settings

_BATCH = 5_000


@dataclass(slots=True, frozen=True)
class Prepared:
    data_dir: Path
    project_id: str
    asset_id: str
    access_key: str
    secret_key: str
    assets: int


def settings_of(data_dir: Path) -> Settings:
    """The environment's, with another data folder."""
    options: dict[str, Any] = {"data": data_dir}
    return Settings(**options)


async def prepare(data_dir: Path, assets: int) -> Prepared:
    settings = settings_of(data_dir)
    migrate(settings)
    runtime = Runtime.open(settings)
    made = await create_credentials(runtime, "bench", "cn-north-4")
    # So high that it refuses nothing, but every call is counted.
    await set_rate(runtime, Actor(), "bench", ("*", "*"), MAX_RATE)
    scope = Scope(tenant_id="bench", project_id=made.project_id, region="cn-north-4")
    now = runtime.clock()
    for first in range(0, assets, _BATCH):
        async with runtime.transaction(scope) as context:
            for number in range(first, min(first + _BATCH, assets)):
                moment = now - timedelta(seconds=number)
                context.session.add(
                    Asset(
                        id=f"{number:032x}", tenant_id="bench", project_id=made.project_id,
                        created_at=moment, updated_at=moment, name=f"Asset {number}", type=AssetType.IMAGE,
                        state=AssetState.ACTIVED, tags=["bench"], extra_meta={}, system_properties=[],
                        supported_service=[], auto_operation_config=[], needs_cover=False,
                    )
                )  # fmt: skip
    await _tidy(runtime)
    await runtime.close()
    middle = f"{assets // 2:032x}"
    return Prepared(data_dir, made.project_id, middle, made.access_key, made.secret_key, assets)


async def _tidy(runtime: Runtime) -> None:
    """What PostgreSQL does by itself within a minute of so large a change."""
    if runtime.sessions.engine.dialect.name != "postgresql":
        return
    async with runtime.sessions.engine.connect() as connection:
        connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.exec_driver_sql("VACUUM ANALYZE")
