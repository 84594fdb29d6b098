"""Looks at the machine for `greenroom doctor`: what is there, and how to get what is not."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from greenroom.settings import Settings

GIB = 1 << 30
NEEDED_MEMORY_GIB = 4
NEEDED_DISK_GIB = 5
_CODECS = {
    "h264 encoder": ("libx264", "w"),
    "aac encoder": ("aac", "w"),
    "vp9 with alpha": ("libvpx-vp9", "r"),
}


@dataclass(slots=True, frozen=True)
class Finding:
    """One thing that the machine has or lacks."""

    name: str
    present: bool
    value: str
    cure: str = ""
    needed: bool = True
    """Training and rendering cannot do without it."""


def examine(settings: Settings) -> list[Finding]:
    """Every finding; none of them changes the machine."""
    looks: list[Callable[[], list[Finding]]] = [
        _python,
        _weights,
        _torch,
        _processor,
        _memory,
        lambda: _disk(settings.data_dir),
        _codecs,
        lambda: _port(settings),
        _gpu,
        _optional_tools,
        _fonts,
        _emoji,
        lambda: _signing(settings),
        _recognition,
        lambda: _voice_modeler(settings),
        lambda: _speech_engines(settings),
    ]
    return [finding for look in looks for finding in look()]


def _voice_modeler(settings: Settings) -> list[Finding]:
    """What learns voices; jobs for a voice are refused where there is nothing."""
    from greenroom.engines.modelers import ModelerSettingError, voice_modeler

    cure = "set GREENROOM_VOICE_MODELER: see docs/voice-modeling.md"
    try:
        modeler = voice_modeler(settings.voice_modeler)
    except ModelerSettingError as error:
        return [Finding("voice modeler", False, str(error), cure, False)]
    value = modeler.name if modeler is not None else "none; voices are not trained here"
    return [Finding("voice modeler", modeler is not None, value, cure, False)]


def _speech_engines(settings: Settings) -> list[Finding]:
    """Whether somebody listens where the setting says so; nothing is asked of them."""
    from greenroom.engines.remote.configuration import ServerSetting, checked

    findings = []
    for engine in checked(settings.speech_engines):
        if isinstance(engine, ServerSetting):
            fault = _cannot_connect(*engine.address)
            value = f"{engine.url}, {len(engine.voices)} voices" + (f": {fault}" if fault else "")
            cure = "start it, or correct GREENROOM_SPEECH_ENGINES"
            findings.append(Finding(f"speech engine {engine.name}", not fault, value, cure, False))
    return findings


def _cannot_connect(host: str, port: int) -> str:
    try:
        socket.create_connection((host, port), timeout=3).close()
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def _python() -> list[Finding]:
    right = sys.version_info[:2] == (3, 11)
    return [Finding("Python", right, sys.version.split()[0], "install Python 3.11 and run `make install`")]


def _weights() -> list[Finding]:
    from greenroom.engines import weights

    missing = [name for name in weights.weight_sets() if not weights.is_present(name)]
    total = len(weights.weight_sets())
    value = f"{total - len(missing)} of {total} sets in {weights.models_folder()}"
    if missing:
        value += f"; without {', '.join(missing)}"
    return [Finding("model weights", not missing, value, f"run `{weights.FETCH_COMMAND}`")]


def _torch() -> list[Finding]:
    try:
        found = version("torch")
    except PackageNotFoundError:
        cure = "run `make install-train`, or `pip install torch==2.13.0`"
        return [Finding("PyTorch", False, "not installed; avatars cannot be trained without it", cure)]
    return [Finding("PyTorch", True, found)]


def _processor() -> list[Finding]:
    cores = len(os.sched_getaffinity(0))
    flags = _cpu_flags()
    fast = [flag for flag in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if flag in flags]
    bf16 = bool({"avx512_bf16", "amx_bf16"} & flags)
    return [
        Finding(
            "processor cores",
            cores >= 2,
            str(cores),
            "two cores or more are needed for live rendering",
            False,
        ),
        Finding(
            "vector instructions",
            "avx2" in flags,
            ", ".join(fast) or "none",
            "nothing to do: all work takes longer",
            False,
        ),
        Finding(
            "bfloat16",
            bf16,
            "yes" if bf16 else "no; training uses float32",
            "nothing to do: training takes longer",
            False,
        ),
    ]


def _cpu_flags() -> set[str]:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return set()
    return next((set(line.partition(":")[2].split()) for line in lines if line.startswith("flags")), set())


def _memory() -> list[Finding]:
    import psutil

    available = psutil.virtual_memory().available / GIB
    value = f"{available:.1f} GiB free of {psutil.virtual_memory().total / GIB:.1f}"
    cure = f"training needs about {NEEDED_MEMORY_GIB} GiB: close other programs"
    return [Finding("memory", available >= NEEDED_MEMORY_GIB, value, cure)]


def _disk(data_dir: Path) -> list[Finding]:
    writable = os.access(data_dir, os.W_OK)
    free = shutil.disk_usage(data_dir).free / GIB
    return [
        Finding("data folder", writable, str(data_dir), "make it writable, or choose another with --data"),
        Finding(
            "disk space",
            free >= NEEDED_DISK_GIB,
            f"{free:.0f} GiB free",
            f"make room: {NEEDED_DISK_GIB} GiB are needed for one training",
        ),
    ]


def _codecs() -> list[Finding]:
    import av

    missing = []
    for name, (codec, mode) in _CODECS.items():
        try:
            av.Codec(codec, mode)
        except (av.error.FFmpegError, ValueError):
            missing.append(name)
    value = f"PyAV {av.__version__}" + (f"; without {', '.join(missing)}" if missing else "")
    return [
        Finding("codecs", not missing, value, "run `pip install --force-reinstall --only-binary :all: av`")
    ]


def _port(settings: Settings) -> list[Finding]:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            value = f"{settings.host}:{settings.port} cannot be used ({error.strerror})"
            return [Finding("port", False, value, "run the server on another one with --port", False)]
    return [Finding("port", True, f"{settings.host}:{settings.port} is free", needed=False)]


def _gpu() -> list[Finding]:
    command = ["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader"]
    if shutil.which(command[0]) is not None:
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
        if result.returncode == 0 and result.stdout.strip():
            return [Finding("GPU", True, result.stdout.strip().replace("\n", "; "), needed=False)]
    cure = "nothing to do: all work runs on the processor, training is faster with one"
    return [Finding("GPU", False, "none that PyTorch could use", cure, False)]


def _optional_tools() -> list[Finding]:
    from greenroom.slides.office import INSTALL, find_office

    office = find_office()
    return [
        Finding(
            "LibreOffice",
            office is not None,
            office or "no; PPTX is drawn by the plain renderer, PPT is not taken",
            f"for slide decks as PowerPoint shows them: {INSTALL}",
            False,
        ),
    ]


def _fonts() -> list[Finding]:
    from greenroom.stage.subtitle_fonts import SCRIPTS, SubtitleFontError, scripts_without_font

    cure = "for subtitles: install fonts, such as the packages fonts-noto and fonts-noto-cjk"
    try:
        missing = scripts_without_font()
    except SubtitleFontError as error:
        return [Finding("fonts", False, str(error), cure, False)]
    there = [script for script in SCRIPTS if script not in missing]
    value = f"for {', '.join(there) or 'no script'}" + (f"; none for {', '.join(missing)}" if missing else "")
    return [Finding("fonts", not missing, value, cure, False)]


def _emoji() -> list[Finding]:
    """Text layers show emoji in colour; subtitles, like all their letters, in one."""
    from greenroom.stage.subtitle_fonts import SubtitleFontError, emoji_face, emoji_outlines

    in_colour = "for emoji in text layers: install the package fonts-noto-color-emoji"
    in_subtitles = "for emoji in subtitles: install the package fonts-symbola"
    try:
        face, outlines = emoji_face(), emoji_outlines()
    except SubtitleFontError as error:
        return [Finding("colour emoji", False, str(error), in_colour, False)]
    without = "no; text layers draw " + ("them in one colour" if outlines else "none and refuse the text")
    subtitled = outlines.families[0] if outlines is not None else "no; such subtitles are refused"
    return [
        Finding("colour emoji", face is not None, face.families[0] if face else without, in_colour, False),
        Finding("emoji in subtitles", outlines is not None, subtitled, in_subtitles, False),
    ]


def _signing(settings: Settings) -> list[Finding]:
    """Who signs videos. A certificate that cannot be used keeps the server from starting."""
    from greenroom.clock import system_clock
    from greenroom.provenance.certificate import require_usable_certificate
    from greenroom.provenance.errors import SigningError

    name = "content credentials"
    try:
        given = require_usable_certificate(settings, system_clock())
    except SigningError as error:
        cure = "correct these settings: see docs/marking.md"
        return [Finding(name, False, error.message, cure)]
    if settings.credentials == "off":
        return [Finding(name, False, "off; videos are not signed", "set GREENROOM_CREDENTIALS=on", False)]
    if given is None:
        return [Finding(name, True, "signed with a certificate of this installation's own", needed=False)]
    return [Finding(name, True, f"signed by {given.signer}, until {given.until:%Y-%m-%d}")]


def _recognition() -> list[Finding]:
    from greenroom.subtitles.speaking import can_hear

    heard = can_hear()
    cure = "for subtitles of recordings and voice modeling: `pip install faster-whisper==1.2.1`"
    return [Finding("speech recognition", heard, "Whisper" if heard else "no", cure, False)]
