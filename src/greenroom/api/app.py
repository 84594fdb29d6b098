"""The ASGI application: signature, project, operation, one transaction, answer.

Order of a request: path -> body -> signature or token -> project -> policy, rate -> replay -> operation.
Whatever goes wrong becomes `{error_code, error_msg}`; every answer carries X-Request-Id.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from greenroom.api import openapi
from greenroom.api.admin.endpoint import AdminEndpoint
from greenroom.api.answers import arguments_of, error_reply, reply
from greenroom.api.catalogue import CatalogueEntry
from greenroom.api.extensions import all_entries
from greenroom.api.gate import Gate, Trail, has_credentials, raw_path_of, source_of
from greenroom.api.identity import IDENTITY_PATHS, IdentityEndpoints
from greenroom.api.operations import BoundOperation, OpenLink, load_operations
from greenroom.api.repository import forget_signatures
from greenroom.api.routing import Match, Router
from greenroom.api.signing import UNSIGNED_PAYLOAD
from greenroom.api.throttle import NotOfferedError
from greenroom.errors import (
    BodyTooLargeError,
    GreenroomError,
    InternalError,
    MethodNotAllowedError,
    NotBuiltError,
    ProjectMismatchError,
)
from greenroom.iam.audit import AuditWriter, Refusal
from greenroom.iam.tokens import InvalidTokenError
from greenroom.runtime import Runtime
from greenroom.storage.links import OBJECTS_PATH
from greenroom.storage.transfers import transfer_object

log = structlog.get_logger(__name__)

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_READ_METHODS = {"GET", "HEAD"}
_REFUSED = (401, 403, 429)
_REFUSALS = (ProjectMismatchError, InvalidTokenError, NotOfferedError)
"""Refusals that the contract gives another status."""
_IDENTITY_BODY_BYTES = 65_536


class Api:
    """The application of one runtime."""

    def __init__(self, runtime: Runtime, operations: Mapping[str, BoundOperation]) -> None:
        self._runtime = runtime
        self._operations = operations
        self._router = Router(all_entries().values())
        self.gate = Gate(runtime)
        self.audit = AuditWriter(runtime.sessions, runtime.clock)
        self.gate.on_use = self.audit.used
        self._identity = IdentityEndpoints(self.gate)
        self._admin = AdminEndpoint(self.gate)

    async def keep_house(self) -> None:
        """Forget what no request needs any more; the server calls it once a minute."""
        await self.gate.rates.forget()
        async with self._runtime.sessions.write.begin() as session:
            await forget_signatures(session, self._runtime.clock())

    async def close(self) -> None:
        """Write what the audit record still waits for."""
        await self.audit.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        request = Request(scope, receive)
        request_id = self._request_id(request)
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                response = await self._answer(request, request_id)
            except ClientDisconnect:
                log.info("client left", path=scope["path"])
                return
            response.headers["X-Request-Id"] = request_id
            await response(scope, receive, send)
            log.info(
                "request",
                method=scope["method"],
                path=scope["path"],
                status=response.status_code,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )

    def _request_id(self, request: Request) -> str:
        given = request.headers.get("x-request-id", "")
        return given if _REQUEST_ID.fullmatch(given) else self._runtime.new_id()

    async def _answer(self, request: Request, request_id: str) -> Response:
        trail = Trail(action=request.method, resource=request.scope["path"])
        try:
            return await self._respond(request, request_id, trail)
        except ClientDisconnect:
            raise
        except GreenroomError as error:
            log.info("refused", error_code=error.error_code, status=error.status)
            if error.status in _REFUSED or isinstance(error, _REFUSALS):
                self._record(error, trail, request, request_id)
            return error_reply(error)
        except Exception:
            log.exception("request failed")
            return error_reply(
                InternalError(f"the server failed on this request; its log says why under {request_id}")
            )

    def _record(self, error: GreenroomError, trail: Trail, request: Request, request_id: str) -> None:
        refusal = Refusal(
            tenant_id=trail.tenant_id,
            actor=trail.actor,
            action=trail.action,
            resource=trail.resource,
            error_code=error.error_code,
            message=error.message,
            source=source_of(request),
            request_id=request_id,
        )
        self.audit.refused(refusal)

    async def _respond(self, request: Request, request_id: str, trail: Trail) -> Response:
        path = request.scope["path"]
        if path.startswith(OBJECTS_PATH):
            _require_method(request, "GET", "HEAD", "PUT", "OPTIONS")
            return await transfer_object(self._runtime, request)
        if path == "/healthz":
            _require_method(request, "GET", "HEAD")
            return JSONResponse({"status": "ok"})
        if path == openapi.PATH:
            _require_method(request, "GET", "HEAD")
            return JSONResponse(await asyncio.to_thread(openapi.openapi_document))
        if path.rstrip("/") in IDENTITY_PATHS:
            _require_method(request, IDENTITY_PATHS[path.rstrip("/")])
            return await self._identity.answer(
                request, await _read_body(request, _IDENTITY_BODY_BYTES), trail
            )
        if self._admin.owns(path):
            body = await _read_body(request, self._runtime.settings.max_body_bytes)
            return await self._admin.answer(request, body, request_id, trail)
        match = self._router.find(request.method, raw_path_of(request))
        return await self._operate(match, request, request_id, trail)

    async def _operate(
        self, match: Match[CatalogueEntry], request: Request, request_id: str, trail: Trail
    ) -> Response:
        entry = match.entry
        trail.action = entry.action
        bound = self._operations.get(entry.id)
        if bound is not None and bound.opens is not None and not has_credentials(request):
            return await self._follow_link(bound, bound.opens, match, request)
        unread = entry.multipart and request.headers.get("x-sdk-content-sha256") == UNSIGNED_PAYLOAD
        body = None if unread else await _read_body(request, self._runtime.settings.max_body_bytes)
        if entry.multipart and body is not None:
            request._body = body  # for the operation, which reads the form
        caller = await self.gate.authenticate(request, body, trail)
        scope = self.gate.scope_of(caller, request, match.parameters.get("project_id"), request_id)
        identifier = match.parameters[entry.identifier] if entry.identifier is not None else ""
        await self.gate.admit(entry, caller, scope, request, identifier)
        if bound is None:
            raise NotBuiltError(
                f"{entry.id} ({entry.python}) is not built yet in this release: `greenroom ops` lists what is"
            )
        arguments = arguments_of(bound, match.parameters, request, body)
        read_only = request.method in _READ_METHODS
        async with self._runtime.transaction(scope, read_only=read_only) as context:
            if not entry.reads:
                await self.gate.claim(context, caller, request)
            result = await bound.handler(context=context, **arguments)
        return reply(result, entry.status)

    async def _follow_link(
        self, bound: BoundOperation, opens: OpenLink, match: Match[CatalogueEntry], request: Request
    ) -> Response:
        """The link is the permission, as with those of objects; it only reads."""
        scope = await opens(self._runtime, request.query_params)
        arguments = arguments_of(bound, match.parameters, request, None)
        async with self._runtime.transaction(scope, read_only=True) as context:
            result = await bound.handler(context=context, **arguments)
        return reply(result, bound.entry.status)


def create_app(runtime: Runtime) -> Api:
    """The application with every operation that the contexts have."""
    return Api(runtime, load_operations())


async def _read_body(request: Request, limit: int) -> bytes:
    """The whole body. Raises BodyTooLargeError."""
    chunks = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise BodyTooLargeError(
                f"the body is larger than {limit} bytes: send less (a file goes to the link of its operation)"
            )
        chunks.append(chunk)
    return b"".join(chunks)


def _require_method(request: Request, *methods: str) -> None:
    if request.method not in methods:
        raise MethodNotAllowedError(
            f"{request.method} is not a method of {request.scope['path']}: it takes {', '.join(methods)}"
        )


async def _lifespan(receive: Receive, send: Send) -> None:
    """The runtime is opened and closed by whoever serves; nothing to do here."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await send({"type": "lifespan.shutdown.complete"})
            return
