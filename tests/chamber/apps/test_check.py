"""`chamber check` says what is wrong, what it adds up to, and what the devices of the demo's hall answer."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import config
from chamber.apps import check
from chamber.apps.check import main, probe_all
from chamber.apps.devices import Devices, build
from chamber.clock import SystemClock
from chamber.core.errors import ConfigError
from config.files import settled
from config.load import parse, read
from config.model import Config
from drivers.sim.sis import SimSis
from drivers.sim.visca import SimCamera
from drivers.sim.visca_services import RawTcp, SerialChain, SonyUdp
from drivers.sim.x32 import SimX32
from tests.config.halls import DELETE, HALL, hall, written


def test_a_right_configuration_is_summed_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(str(written(tmp_path, HALL)), probe=False) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line for line in said if not line.startswith("warning: ")] == [
        "Zaal (Gemeente)",
        "seats: 3, of which 1 shared; people: 2 in 1 groups; agenda items: 1",
        "cameras: 3 that move, cam1 with 2 presets, cam2 with 3 presets, cam3 with 0 presets; wide: wide",
        "seats with one camera only: 1 (lectern)",
        "seats without a preset: 0",
    ]
    assert len([line for line in said if line.startswith("warning: hall.toml: ")]) == 4


def test_a_wrong_one_is_taken_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = hall(hall__name=DELETE, people__0__seat="s9", seats__0__mic="desk:40")
    assert main(written(tmp_path, raw), probe=True) == 2
    assert capsys.readouterr().out.splitlines() == [
        "hall.toml: hall.name: is missing; it has no default",
        "hall.toml: seats[0].mic: 'desk' has no channel 40; its channels are 1 to 32",
        "hall.toml: people[0].seat: there is no seat 's9'; known: chair, lectern, s1",
        "3 problems: nothing will start with this configuration",
    ]


def test_what_ships_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("demo.toml", "example.toml"):
        assert main(Path(config.__file__).parent / name, probe=False) == 0
    assert "seats with one camera only: 0" in capsys.readouterr().out


@dataclass
class Room:
    """The devices of the demo, simulated on real ports, and the configuration that leads to them."""

    config: Config
    desk: SimX32
    tcp: RawTcp


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    raw: dict[str, Any] = read(Path(config.__file__).parent / "demo.toml")
    (tmp_path / "run").mkdir()
    async with AsyncExitStack() as stack:
        desk = await stack.enter_async_context(SimX32())
        udp = await stack.enter_async_context(SonyUdp(SimCamera()))
        tcp = await stack.enter_async_context(RawTcp(SimCamera()))
        await stack.enter_async_context(SerialChain([SimCamera()], str(tmp_path / "run" / "cam3.tty")))
        await stack.enter_async_context(SimSis(str(tmp_path / "run" / "switcher.tty"), inputs=8, outputs=3))
        raw["microphones"][0]["port"] = desk.port
        raw["cameras"][0]["port"], raw["cameras"][1]["port"] = udp.port, tcp.port
        yield Room(settled(parse(raw, "demo.toml"), tmp_path), desk, tcp)


async def test_the_probe_says_what_each_device_read(room: Room) -> None:
    room.desk.press(7, True)
    found = await probe_all(room.config, SystemClock())
    said = dict(line.split(": ", 1) for line in found.lines)
    assert found.silent == 0
    assert "27 microphones read, 1 open" in said["desk"]
    for camera in ("cam1", "cam2", "cam3"):
        assert "power on, at rest" in said[camera]
    assert said["wide"] == "power on, at rest"
    assert "routes 0 -> 1, 0 -> 2, 0 -> 3" in said["switcher"]


async def test_the_probe_names_what_does_not_answer(room: Room) -> None:
    await room.tcp.close()
    found = await probe_all(room.config, SystemClock())
    assert found.silent == 1
    failed = [line for line in found.lines if "FAILED" in line]
    assert len(failed) == 1
    assert failed[0].startswith("cam2: FAILED: ")


async def test_the_probe_gives_up(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "PROBE_S", 0.2)
    room.desk.faults.silent = True
    found = await probe_all(room.config, SystemClock())
    assert f"desk: FAILED at udp 127.0.0.1:{room.desk.port}: no answer within 0.2 s" in found.lines


def built(raw: dict[str, Any]) -> Devices:
    return build(parse(raw, "hall.toml"), lambda event: None, SystemClock())


def test_devices_have_their_ids() -> None:
    devices = built(HALL)
    assert [device.name for device in devices.all()] == ["desk", "cam1", "cam2", "cam3", "wide", "sw"]


def test_a_password_file_that_is_gone_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^switchers.password_file: .*none cannot be read"):
        built(hall(switchers__0__password_file=str(tmp_path / "none")))


def test_srt_without_its_library_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, hall(simulcast=[{"name": "regio", "url_file": "regio.url"}]))
    (tmp_path / "regio.url").write_text("srt://live.example.nl:9000?streamid=key-123456\n")
    (tmp_path / "regio.url").chmod(0o600)
    assert main(str(path), probe=False) == 0
    assert "libsrt" not in capsys.readouterr().out
    monkeypatch.setattr("chamber.stream.srt.LIBRARIES", ())
    monkeypatch.setattr("chamber.stream.srt.find_library", lambda name: None)
    assert main(str(path), probe=False) == 0
    said = capsys.readouterr().out
    assert "warning: simulcast[0]: SRT needs libsrt, which is not here; apt install libsrt1.5-gnutls" in said
    assert "key-123456" not in said
