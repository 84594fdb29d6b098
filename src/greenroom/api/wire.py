"""Building blocks of the wire models: what every request and answer has in common."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from greenroom.clock import parse_wire_time


def _check_time(text: str) -> str:
    try:
        parse_wire_time(text)
    except ValueError:
        raise ValueError("send a time in UTC such as 2021-01-10T08:43:17Z") from None
    return text


WireTime = Annotated[str, AfterValidator(_check_time)]
"""RFC 3339 in UTC with second precision; `clock.wire_time` and `clock.parse_wire_time` convert."""
EmptyOrTime = Annotated[WireTime | None, BeforeValidator(lambda text: text or None)]
"""A time of a query that may be sent empty, which is None."""
Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class WireModel(BaseModel):
    """A request or answer. Field names are the wire's own; unknown input is ignored; None is left out."""

    model_config = ConfigDict(extra="ignore", defer_build=True, protected_namespaces=())

    def to_wire(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class PageQuery(WireModel):
    """`offset` and `limit` as nearly every list takes them. A list with limit 1..1000 overrides `limit`."""

    offset: int = Field(0, ge=0, le=2_147_483_647)
    limit: int = Field(10, ge=1, le=100)


class ErrorResponse(WireModel):
    """`error_info` of a job or an asset."""

    error_code: str
    error_msg: str

    @classmethod
    def of(cls, code: str, message: str) -> ErrorResponse:
        """With the text cut to the wire's 256 characters."""
        return cls(error_code=code[:32], error_msg=message[:256])
