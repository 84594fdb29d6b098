"""The operator's own certificate for content credentials: read, and looked at before a video needs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from greenroom.provenance.errors import SigningError

if TYPE_CHECKING:
    from greenroom.settings import Settings

CERTIFICATE, KEY = "GREENROOM_CREDENTIALS_CERTIFICATE", "GREENROOM_CREDENTIALS_KEY"
_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
_RSA_BITS = 2048


@dataclass(slots=True, frozen=True)
class GivenCertificate:
    """What the settings name."""

    algorithm: str
    """Of C2PA: ed25519, es256, es384, es512 or ps256."""
    chain: str
    """PEM, the signer's certificate first."""
    key: str
    """PEM (PKCS 8)."""
    signer: str
    """Who signs, as the certificate says."""
    until: datetime
    """Last moment at which every certificate of the chain is valid."""


def is_given(settings: Settings) -> bool:
    """Videos are signed, and not with the certificate that the installation makes for itself."""
    named = settings.credentials_certificate is not None or settings.credentials_key is not None
    return named and settings.credentials == "on"


def read_certificate(settings: Settings) -> GivenCertificate:
    """Raises SigningError: a file is missing, is no PEM, or is of a kind that C2PA does not sign with."""
    chain, key = settings.credentials_certificate, settings.credentials_key
    if chain is None or key is None:
        raise SigningError(f"{CERTIFICATE} and {KEY} belong together: set both")
    text = _read(chain, CERTIFICATE)
    certificates = _certificates(chain, text)
    private = _private_key(key)
    if _raw(private.public_key()) != _raw(certificates[0].public_key()):
        raise SigningError(
            f"{KEY}: {key} is not the key of the first certificate in {chain}: name that one's key, or put "
            "the signer's certificate first"
        )
    encoded = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return GivenCertificate(
        algorithm=_algorithm(private),
        chain=text.decode(),
        key=encoded.decode(),
        signer=name_of(certificates[0]),
        until=min(one.not_valid_after_utc for one in certificates),
    )


def require_usable_certificate(settings: Settings, now: datetime) -> GivenCertificate | None:
    """Look at the certificate of the settings as the first video would, by signing a picture with it.

    Returns:
        None where videos are not signed, or with the certificate that the installation makes for itself.

    Raises:
        SigningError: names the setting, the fault and the cure.
    """
    if not is_given(settings):
        return None
    given = read_certificate(settings)
    path = settings.credentials_certificate
    for one in x509.load_pem_x509_certificates(given.chain.encode()):
        if not one.not_valid_before_utc <= now.astimezone(UTC) <= one.not_valid_after_utc:
            raise SigningError(
                f"{CERTIFICATE}: the certificate of {name_of(one)} in {path} is valid from "
                f"{one.not_valid_before_utc:%Y-%m-%d} to {one.not_valid_after_utc:%Y-%m-%d}: renew it, or "
                "unset both settings to sign with the installation's own"
            )
    _try(given, path)
    return given


def _try(given: GivenCertificate, path: Path | None) -> None:
    import c2pa

    from greenroom.provenance.credentials import sign_sample
    from greenroom.provenance.identity import SigningIdentity

    try:
        sign_sample(SigningIdentity(given.algorithm, given.chain, given.key))
    except c2pa.C2paError as error:
        raise SigningError(
            f"{CERTIFICATE}: C2PA does not take the certificate in {path} ({error}): it needs the key usage "
            "digital signature and an extended key usage such as e-mail protection; docs/marking.md says more"
        ) from None


def _certificates(path: Path, text: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(text)
    except ValueError as error:
        raise SigningError(
            f"{CERTIFICATE}: {path} is no PEM ({error}): give the chain as -----BEGIN CERTIFICATE----- "
            "blocks, the signer's first"
        ) from None


def _private_key(path: Path) -> Any:
    try:
        return serialization.load_pem_private_key(_read(path, KEY), None)
    except (ValueError, TypeError) as error:
        raise SigningError(
            f"{KEY}: {path} is no PEM without a password ({error}): give the private key as "
            "`openssl pkcs8 -nocrypt` writes it"
        ) from None


def _algorithm(private: Any) -> str:
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(private, ec.EllipticCurvePrivateKey) and private.curve.name in _CURVES:
        return _CURVES[private.curve.name]
    if isinstance(private, rsa.RSAPrivateKey) and private.key_size >= _RSA_BITS:
        return "ps256"
    raise SigningError(
        f"{KEY}: content credentials are signed with Ed25519, ECDSA P-256, P-384 or P-521, or RSA of "
        f"{_RSA_BITS} bits and more"
    )


def name_of(certificate: x509.Certificate) -> str:
    """The organisation that it names, or what else it is called."""
    for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        for attribute in certificate.subject.get_attributes_for_oid(kind):
            return str(attribute.value)
    return certificate.subject.rfc4514_string() or "nobody"


def _raw(public: Any) -> bytes:
    encoded: bytes = public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return encoded


def _read(path: Path, setting: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SigningError(
            f"{setting}: {path} cannot be read ({error.strerror}): correct the path, or its rights"
        ) from None
