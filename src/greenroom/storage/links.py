"""Links to one object that carry their own permission: signed with HMAC-SHA256, and short-lived.

Form: `{base}/objects/{key}?op=put|get&expires=...&...&signature=...`. The signature covers the operation,
the key and every other parameter, so none can be changed.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from greenroom.clock import Clock, wire_time
from greenroom.errors import GreenroomError

OBJECTS_PATH = "/objects/"


class LinkError(GreenroomError):
    """An upload or download link was changed, or is for something else."""

    error_code = "MSS.10001002"
    status = 403


class LinkSigner:
    """Makes and checks links.

    Args:
        key: the secret that signs; links made with another one are refused.
        clock: the present time.
    """

    def __init__(self, key: bytes, clock: Clock) -> None:
        self._key = key
        self._clock = clock

    def upload_url(
        self,
        base_url: str,
        key: str,
        *,
        life_s: int,
        max_bytes: int,
        exact: bool = False,
        md5: str | None = None,
    ) -> str:
        """A link to PUT the object `key`, in one go.

        Args:
            max_bytes: the most that may be sent.
            exact: exactly `max_bytes` must be sent.
            md5: the digest that the bytes must have, base64 (as in Content-MD5, RFC 1864).
        """
        limits = {"size": str(max_bytes)}
        if exact:
            limits["exact"] = "1"
        if md5 is not None:
            limits["md5"] = md5
        return self._link(base_url, "put", key, life_s, limits)

    def download_url(
        self,
        base_url: str,
        key: str,
        *,
        life_s: int,
        file_name: str | None = None,
        content_type: str | None = None,
        inline: bool = False,
    ) -> str:
        """A link to GET the object `key`.

        Args:
            file_name: the name under which a browser saves it.
            inline: show it in the browser rather than save it.
        """
        options = {}
        if file_name:
            options["name"] = file_name
        if content_type:
            options["type"] = content_type
        if inline:
            options["inline"] = "1"
        return self._link(base_url, "get", key, life_s, options)

    def verify(self, operation: str, key: str, parameters: Mapping[str, str]) -> None:
        """Raises LinkError: changed, expired, or for another operation."""
        given = parameters.get("signature", "")
        signed = {name: value for name, value in parameters.items() if name != "signature"}
        if not hmac.compare_digest(self._sign(key, signed).encode(), given.encode()):
            raise LinkError("the link's signature does not match: use the link exactly as it was given")
        if signed.get("op") != operation:
            wanted = "PUT" if signed.get("op") == "put" else "GET"
            raise LinkError(f"this link is for {wanted} only: ask for another link")
        expires = datetime.fromtimestamp(int(signed["expires"]), UTC)
        if self._clock() > expires:
            raise LinkError(f"the link expired at {wire_time(expires)}: ask for a new one")

    def _link(self, base_url: str, operation: str, key: str, life_s: int, extra: dict[str, str]) -> str:
        expires = int(self._clock().timestamp()) + life_s
        parameters = {"op": operation, "expires": str(expires), **extra}
        parameters["signature"] = self._sign(key, parameters)
        return f"{base_url.rstrip('/')}{OBJECTS_PATH}{quote(key)}?{urlencode(parameters)}"

    def _sign(self, key: str, parameters: Mapping[str, str]) -> str:
        lines = [key, *(f"{name}={parameters[name]}" for name in sorted(parameters))]
        text = "\n".join(part.replace("%", "%25").replace("\n", "%0A") for part in lines)
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()
