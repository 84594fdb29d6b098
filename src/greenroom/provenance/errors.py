"""The error of marking videos."""

from __future__ import annotations

from greenroom.errors import GreenroomError


class SigningError(GreenroomError):
    """The certificate or the key of the settings cannot be used; the text is fit for the operator."""

    status = 500
    error_code = "MSS.00000004"
