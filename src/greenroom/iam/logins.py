"""Logging in with a password: five wrong ones within 15 minutes lock the user out for 15 minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from greenroom.errors import GreenroomError, UnauthorizedError
from greenroom.iam.models import User
from greenroom.iam.passwords import password_fits
from greenroom.iam.repository import IamRepository
from greenroom.runtime import Runtime
from greenroom.tenants.repository import TenantRepository

MAX_FAILURES = 5
LOCK = timedelta(minutes=15)


class WrongPasswordError(UnauthorizedError):
    """The user or the password is wrong: the text does not say which."""


class LockedOutError(GreenroomError):
    """Too many wrong passwords."""

    error_code = "MSS.00000001"
    status = 429


@dataclass(slots=True, frozen=True)
class Login:
    """What somebody claims to be. Either the user's id, or its name with the tenant's name or id."""

    password: str
    user_id: str | None = None
    user_name: str | None = None
    tenant_name: str | None = None
    tenant_id: str | None = None


async def log_in(runtime: Runtime, login: Login) -> User:
    """The user whose password it is.

    Raises:
        WrongPasswordError: no such user, or another password.
        LockedOutError: too many wrong passwords before.
    """
    now = runtime.clock()
    async with runtime.sessions.read() as session:
        user = await _find(IamRepository(session), TenantRepository(session), login)
    if user is not None and _is_locked(user, now):
        raise LockedOutError(
            f"the user is locked after {MAX_FAILURES} wrong passwords: wait up to 15 minutes, or have the "
            "password set anew"
        )
    fits = await password_fits(login.password, user.password_hash if user is not None else None)
    if user is None:
        raise _wrong()
    async with runtime.sessions.write.begin() as session:
        row = await IamRepository(session).user(user.id)
        if row is not None:
            _note_attempt(row, fits, now)
    if not fits or row is None:
        raise _wrong()
    return row


async def _find(iam: IamRepository, tenants: TenantRepository, login: Login) -> User | None:
    if login.user_id is not None:
        return await iam.user(login.user_id)
    if login.user_name is None:
        return None
    if login.tenant_id is not None:
        return await iam.user_named(login.tenant_id, login.user_name)
    tenant = await tenants.find_tenant(login.tenant_name or "")
    return await iam.user_named(tenant.id, login.user_name) if tenant is not None else None


def _is_locked(user: User, now: datetime) -> bool:
    return (
        user.failed_logins >= MAX_FAILURES
        and user.failed_since is not None
        and now - user.failed_since < LOCK
    )


def _note_attempt(user: User, fits: bool, now: datetime) -> None:
    if fits:
        user.failed_logins, user.failed_since, user.last_login_at = 0, None, now
        return
    if user.failed_since is None or now - user.failed_since >= LOCK:
        user.failed_logins, user.failed_since = 0, now
    user.failed_logins += 1
    if user.failed_logins >= MAX_FAILURES:
        user.failed_since = now  # the lock counts from the last attempt


def _wrong() -> WrongPasswordError:
    return WrongPasswordError("the user name or the password is wrong: check both, and the tenant's name")
