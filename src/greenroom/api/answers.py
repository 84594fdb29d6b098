"""From a request to a route function's arguments, and from its result to the answer on the wire."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from greenroom.api.operations import RouteFunction
from greenroom.api.validation import check_text, parse_body, parse_query
from greenroom.errors import GreenroomError, InvalidParameterError

MAX_PATH_CHARACTERS = 256
"""Of one path parameter."""


def arguments_of(
    function: RouteFunction, parameters: Mapping[str, str], request: Request, body: bytes | None
) -> dict[str, Any]:
    """What the function's signature asks for.

    Args:
        parameters: of the path, percent-decoded.

    Raises:
        InvalidJsonError, InvalidParameterError: the body, the query or the path breaks a rule.
    """
    arguments: dict[str, Any] = {}
    for name in function.path_parameters:
        value = parameters[name]
        if len(value) > MAX_PATH_CHARACTERS:
            raise InvalidParameterError(
                f"{name} in the path is {len(value)} characters long: send the id itself"
            )
        check_text(f"{name} in the path", value)
        arguments[name] = value
    if function.query is not None:
        arguments["query"] = parse_query(function.query, request.query_params)
    if function.body is not None:
        arguments["body"] = parse_body(function.body, body or b"")
    if function.wants_request:
        arguments["request"] = request
    return arguments


def reply(result: Any, status: int) -> Response:
    """A route function's result as an HTTP answer."""
    if isinstance(result, Response):
        return result
    if result is None:
        return Response(status_code=status)
    if isinstance(result, list):
        content: Any = [_plain(item) for item in result]
    else:
        content = _plain(result)
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, status_code=status, media_type="application/json")


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_none=True)
    return value


def error_reply(error: GreenroomError) -> Response:
    """The contract's error body. Where waiting helps, it says how long."""
    return JSONResponse(
        {"error_code": error.error_code, "error_msg": error.message},
        status_code=error.status,
        headers={"Retry-After": "1"} if error.status == 429 else None,
    )
