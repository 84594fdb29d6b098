"""Rows of content review: the operator's words, exempt tenants, the queue for people, and freezes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from greenroom.db.base import Base, UtcTime


class ReviewState(StrEnum):
    WAITING = "WAITING"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    """What was to be reviewed is gone or was replaced."""


class FreezeState(StrEnum):
    FROZEN = "FROZEN"
    APPEALED = "APPEALED"
    UPHELD = "UPHELD"
    """An appeal was turned down; another one may follow."""
    LIFTED = "LIFTED"


class ModeratedWord(Base):
    """A word that the operator added to the built-in lists, or allows in spite of them."""

    __tablename__ = "moderation_words"

    normal: Mapped[str] = mapped_column(String(128), primary_key=True)
    """As `words.normalise` makes it."""
    text: Mapped[str] = mapped_column(String(128))
    """As the operator wrote it."""
    category: Mapped[str] = mapped_column(String(32))
    decision: Mapped[str] = mapped_column(String(16))
    """REFUSE, DOUBT or ALLOW."""
    created_at: Mapped[datetime]


class ReviewExemption(Base):
    """A tenant that answers for its content by itself."""

    __tablename__ = "moderation_exemptions"

    tenant_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(String(256))
    created_at: Mapped[datetime]


class ReviewItem(Base):
    """Content that a person shall decide on."""

    __tablename__ = "review_items"
    __table_args__ = (
        Index("ix_review_items_state_created_at", "state", "created_at"),
        Index("ix_review_items_subject", "subject_kind", "subject_id"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64))
    project_id: Mapped[str] = mapped_column(String(64))
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(256))
    part: Mapped[str] = mapped_column(String(64))
    """What of the subject: its texts, or a file."""
    findings: Mapped[list[dict[str, Any]]]
    """Why a person is asked: `verdicts.Finding` objects."""
    state: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None] = mapped_column(UtcTime)
    decided_by: Mapped[str | None] = mapped_column(String(128))
    reason: Mapped[str | None] = mapped_column(String(256))


class Freeze(Base):
    """One freezing of an asset, a task or a tenant, from its reason to its end."""

    __tablename__ = "freezes"
    __table_args__ = (Index("ix_freezes_subject", "subject_kind", "subject_id"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64), index=True)
    project_id: Mapped[str | None] = mapped_column(String(64))
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), index=True)
    reason_code: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(256))
    frozen_at: Mapped[datetime]
    frozen_by: Mapped[str] = mapped_column(String(128))
    appeal: Mapped[str | None] = mapped_column(Text)
    appealed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    answer: Mapped[str | None] = mapped_column(String(256))
    """What the operator said to the appeal, or on lifting it."""
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)
    ended_by: Mapped[str | None] = mapped_column(String(128))
