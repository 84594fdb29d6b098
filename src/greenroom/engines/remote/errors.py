"""What goes wrong with a speech server, told to the user who waits for the speech."""

from __future__ import annotations

from greenroom.engines.protocols import EngineError


class SpeechServerError(EngineError):
    """The server of an engine cannot be used, or refuses."""

    def __init__(self, engine: str, fault: str, cure: str) -> None:
        super().__init__(
            f"The speech engine '{engine}' {fault}: {cure}, or choose a voice of another engine."
        )


class BusyServerError(SpeechServerError):
    """It may work in a moment: the server is not there, too slow, or has too much to do."""
