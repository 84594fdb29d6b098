"""Where a trained voice lies, asked without a context: engines and child processes have none."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Engine, create_engine, select
from sqlalchemy.pool import NullPool

from greenroom.assets.models import AssetFile
from greenroom.assets.states import FileCategory, FileState


def package_key(database_url: str, asset_id: str) -> str | None:
    """The object of the asset's main file, over all tenants; None where there is no such asset."""
    statement = select(AssetFile.object_key).where(
        AssetFile.asset_id == asset_id,
        AssetFile.category == FileCategory.MAIN,
        AssetFile.state == FileState.CREATED,
        AssetFile.type == "ZIP",
    )
    with _database(database_url).connect() as connection:
        found: str | None = connection.execute(statement).scalar()
    return found


@cache
def _database(url: str) -> Engine:
    """A connection for each question: they are rare, and the folder may be another one the next time."""
    return create_engine(url, poolclass=NullPool)
