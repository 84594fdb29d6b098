"""The HTTP side of the links: PUT, GET and HEAD of one object, streamed."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from greenroom.errors import GreenroomError, InvalidParameterError
from greenroom.runtime import Runtime
from greenroom.storage.holds import is_held
from greenroom.storage.links import OBJECTS_PATH
from greenroom.storage.objects import ObjectInfo, ObjectNotFoundError

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class UploadTooLargeError(GreenroomError):
    """More bytes than the link allows."""

    error_code = "MSS.10001007"


class UploadMismatchError(InvalidParameterError):
    """The bytes are not those that were declared."""


class ObjectMissingError(GreenroomError):
    """A valid link, but the object is gone."""

    error_code = "MSS.10001004"
    status = 404


class ObjectHeldError(GreenroomError):
    """A valid link, but the object is frozen."""

    error_code = "MSS.10001004"
    status = 403


class RangeError(GreenroomError):
    """The Range header lies outside the object."""

    error_code = "MSS.10000003"
    status = 416


async def transfer_object(runtime: Runtime, request: Request) -> Response:
    """PUT, GET or HEAD below `/objects/`. The link itself is the permission.

    Raises:
        LinkError, UploadTooLargeError, UploadMismatchError, ObjectMissingError, ObjectHeldError, RangeError.
    """
    key = request.scope["path"].removeprefix(OBJECTS_PATH)
    parameters = dict(request.query_params)
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={"Allow": "GET, HEAD, PUT, OPTIONS"})
    if request.method == "PUT":
        runtime.links.verify("put", key, parameters)
        return await _receive(runtime, request, key, _Limits.read(parameters, request))
    runtime.links.verify("get", key, parameters)
    async with runtime.sessions.read() as session:
        if await is_held(session, key):
            raise ObjectHeldError("the file behind this link is frozen: ask the operator to unfreeze it")
    return await _send(runtime, request, key, parameters)


@dataclass(slots=True, frozen=True)
class _Limits:
    """What the bytes of an upload must be."""

    max_bytes: int
    exact: bool
    digests: tuple[str, ...]
    """MD5 digests, base64: of the link and of the request's Content-MD5."""

    @classmethod
    def read(cls, parameters: dict[str, str], request: Request) -> _Limits:
        header = request.headers.get("content-md5")
        if header is not None:
            _check_digest(header)
        digests = tuple(digest for digest in (parameters.get("md5"), header) if digest)
        return cls(max_bytes=int(parameters["size"]), exact="exact" in parameters, digests=digests)

    def check_size(self, size: int, *, complete: bool) -> None:
        if size > self.max_bytes:
            raise UploadTooLargeError(
                f"the upload is larger than the {self.max_bytes} bytes that were declared: "
                "declare the file again with its real size"
            )
        if complete and (size == 0 or (self.exact and size != self.max_bytes)):
            raise UploadMismatchError(
                f"the upload has {size} bytes, but {self.max_bytes} were declared: send the whole file, "
                "or declare it again with its real size"
            )

    def check_digest(self, digest: bytes) -> None:
        text = base64.b64encode(digest).decode()
        for wanted in self.digests:
            if wanted != text:
                raise UploadMismatchError(
                    f"the MD5 of the upload is {text}, but {wanted} was declared: the bytes were damaged on "
                    "the way or belong to another file; send the file again or declare its real MD5"
                )


def _check_digest(text: str) -> None:
    try:
        valid = len(base64.b64decode(text, validate=True)) == 16
    except ValueError:  # not base64, or not even ASCII
        valid = False
    if not valid:
        raise InvalidParameterError(
            "Content-MD5 is not an MD5 digest: send the base64 of its 16 bytes (24 characters)"
        )


async def _receive(runtime: Runtime, request: Request, key: str, limits: _Limits) -> Response:
    declared = request.headers.get("content-length", "")
    if declared.isdigit():
        limits.check_size(int(declared), complete=True)
    digest = hashlib.md5(usedforsecurity=False)

    async def chunks() -> AsyncIterator[bytes]:
        size = 0
        async for chunk in request.stream():
            if not chunk:
                continue
            size += len(chunk)
            limits.check_size(size, complete=False)
            digest.update(chunk)
            yield chunk
        limits.check_size(size, complete=True)
        limits.check_digest(digest.digest())

    await runtime.objects.put_stream(key, chunks())
    return Response(status_code=200, headers={"ETag": f'"{digest.hexdigest()}"'})


async def _send(runtime: Runtime, request: Request, key: str, parameters: dict[str, str]) -> Response:
    try:
        info = await runtime.objects.head(key)
    except ObjectNotFoundError as error:
        raise ObjectMissingError("the file behind this link was deleted: ask for a new link") from error
    start, end, status = _range_of(request, info)
    headers = {
        "Content-Length": str(end - start),
        "Accept-Ranges": "bytes",
        "ETag": f'"{info.etag}"',
        "Last-Modified": format_datetime(info.modified.astimezone(UTC), usegmt=True),
        "Content-Disposition": _disposition(parameters),
        "X-Content-Type-Options": "nosniff",
    }
    if status == 206:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{info.size}"
    media_type = parameters.get("type", "application/octet-stream")
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=media_type)
    body = runtime.objects.read(key, start, end) if end > start else _nothing()
    return StreamingResponse(body, status_code=status, headers=headers, media_type=media_type)


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""


def _range_of(request: Request, info: ObjectInfo) -> tuple[int, int, int]:
    """First byte, byte after the last, and status; one range as in RFC 9110, section 14."""
    header = request.headers.get("range")
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or match.groups() == ("", ""):
        return 0, info.size, 200
    first, last = match.groups()
    if first == "":
        start, end = max(0, info.size - int(last)), info.size
    else:
        start, end = int(first), min(info.size, int(last) + 1) if last else info.size
    if start >= info.size or end <= start:
        raise RangeError(f"the range {header} lies outside the file: it has {info.size} bytes")
    return start, end, 206


def _disposition(parameters: dict[str, str]) -> str:
    kind = "inline" if "inline" in parameters else "attachment"
    name = parameters.get("name")
    if not name:
        return kind
    plain = re.sub(r'[^\x20-\x7e]|["\\]', "_", name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
