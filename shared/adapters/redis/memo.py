"""Views that are read again and again are decoded again only when they have changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

MOST = 50_000


class Memo[T]:
    """Remembers what was decoded last under each key; forgets keys that are no longer asked for.

    Decoding is the larger part of reading thousands of unchanged views twice a second."""

    def __init__(self, decode: Callable[[bytes], T | None], most: int = MOST) -> None:
        self._decode, self._most = decode, most
        self._known: dict[str, tuple[bytes, T | None]] = {}
        self._before: dict[str, tuple[bytes, T | None]] = {}

    def decoded(self, names: Sequence[str], stored: Sequence[bytes | None]) -> list[T | None]:
        """The views under `names`, None where nothing is; the same object while the bytes are equal."""
        found: list[T | None] = []
        for name, raw in zip(names, stored, strict=True):
            if raw is None:
                found.append(None)
                continue
            known = self._known.get(name) or self._before.get(name)
            if known is None or known[0] != raw:
                known = (raw, self._decode(raw))
            self._known[name] = known
            found.append(known[1])
        if len(self._known) > self._most:
            self._known, self._before = {}, self._known
        return found
