"""Who signs: a certificate of the operator's, or one that this installation makes for itself.

The own one comes from the secret key alone (Ed25519, RFC 8032): each worker has the same without sharing
anything, and the same file gets the same signature.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from greenroom.errors import GreenroomError
from greenroom.iam.secrets import Vault
from greenroom.settings import Settings

_FROM, _UNTIL = datetime(2026, 1, 1), datetime(2056, 1, 1)
"""Fixed, so that the certificate is the same whenever it is made."""
_PURPOSE = "content credentials {}"
_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
_NO_USE = dict.fromkeys(
    (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    ),
    False,
)  # fmt: skip


class SigningError(GreenroomError):
    """The certificate or the key of the settings cannot be used; the text is fit for the operator."""

    status = 500
    error_code = "MSS.00000004"


@dataclass(slots=True, frozen=True)
class SigningIdentity:
    algorithm: str
    """Of C2PA: ed25519, es256, es384, es512 or ps256."""
    chain: str
    """PEM, the signer's certificate first."""
    key: str
    """PEM (PKCS 8)."""

    @classmethod
    def of(cls, settings: Settings, vault: Vault) -> Self | None:
        """None where nothing is signed.

        Raises:
            SigningError: the settings name files that cannot be used.
        """
        if settings.credentials == "off":
            return None
        if settings.credentials_certificate is not None or settings.credentials_key is not None:
            return cls(*_given(settings))
        return cls("ed25519", *_own(vault, settings.ai_producer))

    @property
    def root(self) -> str:
        """PEM of the last certificate: whom to trust to trust this signer."""
        begin = self.chain.rindex("-----BEGIN CERTIFICATE-----")
        return self.chain[begin:]

    def to_json(self) -> dict[str, str]:
        return {"algorithm": self.algorithm, "chain": self.chain, "key": self.key}


def _own(vault: Vault, producer: str) -> tuple[str, str]:
    """Chain and key."""
    root_key, signer_key = (
        ed25519.Ed25519PrivateKey.from_private_bytes(vault.derive_key(_PURPOSE.format(name)))
        for name in ("root", "signer")
    )
    root_name, signer_name = _name(producer, "Root"), _name(producer, "Content credentials")
    root = (
        _certificate(root_name, root_name, root_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**{**_NO_USE, "key_cert_sign": True, "crl_sign": True}), critical=True)
        .sign(root_key, None)
    )
    signer = (
        _certificate(signer_name, root_name, signer_key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**{**_NO_USE, "digital_signature": True}), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False
        )
        .sign(root_key, None)
    )
    chain = "".join(one.public_bytes(serialization.Encoding.PEM).decode() for one in (signer, root))
    return chain, _pem(signer_key)


def _certificate(subject: x509.Name, issuer: x509.Name, key: Any) -> x509.CertificateBuilder:
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(int.from_bytes(hashlib.sha256(raw).digest()[:8]) | 1)
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(producer: str, role: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, producer),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{producer} {role}"),
        ]
    )


def _given(settings: Settings) -> tuple[str, str, str]:
    """Algorithm, chain and key of the operator's own files."""
    chain, key = settings.credentials_certificate, settings.credentials_key
    if chain is None or key is None:
        raise SigningError(
            "GREENROOM_CREDENTIALS_CERTIFICATE and GREENROOM_CREDENTIALS_KEY belong together: set both"
        )
    text = _read(chain, "GREENROOM_CREDENTIALS_CERTIFICATE")
    try:
        x509.load_pem_x509_certificates(text)
        private = serialization.load_pem_private_key(_read(key, "GREENROOM_CREDENTIALS_KEY"), None)
    except (ValueError, TypeError) as error:
        raise SigningError(
            f"the certificate or the key for content credentials is no PEM without a password: {error}"
        ) from None
    return _algorithm(private), text.decode(), _pem(private)


def _algorithm(private: Any) -> str:
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(private, ec.EllipticCurvePrivateKey) and private.curve.name in _CURVES:
        return _CURVES[private.curve.name]
    if isinstance(private, rsa.RSAPrivateKey) and private.key_size >= 2048:
        return "ps256"
    raise SigningError(
        "GREENROOM_CREDENTIALS_KEY: content credentials are signed with Ed25519, ECDSA P-256, P-384 or "
        "P-521, or RSA of 2048 bits and more"
    )


def _read(path: Path, setting: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SigningError(f"{setting}: {path} cannot be read ({error.strerror})") from None


def _pem(private: Any) -> str:
    form = serialization.PrivateFormat.PKCS8
    encoded: bytes = private.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    return encoded.decode()
