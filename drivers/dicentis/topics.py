"""What the server is followed in: each event comes once, until the matching Get has been called."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

RETRY_MS = 500
PATIENCE_MS = 10_000

Take = Callable[[Mapping[str, Any], int], bool]
Ask = Callable[["Topic"], None]


@dataclass(slots=True, eq=False)
class Topic:
    """One thing to follow.

    Attributes:
        event: its name, which the server sends without content.
        operation: the Get that reads it and arms the event again.
        take: takes the answer and when it was asked for, ms; False when it makes no sense.
        needed: without it there is no session; the others are done without where the server or the rights lack them.
        reread_ms: read again after this, whatever the events say; None is never.
        ask, arm: send the Get, and register the event.
    """

    event: str
    operation: str
    take: Take
    needed: bool
    reread_ms: int | None
    ask: Ask
    arm: Ask
    followed: bool = field(default=False, init=False)
    given_up: bool = field(default=False, init=False)
    read: bool = field(default=False, init=False)
    trouble: str = field(default="", init=False)
    _asking: bool = field(default=False, init=False)
    _again: bool = field(default=False, init=False)
    _asked_ms: int = field(default=0, init=False)
    _retry_ms: int | None = field(default=None, init=False)
    _failing_since_ms: int | None = field(default=None, init=False)

    def fetch(self, now_ms: int) -> None:
        """Read now; when a reading is under way already, once more after it."""
        if self._asking:
            self._again = True
            return
        self._asking, self._asked_ms, self._retry_ms = True, now_ms, None
        self.ask(self)

    def answered(self, parameters: Mapping[str, Any], now_ms: int) -> None:
        """The Get was answered."""
        self._asking = False
        if not self.take(parameters, self._asked_ms):
            self._failed("the answer makes no sense", now_ms)
            return
        self.read, self.trouble, self._failing_since_ms = True, "", None
        if self._again:
            self._again = False
            self.fetch(now_ms)

    def refused(self, text: str, now_ms: int) -> None:
        """The Get was refused, so the event is not armed: it is registered again."""
        self._asking = False
        self._failed(text, now_ms)

    def tick(self, now_ms: int) -> None:
        """Try again, or read again, when it is time. Raises TimeoutError when a needed topic fails for too long."""
        since_ms = self._failing_since_ms
        if self.needed and since_ms is not None and now_ms - since_ms > PATIENCE_MS:
            raise TimeoutError(f"{self.operation} fails: {self.trouble}")
        due = self._retry_ms is not None and now_ms >= self._retry_ms
        late = self.read and self.reread_ms is not None and now_ms - self._asked_ms >= self.reread_ms
        if self.followed and not self._asking and (due or late):
            self.fetch(now_ms)

    def _failed(self, text: str, now_ms: int) -> None:
        self.trouble, self._again = text, False
        if not self.needed and not self.read:
            self.followed, self.given_up = False, True
            return
        if self._failing_since_ms is None:
            self._failing_since_ms = now_ms
        self._retry_ms = now_ms + RETRY_MS if self.needed else None
        self.arm(self)
