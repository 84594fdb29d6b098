"""What can be wrong with a deck. Every text names the fault and the cure and is fit for a user."""

from __future__ import annotations

from greenroom.media.errors import MediaError


class DeckError(MediaError):
    """The deck cannot be read, holds nothing to show, or more than is taken."""


class OfficeError(DeckError):
    """LibreOffice is not there, or could not read the deck."""
