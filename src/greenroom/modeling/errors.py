"""The errors of 2D avatar training."""

from __future__ import annotations

from greenroom.errors import InvalidParameterError, NotFoundError


class TrainingJobNotFoundError(NotFoundError):
    """No training job of the project has this id."""

    def __init__(self, job_id: str) -> None:
        super().__init__(
            f"no training job has the id {job_id}: list2d_model_training_job shows those there are"
        )


class TrainingFileLinkError(InvalidParameterError):
    """A link to a file that says who the person is opens nothing."""

    def __init__(self) -> None:
        super().__init__(
            "once_token: the link was used already, has ended, or belongs to another tenant or job: "
            "show2d_model_training_job gives a new one"
        )


class TrainingStateError(InvalidParameterError):
    """The job's state does not allow what was asked."""


class CommandRefusedError(InvalidParameterError):
    """A command cannot be carried out now; becomes `EXCUTE_FAILED` with this text."""
