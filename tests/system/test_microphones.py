"""Every microphone system through a whole meeting, over its own wire: drivers, director, cameras; no pictures."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from chamber.apps.demo_hall import free_port
from chamber.apps.sim_desks import desks
from chamber.core.domain import MeetingState
from chamber.core.errors import ConfigError
from config.load import load
from config.model import Config
from drivers.sim.desks import Numbered
from drivers.sim.script import Cast, meeting
from drivers.sim.x32 import SimX32
from tests.config.halls import written
from tests.system.devices import FASTER, Evening, evening
from tests.until import until

pytestmark = [pytest.mark.system, pytest.mark.timeout(40)]

CAST = Cast(
    "chair", ("m1", "m2", "m3", "m4", "m5"), "alderman", "lectern", "interruption",
    opening_item="opening", debate_item="debate", vote_item="vote", closed_item="closed", closing_item="closing",
)  # fmt: skip
SEATS = {
    "chair": (0.0, 1.4, 0.0), "alderman": (1.3, 1.4, 0.0), "lectern": (-2.0, 3.0, 40.0), "m1": (-2.6, 4.4, 80.0),
    "m2": (-2.2, 5.8, 110.0), "m3": (-0.8, 6.8, 160.0), "m4": (0.8, 6.8, -160.0), "m5": (2.2, 5.8, -110.0),
    "interruption": (1.6, 4.6, 190.0),
}  # fmt: skip
NAMES = {"chair": "Noor van Dijk", "m1": "Jan de Boer", "m2": "Elif Yılmaz"}
QUICK = {
    "confirm_ms": 75, "confirm_chair_ms": 20, "min_shot_ms": 500, "silence_to_wide_ms": 1000, "hold_ms": 500,
    "settle_ms": 190, "interjection_max_ms": 310, "chair_ms": 500, "bar_after_ms": 100, "pingpong_cuts": 0,
}  # fmt: skip
"""House rules at the pace of the evening, as far as CONFIG allows."""

TLVCAM1 = {
    "driver": "lines", "baud": 19200, "start": "%", "end": "\r", "checksum": "sum16-hex", "ack": "\u0006",
    "repeat_ms": 2000, "silence_ms": 15000,
    "rules": [
        {"pattern": r"[PM](?P<seat>\d{4})", "means": "on"},
        {"pattern": r"[pm](?P<seat>\d{4})", "means": "off"},
        {"pattern": r"S(?P<seats>(?:\d{4})+)", "width": 4, "means": "open_list"},
        {"pattern": "V0000", "means": "all_off"},
        {"pattern": "R", "means": "alive"},
    ],
}  # fmt: skip
OSC = {
    "driver": "osc", "silence_ms": 2500,
    "rules": [{"address": "/mic/{channel}/on", "means": "on", "otherwise": "off"}],
    "on": {"address": "/mic/{channel}/on", "arguments": [1]},
    "off": {"address": "/mic/{channel}/on", "arguments": [0]},
    "read": {"address": "/mic/{channel}/on"},
}  # fmt: skip
STORM_GAP_S = 0.005
SYSTEMS = ("x32", "xair", "dicentis", "dcn-ng-serial", "dcn-ng-tcp", "tlvcam1", "confero", "shure-dis", "osc")


def secret(folder: Path) -> str:
    """A file with a password in it."""
    path = folder / "secret"
    path.touch(mode=0o600)
    path.write_text("geheim-van-de-griffie\n", encoding="utf-8")
    return str(path)


def system_of(kind: str, folder: Path, name: str = "mics") -> dict[str, Any]:
    """A section [[microphones]] with an address of its own."""
    network = {"id": name, "host": "127.0.0.1", "port": free_port()}
    serial = {"id": name, "path": str(folder / f"tty-{name}")}
    match kind:
        case "x32" | "xair":
            return network | {"driver": kind}
        case "x32-level":
            return network | {"driver": "x32", "speaking": "level", "threshold_db": -30.0}
        case "xair-gate":
            return network | {"driver": "xair", "speaking": "gate"}
        case "dicentis":
            return network | {"driver": kind, "tls": False, "user": "raad", "password_file": secret(folder)}
        case "confero":
            return network | {"driver": kind, "token_file": secret(folder)}
        case "shure-dis":
            return network | {"driver": kind}
        case "dcn-ng-serial":
            return serial | {"driver": "dcn-ng", "unit_offset": 512}
        case "dcn-ng-tcp":
            return network | {"driver": "dcn-ng", "unit_offset": 512}
        case "tlvcam1":
            return serial | TLVCAM1
        case _:
            return network | OSC | {"listen": f"127.0.0.1:{free_port()}"}


def hall(
    folder: Path,
    *systems: dict[str, Any],
    handhelds: tuple[str, ...] = (),
    cameras: tuple[dict[str, Any], ...] = (),
    **more: Any,
) -> Config:
    """A hall of nine seats, each in sight of three cameras.

    `handhelds` are on the second system; without them the seats are dealt out to the systems in turn. `cameras` replace
    what the three cameras are and how they are reached; their places stay. `more` are further sections.
    """
    places: list[dict[str, Any]] = [
        {"id": "cam1", "driver": "visca-udp", "profile": "sony-x400", "x_m": -4.0, "y_m": 2.0, "heading_deg": 65.0},
        {"id": "cam2", "driver": "visca-tcp", "profile": "ptzoptics", "x_m": 4.0, "y_m": 2.0, "heading_deg": -65.0},
        {"id": "cam3", "driver": "visca-udp", "profile": "sony-x400", "x_m": 0.0, "y_m": 9.0, "heading_deg": 180.0},
    ]
    for camera in places:
        camera |= {"host": "127.0.0.1", "port": free_port(), "z_m": 2.3}
    reached = ("driver", "profile", "host", "port")
    for n, other in enumerate(cameras):
        places[n] = {key: value for key, value in places[n].items() if key not in reached} | other
    wide = {"id": "wide", "driver": "fixed", "x_m": 0.0, "y_m": 9.2, "z_m": 3.0, "heading_deg": 180.0}
    seats = []
    for number, (seat, (x_m, y_m, facing_deg)) in enumerate(SEATS.items(), 1):
        own = systems[0] if handhelds else systems[(number - 1) % len(systems)]
        system = systems[1] if seat in handhelds else own
        channel = f"Plaats {number}" if system["driver"] == "dicentis" else str(number)
        shots = [{"camera": camera["id"], "preset": number} for camera in places]
        seats.append(
            {"id": seat, "label": seat, "mic": f"{system['id']}:{channel}", "x_m": x_m, "y_m": y_m,
             "facing_deg": facing_deg, "shots": shots, "shared": seat in ("lectern", "interruption")}
        )  # fmt: skip
    phases = {"opening": "opening", "debate": "debate", "vote": "voting", "closed": "debate", "closing": "debate"}
    raw = {
        "hall": {"name": "Zaal", "organisation": "Gemeente", "width_m": 9.0, "depth_m": 10.0},
        "data": {"dir": str(folder / "data"), "run_dir": str(folder / "run")},
        "microphones": list(systems),
        "cameras": [*places, wide],
        "seats": seats,
        "people": [
            {"id": f"p-{seat}", "name": name, "role": "chair" if seat == "chair" else "councillor", "seat": seat}
            for seat, name in NAMES.items()
        ],
        "agenda": [
            {"id": item, "number": str(number), "title": item, "phase": phase, "closed": item == "closed"}
            for number, (item, phase) in enumerate(phases.items(), 1)
        ],
        "director": QUICK,
        "accounts": [{"name": "griffie", "role": "operator", "token_file": "griffie.token"}],
        **more,
    }
    return load(written(folder, raw), tokens=False)


async def played(house: Evening, *, wires: int = 1, on_the_way_s: float = 0.0, faster: int = FASTER) -> None:
    """The scripted meeting from planned to published, and everything that must be so in it."""
    await house.play(meeting(CAST, 45.0), faster)
    # what two systems tell within a millisecond of each other may change places
    await (house.all_heard() if wires <= 2 else house.each_heard())
    assert house.mixer.wrong == []
    assert house.mixer.ordered_on_air(on_the_way_s) == []
    assert house.without_recall() == []
    assert {seat for seat, _, _ in house.turns} == set(SEATS)
    assert len(house.mixer.cuts) >= 4, "the meeting was followed"
    assert len(set(house.mixer.cuts)) >= 2
    assert house.state.meeting.state is MeetingState.PUBLISHED
    assert house.state.open_seats() == ()
    assert house.room.open_seats == frozenset()
    assert house.up()
    seating = house.state.seating
    assert {seat: seating.person(house.state.hall, seat) for seat in NAMES} == {
        seat: house.state.hall.people[f"p-{seat}"] for seat in NAMES
    }


@pytest.mark.parametrize("kind", SYSTEMS)
async def test_a_whole_meeting_is_followed(kind: str, tmp_path: Path) -> None:
    async with evening(hall(tmp_path, system_of(kind, tmp_path))) as house:
        await played(house)


@pytest.mark.parametrize("kind", ["x32-level", "xair-gate"])
async def test_an_unmuted_channel_gets_the_picture_only_while_it_is_spoken_into(kind: str, tmp_path: Path) -> None:
    """All microphones are unmuted all evening, as in a hall with automatic mixing: the desk's meters say who speaks."""
    async with evening(hall(tmp_path, system_of(kind, tmp_path))) as house:
        desk = house.room.desks["mics"]
        assert isinstance(desk, Numbered)
        sim = desk.sim
        assert isinstance(sim, SimX32)

        def sound(channel: int, on: bool) -> None:
            sim.level(channel, 0.12 if on else 0.001)
            sim.gate(channel, 1.0 if on else 0.001)

        for channel in range(1, len(SEATS) + 1):
            sound(channel, False)
            sim.press(channel, True)
        await house.opened()
        await asyncio.sleep(0.5)
        assert house.state.open_seats() == ()
        assert house.mixer.cuts == []
        for channel, seat in enumerate(SEATS, 1):
            if seat in ("m1", "m4"):
                sound(channel, True)
                await until(lambda seat=seat: house.state.open_seats() == (seat,), what=f"{seat} speaks")  # type: ignore[misc]
                await until(lambda: house.mixer.seen[-1][1] is not None, what="and is shown")
                sound(channel, False)
                await until(lambda: house.state.open_seats() == (), what=f"{seat} is silent")
        assert house.mixer.wrong == []
        assert house.mixer.ordered_on_air() == []


async def test_two_systems_make_one_meeting(tmp_path: Path) -> None:
    systems = system_of("dicentis", tmp_path, "desks"), system_of("x32", tmp_path, "handhelds")
    async with evening(hall(tmp_path, *systems, handhelds=("lectern", "interruption"))) as house:
        await played(house)
        # one of them is lost: the other goes on, and the queue of the one that has a queue is known
        await house.room.cut_desk("handhelds")
        await until(lambda: not house.up("handhelds"), what="the handhelds are lost")
        await house.room.request("m3")
        await house.press("m2", True)
        await until(lambda: house.state.queue == ("m3",), what="the request is known")
        await house.all_heard()


async def test_all_systems_at_once_make_one_meeting(tmp_path: Path) -> None:
    """Nearly every seat has another kind of microphone: no system's events get in the way of another's."""
    kinds = [kind for kind in SYSTEMS if kind != "dcn-ng-tcp"]
    systems = [system_of(kind, tmp_path, f"mics-{kind}") for kind in kinds]
    async with evening(hall(tmp_path, *systems)) as house:
        await played(house, wires=len(systems))


@pytest.mark.parametrize("kind", SYSTEMS)
async def test_a_system_that_restarts_in_mid_meeting_is_read_again(kind: str, tmp_path: Path) -> None:
    async with evening(hall(tmp_path, system_of(kind, tmp_path))) as house:
        await house.opened()
        for seat in ("chair", "m1"):
            await house.press(seat, True)
        await until(lambda: set(house.state.open_seats()) == {"chair", "m1"})
        await house.room.cut_desk("mics")
        await until(lambda: not house.up("mics"), what="the link is lost")
        await house.room.close_mic("m1")
        await house.room.open_mic("m2")
        await house.room.restore_desk("mics")
        # a Televic unit answers nothing; it lists what is open every five seconds
        within_s = 8.0 if kind == "tlvcam1" else 3.0
        await until(
            lambda: house.up("mics") and set(house.state.open_seats()) == {"chair", "m2"},
            timeout_s=within_s, what="the state is right again",
        )  # fmt: skip
        for seat in ("chair", "m2"):
            await house.room.close_mic(seat)
        await until(lambda: house.state.open_seats() == (), what="and it is listened to again")
        assert house.mixer.wrong == []
        assert house.mixer.ordered_on_air() == []


@pytest.mark.parametrize("kind", SYSTEMS)
async def test_a_storm_of_presses_keeps_its_order(kind: str, tmp_path: Path) -> None:
    async with evening(hall(tmp_path, system_of(kind, tmp_path))) as house:
        await house.opened()
        seats = list(SEATS)
        for number in range(100):
            await house.press(seats[number % len(seats)], True)
            await asyncio.sleep(STORM_GAP_S)
            if number >= 2:
                await house.press(seats[(number - 2) % len(seats)], False)
                await asyncio.sleep(STORM_GAP_S)
        for number in (98, 99):
            await house.press(seats[number % len(seats)], False)
            await asyncio.sleep(STORM_GAP_S)
        if kind == "dicentis":
            # its list tells of what happened between two questions in an order of its own
            await house.each_heard()
        else:
            await house.all_heard()
        assert house.state.open_seats() == ()
        assert house.mixer.wrong == []
        assert house.mixer.ordered_on_air() == []


@pytest.mark.parametrize(
    ("system", "at"),
    [
        ({"path": "/dev/ttyUSB9", "end": "\r\n", "rules": [
            {"pattern": r"\$1(?P<seat>\d{4})", "means": "on"}, {"pattern": r"\$2(?P<seat>\d{4})", "means": "off"}]},
         "/dev/ttyUSB9"),
        ({"host": "127.0.0.1", "port": 9, "end": "\n", "rules": [
            {"pattern": r"mic_on (?P<seat>\d+)", "means": "on"}, {"pattern": r"mic_off (?P<seat>\d+)", "means": "off"}]},
         "tcp 127.0.0.1:9"),
        (TLVCAM1 | {"host": "127.0.0.1", "port": 9, "transport": "udp", "listen": "127.0.0.1:10"}, "udp 127.0.0.1:9"),
    ],
)  # fmt: skip
def test_a_simulator_is_found_by_the_rules_of_lines(system: dict[str, Any], at: str, tmp_path: Path) -> None:
    assert desks(hall(tmp_path, {"id": "mics", "driver": "lines"} | system))["mics"].address == at


@pytest.mark.parametrize(
    ("system", "why"),
    [
        ({"driver": "lines", "host": "127.0.0.1", "port": 9, "end": "\n",
          "rules": [{"pattern": r"opened (?P<seat>\d+)", "means": "on"}]}, "no simulator speaks lines"),
        ({"driver": "osc", "host": "127.0.0.1", "port": 9, "listen": "127.0.0.1:10",
          "rules": [{"address": "/desk/{channel}", "means": "on"}]}, "its rules do not know"),
        ({"driver": "dcn-ng", "path": "socket://192.0.2.5:4001"}, "is a network address"),
        ({"driver": "dicentis", "host": "127.0.0.1", "user": "a", "password_file": "none"}, "set tls = false"),
        ({"driver": "dicentis", "host": "127.0.0.1", "user": "a", "password_file": "none", "tls": False},
         "cannot be read"),
    ],
)  # fmt: skip
def test_what_cannot_be_simulated_is_said(system: dict[str, Any], why: str, tmp_path: Path) -> None:
    config = hall(tmp_path, {"id": "mics"} | system)
    with pytest.raises(ConfigError, match=rf"microphones \(mics\): .*{why}"):
        desks(config)
