"""The sections that the technician's pages show: each is right, and understands what its maker's document prints."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import config
from chamber.apps.devices import build
from chamber.apps.dialects import dialect
from chamber.core.domain import MicState
from chamber.core.errors import ConfigError
from chamber.ports import MicReading, MicrophoneSystem
from config.load import parse
from config.patterned import LinesMicrophones
from drivers.lines.codec import Line, LineCutter, encode, fill_in
from drivers.lines.rules import Heard, Meaning, understand
from drivers.sim.dis import SimDis
from drivers.sim.osc_desk import SimOscDesk
from drivers.sim.tlvcam import SimTlvcam
from tests.config.halls import hall
from tests.conftest import ManualClock
from tests.drivers.sessions import Events, QuickClock, UdpPeer, served
from tests.until import until

PAGES = Path(config.__file__).parent.parent / "docs" / "devices"
SECTIONS: dict[str, dict[str, Any]] = {
    name: tomllib.loads(text)["microphones"][0]
    for page in ("lines.md", "osc.md", "dcn-ng.md")
    for name, text in re.findall(
        r"```toml\n# ([\w-]+)\n(.*?)```", (PAGES / page).read_text(encoding="utf-8"), re.DOTALL
    )
}


def hall_with(section: dict[str, Any], channels: tuple[str, ...] = ("1", "3")) -> Any:
    seats = [
        {"id": f"s{channel}".lower(), "label": channel, "mic": f"{section['id']}:{channel}", "x_m": 0.0, "y_m": 1.0}
        for channel in channels
    ]
    return parse(hall(microphones=[section], seats=seats, people=[]), "hall.toml")


def built(section: dict[str, Any], events: Events) -> MicrophoneSystem:
    return build(hall_with(section), events.append, QuickClock()).microphones[section["id"]]


def spoken(name: str) -> Any:
    system = hall_with(SECTIONS[name]).microphones[0]
    assert isinstance(system, LinesMicrophones)
    return dialect(system)


@pytest.mark.parametrize("name", SECTIONS)
def test_each_section_is_right_and_builds_a_driver(name: str) -> None:
    assert built(SECTIONS[name], Events()).name == SECTIONS[name]["id"]


@pytest.mark.parametrize(
    ("name", "wire", "heard"),
    [
        ("tlvcam1", b"%P00010111\r", Heard(Meaning.ON, ("1",))),
        ("tlvcam1", b"%p00010131\r", Heard(Meaning.OFF, ("1",))),
        ("tlvcam1", b"%M00030110\r", Heard(Meaning.ON, ("3",))),
        ("tlvcam1", b"%m00030130\r", Heard(Meaning.OFF, ("3",))),
        ("tlvcam1", b"%V00000116\r", Heard(Meaning.ALL_OFF)),
        ("tlvcam1", b"%S00000113\r", Heard(Meaning.OPEN_LIST)),
        ("tlvcam1", b"%S0012001301DA\r", Heard(Meaning.OPEN_LIST, ("12", "13"))),
        ("tlvcam1", b"%S000200030004029C\r", Heard(Meaning.OPEN_LIST, ("2", "3", "4"))),
        ("tlvcam1", b"%R0052\r", Heard(Meaning.ALIVE)),
        ("tlvcam2", b"$10012\r\n", Heard(Meaning.ON, ("12",))),
        ("tlvcam2", b"$20012\r\n", Heard(Meaning.OFF, ("12",))),
        ("tlvcam2", b"&30000\r\n", Heard(Meaning.ALL_OFF)),
        ("shure-dis", b"mic_on 12\r\n", Heard(Meaning.ON, ("12",))),
        ("shure-dis", b"mic_off 14\r\n", Heard(Meaning.OFF, ("14",))),
        ("shure-dis", b"mic_request_on 14\r\n", Heard(Meaning.REQUEST, ("14",))),
        ("shure-dis", b"mic_request_off 14\r\n", Heard(Meaning.WITHDRAWN, ("14",))),
        ("shure-dis", b"mic_status_done\r\n", Heard(Meaning.READ_DONE)),
        ("shure-dis", b"seat_state 12 active John Jones\r\n", Heard(Meaning.ALIVE)),
        ("shure-dis", b"mic_mode auto\r\n", Heard(Meaning.ALIVE)),
        ("shure-dis", b"command_error syntax error\r\n", Heard(Meaning.REFUSED)),
        ("taiden", bytes.fromhex("E6F10205"), Heard(Meaning.ON, ("517",))),
        ("taiden", bytes.fromhex("E6F20205"), Heard(Meaning.OFF, ("517",))),
        ("taiden", bytes.fromhex("E50000"), Heard(Meaning.ALL_OFF)),
    ],
)
def test_what_the_documents_print_is_understood(name: str, wire: bytes, heard: Heard) -> None:
    speaks = spoken(name)
    cutter = LineCutter(speaks.framing)
    lines = cutter.feed(wire, 0) or cutter.pause(1000)
    assert [understand(line.text, speaks.rules) for line in lines if isinstance(line, Line)] == [heard]


@pytest.mark.parametrize(
    ("name", "key", "wire"),
    [
        ("shure-dis", "on", b"mic_on 14\r"), ("shure-dis", "off", b"mic_off 14\r"), ("shure-dis", "all_off", b"mic_all_off\r"),
        ("taiden", "on", bytes.fromhex("E6F1000E")), ("taiden", "off", bytes.fromhex("E6F2000E")),
        ("taiden", "all_off", bytes.fromhex("E3ED00")),
    ],
)  # fmt: skip
def test_what_is_sent_is_what_the_documents_print(name: str, key: str, wire: bytes) -> None:
    speaks = spoken(name)
    assert encode(fill_in(getattr(speaks, key), "14"), speaks.framing) == wire


async def test_the_section_for_shure_dis_reads_and_switches() -> None:
    events = Events()
    async with SimDis(range(1, 9)) as unit:
        unit.press(3, True)
        device = built(SECTIONS["shure-dis"] | {"host": "127.0.0.1", "port": unit.ways.tcp_port}, events)
        async with served(device):
            assert set(events.of(MicReading)) == {
                MicReading("dis", "01", MicState.OFF), MicReading("dis", "03", MicState.ON)
            }  # fmt: skip
            await device.switch("01", True)
            assert unit.open == [3, 1]


async def test_the_section_for_tlvcam1_hears_and_acknowledges() -> None:
    events = Events()
    async with SimTlvcam() as unit, served(built(SECTIONS["tlvcam1"] | {"path": unit.ways.port.path}, events)):
        unit.press(3, True)
        await until(lambda: MicReading("televic", "03", MicState.ON) in events)
        await until(lambda: unit.acknowledged)


async def test_the_section_for_osc_reads_and_switches() -> None:
    async with UdpPeer() as probe:
        port = probe.port
    events = Events()
    async with SimOscDesk(range(1, 9), target=("127.0.0.1", port)) as desk:
        section = SECTIONS["osc"] | {"listen": f"127.0.0.1:{port}", "host": "127.0.0.1", "port": desk.port}
        device = built(section, events)
        async with served(device):
            await device.switch("03", True)
            assert desk.open == {3}
            desk.press(1, True)
            await until(lambda: MicReading("regie", "01", MicState.ON) in events)


def test_a_channel_that_a_command_cannot_name_is_told(manual_clock: ManualClock) -> None:
    config = hall_with(SECTIONS["taiden"], ("Voorzitter",))
    with pytest.raises(ConfigError, match=r"microphones \(taiden\): channel 'Voorzitter' is no number; change"):
        build(config, Events().append, manual_clock)
