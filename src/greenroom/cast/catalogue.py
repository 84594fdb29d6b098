"""The cast as `cast.json` describes it: invented presenters, their packages, and a sample of each voice."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from greenroom.engines.protocols import Sex

CAST_FOLDER = Path(__file__).parent
CATALOGUE = "cast.json"
ARCHIVE, COVER, PREVIEW = "avatar.zip", "cover.jpg", "preview.mp4"
SAMPLES = "samples"
"""Folder of the voice samples, `VOICE_ID.m4a`."""


class CastError(Exception):
    """The cast is damaged or not described as it should be; the text says what and the cure."""


@dataclass(slots=True, frozen=True)
class Digest:
    """What a shipped file must be."""

    sha256: str
    size: int
    """bytes"""


@dataclass(slots=True, frozen=True)
class Action:
    """A gesture that can be asked for while the presenter speaks."""

    name: str
    seconds: float


@dataclass(slots=True, frozen=True)
class Package:
    """The avatar package of a presenter, as it ships."""

    version: int
    """Counts up whenever the archive changes."""
    released: date
    """Of the first version."""
    updated: date
    """Of this version."""
    width: int
    """Of the base clip, pixels."""
    height: int
    actions: tuple[Action, ...]
    files: dict[str, Digest]
    """By name: `ARCHIVE`, `COVER` and `PREVIEW`, in the folder of the presenter's name."""


@dataclass(slots=True, frozen=True)
class Person:
    """Who a presenter is. Nobody real."""

    name: str
    """Lower case; folder, and name on the command line."""
    title: str
    """As shown."""
    role: dict[str, str]
    """By language: `en` and `zh`."""
    sex: Sex
    age_group: str
    """young, middle-aged or senior"""
    voice: str
    """Id of the voice that fits best."""
    voices: dict[str, str]
    """By language tag without region: a voice of the same sex."""
    introduction: str
    """What the preview says with `voice`."""
    licence: str
    withdrawn: date | None = None
    """From this day on it is not offered for new videos."""
    successor: str | None = None
    """Name of the presenter to take when this one is withdrawn."""
    package: Package | None = None
    """None: described, but not shipped yet."""


@dataclass(slots=True, frozen=True)
class Description:
    """The whole of `cast.json`."""

    presenters: tuple[Person, ...] = ()
    samples: dict[str, Digest] = field(default_factory=dict)
    """By voice id."""


@dataclass(slots=True, frozen=True)
class Presenter:
    """A person with a package: one who can be shown."""

    person: Person
    package: Package
    folder: Path

    @property
    def name(self) -> str:
        return self.person.name

    @property
    def asset_id(self) -> str:
        """Stable between releases."""
        return f"cast-{self.person.name}"

    def path(self, file: str) -> Path:
        return self.folder / file

    def withdrawn_since(self, today: date) -> date | None:
        """The day of the withdrawal, where it has come."""
        day = self.person.withdrawn
        return day if day is not None and day <= today else None

    def voice_for(self, language: str) -> str | None:
        """The voice of the presenter's sex for a language tag, or None."""
        return self.person.voices.get(language.split("-")[0].lower())


@dataclass(slots=True, frozen=True)
class Cast:
    """Those who ship and whom the operator offers, in the order of the catalogue."""

    folder: Path
    presenters: tuple[Presenter, ...]
    samples: dict[str, Digest]

    def find(self, name_or_id: str) -> Presenter | None:
        """By name (in any case) or asset id."""
        wanted = name_or_id.lower()
        return next((one for one in self.presenters if wanted in (one.name, one.asset_id)), None)

    def sample_path(self, voice_id: str) -> Path:
        return self.folder / SAMPLES / f"{voice_id}.m4a"


@cache
def load_cast(folder: Path | None = None, chosen: str = "all") -> Cast:
    """The cast in `folder` (None: the one that ships), read once a process.

    Args:
        chosen: `all`, `none`, or names with commas between.

    Raises:
        CastError: the catalogue is damaged, or a chosen name is not in it.
    """
    place = folder or CAST_FOLDER
    described = read_description(place)
    known = {person.name for person in described.presenters}
    names = known if chosen == "all" else set() if chosen == "none" else _names(chosen)
    if names - known:
        unknown, all_names = ", ".join(sorted(names - known)), ", ".join(sorted(known))
        raise CastError(f"there is no presenter {unknown}: the cast is {all_names or 'empty'}")
    presenters = tuple(
        Presenter(person, person.package, place / person.name)
        for person in described.presenters
        if person.package is not None and person.name in names
    )
    return Cast(place, presenters, described.samples)


def read_description(folder: Path) -> Description:
    """`cast.json` in `folder`, checked; nobody where there is none. Raises CastError."""
    from pydantic import TypeAdapter, ValidationError

    path = folder / CATALOGUE
    if not path.is_file():
        return Description()
    try:
        described = TypeAdapter(Description).validate_json(path.read_bytes())
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise CastError(f"{path}: {place} cannot be read ({fault['msg']}): install Greenroom again") from None
    _check(described, path)
    return described


def write_description(folder: Path, described: Description) -> None:
    """Replace `cast.json` in `folder`. The same description gives the same bytes."""
    from pydantic import TypeAdapter

    _check(described, folder / CATALOGUE)
    plain = TypeAdapter(Description).dump_python(described, mode="json", exclude_none=True)
    partial = folder / f".{CATALOGUE}.partial"
    partial.write_text(json.dumps(plain, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(folder / CATALOGUE)


def digest_of(path: Path) -> Digest:
    with path.open("rb") as file:
        return Digest(hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size)


def _check(described: Description, path: Path) -> None:
    names = [person.name for person in described.presenters]
    for person in described.presenters:
        if names.count(person.name) > 1:
            raise CastError(f"{path}: {person.name} is described twice")
        if person.successor is not None and person.successor not in names:
            raise CastError(f"{path}: the successor {person.successor} of {person.name} is not in the cast")
        if person.package is not None:
            missing = {ARCHIVE, COVER, PREVIEW} - set(person.package.files)
            if missing:
                raise CastError(f"{path}: {person.name} has no {', '.join(sorted(missing))}")


def _names(chosen: str) -> set[str]:
    return {part.strip().lower() for part in chosen.split(",") if part.strip()}
