"""Who is calling, and for which project: from the signature to the scope of the request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from starlette.requests import Request

from greenroom.api.signing import SignedRequest, check_clock, check_signature, parse_authorization
from greenroom.errors import InvalidParameterError, ProjectMismatchError, UnauthorizedError
from greenroom.iam.service import Caller, find_caller
from greenroom.runtime import Runtime, Scope

_NOT_ALLOWED = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\x00-\x1f\ud800-\udfff]")
"""Chinese, control characters, and bytes that are not UTF-8."""


async def authenticate(runtime: Runtime, request: Request, body: bytes | None) -> Caller:
    """The caller whose signature the request carries.

    Args:
        body: the whole body, or None for a multipart one that was not read.

    Raises:
        UnauthorizedError: no signature, a wrong one, an unknown access key, or a clock too far off.
    """
    headers = text_headers(request)
    authorization = parse_authorization(headers)
    check_clock(headers, runtime.clock(), timedelta(seconds=runtime.settings.signature_window_s))
    caller = await find_caller(runtime, authorization.access_key)
    if caller is None:
        raise UnauthorizedError(
            f"the access key {authorization.access_key} is not known here: check it, or make one with "
            "`greenroom credentials create --tenant NAME`"
        )
    signed = SignedRequest(
        method=request.method,
        raw_path=raw_path_of(request),
        raw_query=request.scope["query_string"].decode("ascii", "surrogateescape"),
        headers=headers,
        body=body,
    )
    check_signature(signed, authorization, caller.secret_key)
    return caller


def scope_of(caller: Caller, request: Request, path_project: str | None, request_id: str) -> Scope:
    """The data that the request may touch.

    Raises:
        ProjectMismatchError: the path or X-Project-Id names another project than the caller's.
        InvalidParameterError: X-App-UserId breaks its rule.
    """
    for place, project in (("the path", path_project), ("X-Project-Id", request.headers.get("x-project-id"))):
        if project == "{project_id}":
            raise ProjectMismatchError(
                "the path holds no project id: give the SDK's BasicCredentials the project_id, "
                f"{caller.project_id} for this access key"
            )
        if project is not None and project != caller.project_id:
            raise ProjectMismatchError(
                f"the project {project} in {place} is not the project of the access key: "
                f"use {caller.project_id}, or another access key"
            )
    return Scope(
        tenant_id=caller.tenant_id,
        project_id=caller.project_id,
        region=caller.region,
        app_user_id=_app_user_id(request),
        base_url=f"{request.url.scheme}://{request.url.netloc}",
        request_id=request_id,
    )


def _app_user_id(request: Request) -> str | None:
    value = text_headers(request).get("x-app-userid")
    if value is None:
        return None
    if not 1 <= len(value) <= 256 or _NOT_ALLOWED.search(value):
        raise InvalidParameterError(
            "X-App-UserId must have 1 to 256 characters, none of them Chinese: shorten or change it"
        )
    return value


def text_headers(request: Request) -> Mapping[str, str]:
    """Headers by lower-case name, as UTF-8 text (HTTP libraries sign and send UTF-8)."""
    return {
        name.decode("ascii").lower(): value.decode("utf-8", "surrogateescape")
        for name, value in request.scope["headers"]
    }


def raw_path_of(request: Request) -> str:
    """The path as it was sent, percent-encoded."""
    raw: bytes | None = request.scope.get("raw_path")
    return raw.decode("ascii", "surrogateescape") if raw is not None else request.scope["path"]
