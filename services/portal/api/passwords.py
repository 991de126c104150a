"""Passwords' slow hashes: beside the loop, two at once, and never more waiting than can be served."""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections.abc import Callable

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from services.portal.api.problems import unavailable
from services.portal.core.office import plain_password

AT_ONCE = 2
MOST_WAITING = 40
"""Some 600 ms of work: who comes later is told to come again."""


def standard() -> PasswordHasher:
    """argon2id with 19 MiB and three passes: some 27 ms here. Raise it, and who logs in is hashed anew."""
    return PasswordHasher(time_cost=3, memory_cost=19 * 1024, parallelism=1, type=Type.ID)


class Passwords:
    """`hashed` counts the hashes made, good ones, wrong ones and nobody's alike."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or standard()
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self.hashed = 0
        self._nobody = self._made_up()

    def _made_up(self) -> str:
        """A hash that no password has, as costly to compare with as a real one."""
        h = self._hasher
        salt, digest = (
            base64.b64encode(secrets.token_bytes(n)).rstrip(b"=").decode() for n in (h.salt_len, h.hash_len)
        )
        return f"$argon2id$v=19$m={h.memory_cost},t={h.time_cost},p={h.parallelism}${salt}${digest}"

    async def hash(self, password: str) -> str:
        """Raises Problem: 503, too many are waiting."""
        return await self._in_turn(lambda: self._hasher.hash(plain_password(password)))

    async def good(self, password: str, hashed: str | None) -> bool:
        """Whether it is the password; without a hash (nobody has this address) it costs the same and is not.

        Raises:
            Problem: 503, too many are waiting.
        """
        found = await self._in_turn(lambda: self._verify(password, hashed or self._nobody))
        return found and hashed is not None

    def old(self, hashed: str) -> bool:
        """Whether the parameters have been changed since it was made."""
        return self._hasher.check_needs_rehash(hashed)

    def _verify(self, password: str, hashed: str) -> bool:
        try:
            return self._hasher.verify(hashed, plain_password(password))
        except (VerificationError, InvalidHashError):
            return False

    async def _in_turn[T](self, work: Callable[[], T]) -> T:
        if self._waiting >= MOST_WAITING:
            raise unavailable("Too many people are logging in. Try again in a few seconds.")
        self._waiting += 1
        try:
            async with self._turn:
                self.hashed += 1
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1
