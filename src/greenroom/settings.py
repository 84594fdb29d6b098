"""Every setting of the server. Each is documented in docs/settings.md; a test compares the two."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from greenroom.storage.place import Place

Region = Literal["cn-north-4", "cn-east-3", "ap-southeast-3"]
PriceName = Literal[
    "modeling_count_2d_model.year",
    "modeling_count_2d_model_flexus.year",
    "voice_clone_basic.year",
    "voice_clone_middle.year",
    "voice_clone_advance.year",
    "voice_clone_flexus.year",
    "chat_channel_2d_model.month",
    "chat_channel_2d_model.year",
    "asset_storage.month",
    "video_time_2d_model.minute",
    "video_time_flexus_2d_model.minute",
]
"""What can have a price: see docs/billing.md."""


class Settings(BaseSettings):
    """Read from the environment (`GREENROOM_...`); command line options override."""

    model_config = SettingsConfigDict(env_prefix="GREENROOM_", frozen=True, extra="ignore")

    data: Path = Field(Path("greenroom-data"), description="Folder that holds everything the server keeps.")
    region: Region = Field("cn-north-4", description="Region that the server answers for: names and rates.")
    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for every interface.")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    public_url: str | None = Field(
        None,
        description="Base of the upload and download links. Unset: the host that the request came to.",
    )
    database_url: str | None = Field(
        None,
        description="SQLAlchemy URL, for example postgresql+psycopg://user@host/name. "
        "Unset: SQLite in the data folder.",
    )
    objects_url: str | None = Field(
        None, description="Where objects are kept, for example s3://bucket/prefix. Unset: the data folder."
    )
    max_body_bytes: int = Field(
        8 * 1024 * 1024,
        ge=1024,
        description="Largest request body of an operation; uploads have their own limit.",
    )
    signature_window_s: int = Field(
        900, ge=1, description="How far a request's X-Sdk-Date may be from the server's clock, in seconds."
    )
    replay_check: bool = Field(
        True, description="Refuse a signed request that changes something when it is sent a second time."
    )
    throttle: Literal["auto", "memory", "database", "off"] = Field(
        "auto",
        description="Where calls are counted. auto: in memory with SQLite, which has one server, and in the "
        "database with any other.",
    )
    operator_tenant: str | None = Field(
        None,
        description="Tenant whose users may administer the whole installation over the API. "
        "Unset: the command line alone does.",
    )
    token_s: int = Field(86_400, ge=60, description="Life of a token of POST /v3/auth/tokens, in seconds.")
    secret_key_file: Path | None = Field(
        None,
        description="The 32 bytes that all servers on one database share. "
        "Unset: secret.key in the data folder.",
    )
    upload_link_s: int = Field(86_400, ge=1, description="Life of an upload link, in seconds.")
    download_link_s: int = Field(86_400, ge=1, description="Life of an asset's download link, in seconds.")
    probe_timeout_s: int = Field(60, ge=1, description="Longest time that looking into an upload may take.")
    probe_memory_mb: int = Field(
        2048, ge=256, description="Address space of the process that looks into an upload, in MiB."
    )
    review: Literal["on", "off"] = Field(
        "on", description="Review the names, texts, pictures, sound and video that tenants bring."
    )
    review_unexamined: Literal["pass", "queue"] = Field(
        "pass",
        description="What happens to pictures or sound that no installed classifier can look at: "
        "let them pass, or ask a person.",
    )
    moderators: str | None = Field(
        None, description="Moderators of your own, as package.module:factory, with commas between."
    )
    speech_engines: list[dict[str, Any]] = Field(
        [],
        description="Further speech engines as a JSON list: OpenAI-compatible servers, Wyoming servers, and "
        "Python. See docs/engines.md.",
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="Form of the log lines on standard error."
    )
    consent_required: bool = Field(
        True, description="Train only with an authorization letter of the person in the footage."
    )
    training_effort: Literal["full", "quick"] = Field(
        "full",
        description="How long avatars and voices are trained; quick gives rough ones, to try things out.",
    )
    speech_effort: Literal["full", "quick"] = Field(
        "full",
        description="How built-in voices speak in videos and speech tasks; quick takes a tenth of the "
        "computing and sounds a little less fine. See "
        "docs/quick-speech.md.",
    )
    voice_modeler: str = Field(
        "auto",
        description="What learns voices: auto (conversion where PyTorch is installed, else simple), "
        "conversion, simple, none, or one of your own as package.module:factory. "
        "See docs/voice-modeling.md.",
    )
    voice_audit: Literal["system", "people"] = Field(
        "system",
        description="Who accepts the recordings of a voice: the checks alone, or after them a person of the "
        "operator's.",
    )
    voice_durations: dict[str, int] = Field(
        {},
        description='Seconds of speech that an edition takes as a JSON object, such as {"basic_min": 60}. '
        "The names are those of show_tenant_duration_cfg.",
    )
    cast_folder: Path | None = Field(
        None,
        description="Folder of presenters and voice samples. Unset: those that ship with Greenroom.",
    )
    cast: str = Field(
        "all",
        description="Presenters that tenants are offered: all, none, or their names with commas between.",
    )
    loudness: Literal["level", "original"] = Field(
        "level",
        description="level: bring the sound of videos to -16 LUFS. original: leave it as it is, where the "
        "request does not say otherwise.",
    )
    ai_label: Literal["default", "eu", "cn", "off"] = Field(
        "default",
        description="Template of the visible label on videos: default, eu, cn (letters and words as China's "
        "standard asks for), or off.",
    )
    ai_label_text: str | None = Field(
        None, min_length=1, max_length=60, description="Words of the label. Unset: the template's."
    )
    ai_label_place: Literal["top-left", "top-right", "bottom-left", "bottom-right"] | None = Field(
        None, description="Corner of the label. Unset: the template's."
    )
    ai_label_required: bool = Field(
        False, description="Label the videos of tenants too that have turned the label off."
    )
    ai_producer: str = Field(
        "Greenroom",
        min_length=1,
        max_length=60,
        description="Who makes the videos: the name in their metadata and in the own certificate.",
    )
    credentials: Literal["on", "off"] = Field(
        "on", description="Sign videos with content credentials (C2PA), as far as their format has a place."
    )
    credentials_certificate: Path | None = Field(
        None,
        description="Certificate chain (PEM) that signs videos, the signer's first. Unset: one of the "
        "installation's own.",
    )
    credentials_key: Path | None = Field(None, description="Key (PEM) of that certificate.")
    embedded_worker: bool = Field(
        True, description="Run the jobs inside the server process; false for an API-only process."
    )
    worker_silence_s: int = Field(
        40,
        ge=2,
        description="With PostgreSQL: seconds after which the jobs of a worker that gives no sign of life "
        "are taken over by the others.",
    )
    outgoing_networks: str | None = Field(
        None,
        description="Networks that are not public and that callbacks may reach all the same, in CIDR "
        "notation with commas between, for example 10.20.0.0/16.",
    )
    callback_first_retry_s: int = Field(
        10,
        ge=1,
        description="Seconds until a callback that was not taken is sent again; then three times that.",
    )
    callback_retry_s: int = Field(
        86_400, ge=0, description="How long a callback that is not taken is sent again, in seconds."
    )
    video_retention_days: int = Field(
        183, ge=1, description="Days that an ended video task is kept; its video is an asset and stays."
    )
    reuse_mb: int = Field(
        2048,
        ge=0,
        description="Speech and rendered parts kept for later videos of the same tenant, in MB for each "
        "tenant; 0 keeps none.",
    )
    reuse_days: int = Field(30, ge=1, description="Days that such a part is kept without being used.")
    quality: Literal["enforce", "report", "off"] = Field(
        "enforce",
        description="enforce: measure every video, and fail one that is not within the limits below. "
        "report: measure alone. off: neither. See docs/quality.md.",
    )
    quality_lips_ms: int = Field(
        120, ge=10, le=400, description="Furthest that lips may be from the sound, in milliseconds."
    )
    quality_closed_share: float = Field(
        0.7, ge=0, le=1, description="Least share of the pictures within pauses with closed lips."
    )
    quality_border: float = Field(
        6.0, ge=0, le=255, description="Largest colour error at the border of the painted mouth, of 255."
    )
    quality_identity_percent: float = Field(
        3.0,
        ge=0,
        le=100,
        description="Furthest that the face above the mouth may be from the avatar's own footage, in percent "
        "of the face's height.",
    )
    quality_colour: float = Field(
        8.0, ge=0, le=255, description="Furthest that its colours may be from the footage, of 255."
    )
    quality_sound_ms: int = Field(
        100, ge=0, description="Largest difference in length between sound and pictures, in milliseconds."
    )

    quotas: Literal["open", "enforced"] = Field(
        "open",
        description="open: everybody may make as much as they like. enforced: only what a tenant has bought, "
        "was allocated or pays for by use.",
    )
    prices: dict[PriceName, Decimal] = Field(
        {},
        description='Prices as a JSON object, for example {"video_time_2d_model.minute": "0.25"}; '
        "what has none is free. See docs/billing.md for the names.",
    )
    currency: str = Field(
        "USD", pattern="^[A-Z]{3}$", description="Currency of the prices and invoices, as in ISO 4217."
    )
    prepaid: bool = Field(
        False, description="Take money only from a tenant's balance: what it cannot pay is refused."
    )
    grace_days: int = Field(
        15, ge=0, le=3650, description="Days after a package's end in which what it made can still be used."
    )
    retention_days: int = Field(
        15, ge=0, le=3650, description="Days after those in which it is frozen; then it is deleted."
    )
    agreement_version: str = Field(
        "1.0", min_length=1, max_length=64, description="Version of the agreements that tenants sign."
    )
    invoice_issuer: str = Field(
        "Greenroom",
        max_length=512,
        description="Who issues the invoices: name and address, lines parted by a semicolon.",
    )

    @field_validator("outgoing_networks")
    @classmethod
    def _check_networks(cls, networks: str | None) -> str | None:
        for part in (networks or "").split(","):
            if part.strip():
                ip_network(part.strip())
        return networks

    @field_validator("prices")
    @classmethod
    def _check_prices(cls, prices: dict[PriceName, Decimal]) -> dict[PriceName, Decimal]:
        for name, price in prices.items():
            in_range = price.is_finite() and 0 <= price <= 1_000_000
            if not in_range or price != price.quantize(Decimal("0.000001")):
                raise ValueError(f"{name} is {price}: give 0 to 1000000 with at most six decimals")
        return prices

    @field_validator("speech_engines")
    @classmethod
    def _check_speech_engines(cls, engines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if engines:
            from greenroom.engines.remote.configuration import (
                EngineSettingError,
                checked,
            )  # here: few have any

            try:
                checked(engines)
            except EngineSettingError as error:
                raise ValueError(str(error)) from None
        return engines

    @field_validator("voice_durations")
    @classmethod
    def _check_voice_durations(cls, changes: dict[str, int]) -> dict[str, int]:
        if changes:
            from greenroom.voices.modeling.editions import DURATION_NAMES  # here: few change any

            for name, seconds in changes.items():
                if name not in DURATION_NAMES:
                    raise ValueError(f"{name} is no duration: give {', '.join(sorted(DURATION_NAMES))}")
                if not 0 <= seconds <= 86_400:
                    raise ValueError(f"{name} is {seconds}: give 0 to 86400 seconds")
        return changes

    @field_validator("cast")
    @classmethod
    def _check_cast(cls, cast: str, info: ValidationInfo) -> str:
        folder = info.data.get("cast_folder")
        if cast in ("all", "none") and folder is None:
            return cast
        from greenroom.cast.catalogue import CastError, load_cast  # here: most starts do not name anybody

        try:
            load_cast(folder, cast)
        except CastError as error:
            raise ValueError(str(error)) from None
        return cast

    @cached_property
    def data_dir(self) -> Path:
        """The data folder, absolute."""
        return self.data.expanduser().resolve()

    @property
    def place(self) -> Place:
        """What `storage.place` publishes."""
        return Place(
            data_dir=str(self.data_dir),
            database_url=self.sync_database_url,
            objects_url=self.objects_url,
            objects_dir=str(self.objects_dir),
            voice_modeler=self.voice_modeler,
        )

    @property
    def objects_dir(self) -> Path:
        return self.data_dir / "objects"

    @property
    def work_dir(self) -> Path:
        """Scratch space of the jobs."""
        return self.data_dir / "work"

    @property
    def async_database_url(self) -> str:
        """For the server's async engine."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'greenroom.db'}"

    @property
    def sync_database_url(self) -> str:
        """For migrations and the job engine, which are sync."""
        return self.database_url or f"sqlite:///{self.data_dir / 'greenroom.db'}"
