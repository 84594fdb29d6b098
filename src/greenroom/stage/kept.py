"""Opened avatars that are kept while a dialogue goes to and fro between them."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

from greenroom.stage.performance import Avatar, AvatarOpener

MOST = 2
"""So many avatars keep their networks and tables in memory; the clips of all but one are closed."""


class KeptAvatars:
    """An `AvatarOpener` that opens an avatar again only when others have taken its place."""

    def __init__(self, opener: AvatarOpener) -> None:
        self._opener = opener
        self._kept: OrderedDict[Path, Avatar] = OrderedDict()

    def __call__(self, package: Path) -> Avatar:
        """As the opener; what it answers is for one performer at a time."""
        if package not in self._kept:
            while len(self._kept) >= MOST:
                self._kept.popitem(last=False)
            self._kept[package] = self._opener(package)
        self._kept.move_to_end(package)
        return self._kept[package]
