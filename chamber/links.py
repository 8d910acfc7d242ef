"""The controller's ends of the sockets to mixer and stream, and the pulse that issues leases."""

from dataclasses import fields

from chamber.events import MixerLevels, MixerSaid, Pulse, StreamSaid, TookBack
from chamber.ipc import Message
from chamber.ports import Clock
from chamber.runtime import Runtime

LEASE_S = 0.2


def from_mixer(runtime: Runtime, message: Message) -> None:
    """Take what the mixer says."""
    known, levels = message.get("known"), message.get("levels")
    if isinstance(known, dict):
        runtime.post(MixerSaid(known))
    if isinstance(levels, dict):
        runtime.post(MixerLevels(**{field.name: float(levels[field.name]) for field in fields(MixerLevels)}))


def from_stream(runtime: Runtime, message: Message) -> None:
    """Take what the stream process says."""
    known, taken = message.get("known"), message.get("taken_back")
    if isinstance(known, dict):
        runtime.post(StreamSaid(known))
    if isinstance(taken, dict):
        runtime.post(TookBack(taken))


async def pulse(runtime: Runtime, clock: Clock) -> None:
    """Issue a lease through the runtime's queue every 200 ms, until cancelled."""
    while True:
        runtime.post(Pulse())
        await clock.sleep(LEASE_S)
