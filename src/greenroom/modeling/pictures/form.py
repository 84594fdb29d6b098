"""The multipart body of a picture modeling request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.requests import Request

from greenroom.api.validation import describe
from greenroom.errors import BodyTooLargeError, InvalidParameterError
from greenroom.modeling.pictures.wire import PictureModelingOptions
from greenroom.portraits.pictures import MAX_BYTES

_FORM_BYTES = 64 * 1024
"""Of the multipart body around the picture."""


@dataclass(slots=True, frozen=True)
class PictureForm:
    options: PictureModelingOptions
    data: bytes = field(repr=False)


async def read_form(request: Request) -> PictureForm:
    """
    Raises:
        InvalidParameterError: a member is missing or breaks its rule.
        BodyTooLargeError: the picture is too large.
    """
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise InvalidParameterError("the request has no Content-Length: send the whole picture at once")
    if int(length) > MAX_BYTES + _FORM_BYTES:
        raise BodyTooLargeError(f"the picture is larger than {MAX_BYTES} bytes: make it smaller")
    try:
        form: Any = await request.form(max_files=1, max_fields=16, max_part_size=_FORM_BYTES)
    except Exception as error:  # whatever a broken multipart body raises
        raise InvalidParameterError(f"the multipart body cannot be read ({error}): send it again") from error
    try:
        picture = form.get("file")
        if not isinstance(picture, UploadFile):
            raise InvalidParameterError("the member file is missing: send the picture as a file")
        texts = {name: value for name, value in form.items() if isinstance(value, str) and value}
        return PictureForm(PictureModelingOptions.model_validate(texts), await picture.read())
    except ValidationError as error:
        raise InvalidParameterError(describe(error, "form")) from None
    finally:
        await form.close()
