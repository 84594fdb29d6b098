"""Who is calling, for which project, and whether they may: from the signature to the scope of the request.

Order: signature or token -> project -> region -> policy -> rate. Everything that says no raises; the
application writes each refusal into the audit record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from starlette.requests import Request

from greenroom.api.catalogue import CatalogueEntry
from greenroom.api.models import UsedSignature
from greenroom.api.repository import DatabaseRates, claim_signature
from greenroom.api.signing import (
    Authorization,
    SignedRequest,
    check_clock,
    check_signature,
    parse_authorization,
    signed_at,
)
from greenroom.api.throttle import MemoryRates, NoRates, RateStore, refuse, windows_of
from greenroom.clock import wire_time
from greenroom.errors import (
    GreenroomError,
    InvalidParameterError,
    ProjectMismatchError,
    UnauthorizedError,
)
from greenroom.iam.caller import Caller
from greenroom.iam.directory import Directory, KeyHolder, Principal
from greenroom.iam.policies import AccessRequest, PolicySet, compile_document
from greenroom.iam.tokens import InvalidTokenError, Token, TokenSealer
from greenroom.runtime import Context, Runtime, Scope

_NOT_ALLOWED = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\x00-\x1f\ud800-\udfff]")
"""Chinese, control characters, and bytes that are not UTF-8."""
TOKEN_PURPOSE = "tokens"


class ForbiddenError(GreenroomError):
    """No policy of the user allows it, or one denies it."""

    error_code = "APIGW.0302"
    status = 403


class ReplayError(UnauthorizedError):
    """A signed request came a second time."""


@dataclass(slots=True)
class Trail:
    """What is known of a request so far, for the audit record if it is refused."""

    tenant_id: str | None = None
    actor: str = ""
    action: str = ""
    resource: str = ""


class Gate:
    """One a process. `directory` and `rates` remember between requests."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.directory = Directory(runtime.sessions, runtime.vault)
        self.rates = open_rates(runtime)
        self.tokens = TokenSealer(runtime.vault.derive_key(TOKEN_PURPOSE))
        self.on_use: Callable[[str], None] = lambda access_key: None
        """Called with the access key of every request that is let in."""

    async def authenticate(
        self, request: Request, body: bytes | None, trail: Trail, *, while_disabled: bool = False
    ) -> Caller:
        """The caller whose signature or token the request carries. A token goes before a signature.

        Args:
            body: the whole body, or None for a multipart one that was not read.
            while_disabled: let it in although its tenant is frozen or disabled.

        Raises:
            UnauthorizedError: no signature, a wrong one, an unknown or disabled key, or a clock too far off.
            InvalidTokenError: a token that is not one of ours, or has ended.
        """
        headers = text_headers(request)
        token = headers.get("x-auth-token")
        if token:
            return await self._by_token(self.tokens.open(token, self.runtime.clock()), trail, while_disabled)
        authorization = parse_authorization(headers)
        trail.actor = authorization.access_key
        check_clock(
            headers, self.runtime.clock(), timedelta(seconds=self.runtime.settings.signature_window_s)
        )
        holder, token_content = await self._holder(authorization, headers.get("x-security-token"))
        trail.tenant_id = holder.principal.tenant.id
        signed = SignedRequest(
            method=request.method,
            raw_path=raw_path_of(request),
            raw_query=request.scope["query_string"].decode("ascii", "surrogateescape"),
            headers=headers,
            body=body,
        )
        check_signature(signed, authorization, holder.secret_key)
        if not holder.enabled:
            raise UnauthorizedError(
                f"the access key {holder.access_key} is disabled: use another key, or have it enabled"
            )
        check_enabled(holder.principal, while_disabled)
        if token_content is None:
            self.on_use(holder.access_key)
        return Caller(
            principal=holder.principal,
            project_id=holder.home_project,
            bound=False,
            actor=holder.access_key,
            signature=authorization.signature,
            is_temporary=token_content is not None,
            limits=_limits(token_content),
        )

    async def _holder(
        self, authorization: Authorization, security_token: str | None
    ) -> tuple[KeyHolder, Token | None]:
        """Who holds the access key: of the database, or of the security token that came with it."""
        if security_token:
            token = self.tokens.open(security_token, self.runtime.clock())
            principal = await self._principal_of(token)
            if not token.access_key or token.access_key != authorization.access_key:
                raise InvalidTokenError("X-Security-Token belongs to another access key: send its own")
            return KeyHolder(token.access_key, token.secret_key, True, token.project_id, principal), token
        holder = await self.directory.holder(authorization.access_key)
        if holder is None:
            raise UnauthorizedError(
                f"the access key {authorization.access_key} is not known here: check it, or make one with "
                "`greenroom credentials create --tenant NAME` (temporary credentials need X-Security-Token)"
            )
        return holder, None

    async def _by_token(self, token: Token, trail: Trail, while_disabled: bool) -> Caller:
        if token.access_key:
            raise InvalidTokenError(
                "this is a security token: sign with its keys and send it as X-Security-Token"
            )
        principal = await self._principal_of(token)
        trail.tenant_id, trail.actor = principal.tenant.id, f"user/{principal.user_name}"
        check_enabled(principal, while_disabled)
        return Caller(principal, token.project_id, bound=True, actor=trail.actor, signature=None)

    async def _principal_of(self, token: Token) -> Principal:
        principal = await self.directory.principal(token.user_id)
        if principal is None or token.issued_at < principal.tokens_valid_from:
            raise InvalidTokenError("the token was ended by the administrator: get a new one")
        return principal

    def scope_of(self, caller: Caller, request: Request, path_project: str | None, request_id: str) -> Scope:
        """The data that the request may touch.

        Raises:
            ProjectMismatchError: the path or X-Project-Id names a project that is not the caller's.
            InvalidParameterError: X-App-UserId breaks its rule.
        """
        project_id = caller.project_id
        header = request.headers.get("x-project-id")
        for place, project in (("X-Project-Id", header), ("the path", path_project)):
            if project is not None:
                _check_project(caller, place, project)
                project_id = project
        if header is not None and path_project is not None and header != path_project:
            raise ProjectMismatchError(
                f"X-Project-Id names {header}, but the path names {path_project}: send the same in both"
            )
        return Scope(
            tenant_id=caller.tenant_id,
            project_id=project_id,
            region=caller.principal.tenant.projects[project_id],
            app_user_id=_app_user_id(request),
            base_url=f"{request.url.scheme}://{request.url.netloc}",
            request_id=request_id,
        )

    async def admit(
        self, entry: CatalogueEntry, caller: Caller, scope: Scope, request: Request, identifier: str
    ) -> None:
        """Let the request through to its operation, or raise.

        Args:
            identifier: of the thing that the path names; empty if it names none.

        Raises:
            NotOfferedError: the operation does not exist in the project's region.
            ForbiddenError: no policy allows it.
            ThrottledError: it was called too often within the last second.
        """
        windows = windows_of(entry, scope.tenant_id, scope.region, caller.principal.tenant.rates)
        resource = f"metastudio:{scope.region}:{scope.tenant_id}:{entry.resource_type}:{identifier}"
        sender = caller, scope, request
        wanted = self.wanted(entry.action, resource, sender, names_others=entry.changes_unnamed)
        self.require(caller, scope.project_id, wanted)
        full = await self.rates.take(windows) if windows else None
        if full is not None:
            raise refuse(full)

    def wanted(
        self,
        action: str,
        resource: str,
        sender: tuple[Caller, Scope, Request],
        *,
        names_others: bool = False,
    ) -> AccessRequest:
        """What policies are asked about a request."""
        return AccessRequest(action, resource, _Values(self.runtime, *sender), names_others)

    def require(self, caller: Caller, project_id: str, wanted: AccessRequest) -> None:
        """Raises ForbiddenError."""
        if not caller.allows(project_id, wanted):
            raise ForbiddenError(
                f"Policy doesn't allow {wanted.action} to be performed by {caller.principal.user_name}: "
                "have a policy that allows it attached to one of the user's groups"
            )

    async def claim(self, context: Context, caller: Caller, request: Request) -> None:
        """Before a request changes something: refuse it if it was here already.

        Raises:
            ReplayError: the same signature did something before.
        """
        if caller.signature is None or not self.runtime.settings.replay_check:
            return
        now = context.now()
        window = timedelta(seconds=self.runtime.settings.signature_window_s + 1)
        used = UsedSignature(
            signature=caller.signature,
            sender=_sender(request),
            used_at=now,
            expires_at=signed_at(text_headers(request)) + window,
        )
        if not await claim_signature(context.session, used):
            raise ReplayError(
                "this signed request was sent before: sign each request anew. Two equal requests within one "
                "second have the same signature: wait a second, or make them differ by a signed X-Request-Id"
            )


def open_rates(runtime: Runtime) -> RateStore:
    """The counter that the settings choose."""
    choice = runtime.settings.throttle
    if choice == "off":
        return NoRates()
    alone = runtime.settings.database_url is None
    return (
        MemoryRates()
        if choice == "memory" or (choice == "auto" and alone)
        else DatabaseRates(runtime.sessions)
    )


def check_enabled(principal: Principal, while_disabled: bool = False) -> None:
    """`while_disabled`: a disabled tenant is let in. Raises UnauthorizedError."""
    if not principal.enabled:
        raise UnauthorizedError(f"the user {principal.user_name} is disabled: have it enabled")
    if not principal.tenant.enabled and not while_disabled:
        reason = principal.tenant.disabled_reason or "no reason given"
        raise UnauthorizedError(f"the tenant {principal.tenant.name} is disabled ({reason}): have it enabled")


def _check_project(caller: Caller, place: str, project: str) -> None:
    """Raises ProjectMismatchError."""
    if project == "{project_id}":
        raise ProjectMismatchError(
            "the path holds no project id: give the SDK's BasicCredentials the project_id, "
            f"{caller.project_id} for this access key"
        )
    known = project == caller.project_id if caller.bound else project in caller.principal.tenant.projects
    if not known:
        whose = "token" if caller.bound else "access key"
        raise ProjectMismatchError(
            f"the project {project} in {place} is not a project of the {whose}: "
            f"use {caller.project_id}, or another {whose}"
        )


def _limits(token: Token | None) -> PolicySet | None:
    if token is None or token.policy is None:
        return None
    return _policy_set(_Frozen(token.policy))


class _Frozen(dict[str, object]):
    """A document as a key of the cache: the same text, the same policies."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(repr(self))


@lru_cache(maxsize=1000)
def _policy_set(document: _Frozen) -> PolicySet:
    return PolicySet(compile_document(document))


class _Values(Mapping[str, str]):
    """What conditions compare. Worked out only when a policy has conditions at all."""

    def __init__(self, runtime: Runtime, caller: Caller, scope: Scope, request: Request) -> None:
        self._parts = (runtime, caller, scope, request)
        self._values: dict[str, str] | None = None

    def _known(self) -> dict[str, str]:
        if self._values is None:
            runtime, caller, scope, request = self._parts
            principal = caller.principal
            self._values = {
                "g:RequestedRegion": scope.region,
                "g:CurrentTime": wire_time(runtime.clock()),
                "g:ProjectId": scope.project_id,
                "g:ProjectName": scope.region,
                "g:DomainId": principal.tenant.id,
                "g:DomainName": principal.tenant.name,
                "g:UserId": principal.user_id,
                "g:UserName": principal.user_name,
                "g:ServiceName": "metastudio",
                "g:SourceIp": source_of(request),
            }
        return self._values

    def __getitem__(self, key: str) -> str:
        return self._known()[key]

    def __iter__(self) -> object:  # type: ignore[override]
        return iter(self._known())

    def __len__(self) -> int:
        return len(self._known())


def source_of(request: Request) -> str:
    """The address that the request comes from."""
    return request.client.host if request.client is not None else ""


def _sender(request: Request) -> str:
    """The connection that the request came on; empty where a proxy hides it."""
    client = request.client
    return f"{client.host}:{client.port}" if client is not None and client.port else ""


def _app_user_id(request: Request) -> str | None:
    value = text_headers(request).get("x-app-userid")
    if value is None:
        return None
    if not 1 <= len(value) <= 256 or _NOT_ALLOWED.search(value):
        raise InvalidParameterError(
            "X-App-UserId must have 1 to 256 characters, none of them Chinese: shorten or change it"
        )
    return value


def has_credentials(request: Request) -> bool:
    """Whether the request says who sends it."""
    return "authorization" in request.headers or "x-auth-token" in request.headers


def text_headers(request: Request) -> Mapping[str, str]:
    """Headers by lower-case name, as UTF-8 text (HTTP libraries sign and send UTF-8)."""
    known: Mapping[str, str] | None = request.scope.get("greenroom.headers")
    if known is None:
        known = {
            name.decode("ascii").lower(): value.decode("utf-8", "surrogateescape")
            for name, value in request.scope["headers"]
        }
        request.scope["greenroom.headers"] = known
    return known


def raw_path_of(request: Request) -> str:
    """The path as it was sent, percent-encoded."""
    raw: bytes | None = request.scope.get("raw_path")
    return raw.decode("ascii", "surrogateescape") if raw is not None else request.scope["path"]
