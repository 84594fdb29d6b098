"""Queries on TTS auditions."""

from __future__ import annotations

from greenroom.db.repository import Repository
from greenroom.voices.models import Audition


class AuditionRepository(Repository[Audition]):
    row = Audition
