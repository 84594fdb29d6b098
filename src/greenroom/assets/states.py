"""Kinds and states of assets and their files, and which state may follow which."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class AssetType(StrEnum):
    HUMAN_MODEL = "HUMAN_MODEL"
    VOICE_MODEL = "VOICE_MODEL"
    SCENE = "SCENE"
    ANIMATION = "ANIMATION"
    VIDEO = "VIDEO"
    IMAGE = "IMAGE"
    PPT = "PPT"
    MATERIAL = "MATERIAL"
    NORMAL_MODEL = "NORMAL_MODEL"
    COMMON_FILE = "COMMON_FILE"
    HUMAN_MODEL_2D = "HUMAN_MODEL_2D"
    BUSINESS_CARD_TEMPLET = "BUSINESS_CARD_TEMPLET"
    MUSIC = "MUSIC"
    AUDIO = "AUDIO"


class AssetState(StrEnum):
    CREATING = "CREATING"
    """The main file is not there yet."""
    FAILED = "FAILED"
    UNACTIVED = "UNACTIVED"
    """The main file is fine, but the asset may not be used."""
    ACTIVED = "ACTIVED"
    DELETING = "DELETING"
    """In the recycle bin."""
    DELETED = "DELETED"
    """The files are gone for good."""
    BLOCK = "BLOCK"
    WAITING_DELETE = "WAITING_DELETE"
    """To be taken offline; still usable."""


class FileCategory(StrEnum):
    MAIN = "MAIN"
    COVER = "COVER"
    PAGE = "PAGE"
    SAMPLE = "SAMPLE"
    OTHER = "OTHER"
    TEMPORARY = "TEMPORARY"
    PACKAGE = "PACKAGE"


class FileState(StrEnum):
    CREATING = "CREATING"
    """Being uploaded."""
    CREATED = "CREATED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    DELETING = "DELETING"
    DELETED = "DELETED"
    UPLOADED = "UPLOADED"
    REVIEW = "REVIEW"
    BLOCK = "BLOCK"


class AssetSource(StrEnum):
    SYSTEM = "SYSTEM"
    CUSTOMIZATION = "CUSTOMIZATION"
    ALL = "ALL"


class TransferType(StrEnum):
    TRANSFER_OUT = "TRANSFER_OUT"
    TRANSFER_BACK = "TRANSFER_BACK"


class TransferState(StrEnum):
    PROCESSING = "PROCESSING"
    """Offered, not answered."""
    ACCEPT = "ACCEPT"
    REJECT = "REJECT"
    CANCEL = "CANCEL"
    FAIL = "FAIL"


class StorageKind(StrEnum):
    """What bytes are, since not all of them count towards the bill (table 4-13 of the service overview)."""

    UPLOAD = "UPLOAD"
    MODEL = "MODEL"
    """Of a customised image or voice model: never counted."""
    VIDEO = "VIDEO"
    """A video that the service made: counted after six months."""


class FailType(StrEnum):
    AUTOMATIC_REVIEW_REJECT = "AUTOMATIC_REVIEW_REJECT"
    MANUAL_REVIEW_REJECT = "MANUAL_REVIEW_REJECT"


_READY = {AssetState.UNACTIVED, AssetState.ACTIVED, AssetState.WAITING_DELETE}

TRANSITIONS: Mapping[AssetState, frozenset[AssetState]] = {
    AssetState.CREATING: frozenset(
        {AssetState.ACTIVED, AssetState.FAILED, AssetState.DELETING, AssetState.BLOCK}
    ),
    AssetState.FAILED: frozenset({AssetState.CREATING, AssetState.DELETING, AssetState.BLOCK}),
    **{
        state: frozenset(
            _READY | {AssetState.CREATING, AssetState.FAILED, AssetState.DELETING, AssetState.BLOCK}
        )
        for state in _READY
    },
    # Frozen assets can be deleted; unfreezing brings the state before back.
    AssetState.BLOCK: frozenset(_READY | {AssetState.DELETING, AssetState.CREATING, AssetState.FAILED}),
    # Back out of the recycle bin to where it was.
    AssetState.DELETING: frozenset(
        _READY | {AssetState.CREATING, AssetState.FAILED, AssetState.BLOCK, AssetState.DELETED}
    ),
    AssetState.DELETED: frozenset(),
}
"""Which state may follow which; staying in a state is always allowed."""

USABLE = frozenset({AssetState.ACTIVED, AssetState.WAITING_DELETE})
"""States in which a job may use an asset."""

SETTABLE = frozenset(_READY)
"""States that an update may ask for."""


class StateChangeError(ValueError):
    """The table has no such transition."""


def advance(current: AssetState, target: AssetState) -> AssetState:
    """The state after a change. Raises StateChangeError."""
    if target != current and target not in TRANSITIONS[current]:
        raise StateChangeError(f"{current} cannot become {target}")
    return target
