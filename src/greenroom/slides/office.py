"""LibreOffice as a tool that turns decks into PDF: without a window, macros, network or a profile of anybody.

`python -m greenroom.slides.office MEMORY_BYTES CPU_SECONDS FILE_BYTES PROGRAM...` limits itself and becomes
the program.
"""

from __future__ import annotations

import math
import os
import resource
import shutil
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path

from greenroom.slides.errors import OfficeError

MEMORY_BYTES = 6 << 30
"""Of address space, of which LibreOffice uses a fraction."""
FILE_BYTES = 2 << 30
SECONDS = 240
_OUT_OF_TIME = (-signal.SIGXCPU, 128 + signal.SIGXCPU)
"""How a program, or the script around it, ends that has used the seconds of processor time it may."""
INSTALL = "install LibreOffice on the worker (Debian: apt install libreoffice-impress)"

_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
{items}</oor:items>
"""
_SCRIPTING = "/org.openoffice.Office.Common/Security/Scripting"
_VALUES = (
    (_SCRIPTING, "MacroSecurityLevel", "3"),
    (_SCRIPTING, "DisableMacrosExecution", "true"),
    (_SCRIPTING, "DisableActiveContent", "true"),
    (_SCRIPTING, "BlockUntrustedRefererLinks", "true"),
    ("/org.openoffice.Office.Common/Security/LoadOptions", "UpdateLinks", "0"),
    ("/org.openoffice.Office.Common/Misc", "UseLocking", "false"),
    ("/org.openoffice.Setup/Office", "ooSetupInstCompleted", "true"),
)


def find_office() -> str | None:
    """The path of LibreOffice, or None."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def convert(source: Path, kind: str, folder: Path, seconds: float = SECONDS) -> Path:
    """Convert a deck to `pdf` or `pptx` inside `folder`; returns the new file.

    Raises:
        OfficeError: LibreOffice is not installed, takes too long or too much, or cannot read the file.
    """
    program = find_office()
    if program is None:
        raise OfficeError(f"there is no LibreOffice on this machine: {INSTALL}.")
    profile, out = folder / "profile", folder / "converted"
    _write_profile(profile)
    out.mkdir(exist_ok=True)
    limits = [str(MEMORY_BYTES), str(math.ceil(seconds) + 1), str(FILE_BYTES)]
    command = [
        *_offline(), sys.executable, "-m", "greenroom.slides.office", *limits, program,
        f"-env:UserInstallation={profile.resolve().as_uri()}",
        "--headless", "--norestore", "--nologo", "--nolockcheck", "--nodefault", "--nofirststartwizard",
        "--convert-to", kind, "--outdir", str(out), str(source),
    ]  # fmt: skip
    _run(command, folder, seconds)
    made = out / f"{source.stem}.{kind}"
    if not made.is_file() or made.stat().st_size == 0:
        raise OfficeError("LibreOffice cannot read the deck: save it again as PPTX, or export it as PDF.")
    return made


def _run(command: list[str], folder: Path, seconds: float) -> None:
    names = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "FONTCONFIG_FILE", "FONTCONFIG_PATH")
    environment = {name: os.environ[name] for name in names if name in os.environ}
    environment |= {"HOME": str(folder), "TMPDIR": str(folder), "SAL_USE_VCLPLUGIN": "svp"}
    quiet = subprocess.DEVNULL
    # No session of its own: whoever kills this process's group kills LibreOffice too.
    too_long = OfficeError(
        f"LibreOffice needs more than {seconds:.0f} s for the deck: divide it, or export it as PDF."
    )
    with subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, env=environment) as process:
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise too_long from None
        finally:
            _end(process.pid)
    if process.returncode in _OUT_OF_TIME:
        raise too_long


def _end(pid: int) -> None:
    """Kill what is left of the program and of everything that it started."""
    import psutil

    try:
        left = psutil.Process(pid).children(recursive=True)
        left.append(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return
    for process in left:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


def _write_profile(profile: Path) -> None:
    (profile / "user").mkdir(parents=True, exist_ok=True)
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>\n"
        for path, name, value in _VALUES
    )
    (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS.format(items=items))


@cache
def _offline() -> tuple[str, ...]:
    """A prefix that leaves the program without a network, where the kernel lets us."""
    program = shutil.which("unshare")
    if program is None:
        return ()
    prefix = (program, "--user", "--map-root-user", "--net", "--kill-child")
    try:
        done = subprocess.run([*prefix, "true"], capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return prefix if done.returncode == 0 else ()


def main(arguments: list[str]) -> None:
    memory_bytes, cpu_s, file_bytes = (int(text) for text in arguments[:3])
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.execv(arguments[3], arguments[3:])


if __name__ == "__main__":
    main(sys.argv[1:])
