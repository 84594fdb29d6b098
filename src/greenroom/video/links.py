"""Links that a request may hold: only those of this service are read."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit

from greenroom.errors import GreenroomError
from greenroom.runtime import Context
from greenroom.storage.links import OBJECTS_PATH
from greenroom.video.errors import VideoContentError


def own_object(context: Context, field: str, url: str) -> str:
    """The object behind a download link of this service; nothing is fetched from anywhere else.

    Raises:
        VideoContentError: another server's link, or one that was changed or has expired.
    """
    parts = urlsplit(url)
    if not parts.path.startswith(OBJECTS_PATH):
        raise VideoContentError(
            f"{field}: only links of this service are read; upload the file as an asset and give its id"
        )
    key = unquote(parts.path[len(OBJECTS_PATH) :])
    try:
        context.runtime.links.verify("get", key, dict(parse_qsl(parts.query)))
    except GreenroomError as error:
        raise VideoContentError(f"{field}: {error.message}") from None
    return key
