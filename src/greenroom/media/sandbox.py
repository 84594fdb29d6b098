"""Probe files from outside in a child process that can take only so much memory and time."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

from greenroom.media import errors
from greenroom.media.errors import MediaError, MediaLimitError, NotMediaError
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
    command = [sys.executable, "-m", "greenroom.media.probe", str(path), str(memory_bytes), str(cpu_s)]
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
    return _read_answer(path, json.loads(child.stdout.splitlines()[-1]))


def _read_answer(path: Path, answer: dict[str, Any]) -> MediaInfo:
    if not answer["ok"]:
        kind = getattr(errors, answer["kind"], NotMediaError)
        if isinstance(kind, type) and issubclass(kind, MediaError):
            raise kind(answer["message"])
        raise NotMediaError(f"{path.name} cannot be read.")
    info = dict(answer["info"])
    info["video"] = VideoStreamInfo(**info["video"]) if info["video"] else None
    info["audio"] = AudioStreamInfo(**info["audio"]) if info["audio"] else None
    return MediaInfo(**info)
