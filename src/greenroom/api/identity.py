"""The calls of the identity service that the public SDK and its users make: projects, tokens, temporary keys.

    GET  /v3/projects?name=<region>               signed, or with a token
    POST /v3/auth/tokens                          user, password, project: the token is in X-Subject-Token
    POST /v3.0/OS-CREDENTIAL/securitytokens       temporary access key, secret key and security token

Forms: the identity service's public API reference; see also the contract's auth.md, sections 2 and 3.
"""

from __future__ import annotations

import secrets
import string
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import Field, TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from greenroom.api.gate import Gate, Trail, check_enabled
from greenroom.api.validation import parse_body
from greenroom.api.wire import WireModel
from greenroom.errors import InvalidParameterError
from greenroom.iam.caller import Caller
from greenroom.iam.directory import Principal
from greenroom.iam.logins import Login, log_in
from greenroom.iam.policies import compile_document
from greenroom.iam.projects import list_projects
from greenroom.iam.service import new_key_pair
from greenroom.iam.tokens import Token

PROJECTS, TOKENS, SECURITY_TOKENS = "/v3/projects", "/v3/auth/tokens", "/v3.0/OS-CREDENTIAL/securitytokens"
IDENTITY_PATHS = {PROJECTS: "GET", TOKENS: "POST", SECURITY_TOKENS: "POST"}
"""The method of each path."""

Name = str | None


class _Domain(WireModel):
    name: Name = None
    id: Name = None


class _User(WireModel):
    name: Name = None
    id: Name = None
    password: str = Field(min_length=1, max_length=256)
    domain: _Domain = _Domain()


class _Password(WireModel):
    user: _User


class _Project(WireModel):
    name: Name = None
    id: Name = None


class _Scope(WireModel):
    project: _Project | None = None
    domain: _Domain | None = None


class _PasswordIdentity(WireModel):
    methods: list[Literal["password"]] = Field(min_length=1, max_length=1)
    password: _Password


class _TokenAuth(WireModel):
    identity: _PasswordIdentity
    scope: _Scope = _Scope()


class TokenRequest(WireModel):
    """Body of POST /v3/auth/tokens."""

    auth: _TokenAuth


class _Lifetime(WireModel):
    id: Name = None
    duration_seconds: int = Field(900, ge=900, le=86_400)


class _TemporaryIdentity(WireModel):
    methods: list[Literal["token"]] = Field(min_length=1, max_length=1)
    token: _Lifetime = Field(default_factory=lambda: _Lifetime.model_validate({}))
    policy: dict[str, Any] | None = None


class _TemporaryAuth(WireModel):
    identity: _TemporaryIdentity


class SecurityTokenRequest(WireModel):
    """Body of POST /v3.0/OS-CREDENTIAL/securitytokens."""

    auth: _TemporaryAuth


_TOKEN_REQUEST: TypeAdapter[TokenRequest] = TypeAdapter(TokenRequest)
_SECURITY_TOKEN_REQUEST: TypeAdapter[SecurityTokenRequest] = TypeAdapter(SecurityTokenRequest)


class IdentityEndpoints:
    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._runtime = gate.runtime

    async def answer(self, request: Request, body: bytes, trail: Trail) -> Response:
        """The answer of the path in IDENTITY_PATHS that the request names."""
        path = request.scope["path"].rstrip("/")
        if path == TOKENS:
            trail.action = "iam:token:create"
            return await self._create_token(body, trail)
        trail.action = "iam:project:list" if path == PROJECTS else "iam:securityToken:create"
        caller = await self._gate.authenticate(request, body, trail)
        if path == PROJECTS:
            return JSONResponse(list_projects(caller, request.query_params.get("name")))
        return await self._create_security_token(caller, body)

    async def _create_token(self, body: bytes, trail: Trail) -> Response:
        auth = parse_body(_TOKEN_REQUEST, body).auth
        claimed = auth.identity.password.user
        trail.actor = f"user/{claimed.name or claimed.id or ''}"
        login = Login(
            password=claimed.password,
            user_id=claimed.id,
            user_name=claimed.name,
            tenant_name=claimed.domain.name,
            tenant_id=claimed.domain.id,
        )
        user = await log_in(self._runtime, login)
        trail.tenant_id = user.tenant_id
        await self._gate.directory.refresh(now=True)
        principal = await self._gate.directory.principal(user.id)
        assert principal is not None, "whoever logged in is there"
        check_enabled(principal)
        project_id = self._project_of(principal, auth.scope.project)
        now = self._runtime.clock()
        token = Token(user.id, project_id, now, now + timedelta(seconds=self._runtime.settings.token_s))
        return JSONResponse(
            {"token": _described(principal, token)},
            status_code=201,
            headers={"X-Subject-Token": self._gate.tokens.seal(token)},
        )

    def _project_of(self, principal: Principal, wanted: _Project | None) -> str:
        """The project that the scope names, or that of the server's region.

        Raises:
            InvalidParameterError: the tenant has no such project.
        """
        projects = principal.tenant.projects
        name = wanted.name if wanted is not None else None
        if wanted is not None and wanted.id is not None:
            if wanted.id in projects:
                return wanted.id
            name = wanted.id
        region = name or self._runtime.settings.region
        for project_id, project_name in projects.items():
            if project_name == region:
                return project_id
        raise InvalidParameterError(
            f"auth.scope.project: the tenant {principal.tenant.name} has no project {region}: "
            f"name one of {', '.join(sorted(projects.values())) or 'none'}"
        )

    async def _create_security_token(self, caller: Caller, body: bytes) -> Response:
        identity = parse_body(_SECURITY_TOKEN_REQUEST, body).auth.identity
        if caller.is_temporary:
            raise InvalidParameterError(
                "temporary credentials cannot make others: use the user's own access key"
            )
        if identity.policy is not None:
            compile_document(identity.policy)
        now = self._runtime.clock()
        _, secret_key = new_key_pair()
        # The cloud's temporary keys begin with HST, so that they are told from the others at a glance.
        letters = string.ascii_uppercase + string.digits
        access_key = "HST" + "".join(secrets.choice(letters) for _ in range(17))
        token = Token(
            user_id=caller.principal.user_id,
            project_id=caller.project_id,
            issued_at=now,
            expires_at=now + timedelta(seconds=identity.token.duration_seconds),
            access_key=access_key,
            secret_key=secret_key,
            policy=identity.policy,
        )
        credential = {
            "access": access_key,
            "secret": secret_key,
            "expires_at": _precise(token.expires_at),
            "securitytoken": self._gate.tokens.seal(token),
        }
        return JSONResponse({"credential": credential}, status_code=201)


def _described(principal: Principal, token: Token) -> dict[str, Any]:
    """The body of a token's answer."""
    domain = {"id": principal.tenant.id, "name": principal.tenant.name}
    region = principal.tenant.projects[token.project_id]
    return {
        "methods": ["password"],
        "issued_at": _precise(token.issued_at),
        "expires_at": _precise(token.expires_at),
        "project": {"id": token.project_id, "name": region, "domain": domain},
        "user": {
            "id": principal.user_id,
            "name": principal.user_name,
            "domain": domain,
            "password_expires_at": "",
        },
        "roles": [],
        "catalog": [],
    }


def _precise(moment: datetime) -> str:
    """The identity service's times have microseconds: 2026-01-31T23:59:59.000000Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
