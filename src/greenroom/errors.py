"""The one root of the errors that a user may see; `api` turns them into `{error_code, error_msg}`.

The text of an error is for the user: it names the field or thing, what is wrong with it, and the cure.
Codes and statuses come from the wire contract: most "not found" errors are 400 there.
"""

from __future__ import annotations


class GreenroomError(Exception):
    """An error for the user. A context derives its own, each with its code and status."""

    error_code = "MSS.00000003"
    status = 400
    keep_changes = False
    """True: the request's transaction is committed although it failed (a failure worth recording)."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidParameterError(GreenroomError):
    """A value in the request breaks a rule."""

    error_code = "MSS.10000003"


class InvalidJsonError(GreenroomError):
    """The body is not JSON."""

    error_code = "MSS.10000002"


class NotFoundError(GreenroomError):
    """A thing that the request names is not there, or belongs to someone else."""

    error_code = "MSS.00000002"
    status = 404


class UnauthorizedError(GreenroomError):
    """The request carries no valid proof of who sends it."""

    error_code = "MSS.00000001"
    status = 401


class ProjectMismatchError(GreenroomError):
    """The project in the path is not the project of the access key."""

    error_code = "MSS.00010009"


class UnknownPathError(GreenroomError):
    """No operation has this path."""

    error_code = "APIGW.0101"
    status = 404


class MethodNotAllowedError(GreenroomError):
    """The path exists, but not with this method."""

    error_code = "MSS.00010004"


class BodyTooLargeError(GreenroomError):
    """The request body is larger than the server takes."""

    error_code = "APIGW.0201"
    status = 413


class NotBuiltError(GreenroomError):
    """The operation is in the catalogue, but this release does not do it yet."""

    error_code = "MSS.00000501"
    status = 501


class NotBuiltFeatureError(InvalidParameterError):
    """The request uses a feature that would change the picture or the sound and is not built yet."""

    def __init__(self, field: str, what: str) -> None:
        super().__init__(f"{field}: {what} is not supported yet; leave it out")


class InternalError(GreenroomError):
    """Something in the server broke; the text says nothing about what."""

    error_code = "MSS.00000004"
    status = 500
