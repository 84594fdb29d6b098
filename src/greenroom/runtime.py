"""What one process holds (`Runtime`) and what one request or job step works with (`Context`)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncSession

from greenroom.clock import Clock, NewId, random_id, system_clock
from greenroom.db.session import Sessions, open_sessions
from greenroom.errors import GreenroomError
from greenroom.iam.secrets import Vault
from greenroom.settings import Settings
from greenroom.storage import place
from greenroom.storage.links import LinkSigner
from greenroom.storage.objects import ObjectStore, open_object_store

if TYPE_CHECKING:
    from greenroom.jobs.engine import JobEngine

AfterCommit = Callable[[], Awaitable[None]]


@dataclass(slots=True, frozen=True)
class Scope:
    """Whose data a piece of work may touch."""

    tenant_id: str
    project_id: str
    region: str
    app_user_id: str | None = None
    """The third-party user of X-App-UserId, or None for the whole project."""
    base_url: str = ""
    """Where the caller reached the server; links start with it."""
    request_id: str = ""


@dataclass(slots=True)
class Runtime:
    """The process-wide parts, opened once. `jobs` is set by the embedded worker when it starts."""

    settings: Settings
    sessions: Sessions
    objects: ObjectStore
    links: LinkSigner
    vault: Vault
    clock: Clock = system_clock
    new_id: NewId = random_id
    jobs: JobEngine | None = None
    local_url: str = ""
    """The server's own address, for work that no request started."""

    @classmethod
    def open(cls, settings: Settings, clock: Clock = system_clock, new_id: NewId = random_id) -> Runtime:
        """Open the database (already migrated), the object store and the keys of a data folder."""
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        vault = Vault.open(settings.secret_key_file or settings.data_dir / "secret.key")
        place.publish(settings.place)
        return cls(
            settings=settings,
            sessions=open_sessions(settings.async_database_url),
            objects=open_object_store(settings.objects_url, settings.objects_dir),
            links=LinkSigner(vault.derive_key("object links"), clock),
            vault=vault,
            clock=clock,
            new_id=new_id,
            local_url=settings.public_url or f"http://{settings.host}:{settings.port}",
        )

    async def close(self) -> None:
        await self.sessions.close()

    @asynccontextmanager
    async def transaction(self, scope: Scope, *, read_only: bool = False) -> AsyncIterator[Context]:
        """One transaction in a tenant's project: committed at the end, rolled back by an exception.

        What was put into `after_commit` runs once the changes are safe.
        """
        maker = self.sessions.read if read_only else self.sessions.write
        async with maker() as session:
            context = Context(runtime=self, session=session, scope=scope)
            try:
                yield context
            except GreenroomError as error:
                if not error.keep_changes:
                    raise
                await context.commit()
                raise
            await context.commit()


@dataclass(slots=True, frozen=True)
class Context:
    """What a service needs: whose data, the open transaction, and the process-wide parts."""

    runtime: Runtime
    session: AsyncSession
    scope: Scope
    _after_commit: list[AfterCommit] = field(default_factory=list)

    @property
    def tenant_id(self) -> str:
        return self.scope.tenant_id

    @property
    def project_id(self) -> str:
        return self.scope.project_id

    @property
    def app_user_id(self) -> str | None:
        return self.scope.app_user_id

    @property
    def base_url(self) -> str:
        settings = self.runtime.settings
        return settings.public_url or self.scope.base_url or self.runtime.local_url

    @property
    def objects(self) -> ObjectStore:
        return self.runtime.objects

    @property
    def settings(self) -> Settings:
        return self.runtime.settings

    def now(self) -> datetime:
        return self.runtime.clock()

    def new_id(self) -> str:
        return self.runtime.new_id()

    def after_commit(self, action: AfterCommit) -> None:
        """Run `action` once this transaction is committed; not at all if it is rolled back."""
        self._after_commit.append(action)

    async def commit(self) -> None:
        """Make the changes so far safe. The framework does this at the end of each request."""
        await self.session.commit()
        actions = list(self._after_commit)
        self._after_commit.clear()
        for action in actions:
            await action()

    def upload_url(self, key: str, **limits: Any) -> str:
        """A link to PUT one object; see `LinkSigner.upload_url` for the limits."""
        limits.setdefault("life_s", self.settings.upload_link_s)
        return self.runtime.links.upload_url(self.base_url, key, **limits)

    def download_url(self, key: str, **options: Any) -> str:
        """A link to GET one object; see `LinkSigner.download_url` for the options."""
        options.setdefault("life_s", self.settings.download_link_s)
        return self.runtime.links.download_url(self.base_url, key, **options)
