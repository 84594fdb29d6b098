"""Faults of a media file. Every text names the fault and the cure and is fit for a user."""

from __future__ import annotations


class MediaError(Exception):
    """Base of everything that can be wrong with a media file."""


class NotMediaError(MediaError):
    """The bytes are no sound, picture or video that we can read."""


class DamagedMediaError(MediaError):
    """The file starts well and then breaks off or holds frames that cannot be decoded."""


class MissingStreamError(MediaError):
    """The file has no video stream, or no sound, where one is needed."""


class MediaLimitError(MediaError):
    """Reading the file needs more time or memory than a reader may take."""
