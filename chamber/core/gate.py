"""The gate: a permission that must be present. Pure; the same rules run in the mixer and in the stream process.

No lease younger than `LEASE_MS` that says open, from the epoch in which the operator opened: shut. Time is
CLOCK_BOOTTIME milliseconds; a lease is judged by its issue time, so leases that waited in a socket are stale.
"""

from dataclasses import dataclass, replace

from chamber.core.domain import MeetingState

LEASE_MS = 1000
MARGIN_MS = 300


@dataclass(frozen=True, slots=True)
class Lease:
    """One permission of the controller; `opened_epoch` is the run in which the operator opened the meeting."""

    state: MeetingState
    epoch: str
    opened_epoch: str | None
    seq: int
    issued_ms: int

    def permits(self, now_ms: int) -> bool:
        """True while this lease alone lets live pictures and sound out."""
        fresh = 0 <= now_ms - self.issued_ms <= LEASE_MS
        return self.state is MeetingState.OPEN and self.opened_epoch == self.epoch and fresh


@dataclass(frozen=True, slots=True)
class Gate:
    """State of one gate: the newest lease, and since when what was captured may go out (None: shut)."""

    lease: Lease | None = None
    open_from_ms: int | None = None
    closures: int = 0
    lapses: int = 0
    """How often it fell shut although the last lease said open: no lease came in time."""

    @property
    def is_open(self) -> bool:
        return self.open_from_ms is not None


def receive(gate: Gate, lease: Lease, now_ms: int) -> Gate:
    """Take in a lease; one that was issued earlier is ignored, whatever it says and whoever issued it."""
    known = gate.lease
    if known is not None:
        older = lease.seq <= known.seq if known.epoch == lease.epoch else lease.issued_ms < known.issued_ms
        if older:
            return judge(gate, now_ms)
    return judge(replace(gate, lease=lease), now_ms)


def judge(gate: Gate, now_ms: int) -> Gate:
    """The gate as it stands at `now_ms`: falls shut on its own, opens with a margin of `MARGIN_MS`."""
    permitted = gate.lease is not None and gate.lease.permits(now_ms)
    if permitted and not gate.is_open:
        return replace(gate, open_from_ms=now_ms + MARGIN_MS)
    if not permitted and gate.is_open:
        lease = gate.lease
        lapsed = lease is not None and lease.state is MeetingState.OPEN and lease.opened_epoch == lease.epoch
        return replace(gate, open_from_ms=None, closures=gate.closures + 1, lapses=gate.lapses + lapsed)
    return gate


def admits(gate: Gate, captured_from_ms: int, now_ms: int) -> bool:
    """Whether media captured wholly from `captured_from_ms` on may be published at `now_ms`."""
    if gate.lease is None or not gate.lease.permits(now_ms) or gate.open_from_ms is None:
        return False
    return captured_from_ms >= gate.open_from_ms


def parse_lease(raw: object) -> Lease | None:
    """A lease from its JSON form, or None when it is not one: a malformed lease permits nothing."""
    if not isinstance(raw, dict):
        return None
    try:
        state = MeetingState(raw["state"])
    except (KeyError, ValueError):
        return None
    epoch, opened, seq, issued = raw.get("epoch"), raw.get("opened_epoch"), raw.get("seq"), raw.get("issued_ms")
    if not isinstance(epoch, str) or not (opened is None or isinstance(opened, str)):
        return None
    if type(seq) is not int or type(issued) is not int:
        return None
    return Lease(state, epoch, opened, seq, issued)
