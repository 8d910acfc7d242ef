"""Microphone systems of a simulated hall behind one face: hands at the buttons, by channels as CONFIG names them."""

import time
from collections.abc import Callable, Mapping
from typing import Protocol

from drivers.sim.confero import SimConfero
from drivers.sim.dcn import SimDcn
from drivers.sim.dicentis import PATH, SimDicentis
from drivers.sim.dicentis_hall import SimPerson, SimSeat, seat_id
from drivers.sim.dis import SimDis
from drivers.sim.faults import Faults
from drivers.sim.osc_desk import SimOscDesk
from drivers.sim.tlvcam import SimTlvcam
from drivers.sim.ways import Ways
from drivers.sim.x32 import SimX32

SPEECH_LEVEL = 0.12
GATE_CLOSED = 0.001


class Desk(Protocol):
    """One simulated microphone system.

    Hands may be at work while it is closed: then nobody is told, and what was done is found when it is back. What they
    do returns when, in ns of CLOCK_MONOTONIC. ValueError or KeyError: there is no such channel.
    """

    @property
    def faults(self) -> Faults:
        """What it does wrong; set its fields."""

    @property
    def address(self) -> str:
        """Where clients reach it, for people."""

    async def start(self) -> object:
        """Serve at the address. OSError: it is taken."""

    async def close(self) -> None:
        """Vanish from the network; who speaks stays for the next start."""

    def open_mic(self, channel: str) -> int:
        """Somebody opens a microphone and speaks."""

    def close_mic(self, channel: str) -> int:
        """Somebody closes a microphone."""

    def request(self, channel: str) -> int:
        """Somebody asks for the floor. LookupError: the system knows no requests."""

    def is_open(self, channel: str) -> bool:
        """Whether a microphone is open, by whomever."""


class Simulator(Protocol):
    """What simulators with numbered microphones have in common."""

    faults: Faults

    async def start(self) -> object: ...
    async def close(self) -> None: ...
    def press(self, number: int, on: bool, /) -> object: ...


class Numbered:
    """A system whose microphones have numbers.

    Args:
        sim: the simulator.
        address: where it can be reached.
        is_open: whether a number is open.
        request: somebody asks for the floor; None: the system knows no requests.
        sound: somebody speaks, or stops, at a number's microphone; None: the system hears nothing.
        offset: number of channel 0.
    """

    def __init__(
        self,
        sim: Simulator,
        address: Callable[[], str],
        is_open: Callable[[int], bool],
        *,
        request: Callable[[int], object] | None = None,
        sound: Callable[[int, bool], object] | None = None,
        offset: int = 0,
    ) -> None:
        self.sim, self._address, self._is_open, self._offset = sim, address, is_open, offset
        self._request, self._sound = request, sound

    @property
    def faults(self) -> Faults:
        """What it does wrong."""
        return self.sim.faults

    @property
    def address(self) -> str:
        """Where clients reach it."""
        return self._address()

    async def start(self) -> None:
        """Serve at the address."""
        await self.sim.start()

    async def close(self) -> None:
        """Vanish from the network."""
        await self.sim.close()

    def open_mic(self, channel: str) -> int:
        """Somebody opens a microphone and speaks."""
        number = self._number(channel)
        if self._sound:
            self._sound(number, True)
        at_ns = time.monotonic_ns()
        self.sim.press(number, True)
        return at_ns

    def close_mic(self, channel: str) -> int:
        """Somebody closes a microphone."""
        number, at_ns = self._number(channel), time.monotonic_ns()
        self.sim.press(number, False)
        if self._sound:
            self._sound(number, False)
        return at_ns

    def request(self, channel: str) -> int:
        """Somebody asks for the floor."""
        if self._request is None:
            raise LookupError("this system knows no requests")
        at_ns = time.monotonic_ns()
        self._request(self._number(channel))
        return at_ns

    def is_open(self, channel: str) -> bool:
        """Whether a microphone is open."""
        return self._is_open(self._number(channel))

    def _number(self, channel: str) -> int:
        return int(channel) + self._offset


def mixer(sim: SimX32) -> Numbered:
    """An X32 or X-Air; who speaks is heard in its meters too, and opens the gate of the channel."""

    def speak(channel: int, on: bool) -> None:
        sim.level(channel, SPEECH_LEVEL if on else 0.0)
        sim.gate(channel, 1.0 if on else GATE_CLOSED)

    for channel in range(1, sim.channels + 1):
        sim.gate(channel, GATE_CLOSED)

    return Numbered(sim, lambda: f"udp {sim.host}:{sim.port}", sim.is_open, sound=speak)


def dcn(sim: SimDcn, offset: int = 0) -> Numbered:
    """A DCN-NG; `offset` is the number of channel 0."""

    def address() -> str:
        return sim.path if sim.tcp_port is None else f"tcp {sim.host}:{sim.tcp_port}"

    return Numbered(sim, address, sim.desk.is_on, request=sim.request, offset=offset)


def tlvcam(sim: SimTlvcam) -> Numbered:
    """A Televic unit by its camera protocol."""
    return Numbered(sim, lambda: _way(sim.ways), lambda number: number in sim.open)


def dis(sim: SimDis) -> Numbered:
    """A Shure DIS unit."""
    return Numbered(
        sim, lambda: _way(sim.ways), lambda number: number in sim.open, request=lambda number: sim.ask(number, True)
    )


def osc(sim: SimOscDesk) -> Numbered:
    """A program that tells of microphones by OSC."""
    return Numbered(sim, lambda: f"udp {sim.host}:{sim.port}", lambda number: number in sim.open)


def _way(ways: Ways) -> str:
    if ways.udp_to is not None:
        return f"udp {ways.host}:{ways.udp_port}"
    return ways.port.path if ways.tcp_port is None else f"tcp {ways.host}:{ways.tcp_port}"


class Dicentis:
    """A DICENTIS server whose seats are called as the channels are.

    Args:
        sim: the server; its seats and people are replaced.
        channels: names of its seats.
        chair: name of the chair's seat.
        people: id and name of who sits there, by channel.
    """

    def __init__(
        self, sim: SimDicentis, channels: tuple[str, ...], *, chair: str | None, people: Mapping[str, tuple[str, str]]
    ) -> None:
        self.sim = sim
        sim.hall.seats = [
            SimSeat(seat_id(number, 0), name, name == chair, people[name][0] if name in people else "")
            for number, name in enumerate(channels, 1)
        ]
        sim.hall.people = [_person(identifier, name) for identifier, name in people.values()]

    @property
    def faults(self) -> Faults:
        """What it does wrong."""
        return self.sim.faults

    @property
    def address(self) -> str:
        """Where clients reach it."""
        return f"ws://{self.sim.host}:{self.sim.port}{PATH}"

    async def start(self) -> None:
        """Serve at the address."""
        await self.sim.start()

    async def close(self) -> None:
        """Hang up on everybody."""
        await self.sim.close()

    def open_mic(self, channel: str) -> int:
        """Somebody opens a microphone, or is given the floor when they waited for it."""
        if self.is_open(channel):
            return time.monotonic_ns()
        waits = self.sim.hall.entry(self.sim.hall.seat(channel).seat_id) is not None
        return self.sim.give(channel) if waits else self.sim.press(channel)

    def close_mic(self, channel: str) -> int:
        """Somebody closes a microphone."""
        return self.sim.press(channel) if self.is_open(channel) else time.monotonic_ns()

    def request(self, channel: str) -> int:
        """Somebody asks for the floor."""
        return self.sim.request(channel)

    def is_open(self, channel: str) -> bool:
        """Whether a microphone is open."""
        return self.sim.is_open(channel)


class Confero:
    """A Confero system with the seats of the channels.

    Args:
        sim: the system; its seats and people are replaced.
        numbers: of its seats.
        chair: number of the chairperson's seat.
        people: id and name of who sits there, by number.
    """

    def __init__(
        self, sim: SimConfero, numbers: tuple[int, ...], *, chair: int | None, people: Mapping[int, tuple[str, str]]
    ) -> None:
        self.sim, hall = sim, sim.hall
        hall.roles = {number: "chairperson" if number == chair else "delegate" for number in sorted(numbers)}
        hall.devices = dict.fromkeys(hall.roles, "online")
        hall.people = {number: identifier for number, (identifier, _) in people.items()}
        hall.names = {identifier: _names(name) for identifier, name in people.values()}

    @property
    def faults(self) -> Faults:
        """What it does wrong."""
        return self.sim.faults

    @property
    def address(self) -> str:
        """Where clients reach it."""
        return f"http://{self.sim.host}:{self.sim.port}/api"

    async def start(self) -> None:
        """Serve at the address."""
        await self.sim.start()

    async def close(self) -> None:
        """Hang up on everybody."""
        await self.sim.close()

    def open_mic(self, channel: str) -> int:
        """Somebody opens a microphone, or is given the floor when they waited for it."""
        return self.sim.give(int(channel))

    def close_mic(self, channel: str) -> int:
        """Somebody closes a microphone."""
        return self.sim.withdraw(int(channel))

    def request(self, channel: str) -> int:
        """Somebody asks for the floor."""
        return self.sim.request(int(channel))

    def is_open(self, channel: str) -> bool:
        """Whether a microphone is open."""
        return int(channel) in self.sim.hall.speakers


def _names(name: str) -> tuple[str, str]:
    first, _, last = name.partition(" ")
    return first, last


def _person(identifier: str, name: str) -> SimPerson:
    first, last = _names(name)
    return SimPerson(identifier, identifier, first, "", last)
