"""The signature MSS_A of a callback, as the contract's `CallBackConfig.auth_type` describes it.

The URL gets two more parameters: `secret=hmac_sha256(key, URI(callback_url) + time_stamp)` and
`time_stamp=hex(timestamp)`. The contract shows what a URI and a time stamp are by an example with every part,
at `CustomPlatformAuthConfig.key`: the URL without its scheme, and Unix seconds in lower-case hexadecimal.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime


def signed_url(url: str, key: str, at: datetime) -> str:
    """`url` with its signature for the moment `at`. A fragment is dropped: it is never sent."""
    url = url.partition("#")[0]
    stamp = f"{int(at.timestamp()):x}"
    joint = "&" if "?" in url else "?"
    return f"{url}{joint}secret={signature(url, key, stamp)}&time_stamp={stamp}"


def signature(url: str, key: str, stamp: str) -> str:
    """64 hexadecimal digits."""
    uri = url.partition("://")[2]
    return hmac.new(key.encode(), f"{uri}{stamp}".encode(), hashlib.sha256).hexdigest()
