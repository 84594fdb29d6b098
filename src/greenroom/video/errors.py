"""The errors of video production."""

from __future__ import annotations

from greenroom.errors import InvalidParameterError, NotFoundError


class VideoJobNotFoundError(NotFoundError):
    """No video job of the project has this id."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"no video job has the id {job_id}: list_digital_human_video shows those there are")


class VideoPreviewNotFoundError(NotFoundError):
    """No preview of the project has this id."""

    def __init__(self, preview_id: str) -> None:
        super().__init__(
            f"no preview has the id {preview_id}: previews are deleted a day after they were made; "
            "create_video_preview makes another one"
        )


class VideoStateError(InvalidParameterError):
    """The job's state does not allow what was asked."""


class QueueFullError(InvalidParameterError):
    """The tenant has as many waiting videos as the service takes."""


class VideoContentError(InvalidParameterError):
    """The request asks for a video that cannot be made; the text names the member and the cure."""
