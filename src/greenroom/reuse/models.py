"""The rows of pieces that are kept to be used again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from greenroom.db.base import ScopedRow, UtcTime


class KeptPiece(ScopedRow):
    """A file that a job made. Its id is the digest of everything that its bytes depend on, the project among
    it: so no tenant can name, or meet by chance, what another one made."""

    __tablename__ = "reuse_pieces"
    __table_args__ = (Index("ix_reuse_pieces_project_id_used_at", "project_id", "used_at"),)

    kind: Mapped[str] = mapped_column(String(16))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the file: a damaged one is noticed and made again."""
    used_at: Mapped[datetime] = mapped_column(UtcTime)

    @property
    def object_key(self) -> str:
        return f"{folder_of(self.project_id)}/{self.id[:2]}/{self.id}"


ROOT = "reuse"


def folder_of(project_id: str) -> str:
    """Where all kept pieces of a project lie."""
    return f"{ROOT}/{project_id}"
