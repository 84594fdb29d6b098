"""Probe files from outside in a child process that can take only so much memory and time."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

from greenroom.media.content import Content
from greenroom.media.documents import UnsafeArchiveError
from greenroom.media.errors import (
    DamagedMediaError,
    MediaError,
    MediaLimitError,
    MissingStreamError,
    NotMediaError,
)
from greenroom.media.inspect import Inspection, Role
from greenroom.media.probe import AudioStreamInfo, MediaInfo, VideoStreamInfo

MEMORY_BYTES = 2 << 30
CPU_S = 20
WALL_S = 40.0


def limit_this_process(memory_bytes: int, cpu_s: int) -> None:
    """Lower the limits of the running process: address space, processor time, no new files, no core dump."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def out_of_memory() -> bool:
    """Whether this process has come within 32 MiB of its limit of address space at any time."""
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY:
        return False
    peak_kib = next(
        int(line.split()[1])
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("VmPeak")
    )
    return peak_kib * 1024 > limit - (32 << 20)


def probe_safely(
    path: Path, memory_bytes: int = MEMORY_BYTES, cpu_s: int = CPU_S, wall_s: float = WALL_S
) -> MediaInfo:
    """As `probe`, in a limited child process.

    Raises:
        MediaError: as `probe` raises it, with the same class and text.
        MediaLimitError: the child took too long or too much memory.
    """
    answer = _ask("greenroom.media.probe", [str(path), str(memory_bytes), str(cpu_s)], path, wall_s)
    return _media_info(answer["info"])


def inspect_safely(
    path: Path, role: Role, declared: str, memory_bytes: int = MEMORY_BYTES, cpu_s: int = CPU_S
) -> Inspection:
    """As `inspect`, in a limited child process.

    Raises:
        MediaError: as `inspect` raises it, with the same class and text.
        MediaLimitError: the child took too long or too much memory.
    """
    arguments = [str(path), role.value, declared, str(memory_bytes), str(cpu_s)]
    answer = _ask("greenroom.media.inspect", arguments, path, float(cpu_s))
    info = answer["info"]
    return Inspection(
        content=Content[answer["content"]],
        media=_media_info(info) if info is not None else None,
        page_count=answer["page_count"],
    )


def _ask(module: str, arguments: list[str], path: Path, wall_s: float) -> dict[str, Any]:
    """Run the module in a child and read the JSON line that it prints. Raises MediaError."""
    command = [sys.executable, "-m", module, *arguments]
    environment = {
        name: value
        for name, value in os.environ.items()
        if name in ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "HOME")
    }
    environment |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "AV_LOG_LEVEL": "quiet"}
    try:
        child = subprocess.run(
            command,
            capture_output=True,
            timeout=wall_s,
            env=environment,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        raise MediaLimitError(
            f"{path.name} could not be examined within {wall_s:.0f} s. Export it again as a plain MP4."
        ) from error
    if child.returncode < 0 or not child.stdout:
        raise MediaLimitError(
            f"{path.name} could not be examined: reading it takes more time or memory than allowed, "
            "or the file is malformed. Export it again as a plain MP4."
        )
    answer: dict[str, Any] = json.loads(child.stdout.splitlines()[-1])
    if answer["ok"]:
        return answer
    kind = _KINDS.get(answer["kind"], NotMediaError)
    raise kind(answer["message"])


_KINDS: dict[str, type[MediaError]] = {
    kind.__name__: kind
    for kind in (NotMediaError, DamagedMediaError, MissingStreamError, MediaLimitError, UnsafeArchiveError)
}


def _media_info(found: dict[str, Any]) -> MediaInfo:
    info = dict(found)
    info["video"] = VideoStreamInfo(**info["video"]) if info["video"] else None
    info["audio"] = AudioStreamInfo(**info["audio"]) if info["audio"] else None
    return MediaInfo(**info)
