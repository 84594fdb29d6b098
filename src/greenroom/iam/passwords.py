"""Passwords: Argon2id (RFC 9106) with the library's parameters, 64 MiB and three passes."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from greenroom.errors import InvalidParameterError

MIN_LENGTH, MAX_LENGTH = 8, 128
_workers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="passwords")
"""Not more at once: each check takes 64 MiB and tens of milliseconds of a core."""


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobodys_hash() -> str:
    """What is checked for a user that does not exist, so that it takes as long."""
    return _hasher().hash("nobody has this password")


def check_strength(password: str, user_name: str) -> None:
    """Raises InvalidParameterError: too short, too long, of one kind of character, or the user's name."""
    kinds = sum(
        any(test(letter) for letter in password)
        for test in (str.islower, str.isupper, str.isdigit, lambda letter: not letter.isalnum())
    )
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH or kinds < 2:
        raise InvalidParameterError(
            f"the password must have {MIN_LENGTH} to {MAX_LENGTH} characters of at least two kinds "
            "(small letters, capitals, digits, others): choose another"
        )
    if password.lower() in (user_name.lower(), user_name.lower()[::-1]):
        raise InvalidParameterError("the password must not be the user's name: choose another")


async def hash_password(password: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(_workers, _hasher().hash, password)


async def password_fits(password: str, stored: str | None) -> bool:
    """Whether it is the password of the stored hash; takes as long where there is none."""
    if len(password) > MAX_LENGTH:
        return False
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_workers, _verify, password, stored) and stored is not None


def _verify(password: str, stored: str | None) -> bool:
    try:
        return _hasher().verify(stored or _nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return False
