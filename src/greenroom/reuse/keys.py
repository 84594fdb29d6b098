"""The names of pieces: a digest of all that their bytes depend on. Pure, for jobs and their child processes.

A value may hold paths of files and folders; what counts is their content, not where they lie. The program
counts too: its own sources and the versions of the libraries that draw, speak and encode.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import greenroom

_SOURCES = ("engines", "media", "stage", "subtitles", "video")
_LIBRARIES = (
    "ai-edge-litert", "av", "gruut-lang-en", "jieba", "misaki", "numpy", "onnxruntime",
    "opencv-python-headless", "pillow", "piper-plus-g2p", "pyopenjtalk-plus", "pypinyin", "scipy", "soxr",
    "spacy",
)  # fmt: skip
_COUNTED = (".py", ".json", ".onnx", ".npz")
_BLOCK = 1 << 20


def piece_key(owner: str, kind: str, value: Any) -> str:
    """64 hexadecimal digits for a piece of `kind` that `value`, JSON with paths in it, describes in full.

    `owner` is the project: the same piece of another one has another key.
    """
    described = [owner, kind, program_digest(), with_contents(value)]
    text = json.dumps(described, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def with_contents(value: Any) -> Any:
    """`value` with the digest of its content for every absolute path of something that exists."""
    if isinstance(value, Mapping):
        return {name: with_contents(one) for name, one in value.items()}
    if isinstance(value, str):
        return {"content": content_digest(Path(value))} if _is_there(value) else value
    if isinstance(value, Sequence):
        return [with_contents(one) for one in value]
    return value


def content_digest(path: Path) -> str:
    """Of a file, or of a folder with the names of all files in it."""
    if path.is_file():
        return file_digest(path)
    found = hashlib.sha256()
    for file in _files(path):
        found.update(f"{file.relative_to(path).as_posix()}\0{file_digest(file)}\n".encode())
    return found.hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    status = path.stat()
    return _file_digest(str(path), status.st_size, status.st_mtime_ns)


@cache
def program_digest() -> str:
    """Changes with the sources and the libraries that decide what is drawn, spoken and encoded."""
    found = hashlib.sha256()
    root = Path(greenroom.__path__[0])
    for name in _SOURCES:
        for path in _files(root / name):
            if path.suffix in _COUNTED:
                found.update(f"{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes())
    for library in _LIBRARIES:
        found.update(f"{library}=={_version(library)}\n".encode())
    return found.hexdigest()


# The package and the pictures of a job are named by each of its scenes.
@lru_cache(maxsize=1024)
def _file_digest(path: str, size: int, modified_ns: int) -> str:
    found = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _is_there(text: str) -> bool:
    # A scene's text is a value too, and no file system takes names of that length.
    return text.startswith("/") and len(text) < 4096 and "\0" not in text and _exists(Path(text))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "none"
