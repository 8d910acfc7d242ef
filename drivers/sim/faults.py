"""Misbehaviour on request, at the level of bytes and datagrams; the same for every simulator."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

PENDING_LIMIT = 2000


@dataclass(slots=True)
class Faults:
    """What a simulator does wrong; set the fields at any time, all of them at rest by default.

    Shares run from 0.0 (never) to 1.0 (always) and are drawn from a generator with a fixed seed, so the same dialogue
    goes wrong in the same places each time.

    Attributes:
        silent: everything is understood and executed, nothing is answered.
        delay_s: each answer leaves this much later; their order stays.
        refuse: every order is refused with this error number of the protocol and not executed. A mixer has no error
            messages: it ignores sets for any number here.
        garble: share of answers in which one byte is wrong.
        drop: share of answers that are lost.
        duplicate: share of answers that are sent twice.
        lose: share of incoming datagrams or chunks that never arrive.
        seed: of the generator; read when the simulator is made.
    """

    silent: bool = False
    delay_s: float = 0.0
    refuse: int | None = None
    garble: float = 0.0
    drop: float = 0.0
    duplicate: float = 0.0
    lose: float = 0.0
    seed: int = 1
    _random: Random = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)

    def clear(self) -> None:
        """Behave again; what was delayed still comes late."""
        self.silent, self.refuse = False, None
        self.delay_s = self.garble = self.drop = self.duplicate = self.lose = 0.0

    def loses(self) -> bool:
        """Whether the datagram or chunk that came in now is lost."""
        return self._drawn(self.lose)

    def outgoing(self, data: bytes) -> list[bytes]:
        """What really leaves in place of `data`: nothing, once, twice, intact or not."""
        if self.silent or not data or self._drawn(self.drop):
            return []
        if self._drawn(self.garble):
            at = self._random.randrange(len(data))
            data = data[:at] + bytes((data[at] ^ self._random.randrange(1, 256),)) + data[at + 1 :]
        return [data, data] if self._drawn(self.duplicate) else [data]

    def _drawn(self, share: float) -> bool:
        return share > 0.0 and self._random.random() < share


class Outlet:
    """Sends answers with the faults applied, in order, and at the pace of a serial line when there is one.

    Args:
        faults: read at each answer.
        byte_s: seconds that one byte takes on the wire, 0 for a network.
    """

    def __init__(self, faults: Faults, *, byte_s: float = 0.0) -> None:
        self._faults, self._byte_s = faults, byte_s
        self._waiting: deque[tuple[bytes, Callable[[bytes], None]]] = deque()
        self._timers: deque[asyncio.TimerHandle] = deque()
        self._free_at_s = 0.0

    def send(self, data: bytes, write: Callable[[bytes], None], faults: Faults | None = None) -> None:
        """Hand `data` to `write` now or later; past PENDING_LIMIT waiting answers it is lost.

        Args:
            data: one answer.
            write: puts bytes on the wire.
            faults: those of the device that answers, where several share the line.
        """
        faults = faults or self._faults
        for sent in faults.outgoing(data):
            delay_s = faults.delay_s
            if not self._waiting and delay_s <= 0.0 and self._byte_s <= 0.0:
                write(sent)
                continue
            if len(self._waiting) >= PENDING_LIMIT:
                return
            loop = asyncio.get_running_loop()
            self._free_at_s = max(self._free_at_s, loop.time() + delay_s) + self._byte_s * len(sent)
            self._waiting.append((sent, write))
            self._timers.append(loop.call_at(self._free_at_s, self._due))

    def _due(self) -> None:
        # Timers of one moment fire in any order, so each takes the oldest answer.
        self._timers.popleft()
        data, write = self._waiting.popleft()
        write(data)

    def close(self) -> None:
        """Forget what has not left yet."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self._waiting.clear()
