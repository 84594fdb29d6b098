"""Bodies and queries of the administration. Answers are the rows that `greenroom admin --json` prints."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from greenroom.api.wire import WireModel, WireTime
from greenroom.iam.models import AuditKind
from greenroom.moderation.models import ReviewState
from greenroom.settings import Region

Name = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Password = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Place = Literal["cn-north-4", "cn-east-3", "ap-southeast-3", "*"]
Rows = dict[str, list[dict[str, Any]]]
"""A list under its name."""
Made = dict[str, Any]
"""One thing."""


class NewTenant(WireModel):
    name: Name
    region: Region | None = None
    """Of its first project; the server's if left out."""


class Because(WireModel):
    reason: Reason


class NewProject(WireModel):
    region: Region


class NewUser(WireModel):
    name: Name
    password: Password | None = None
    groups: list[Name] = Field(default_factory=list, max_length=100)


class NewPassword(WireModel):
    password: Password


class NewGroup(WireModel):
    name: Name
    description: str = Field("", max_length=256)


class PolicyContent(WireModel):
    document: dict[str, Any]
    description: str = Field("", max_length=256)


class PlaceQuery(WireModel):
    region: Place = "*"
    """Only in this region's project; `*` for all."""


class NewKey(WireModel):
    user: Name
    region: Region | None = None


class KeysQuery(WireModel):
    user: Name | None = None


class RatePlace(WireModel):
    """What a rate is for; each of them, or `*`. The tenant may also be `system`: all of them together."""

    tenant: Name
    operation: Name = "*"
    region: Place = "*"


class NewRate(RatePlace):
    per_second: int = Field(ge=0, le=1_000_000)
    """0: as many as come."""


class RegionQuery(WireModel):
    region: Region | None = None
    """Of the project; the server's if left out."""


class QuotasQuery(RegionQuery):
    offset: int = Field(0, ge=0, le=2_147_483_647)
    limit: int = Field(100, ge=1, le=100)
    """Users, not rows."""


class UserLimits(WireModel):
    limits: dict[str, Annotated[int, Field(ge=-1, le=999_999_999)]] = Field(min_length=1)
    """By item; -1: no limit."""


class QueueQuery(WireModel):
    state: ReviewState | Literal["ALL"] = ReviewState.WAITING
    tenant: Name | None = None
    limit: int = Field(100, ge=1, le=1000)


class WordsQuery(WireModel):
    built_in: bool = False
    """With those that Greenroom brings."""


class WordRule(WireModel):
    word: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    decision: Literal["REFUSE", "DOUBT", "ALLOW"] = "REFUSE"
    category: Annotated[str, StringConstraints(min_length=1, max_length=32)] = "other"


class WordQuery(WireModel):
    word: Annotated[str, StringConstraints(min_length=1, max_length=128)]


class FreezesQuery(WireModel):
    tenant: Name | None = None
    ended: bool = False
    """With those that have ended."""
    limit: int = Field(100, ge=1, le=1000)


class OwnFreezesQuery(WireModel):
    ended: bool = False
    limit: int = Field(100, ge=1, le=1000)


class NewFreeze(WireModel):
    kind: Literal["asset", "task", "tenant"]
    subject: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    """Id of the asset or task, name of the tenant."""
    reason: Reason
    code: Name = "CONTENT"


class Appeal(WireModel):
    text: Annotated[str, StringConstraints(min_length=1, max_length=4000)]


class Answer(WireModel):
    answer: Reason


class MaybeAnswer(WireModel):
    answer: Annotated[str, StringConstraints(max_length=256)] = ""


class TenantQuery(WireModel):
    tenant: Name | None = None


class NewAllocation(RegionQuery):
    item: Name
    amount: int = Field(ge=1, le=1_000_000)
    months: int = Field(12, ge=1, le=1200)
    by_provider: bool = False


class Switch(RegionQuery):
    on: bool


class Money(RegionQuery):
    amount: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    """Such as "100" or "12.50"; of a correction, below 0 gives something back."""
    reference: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    """What the money is for; it counts once."""


class TimesQuery(WireModel):
    since: WireTime | None = None
    until: WireTime | None = None


class MonthQuery(WireModel):
    month: Annotated[str, StringConstraints(min_length=6, max_length=7)] | None = None
    """Such as 2026-11; this one if left out."""


class InvoiceQuery(WireModel):
    format: Literal["pdf", "csv"] = "pdf"


class Heads(WireModel):
    heads: dict[str, Any]
    """What GET /admin/v1/ledger/heads gave."""


class AuditQuery(TimesQuery):
    kind: AuditKind | None = None
    actor: Annotated[str, StringConstraints(min_length=1, max_length=128)] | None = None
    limit: int = Field(100, ge=1, le=1000)


class EveryAuditQuery(AuditQuery):
    tenant: Name | None = None
