"""Where this process keeps its data, for code that has no context: engines, and child processes.

`Runtime.open` publishes it in the environment, which children inherit. It may hold the database's password,
as `GREENROOM_DATABASE_URL` may.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

_VARIABLE = "GREENROOM_OPENED"


@dataclass(slots=True, frozen=True)
class Place:
    data_dir: str
    database_url: str
    """For a sync engine."""
    objects_url: str | None
    objects_dir: str
    voice_modeler: str

    @property
    def voices_dir(self) -> Path:
        """Where packages of trained voices are unpacked; each can be fetched again."""
        return Path(self.data_dir) / "voices"


def publish(place: Place) -> None:
    os.environ[_VARIABLE] = json.dumps(asdict(place))


def current() -> Place | None:
    """None where nothing was opened: there are no trained voices then."""
    given = os.environ.get(_VARIABLE)
    return Place(**json.loads(given)) if given else None
