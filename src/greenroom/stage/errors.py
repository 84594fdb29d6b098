"""What the stage refuses."""

from __future__ import annotations


class SceneError(ValueError):
    """A scene cannot be built as asked; the text is fit for a user."""
