"""Where log lines go."""

from __future__ import annotations

import sys
from typing import TextIO, cast


class _StandardError:
    """Whatever standard error is at the moment: loggers outlive a redirection."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


STANDARD_ERROR = cast(TextIO, _StandardError())
