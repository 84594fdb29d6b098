"""`python -m greenroom.cast.add PACKAGE --name anna`: a trained avatar package joins the cast.

Makes the archive, the cover and the preview of a presenter whom `cast.json` describes, and writes down what
they are. The same package gives the same archive, and then its version stays.
"""

from __future__ import annotations

import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from greenroom.cast.catalogue import (
    ARCHIVE,
    CAST_FOLDER,
    COVER,
    PREVIEW,
    Action,
    CastError,
    Package,
    Person,
    digest_of,
    read_description,
    write_description,
)
from greenroom.cast.pictures import write_pictures
from greenroom.engines.mouth.package import MANIFEST, AvatarPackage
from greenroom.engines.protocols import EngineError

LARGEST_BYTES = 25_000_000
"""What a first run must unpack for one presenter."""
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
Show = Callable[[AvatarPackage, Person, Path], None]


def add_presenter(
    source: Path, name: str, today: date, folder: Path = CAST_FOLDER, show: Show = write_pictures
) -> Package:
    """Put the package in `source` into the cast in `folder`, as the presenter `name`.

    `show` writes `COVER` and `PREVIEW` into the folder that it is given.

    Raises:
        CastError: nobody of that name is described, or the package does not say that it is synthetic.
        AvatarPackageError: `source` is no package, or damaged.
    """
    described = read_description(folder)
    person = next((one for one in described.presenters if one.name == name), None)
    if person is None:
        names = ", ".join(one.name for one in described.presenters)
        raise CastError(
            f"cast.json describes nobody called {name}: describe them first, or take one of {names}"
        )
    package = AvatarPackage.open(source, verify=True)
    if package.manifest.get("synthetic") is not True:
        raise CastError(f"the manifest of {source} does not say synthetic: only invented people may ship")
    place = folder / name
    place.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place, prefix=".building-") as building:
        write_archive(package, Path(building) / ARCHIVE)
        show(package, person, Path(building))
        for file in (ARCHIVE, COVER, PREVIEW):
            (Path(building) / file).replace(place / file)
    entry = _entry(package, person, place, today)
    people = tuple(replace(one, package=entry) if one is person else one for one in described.presenters)
    write_description(folder, replace(described, presenters=people))
    return entry


def write_archive(package: AvatarPackage, out: Path) -> None:
    """The package as a zip file, sorted and without times: its bytes depend on its files and zlib alone."""
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted([*package.manifest["files"], MANIFEST]):
            member = zipfile.ZipInfo(name, _FIXED_TIME)
            member.create_system, member.external_attr = 3, 0o644 << 16
            way = zipfile.ZIP_STORED if name.endswith(".mp4") else zipfile.ZIP_DEFLATED
            archive.writestr(member, (package.folder / name).read_bytes(), way, 9)


def _entry(package: AvatarPackage, person: Person, place: Path, today: date) -> Package:
    files = {file: digest_of(place / file) for file in (ARCHIVE, COVER, PREVIEW)}
    old = person.package
    is_new = old is None or old.files[ARCHIVE] != files[ARCHIVE]
    return Package(
        version=1 if old is None else old.version + is_new,
        released=today if old is None else old.released,
        updated=today if old is None or is_new else old.updated,
        width=package.size[0],
        height=package.size[1],
        actions=_actions(package),
        files=files,
    )


def _actions(package: AvatarPackage) -> tuple[Action, ...]:
    return tuple(
        Action(name, round((last - first + 1) / package.fps, 2))
        for name, (first, last) in package.actions.items()
    )


def command(
    package: Annotated[Path, typer.Argument(help="Folder of the trained package.")],
    name: Annotated[str, typer.Option(help="Whom of cast.json it shows.")],
    day: Annotated[
        datetime | None,
        typer.Option("--date", formats=["%Y-%m-%d"], help="Of the release; today by default."),
    ] = None,
    cast: Annotated[Path, typer.Option(help="Folder of the cast.")] = CAST_FOLDER,
) -> None:
    """Add a presenter's package to the cast."""
    today = (day or datetime.now(UTC)).date()
    try:
        entry = add_presenter(package, name, today, cast)
    except (CastError, EngineError) as error:
        print(f"greenroom.cast.add: {error}", file=sys.stderr)
        raise typer.Exit(2) from None
    size = entry.files[ARCHIVE].size
    print(f"{name} version {entry.version}: {entry.files[ARCHIVE].sha256}  {size / 1e6:.1f} MB")
    if size > LARGEST_BYTES:
        print(f"{ARCHIVE} is larger than {LARGEST_BYTES / 1e6:.0f} MB", file=sys.stderr)


if __name__ == "__main__":
    typer.run(command)
