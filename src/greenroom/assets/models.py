"""Rows of assets and their files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from greenroom.assets.states import AssetState, AssetType, FileCategory, FileState
from greenroom.db.base import ScopedRow, UtcTime


class Asset(ScopedRow):
    __tablename__ = "assets"
    __table_args__ = (Index("ix_assets_project_id_created_at", "project_id", "created_at"),)

    name: Mapped[str] = mapped_column(String(256))
    description: Mapped[str | None] = mapped_column(Text)
    type: Mapped[AssetType] = mapped_column(String(32))
    state: Mapped[AssetState] = mapped_column(String(32))
    state_before_bin: Mapped[AssetState | None] = mapped_column(String(32))
    """The state that a restore goes back to, while the asset is in the recycle bin."""
    fail_type: Mapped[str | None] = mapped_column(String(32))
    block_reason_code: Mapped[str | None] = mapped_column(String(256))
    reason: Mapped[str | None] = mapped_column(String(256))
    tags: Mapped[list[str]] = mapped_column(JSON)
    extra_meta: Mapped[dict[str, Any]] = mapped_column(JSON)
    """`asset_extra_meta` as on the wire: the member that fits the type."""
    system_properties: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """`{key, value}` objects."""
    order: Mapped[int | None] = mapped_column("asset_order")
    supported_service: Mapped[list[str]] = mapped_column(JSON)
    auto_operation_config: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    shared_config: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    review_config: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    needs_cover: Mapped[bool] = mapped_column(default=False)

    files: Mapped[list[AssetFile]] = relationship(
        back_populates="asset",
        lazy="selectin",
        cascade="all, delete-orphan",
        order_by="AssetFile.created_at, AssetFile.id",
    )


class AssetFile(ScopedRow):
    __tablename__ = "asset_files"

    asset_id: Mapped[str] = mapped_column(ForeignKey("assets.id"), index=True)
    name: Mapped[str] = mapped_column(String(256))
    md5: Mapped[str | None] = mapped_column(String(24))
    """Base64, as declared; large files have none."""
    size: Mapped[int | None] = mapped_column(BigInteger)
    """Bytes: as declared, and after the confirmation as stored."""
    type: Mapped[str] = mapped_column(String(64))
    category: Mapped[FileCategory] = mapped_column(String(16))
    state: Mapped[FileState] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(256))
    part_count: Mapped[int] = mapped_column(default=1)
    upload_expires_at: Mapped[datetime | None] = mapped_column(UtcTime)
    object_key: Mapped[str | None] = mapped_column(String(512))
    """Where the bytes are, once confirmed."""

    asset: Mapped[Asset] = relationship(back_populates="files", lazy="joined")

    @property
    def upload_folder(self) -> str:
        """Where uploaded bytes wait for the confirmation."""
        return f"uploads/{self.project_id}/{self.id}"

    def upload_key(self, part: int) -> str:
        """Key of one uploaded part; `part` counts from 0."""
        return f"{self.upload_folder}/{part:05d}"

    @property
    def final_key(self) -> str:
        return f"assets/{self.project_id}/{self.asset_id}/{self.id}"
