"""The chain of moderators: built-in words and rules, the picture classifier, and those plugged in."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

from greenroom.engines import weights
from greenroom.engines.protocols import EngineError, Finding, Image, Moderator
from greenroom.moderation.rules import RuleModerator
from greenroom.moderation.verdicts import Verdict
from greenroom.moderation.words import Word, WordModerator


class ModeratorSettingError(EngineError):
    """The setting `moderators` names something that is not there or is no moderator."""


class Chain:
    """Asks every moderator; none can overrule another."""

    def __init__(self, moderators: Iterable[Moderator]) -> None:
        self._moderators = tuple(moderators)

    @property
    def sees_pictures(self) -> bool:
        return any(one.sees_pictures for one in self._moderators)

    def review_text(self, text: str, place: str = "") -> Verdict:
        """Args: place: the field or file that the text comes from, for the reviewer."""
        if not text.strip():
            return Verdict()
        found = [item for one in self._moderators if one.reads_text for item in one.review_text(text)]
        return Verdict(_at(found, place))

    def review_picture(self, picture: Image, place: str = "") -> Verdict:
        found = [
            item for one in self._moderators if one.sees_pictures for item in one.review_picture(picture)
        ]
        return Verdict(_at(found, place), () if self.sees_pictures else ("pictures",))


def _at(findings: Iterable[Finding], place: str) -> tuple[Finding, ...]:
    return tuple(replace(item, place=item.place or place) for item in findings)


def make_chain(own_words: Iterable[Word], plugged: str | None) -> Chain:
    """The chain of this installation.

    Args:
        own_words: the operator's.
        plugged: the setting `moderators`: `package.module:factory` names, with commas between.

    Raises:
        ModeratorSettingError: a plugged moderator cannot be had.
    """
    return Chain(
        [WordModerator(own_words), RuleModerator(), *_picture_moderators(), *_plugged(plugged or "")]
    )


def _picture_moderators() -> Sequence[Moderator]:
    """The classifier, where its weights were fetched."""
    from greenroom.engines.nsfw.moderator import WEIGHT_SET

    return (_classifier(),) if weights.is_present(WEIGHT_SET) else ()


@cache
def _classifier() -> Moderator:
    from greenroom.engines.nsfw.moderator import PictureModerator

    return PictureModerator()


@cache
def _plugged(names: str) -> tuple[Moderator, ...]:
    return tuple(_load(name.strip()) for name in names.split(",") if name.strip())


def _load(name: str) -> Moderator:
    module, _, factory = name.partition(":")
    try:
        made = getattr(importlib.import_module(module), factory)()
    except (ImportError, AttributeError, TypeError) as error:
        raise ModeratorSettingError(
            f"the setting moderators names {name}, which is no package.module:factory ({error})"
        ) from error
    if not isinstance(made, Moderator):
        raise ModeratorSettingError(f"the setting moderators names {name}, which makes no Moderator")
    return made
