"""The errors of 2D avatar training."""

from __future__ import annotations

from greenroom.errors import InvalidParameterError, NotFoundError


class TrainingJobNotFoundError(NotFoundError):
    """No training job of the project has this id."""

    def __init__(self, job_id: str) -> None:
        super().__init__(
            f"no training job has the id {job_id}: list2d_model_training_job shows those there are"
        )


class TrainingStateError(InvalidParameterError):
    """The job's state does not allow what was asked."""


class CommandRefusedError(InvalidParameterError):
    """A command cannot be carried out now; becomes `EXCUTE_FAILED` with this text."""
