"""The two command sockets of a VISCA camera: what is under way, and when ACK and completion are due.

Sources: Sony BRC-X400 Command List (sockets, cancel); published traces of PTZOptics cameras for overtaken recalls.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.sim.visca_wire import CANCELLED, NO_SOCKET, NOT_EXECUTABLE, ack, completion, error

SOCKETS = (1, 2)
Reply = Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class Manners:
    """How this model behaves on the wire.

    Attributes:
        ack_s: from a command to its ACK; commands are taken once per video frame.
        done_s: from ACK to the completion of what needs no time (drives complete at their start).
        wake_s: from power on until it obeys; the status says "initialising" meanwhile.
        late_ack: recalls are acknowledged only on arrival, as published for a PTZOptics camera.
        hold_superseded: a recall that a newer one has overtaken completes just before the newer one, instead of when
            the head turns away from it.
        refuse_in_recall: while a recall runs only another recall and power are obeyed, as with the EVI-HD7V.
        lamps: tally lamps that it has.
        speeds: how its preset speed is set: Sony's way, PTZOptics' for all presets (`optics`), or PTZOptics' older way
            for each (`optics-old`).
        highest_preset: 15, 99 or 254 by model.
        counts_per_degree: scale of pan and tilt positions.
    """

    ack_s: float = 0.02
    done_s: float = 0.011
    wake_s: float = 2.0
    late_ack: bool = False
    hold_superseded: bool = False
    refuse_in_recall: bool = False
    lamps: tuple[str, ...] = ("red", "green")
    speeds: str = "sony"
    highest_preset: int = 99
    counts_per_degree: float = 51.2


@dataclass(slots=True, eq=False)
class Job:
    """One command under way. `axes` are the motors it moves; `rest_s` is when they stand, on the camera's clock."""

    socket: int
    address: int
    reply: Reply
    axes: frozenset[str] = frozenset()
    recall: bool = False
    rest_s: float = 0.0
    acked: bool = False
    overtaken_by: "Job | None" = None
    ack_timer: asyncio.TimerHandle | None = field(default=None, repr=False)
    done_timer: asyncio.TimerHandle | None = field(default=None, repr=False)

    def acknowledge(self) -> None:
        """Send the ACK, once."""
        if not self.acked:
            self.acked = True
            self.reply(ack(self.address, self.socket))

    def stop(self) -> None:
        """Send nothing more by itself."""
        for timer in (self.ack_timer, self.done_timer):
            if timer:
                timer.cancel()


class Sockets:
    """Commands under way, by socket.

    Args:
        manners: how the model times its answers.
        latency_s: when an overtaken command is over, because the head turns away from it.
        arrived: called with a job that completes without having been overtaken.
    """

    def __init__(self, manners: Manners, latency_s: float, arrived: Callable[[Job], None]) -> None:
        self._manners, self._latency_s, self._arrived = manners, latency_s, arrived
        self._jobs: dict[int, Job] = {}

    @property
    def free(self) -> int | None:
        """The next socket to use, None when both are busy."""
        return next((socket for socket in SOCKETS if socket not in self._jobs), None)

    @property
    def newest(self) -> list[Job]:
        """What is under way and not overtaken."""
        return [job for job in self._jobs.values() if job.overtaken_by is None]

    @property
    def busy(self) -> bool:
        """Whether any command is under way."""
        return bool(self._jobs)

    @property
    def recalling(self) -> bool:
        """Whether a recall is under way that nothing has overtaken."""
        return any(job.recall for job in self.newest)

    def begin(self, job: Job, wait_s: float) -> None:
        """Take a job into its socket; it completes in `wait_s`, and overtakes those that move the same motors."""
        loop, manners = asyncio.get_running_loop(), self._manners
        overtaken = [other for other in self.newest if other.axes & job.axes]
        self._jobs[job.socket] = job
        least_s = manners.ack_s + manners.done_s
        if not (job.recall and manners.late_ack):
            job.ack_timer = loop.call_later(manners.ack_s, job.acknowledge)
        job.done_timer = loop.call_later(max(wait_s, least_s), self._complete, job)
        for other in overtaken:
            other.overtaken_by = job
            if other.done_timer:
                other.done_timer.cancel()
            if not manners.hold_superseded:
                other.done_timer = loop.call_later(max(self._latency_s, least_s), self._complete, other)

    def cancel(self, socket: int, reply: Reply, address: int) -> Job | None:
        """Answer a cancel; returns the job that it ended."""
        job = self._jobs.pop(socket, None)
        if job is None:
            reply(error(address, NO_SOCKET, socket))
            return None
        job.stop()
        reply(error(address, CANCELLED, socket))
        self._complete_behind(job)
        return job

    def clear(self, *, told: bool) -> None:
        """End all that is under way; `told` says so with "not executable", else silently."""
        for job in self._jobs.values():
            job.stop()
            if told:
                job.reply(error(job.address, NOT_EXECUTABLE, job.socket))
        self._jobs.clear()

    def _complete(self, job: Job) -> None:
        self._complete_behind(job)
        job.acknowledge()
        job.stop()
        del self._jobs[job.socket]
        if job.overtaken_by is None:
            self._arrived(job)
        job.reply(completion(job.address, job.socket))

    def _complete_behind(self, job: Job) -> None:
        for other in [other for other in self._jobs.values() if other.overtaken_by is job]:
            self._complete(other)
