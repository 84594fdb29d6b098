"""The errors of voices."""

from __future__ import annotations

from greenroom.errors import GreenroomError, InvalidParameterError, NotFoundError


class VoiceUnknownError(GreenroomError):
    """No voice has the id."""

    error_code = "MSS.10001001"

    def __init__(self, field: str, voice_id: str) -> None:
        super().__init__(
            f"{field}: there is no voice {voice_id!r}; list the assets of type VOICE_MODEL, or run "
            "`greenroom voice list`, to see the voices"
        )


class VoiceDamagedError(InvalidParameterError):
    """The package of a trained voice cannot be used."""

    def __init__(self, field: str, voice_id: str) -> None:
        super().__init__(
            f"{field}: the voice {voice_id!r} cannot be used: its package is damaged, or of another version; "
            "train it again"
        )


class SpokenTextError(InvalidParameterError):
    """The text cannot be spoken."""


class AuditionNotFoundError(NotFoundError):
    """No audition of the project has this id."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"no audition has the id {job_id}: create one with create_tts_audition")
