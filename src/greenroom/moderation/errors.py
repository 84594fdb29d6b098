"""What can go wrong with reviews and freezes."""

from __future__ import annotations

from greenroom.errors import GreenroomError, InvalidParameterError, NotFoundError


class ContentRefusedError(InvalidParameterError):
    """A text of a request does not pass the review; nothing was changed."""


class ReviewNotFoundError(NotFoundError):
    """No such item of the queue, word, exemption or freeze."""


class ReviewStateError(GreenroomError):
    """It was decided already, or its state does not allow this."""

    error_code = "MSS.10000003"
