"""The errors of voice modeling."""

from __future__ import annotations

from greenroom.errors import GreenroomError, InvalidParameterError, NotFoundError


class VoiceJobNotFoundError(NotFoundError):
    """No voice training job of the project has this id."""

    def __init__(self, job_id: str) -> None:
        super().__init__(
            f"no voice training job has the id {job_id}: list_voice_training_job shows those there are"
        )


class AssessmentNotFoundError(NotFoundError):
    """No short job of the project has this id."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"no short job has the id {job_id}: create one with create_short_job")


class VoiceJobStateError(InvalidParameterError):
    """The job's state does not allow what was asked."""


class MaterialMissingError(InvalidParameterError):
    """Files are missing, or are not enough."""


class NoModelerError(GreenroomError):
    """Voices are not trained on this installation."""


class MaterialTokenError(NotFoundError):
    """The token opens nothing: it is wrong, used up or too old."""
