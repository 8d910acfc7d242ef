"""Microphone systems from CONFIG to what a probe prints of them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from chamber.apps.check import probe_all
from chamber.clock import SystemClock
from chamber.core.errors import ConfigError
from config.files import settled
from config.load import parse
from drivers.sim.confero import SimConfero
from drivers.sim.dicentis import SimDicentis
from drivers.sim.dis import SimDis
from drivers.sim.xair import SimXAir
from tests.config.halls import hall


def configuration(folder: Path, system: dict[str, Any], *channels: str) -> Any:
    """A hall with nothing but this system and a seat for each channel."""
    seats = [
        {"id": f"s{n}", "label": f"Zetel {n}", "mic": f"raad:{channel}", "x_m": 0.0, "y_m": float(n)}
        for n, channel in enumerate(channels)
    ]
    raw = hall(microphones=[{"id": "raad", "host": "127.0.0.1", **system}], seats=seats)
    return settled(parse(raw | {"cameras": [], "switchers": [], "people": []}, "hall.toml"), folder)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[SimDicentis]:
    (tmp_path / "password").write_text("secret\n", encoding="utf-8")
    async with SimDicentis(seats=3) as server:
        server.hall.seat("Seat 3").name = "7"
        yield server


def dicentis(server: SimDicentis) -> dict[str, Any]:
    return {
        "driver": "dicentis",
        "port": server.port,
        "tls": False,
        "user": "admin",
        "password_file": "password",
    }


async def test_a_conference_system_is_probed(server: SimDicentis, tmp_path: Path) -> None:
    server.give("Seat 1")
    server.give("7")
    identifier = server.hall.seat("Seat 2").seat_id
    found = await probe_all(
        configuration(tmp_path, dicentis(server), "Seat 1", "7", identifier, "Lectern"), SystemClock()
    )
    assert found.silent == 0
    first, *seats = found.lines[0].splitlines()
    assert first == "raad: DICENTIS, 3 seats; no seat Lectern; 4 microphones read, 2 open"
    assert len(seats) == 3 + 4
    assert seats[3:] == [
        "  seat s0 is channel Seat 1: on, Jan van Dam 1 (CONFIG: nobody)",
        "  seat s1 is channel 07: on, Jan van Dam 3 (CONFIG: nobody)",
        f"  seat s2 is channel {identifier}: off, Jan van Dam 2 (CONFIG: nobody)",
        "  seat s3 is channel Lectern: off",
    ]
    assert seats[1] == f"  seat Seat 2: {identifier}, Jan van Dam 2, connected"


async def test_a_wrong_password_is_said_by_the_probe(server: SimDicentis, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("guess", encoding="utf-8")
    found = await probe_all(configuration(tmp_path, dicentis(server), "Seat 1"), SystemClock())
    assert found.lines == [f"raad: FAILED at tcp 127.0.0.1:{server.port}: user or password refused"]


@pytest.mark.parametrize(("speaking", "opened"), [("unmuted", 1), ("level", 0)])
async def test_a_stage_box_is_probed(tmp_path: Path, speaking: str, opened: int) -> None:
    async with SimXAir() as desk:
        desk.press(16, True)
        desk.turn("/ch/01/config/name", "Voorzitter")
        system = {"driver": "xair", "port": desk.port, "speaking": speaking}
        found = await probe_all(configuration(tmp_path, system, "1", "16"), SystemClock())
    lines = found.lines[0].splitlines()
    assert f"2 microphones read, {opened} open" in lines[0]
    assert lines[1:3] == ["  channel 01: Voorzitter, muted", "  channel 16: no name, open"]
    assert lines[3:] == ["  seat s0 is channel 01: off", f"  seat s1 is channel 16: {'on' if opened else 'off'}"]


@pytest.mark.parametrize(("token", "said"), [("secret", None), ("guess", "token refused")])
async def test_a_televic_system_is_probed(tmp_path: Path, token: str, said: str | None) -> None:
    (tmp_path / "token").write_text(f"{token}\n", encoding="utf-8")
    async with SimConfero(seats=3) as unit:
        unit.give(2)
        system = {"driver": "confero", "port": unit.port, "token_file": "token", "event_cursor": "minimum-id"}
        found = await probe_all(configuration(tmp_path, system, "1", "2", "9"), SystemClock())
    first, *seats = found.lines[0].splitlines()
    if said is not None:
        assert first == f"raad: FAILED at tcp 127.0.0.1:{unit.port}: {said}"
        return
    assert first == "raad: Confero, 3 seats, directSpeak 4; no seat 9; 3 microphones read, 1 open"
    assert seats[1] == "  seat 2: delegate, Jan van Dam 2, online"


async def test_a_token_that_is_not_there_is_a_wrong_configuration(tmp_path: Path) -> None:
    system = {"driver": "confero", "port": 9080, "token_file": "token"}
    with pytest.raises(ConfigError, match=r"token_file: .*; put the token there"):
        await probe_all(configuration(tmp_path, system, "1"), SystemClock())


async def test_a_shure_unit_is_probed(tmp_path: Path) -> None:
    async with SimDis(range(1, 4)) as unit:
        unit.press(2, True)
        unit.name(3, "")
        system = {"driver": "shure-dis", "port": unit.ways.tcp_port, "names_are_people": True}
        found = await probe_all(configuration(tmp_path, system, "1", "2"), SystemClock())
    first, *seats = found.lines[0].splitlines()
    assert first == "raad: Shure DIS; 2 microphones read, 1 open"
    assert seats[:3] == ["  seat 1: active, Seat 1", "  seat 2: active, Seat 2", "  seat 3: passive, no name"]
    assert seats[3:] == [
        "  seat s0 is channel 01: off, Seat 1 (CONFIG: nobody)",
        "  seat s1 is channel 02: on, Seat 2 (CONFIG: nobody)",
    ]
