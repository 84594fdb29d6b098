"""The errors of speech tasks."""

from __future__ import annotations

from greenroom.errors import InvalidParameterError, NotFoundError


class TaskNotFoundError(NotFoundError):
    """No speech task of the project has this id."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"no speech task has the id {job_id}: create one with create_async_tts_job")


class TaskOrderError(InvalidParameterError):
    """What is asked for cannot be made."""


class TooManyTasksError(InvalidParameterError):
    """The project has as many tasks waiting as it may."""
