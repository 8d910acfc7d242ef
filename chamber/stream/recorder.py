"""The recorder: takes what was published to the shelf in a thread of its own, so that a disk never holds up the stream.

It stands behind the gate: nothing reaches it but parts that are public. What waits for the disk is bounded; a disk that
does not keep up costs parts of the recording, and the controller is told.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

import structlog

from chamber.core.domain import MeetingState
from chamber.ports import Clock
from chamber.stream.packager import Part
from chamber.stream.recording import Item
from chamber.stream.shelf import Entry, Shelf, Status

MAX_WAITING_BYTES = 64 * 1024 * 1024
TICK_S = 1.0
HUNG_MS = 3000
END_S = 5.0
_T = TypeVar("_T")
Facts = Mapping[str, Any]
Job = Callable[[], None]

log = structlog.get_logger(__name__)


class Surroundings(Protocol):
    """What the recorder asks of the rest of the stream process, at the moment a part has become public."""

    def wall_of(self, capture_ms: int) -> int:
        """Wall time of a capture time."""

    def state(self) -> MeetingState | None:
        """State in the gate's lease."""

    def facts(self, capture_ms: int | None) -> Facts:
        """Public facts that held then; None asks for the newest."""


def public_item(said: Any) -> Item | None:
    """The agenda item in public facts."""
    if not isinstance(said, Mapping) or not said.get("id"):
        return None
    return str(said["id"])[:80], str(said.get("number") or "")[:40], str(said.get("title") or "")[:300]


class Recorder:
    """Hands parts and orders to the shelf's thread; never blocks and never raises."""

    def __init__(self, shelf: Shelf, clock: Clock, around: Surroundings, most_bytes_s: int) -> None:
        """`most_bytes_s`: what a second of recording takes at most."""
        self._shelf, self._clock, self._around, self._most_bytes_s = shelf, clock, around, most_bytes_s
        self._jobs: deque[tuple[Job, int, int]] = deque()
        self._waiting_bytes = 0
        self._ready = threading.Condition()
        self._ended = False
        self._busy_since_ms: int | None = None
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()
        self.lost_parts = 0

    def offer(self, part: Part) -> None:
        """A part has become public."""
        meeting = self._around.facts(None).get("meeting")
        state = self._around.state()
        if not isinstance(meeting, Mapping) or state is None:
            return
        session = self._around.facts(None).get("session")
        entry = Entry(
            part,
            self._around.wall_of(part.capture_ms),
            state,
            str(meeting.get("id")),
            str(meeting.get("title") or "")[:300],
            session if type(session) is int else 1,
            public_item(self._around.facts(part.capture_ms).get("item")),
        )
        if self._waiting_bytes + len(part.data) > MAX_WAITING_BYTES:
            self.lost_parts += 1
            return
        self._add(lambda: self._shelf.take(entry), len(part.data))

    def withdraw(self, from_ms: int) -> None:
        """What was captured from then on is not public any more."""
        self._add(lambda: self._shelf.withdraw(from_ms))

    def over(self, meeting: str) -> None:
        """The meeting has ended."""
        self._add(lambda: self._shelf.over(meeting))

    async def ask(self, question: Callable[[Shelf], _T]) -> _T:
        """Have something done with the shelf in its thread. Raises what it raises."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_T] = loop.create_future()

        def settle(value: _T | None, exc: BaseException | None) -> None:
            if answer.done():
                return
            if exc is not None:
                answer.set_exception(exc)
            else:
                answer.set_result(value)  # type: ignore[arg-type]

        def job() -> None:
            try:
                value = question(self._shelf)
            except Exception as exc:  # noqa: BLE001 - handed to whoever asked
                _call(loop, lambda exc=exc: settle(None, exc))  # type: ignore[misc]
            else:
                _call(loop, lambda: settle(value, None))

        self._add(job)
        return await answer

    def known(self) -> dict[str, Any]:
        """What the controller is told: state, what the newest part on disk carries, and how much room is left."""
        status, hung = self._shelf.status, self._hung()
        return {
            "state": "failed" if hung else status.state,
            "leg": "unknown" if hung else status.leg,
            "reason": "the disk does not answer" if hung else status.reason,
            "source": status.source,
            "written_end_ms": status.written_end_ms,
            "size_bytes": status.size_bytes,
            "room_s": None if status.room_bytes is None else status.room_bytes // self._most_bytes_s,
            "lost_parts": self.lost_parts,
        }

    def status(self) -> Status:
        """The shelf's own words."""
        return self._shelf.status

    async def close(self) -> None:
        """Complete the recording as it stands; a disk that hangs is not waited for."""
        self._add(self._shelf.close)
        with self._ready:
            self._ended = True
            self._ready.notify()
        await asyncio.to_thread(self._thread.join, END_S)

    # -- inside

    def _hung(self) -> bool:
        since_ms = self._busy_since_ms
        return since_ms is not None and self._clock.now_ms() - since_ms > HUNG_MS

    def _add(self, job: Job, size: int = 0) -> None:
        with self._ready:
            self._jobs.append((job, size, self._clock.now_ms()))
            self._waiting_bytes += size
            self._ready.notify()

    def _run(self) -> None:
        while True:
            with self._ready:
                if not self._jobs and not self._ended:
                    self._busy_since_ms = None
                    self._ready.wait(TICK_S)
                if not self._jobs and self._ended:
                    return
                job, size, added_ms = (
                    self._jobs.popleft() if self._jobs else (self._shelf.tick, 0, self._clock.now_ms())
                )
                self._waiting_bytes -= size
                self._busy_since_ms = added_ms
            try:
                job()
            except Exception:
                log.exception("bug in the recorder")


def _call(loop: asyncio.AbstractEventLoop, act: Job) -> None:
    try:
        loop.call_soon_threadsafe(act)
    except RuntimeError:
        return  # the loop has ended; nobody waits any more
