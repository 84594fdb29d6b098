"""The signature of a package: who made the voice, and that nothing in it was changed since.

`signature.json` signs the bytes of the manifest, which holds the hash of every other file.
"""

from __future__ import annotations

import base64
import json
import zipfile
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from greenroom.engines.package_files import MANIFEST
from greenroom.engines.protocols import VoicePackageError
from greenroom.engines.voice_package import unpack
from greenroom.provenance.certificate import name_of
from greenroom.provenance.credentials import Credentials, Standing
from greenroom.provenance.identity import SigningIdentity

SIGNATURE = "signature.json"
_MOST_BYTES = 100_000
_MOST_CERTIFICATES = 8


def sign_package(folder: Path, identity: SigningIdentity) -> None:
    """Write the signature beside the manifest."""
    key = serialization.load_pem_private_key(identity.key.encode(), None)
    signed = _sign(key, (folder / MANIFEST).read_bytes())
    document = {"certificates": identity.chain, "signature": base64.b64encode(signed).decode()}
    (folder / SIGNATURE).write_text(json.dumps(document, indent=2) + "\n")


def is_voice_archive(path: Path) -> bool:
    """Whether it is a zip that claims to be a voice package."""
    try:
        with zipfile.ZipFile(path) as archive:
            return MANIFEST in archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


def read_signature(archive: Path, scratch: Path, trusted: str) -> Credentials:
    """Who signed a voice's zip.

    Args:
        scratch: an empty folder.
        trusted: certificates (PEM) of those who are known.
    """
    folder = scratch / "package"
    try:
        manifest = unpack(archive, folder).manifest
    except VoicePackageError as error:
        # A package that does not fit its own manifest was changed, whoever signed it.
        return Credentials(Standing.CHANGED, changes=(str(error).rstrip("."),))
    said = {"generator": f"the modeler {manifest['modeler']}", "is_ai": True, "title": manifest["name"]}
    if not (folder / SIGNATURE).is_file():
        return Credentials(Standing.NONE)
    named = {*manifest["files"], MANIFEST, SIGNATURE}
    further = sorted(path.name for path in folder.iterdir() if path.name not in named)
    if further:
        return Credentials(Standing.CHANGED, changes=(f"{further[0]} was not there",), **said)
    try:
        chain, signed = _read(folder / SIGNATURE)
        _verify(chain[0].public_key(), signed, (folder / MANIFEST).read_bytes())
    except (ValueError, KeyError, TypeError, InvalidSignature):
        return Credentials(Standing.CHANGED, changes=("the manifest is not the one that was signed",), **said)
    known = _is_known(chain, x509.load_pem_x509_certificates(trusted.encode()) if trusted else [])
    return Credentials(Standing.TRUSTED if known else Standing.UNKNOWN_SIGNER, name_of(chain[0]), **said)


def _read(path: Path) -> tuple[list[x509.Certificate], bytes]:
    """Raises ValueError, KeyError or TypeError: it is no signature."""
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError("larger than a signature")
    document = json.loads(path.read_text())
    chain = x509.load_pem_x509_certificates(document["certificates"].encode())
    if len(chain) > _MOST_CERTIFICATES:
        raise ValueError("too many certificates")
    return chain, base64.b64decode(document["signature"], validate=True)


def _is_known(chain: list[x509.Certificate], trusted: list[x509.Certificate]) -> bool:
    """Each certificate was issued by the next one, and one of them by, or as, one that is trusted."""
    for number, one in enumerate(chain):
        if number and not _issued(chain[number - 1], one):
            return False
        if one in trusted or any(_issued(one, root) for root in trusted):
            return True
    return False


def _issued(one: x509.Certificate, by: x509.Certificate) -> bool:
    try:
        one.verify_directly_issued_by(by)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _sign(key: Any, content: bytes) -> bytes:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(content)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(content, ec.ECDSA(hashes.SHA256()))
    assert isinstance(key, rsa.RSAPrivateKey)
    return key.sign(content, _PSS, hashes.SHA256())


def _verify(key: Any, signed: bytes, content: bytes) -> None:
    """Raises InvalidSignature."""
    if isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(signed, content)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signed, content, ec.ECDSA(hashes.SHA256()))
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(signed, content, _PSS, hashes.SHA256())
    else:
        raise InvalidSignature


_PSS = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
