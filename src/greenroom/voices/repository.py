"""Queries on TTS auditions."""

from __future__ import annotations

from sqlalchemy import select

from greenroom.db.repository import Repository
from greenroom.db.session import Session
from greenroom.voices.models import Audition


class AuditionRepository(Repository[Audition]):
    row = Audition


async def audition_of_any_tenant(session: Session, audition_id: str) -> Audition | None:
    """For the operator, who acts beyond tenants."""
    row: Audition | None = await session.scalar(select(Audition).where(Audition.id == audition_id))
    return row
