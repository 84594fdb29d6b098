"""The rows of vocabularies. They belong to the project, whichever of its users writes them."""

from __future__ import annotations

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from greenroom.db.base import ScopedRow
from greenroom.engines.protocols import Pronunciation, ReadingKind

GENERAL = ""
"""The group of entries that stand in none: they hold for every voice."""


class VocabularyGroup(ScopedRow):
    """Entries that hold for some voices only."""

    __tablename__ = "tts_vocabulary_groups"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    name: Mapped[str] = mapped_column(String(256))
    asset_ids: Mapped[list[str]]
    """Of the voices."""


class VocabularyEntry(ScopedRow):
    """How one word is said."""

    __tablename__ = "tts_vocabulary_entries"
    __table_args__ = (UniqueConstraint("project_id", "group_id", "key"),)

    group_id: Mapped[str] = mapped_column(String(64), default=GENERAL)
    kind: Mapped[ReadingKind] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(200))
    value: Mapped[str] = mapped_column(String(200))

    @property
    def pronunciation(self) -> Pronunciation:
        return Pronunciation(ReadingKind(self.kind), self.key, self.value)


class VocabularySwitch(ScopedRow):
    """Whether entries apply: by default, of a kind, or to a voice. See `switches`."""

    __tablename__ = "tts_vocabulary_switches"
    __table_args__ = (UniqueConstraint("project_id", "key"),)

    key: Mapped[str] = mapped_column(String(64))
    value: Mapped[str] = mapped_column(String(64))
