"""Asking the same things again and again, spread out over a time. Pure."""

from collections.abc import Sequence
from typing import Generic, TypeVar

Key = TypeVar("Key")


class Round(Generic[Key]):
    """Deals out the keys in turn."""

    def __init__(self, keys: Sequence[Key]) -> None:
        self._keys, self._cursor = tuple(keys), 0
        self.begin(0)

    def begin(self, now_ms: int) -> None:
        """Nothing is due yet."""
        self._at_ms, self._debt = now_ms, 0.0

    def due(self, now_ms: int, period_ms: int) -> list[Key]:
        """The keys whose turn has come since the last call, each once in `period_ms` and at most all of them."""
        count = len(self._keys)
        self._debt += count * (now_ms - self._at_ms) / period_ms
        self._at_ms = now_ms
        turns, self._debt = min(int(self._debt), count), self._debt % 1.0
        due = [self._keys[(self._cursor + step) % count] for step in range(turns)]
        self._cursor += turns
        return due
