"""Presenters of the cast on the command line: by name, with the voice that fits."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from greenroom.cli.errors import UserError

if TYPE_CHECKING:
    from greenroom.cast.catalogue import Cast, Presenter
    from greenroom.settings import Settings

_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
)
"""Languages that their characters give away; the first that is found counts."""


def offered_cast(settings: Settings) -> Cast:
    """Raises UserError: the cast cannot be read."""
    from greenroom.cast.catalogue import CastError, load_cast

    try:
        return load_cast(settings.cast_folder, settings.cast)
    except CastError as error:
        raise UserError(str(error)) from None


def find_presenter(settings: Settings, name_or_id: str) -> Presenter | None:
    """A presenter by name or asset id; None where it is something else, such as an avatar's id."""
    return offered_cast(settings).find(name_or_id)


def choose_presenter(settings: Settings, name: str | None) -> Presenter | None:
    """The presenter of that name, or the first one; None where none ships.

    Raises:
        UserError: there are presenters, but none of that name.
    """
    cast = offered_cast(settings)
    today = datetime.now(UTC).date()
    there = [one for one in cast.presenters if one.withdrawn_since(today) is None]
    if not there or name is None:
        return there[0] if there else None
    found = cast.find(name)
    if found is None:
        names = ", ".join(one.name for one in there)
        raise UserError(f"there is no presenter {name}: there are {names}")
    return found


def voice_for_text(presenter: Presenter, text: str) -> str:
    """The presenter's own voice, or the one that reads the characters of the text."""
    for language, characters in _SCRIPTS:
        if characters.search(text):
            return presenter.voice_for(language) or presenter.person.voice
    return presenter.person.voice
