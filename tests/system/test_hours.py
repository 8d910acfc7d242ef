"""A microphone that stays open for an hour, on every microphone system's own wire, while clocks are set."""

import asyncio
import importlib
import time
from pathlib import Path

import pytest

from chamber.apps.devices import build
from chamber.apps.sim_desks import desks
from chamber.clock import SystemClock
from chamber.core.domain import MicState
from chamber.ports import DeviceEvent, MicReading
from chamber.supervisor import supervise
from drivers.sim import dcn
from drivers.sim.desks import Desk, mixer
from drivers.sim.x32 import SimX32
from drivers.sim.xair import SimXAir
from tests.system.hours import VirtualTime
from tests.system.test_microphones import SYSTEMS, hall, system_of
from tests.until import until

pytestmark = pytest.mark.timeout(120)

HOUR_S = 3600.0
SEAT = "m1"
MODULES = {"x32": "x32", "xair": "x32", "dcn-ng-serial": "dcn", "dcn-ng-tcp": "dcn", "tlvcam1": "lines",
           "shure-dis": "shure_dis", "dicentis": "dicentis", "confero": "confero", "osc": "osc"}  # fmt: skip


@pytest.mark.parametrize("kind", SYSTEMS)
def test_a_microphone_stays_open_for_an_hour(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # between its ticks a driver does nothing by itself; keep-alives, renewals and re-readings go by its clock
    module = importlib.import_module(f"drivers.{MODULES[kind]}.driver")
    for name in ("TICK_S", "LOOK_S"):
        monkeypatch.setattr(module, name, 0.25, raising=name == "TICK_S")
    monkeypatch.setattr(dcn, "LOOK_S", 0.25)
    virtual = VirtualTime(monkeypatch)
    config = hall(tmp_path, system_of(kind, tmp_path))
    channel = next(seat.channel for seat in config.seats if seat.id == SEAT)

    async def evening() -> None:
        heard: list[DeviceEvent] = []
        links: list[str | None] = []
        desk: Desk = desks(config)["mics"]
        if kind in ("x32", "xair"):  # subscriptions lapse by the time that goes by
            port = config.microphones[0].port  # type: ignore[union-attr]
            desk = mixer((SimX32 if kind == "x32" else SimXAir)("127.0.0.1", port or 0, now_s=time.monotonic))
        clock = SystemClock()
        driver = build(config, heard.append, clock).microphones["mics"]
        await desk.start()
        session = asyncio.create_task(
            supervise("mics", driver.serve, lambda name, reason: links.append(reason), clock, lambda: 0.5)
        )
        try:
            await until(lambda: links[-1:] == [None], timeout_s=30, what="the system is read")
            desk.open_mic(channel)
            await until(lambda: _readings(heard, channel)[-1:] == [MicState.ON], timeout_s=30, what="it is open")
            began_s, before = time.monotonic(), len(heard)
            for quarter, step_s in enumerate((10_800.0, -7200.0, 3600.0, 0.0)):
                virtual.wall_step_s += step_s  # the clock is set, summer time ends, and so on
                await asyncio.sleep(HOUR_S / 4)
                assert links == [None], f"{links} after quarter {quarter}"
            assert time.monotonic() - began_s >= HOUR_S
            changes = [one for one in heard[before:] if isinstance(one, MicReading) and one.channel == channel]
            assert {one.state for one in changes} <= {MicState.ON}
            desk.close_mic(channel)
            await until(lambda: _readings(heard, channel)[-1:] == [MicState.OFF], timeout_s=30, what="it is closed")
        finally:
            session.cancel()
            await asyncio.gather(session, return_exceptions=True)
            await desk.close()

    virtual.run(evening)


def _readings(heard: list[DeviceEvent], channel: str) -> list[MicState]:
    return [one.state for one in heard if isinstance(one, MicReading) and one.channel == channel]
