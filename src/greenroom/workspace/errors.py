"""The errors of the workspace."""

from __future__ import annotations

from greenroom.errors import InvalidParameterError, NotFoundError


class AgencyNotFoundError(NotFoundError):
    def __init__(self, role: str | None) -> None:
        which = f"of the type {role}" if role else "at all"
        super().__init__(f"there is no agency {which}: create_agency_with_role_type makes one")


class TaskNotFoundError(NotFoundError):
    def __init__(self, task_id: str) -> None:
        super().__init__(f"no task has the id {task_id}: search_task shows those there are")


class TaskStateError(InvalidParameterError):
    """The task's state does not allow what was asked."""


class UnknownResourceError(InvalidParameterError):
    """Nothing of this name can be imported or exported."""


class TableError(InvalidParameterError):
    """The file that was sent is not the table that it should be."""

    error_code = "MSS.10000003"


class MissingFileError(InvalidParameterError):
    """A multipart request without the file."""

    error_code = "MSS.45000001"
