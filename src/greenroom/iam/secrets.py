"""The data folder's master key, and what is derived from it: link signing and encryption at rest.

HMAC needs the plain secret key of a user, so it cannot be hashed; it is kept encrypted (AES-256-GCM).
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12


class Vault:
    """Derives keys from the master key and encrypts small secrets with one of them."""

    def __init__(self, master_key: bytes) -> None:
        self._master_key = master_key
        self._cipher = AESGCM(self.derive_key("secrets at rest"))

    @classmethod
    def open(cls, path: Path) -> Vault:
        """The vault of the key file at `path`, which is made (readable by its owner only) if absent."""
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return cls(_read_key(path))
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(32))
        return cls(_read_key(path))

    def derive_key(self, purpose: str) -> bytes:
        """32 bytes for one purpose (HKDF-SHA256, RFC 5869)."""
        return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(self._master_key)

    def encrypt(self, text: str, owner: str) -> bytes:
        """`owner` is bound to the result: it can be decrypted only with the same one."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text.encode(), owner.encode())

    def decrypt(self, data: bytes, owner: str) -> str:
        """Raises cryptography.exceptions.InvalidTag: changed data, another owner or another key file."""
        return self._cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], owner.encode()).decode()


def _read_key(path: Path) -> bytes:
    key = path.read_bytes()
    if len(key) != 32:
        raise ValueError(f"{path} is damaged: it must hold 32 bytes; restore it from a backup")
    return key
