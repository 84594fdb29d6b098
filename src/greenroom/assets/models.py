"""Rows of assets and their files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from greenroom.assets.states import (
    AssetState,
    AssetType,
    FileCategory,
    FileState,
    StorageKind,
    TransferState,
    TransferType,
)
from greenroom.db.base import Base, ScopedRow, UtcTime


class Asset(ScopedRow):
    __tablename__ = "assets"
    __table_args__ = (
        # Each holds all that a list without filters looks at, so that a far page reads the index alone.
        Index("ix_assets_list_created", "project_id", "is_gone", "created_at", "id"),
        Index("ix_assets_list_updated", "project_id", "is_gone", "updated_at", "id"),
        Index("ix_assets_list_user", "project_id", "app_user_id", "is_gone", "created_at", "id"),
        Index("ix_assets_state_waiting_since", "state", "waiting_since"),
    )

    name: Mapped[str] = mapped_column(String(256))
    description: Mapped[str | None] = mapped_column(Text)
    type: Mapped[AssetType] = mapped_column(String(32))
    state: Mapped[AssetState] = mapped_column(String(32))
    state_before_bin: Mapped[AssetState | None] = mapped_column(String(32))
    """The state that a restore goes back to, while the asset is in the recycle bin."""
    state_before_block: Mapped[AssetState | None] = mapped_column(String(32))
    """The state that unfreezing goes back to, while the asset is frozen, in the recycle bin or not."""
    waiting_since: Mapped[datetime | None] = mapped_column(UtcTime)
    """Since when the asset waits for its main file, while it is CREATING."""
    is_gone: Mapped[bool] = mapped_column(default=False)
    """DELETED: only a list that asks for that state shows it."""
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
    job_id: Mapped[str | None] = mapped_column(String(64))
    """The job that converts or reviews it, until that ends."""
    transcoding_status: Mapped[str | None] = mapped_column(String(16))
    """WAITING, TRANSCODING, FAILED or SUCCEEDED, of a video that was converted."""

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


class AssetShare(Base):
    """A project that may use another one's asset until a time."""

    __tablename__ = "asset_shares"

    asset_id: Mapped[str] = mapped_column(ForeignKey("assets.id"), primary_key=True)
    project_id: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)


class AssetTransfer(ScopedRow):
    """An offer to hand assets over to another project. The scope is the sender's."""

    __tablename__ = "asset_transfers"

    type: Mapped[TransferType] = mapped_column(String(16))
    state: Mapped[TransferState] = mapped_column(String(16), index=True)
    dest_tenant_id: Mapped[str] = mapped_column(String(64))
    dest_project_id: Mapped[str] = mapped_column(String(64), index=True)
    summaries: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """`DigitalAssetSummary` objects as the assets were when they were offered."""
    memo: Mapped[str | None] = mapped_column(String(256))
    reason: Mapped[str | None] = mapped_column(String(256))
    auto_active: Mapped[bool | None]
    """State after the acceptance: ACTIVED, UNACTIVED, or as it was."""
    is_need_billing: Mapped[bool] = mapped_column(default=False)
    original_job_id: Mapped[str | None] = mapped_column(String(64))
    """Of a TRANSFER_BACK: the transfer that it undoes."""
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)
    error_msg: Mapped[str | None] = mapped_column(String(256))

    @property
    def asset_ids(self) -> list[str]:
        return [str(item["asset_id"]) for item in self.summaries]


class StorageEvent(Base):
    """Bytes that came or went: the ledger of storage. Rows are only ever added."""

    __tablename__ = "storage_events"
    __table_args__ = (Index("ix_storage_events_tenant_id_counts_from", "tenant_id", "counts_from"),)

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True
    )
    tenant_id: Mapped[str] = mapped_column(String(64))
    project_id: Mapped[str] = mapped_column(String(64))
    asset_id: Mapped[str] = mapped_column(String(64))
    file_id: Mapped[str] = mapped_column(String(64), index=True)
    kind: Mapped[StorageKind] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UtcTime)
    """Whole seconds."""
    counts_from: Mapped[datetime | None] = mapped_column(UtcTime)
    """From when on the bytes count towards the bill; None: never."""
    delta_bytes: Mapped[int] = mapped_column(BigInteger)
