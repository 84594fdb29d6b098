"""Checks AK/SK signatures: SDK-HMAC-SHA256, as the public SDK's signer makes them.

Canonical request = method, canonical URI, canonical query, canonical headers, signed header names, body hash,
joined by newlines; string to sign = algorithm, X-Sdk-Date, SHA-256 of the canonical request; signature =
HMAC-SHA256 with the secret key. There is no nonce: `Gate.claim` refuses what was sent before.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, unquote

from greenroom.errors import UnauthorizedError

ALGORITHM = "SDK-HMAC-SHA256"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
_DATE_FORMAT = "%Y%m%dT%H%M%SZ"
_DATE = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_AUTHORIZATION = re.compile(
    rf"{ALGORITHM} Access=(?P<access_key>[A-Za-z0-9_.-]{{1,128}}), ?SignedHeaders=(?P<headers>[^,\s]+), ?"
    r"Signature=(?P<signature>[0-9a-f]{64})"
)
_MUST_BE_SIGNED = ("host", "x-sdk-date")


@dataclass(slots=True, frozen=True)
class SignedRequest:
    """What a signature covers."""

    method: str
    raw_path: str
    """Still percent-encoded, without the query."""
    raw_query: str
    headers: Mapping[str, str]
    """By lower-case name; values as text (UTF-8)."""
    body: bytes | None
    """None: a multipart body that was not read yet; it may only be an unsigned one."""


@dataclass(slots=True, frozen=True)
class Authorization:
    """The parts of the Authorization header."""

    access_key: str
    signed_headers: tuple[str, ...]
    signature: str


def parse_authorization(headers: Mapping[str, str]) -> Authorization:
    """Raises UnauthorizedError: no header, another algorithm, or a damaged one."""
    header = headers.get("authorization")
    if not header:
        raise UnauthorizedError(
            "the request is not signed: sign it with an access key (AK) and secret key (SK); "
            "`greenroom credentials create --tenant NAME` makes a pair"
        )
    match = _AUTHORIZATION.fullmatch(header.strip())
    if match is None:
        raise UnauthorizedError(
            f"the Authorization header cannot be read: its form is '{ALGORITHM} Access=<AK>, "
            "SignedHeaders=<names>, Signature=<64 hexadecimal digits>'"
        )
    names = tuple(match["headers"].split(";"))
    for name in _MUST_BE_SIGNED:
        if name not in names:
            raise UnauthorizedError(f"the header {name} is not signed: add it to SignedHeaders")
    return Authorization(match["access_key"], names, match["signature"])


def check_clock(headers: Mapping[str, str], now: datetime, window: timedelta) -> None:
    """Raises UnauthorizedError: X-Sdk-Date is missing, damaged or too far from `now`."""
    drift = signed_at(headers) - now
    if abs(drift) > window:
        minutes = round(abs(drift).total_seconds() / 60)
        side = "ahead of" if drift > timedelta(0) else "behind"
        text = headers["x-sdk-date"]
        raise UnauthorizedError(
            f"the request's time (X-Sdk-Date {text}) is {minutes} minutes {side} the server's "
            f"({now.strftime(_DATE_FORMAT)}), and {window.total_seconds() / 60:g} are allowed: "
            "set the clock of the machine that sends it, and sign each request anew"
        )


def signed_at(headers: Mapping[str, str]) -> datetime:
    """Raises UnauthorizedError: X-Sdk-Date is missing or damaged."""
    text = headers.get("x-sdk-date", "")
    if _DATE.fullmatch(text):
        try:
            return datetime(
                int(text[:4]), int(text[4:6]), int(text[6:8]),
                int(text[9:11]), int(text[11:13]), int(text[13:15]), tzinfo=UTC,
            )  # fmt: skip
        except ValueError:
            pass
    raise UnauthorizedError("X-Sdk-Date cannot be read: send the time in UTC in the form 20260131T235959Z")


def check_signature(request: SignedRequest, authorization: Authorization, secret_key: str) -> None:
    """Raises UnauthorizedError: the signature is not that of this request with this secret key."""
    expected = signature_of(request, authorization.signed_headers, secret_key)
    if not hmac.compare_digest(expected, authorization.signature):
        raise UnauthorizedError(
            f"the signature does not match the request: check that the secret key belongs to the access key "
            f"{authorization.access_key}, and that nothing changes the request after it is signed"
        )


def signature_of(request: SignedRequest, signed_headers: tuple[str, ...], secret_key: str) -> str:
    """The signature, 64 hexadecimal digits.

    Raises:
        UnauthorizedError: a header of `signed_headers` was not sent, or the body may not stay unsigned.
    """
    canonical = "\n".join(
        (
            request.method.upper(),
            _canonical_path(request.raw_path),
            _canonical_query(request.raw_query),
            _canonical_headers(request.headers, signed_headers),
            ";".join(signed_headers),
            _body_hash(request),
        )
    )
    digest = hashlib.sha256(canonical.encode("utf-8", "surrogateescape")).hexdigest()
    text = f"{ALGORITHM}\n{request.headers['x-sdk-date']}\n{digest}"
    return hmac.new(secret_key.encode(), text.encode(), hashlib.sha256).hexdigest()


def _canonical_path(raw_path: str) -> str:
    """Decoded as a whole, then encoded segment by segment: an encoded slash becomes a real one."""
    path = "/".join(quote(segment, safe="~") for segment in unquote(raw_path).split("/"))
    return path if path.endswith("/") else path + "/"


def _canonical_query(raw_query: str) -> str:
    pairs = sorted(parse_qsl(raw_query, keep_blank_values=True))
    return "&".join(f"{quote(key, safe='~')}={quote(value, safe='~')}" for key, value in pairs)


def _canonical_headers(headers: Mapping[str, str], names: tuple[str, ...]) -> str:
    lines = []
    for name in names:
        if name not in headers:
            raise UnauthorizedError(f"SignedHeaders names {name}, but the request does not carry that header")
        lines.append(f"{name}:{headers[name].strip()}\n")
    return "".join(lines)


def _body_hash(request: SignedRequest) -> str:
    declared = request.headers.get("x-sdk-content-sha256")
    if request.body is None:
        return UNSIGNED_PAYLOAD
    digest = hashlib.sha256(request.body).hexdigest()
    if not request.body or declared is None:
        return digest
    if declared == UNSIGNED_PAYLOAD:
        # The SDK leaves only multipart bodies unsigned; a JSON body must not be swapped on the way.
        raise UnauthorizedError("this body must be signed: leave X-Sdk-Content-Sha256 out")
    if not hmac.compare_digest(declared.lower().encode(), digest.encode()):
        raise UnauthorizedError(
            "X-Sdk-Content-Sha256 is not the SHA-256 of the body: leave it out or correct it"
        )
    return declared
