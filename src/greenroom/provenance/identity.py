"""Who signs: a certificate of the operator's, or one that this installation makes for itself.

The own one comes from the secret key alone (Ed25519, RFC 8032): each worker has the same without sharing
anything, and the same file gets the same signature.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from greenroom.provenance.certificate import is_given, read_certificate

if TYPE_CHECKING:  # child processes sign too, and need neither
    from greenroom.iam.secrets import Vault
    from greenroom.settings import Settings

_FROM, _UNTIL = datetime(2026, 1, 1), datetime(2056, 1, 1)
"""Fixed, so that the certificate is the same whenever it is made."""
_PURPOSE = "content credentials {}"
_NO_USE = dict.fromkeys(
    (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    ),
    False,
)  # fmt: skip


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
        if is_given(settings):
            given = read_certificate(settings)
            return cls(given.algorithm, given.chain, given.key)
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


def _pem(private: Any) -> str:
    form = serialization.PrivateFormat.PKCS8
    encoded: bytes = private.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    return encoded.decode()
