"""Tokens that carry their own content, encrypted: `X-Subject-Token` and the security token of temporary keys.

Every process of a data folder can open them (the key comes from its master key), and nothing has to be kept.
They end with their time, with the user, and with the user's `tokens_valid_from`.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from greenroom.errors import GreenroomError

_NONCE_BYTES = 12
_MAX_CHARACTERS = 16_384


class InvalidTokenError(GreenroomError):
    """X-Auth-Token or X-Security-Token is not one of ours, or has ended."""

    error_code = "MSS.00010008"


@dataclass(slots=True, frozen=True)
class Token:
    """What a token says: this user, in this project, until then."""

    user_id: str
    project_id: str
    issued_at: datetime
    expires_at: datetime
    access_key: str = ""
    """Of temporary credentials; empty for a token that stands for itself."""
    secret_key: str = ""
    policy: dict[str, Any] | None = None
    """Temporary credentials may do only what this document allows too."""


class TokenSealer:
    """Makes and opens tokens.

    Args:
        key: 32 bytes; tokens made with another key are refused.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, token: Token) -> str:
        content = {
            "user": token.user_id,
            "project": token.project_id,
            "issued": token.issued_at.timestamp(),
            "expires": token.expires_at.timestamp(),
            "access": token.access_key,
            "secret": token.secret_key,
            "policy": token.policy,
        }
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, json.dumps(content).encode(), None)
        return base64.urlsafe_b64encode(nonce + sealed).decode()

    def open(self, text: str, now: datetime) -> Token:
        """Raises InvalidTokenError: changed, of another server, or past its time."""
        try:
            if len(text) > _MAX_CHARACTERS:
                raise ValueError("too long")
            data = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
            content = json.loads(self._cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], None))
        except (ValueError, InvalidTag):
            raise InvalidTokenError(
                "the token is not one of this server: get one with POST /v3/auth/tokens"
            ) from None
        token = Token(
            user_id=content["user"],
            project_id=content["project"],
            issued_at=datetime.fromtimestamp(content["issued"], UTC),
            expires_at=datetime.fromtimestamp(content["expires"], UTC),
            access_key=content["access"],
            secret_key=content["secret"],
            policy=content["policy"],
        )
        if now >= token.expires_at:
            raise InvalidTokenError("the token has expired: get a new one with POST /v3/auth/tokens")
        return token
