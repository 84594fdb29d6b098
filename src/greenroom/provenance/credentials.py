"""Content credentials (C2PA 2): signed into a finished video, and read back.

https://c2pa.org/specifications/. WebM has no place for them; such files carry the metadata alone.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import Any

import c2pa

from greenroom import __version__
from greenroom.provenance.identity import SigningIdentity
from greenroom.provenance.tracks import Tracks

SIGNED_ENDINGS = (".mp4", ".mov")
_SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
"""IPTC: made of footage, or a photo, and of what a model has learned."""
_AGENT = {"name": "Greenroom", "version": __version__}
_CREATED = {"action": "c2pa.created", "digitalSourceType": _SOURCE, "softwareAgent": _AGENT}
_TRACKS = "org.greenroom.tracks"
_SETTINGS = {"builder": {"thumbnail": {"enabled": False}}, "verify": {"verify_after_sign": False}}
_UNTRUSTED = "signingCredential.untrusted"
_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNoAAAAggCB2kUIOwAAAABJRU5ErkJggg=="
)
"""A grey PNG of one pixel."""


class Standing(StrEnum):
    NONE = "none"
    """The file has no credentials."""
    TRUSTED = "trusted"
    """Whole, and signed by someone who is trusted here."""
    UNKNOWN_SIGNER = "unknown_signer"
    """Whole, but whoever signed it is not known here."""
    CHANGED = "changed"
    """Not as it was signed."""


@dataclass(slots=True, frozen=True)
class Credentials:
    standing: Standing
    signer: str = ""
    """The organisation of the certificate, as it says itself."""
    generator: str = ""
    """What made the file."""
    is_ai: bool = False
    """They say that a model has made it, or a part of it."""
    title: str = ""
    changes: tuple[str, ...] = ()
    """What was changed since the signature, in words."""


def sign_video(path: Path, identity: SigningIdentity, title: str) -> None:
    """Put credentials into an MP4 or MOV; in its place only when it is whole.

    The manifest's name comes from what the file holds; but C2PA puts random salt into each manifest, so two
    signed files of one content differ there, and nowhere else.
    """
    tracks = Tracks.of(path)
    digest = tracks.pictures_sha256
    unique = f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"
    manifest = {
        "claim_generator_info": [_AGENT],
        "title": title or path.name,
        "label": f"urn:c2pa:{unique}",
        "instance_id": f"xmp:iid:{unique}",
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": [_CREATED]}},
            {"label": _TRACKS, "data": tracks.to_json()},
        ],
    }
    signed = path.with_name(f"signed-{path.name}")
    signed.unlink(missing_ok=True)
    try:
        with _signing(identity, manifest) as (builder, signer):
            builder.sign_file(str(path), str(signed), signer)
        os.replace(signed, path)
    finally:
        signed.unlink(missing_ok=True)


def sign_sample(identity: SigningIdentity) -> None:
    """Sign a picture of one pixel, which is kept nowhere. Raises c2pa.C2paError: it cannot be signed so."""
    manifest = {
        "claim_generator_info": [_AGENT],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [_CREATED]}}],
    }
    with _signing(identity, manifest) as (builder, signer):
        builder.sign(signer, "image/png", BytesIO(_PIXEL), BytesIO())


@contextmanager
def _signing(
    identity: SigningIdentity, manifest: Mapping[str, Any]
) -> Iterator[tuple[c2pa.Builder, c2pa.Signer]]:
    info = c2pa.C2paSignerInfo(
        identity.algorithm.encode(), identity.chain.encode(), identity.key.encode(), None
    )
    with (
        c2pa.Context.from_dict(_SETTINGS) as context,
        c2pa.Signer.from_info(info) as signer,
        c2pa.Builder(manifest, context=context) as builder,
    ):
        yield builder, signer


def read_credentials(path: Path, trusted: str) -> Credentials:
    """`trusted`: certificates in PEM, one after the other, whose signatures are trusted."""
    settings: dict[str, Any] = {
        "verify": {"verify_trust": True, "remote_manifest_fetch": False, "ocsp_fetch": False},
    }
    if trusted:
        settings["trust"] = {"trust_anchors": trusted}
    try:
        with (
            c2pa.Context.from_dict(settings) as context,
            c2pa.Reader(str(path), context=context) as reader,
        ):
            manifest = reader.get_active_manifest()
            results = reader.get_validation_results() or {}
    except (c2pa.C2paError.ManifestNotFound, c2pa.C2paError.NotSupported):
        return Credentials(Standing.NONE)
    except c2pa.C2paError as error:
        return Credentials(Standing.CHANGED, changes=(f"its credentials cannot be read ({error})",))
    if not manifest:
        return Credentials(Standing.NONE)
    return _judged(path, manifest, results)


def _judged(path: Path, manifest: Mapping[str, Any], results: Mapping[str, Any]) -> Credentials:
    failures = {one["code"] for one in (results.get("activeManifest") or {}).get("failure", ())}
    changes: list[str] = []
    standing = Standing.UNKNOWN_SIGNER if _UNTRUSTED in failures else Standing.TRUSTED
    if failures - {_UNTRUSTED}:
        standing, changes = Standing.CHANGED, _changes(path, manifest)
    assertions = {one["label"]: one.get("data") or {} for one in manifest.get("assertions", ())}
    actions = (assertions.get("c2pa.actions.v2") or assertions.get("c2pa.actions") or {}).get("actions", ())
    generator = (manifest.get("claim_generator_info") or [{}])[0]
    return Credentials(
        standing,
        signer=(manifest.get("signature_info") or {}).get("issuer") or "",
        generator=f"{generator.get('name', '')} {generator.get('version', '')}".strip(),
        is_ai=any("algorithmicmedia" in str(one.get("digitalSourceType", "")).lower() for one in actions),
        title=manifest.get("title") or "",
        changes=tuple(changes),
    )


def _changes(path: Path, manifest: Mapping[str, Any]) -> list[str]:
    """By the tracks' digests, which the credentials hold."""
    import av

    stored = next(
        (one.get("data") for one in manifest.get("assertions", ()) if one["label"] == _TRACKS), None
    )
    before = Tracks.from_json(stored) if isinstance(stored, Mapping) else None
    if before is None:
        return ["something in the file was changed"]
    try:
        found = Tracks.of(path).changes(before)
    except av.error.FFmpegError:
        return ["the file cannot be played any more"]
    return found or ["pictures and sound are as they were; something else in the file was changed"]


def manifest_json(path: Path) -> dict[str, Any]:
    """Everything that the credentials say, as the C2PA reader puts it. Raises c2pa.C2paError."""
    with c2pa.Reader(str(path)) as reader:
        said: dict[str, Any] = json.loads(reader.json())
    return said
