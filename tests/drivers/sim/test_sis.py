"""The matrix over its serial port and TCP, with the dialogues of the protocol document."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import serial_asyncio_fast
from hypothesis import given
from hypothesis import strategies as st

from drivers.sim.faults import Faults
from drivers.sim.sis import Identity, SimSis
from drivers.sim.sis_matrix import BOTH, Matrix, RefusedError
from drivers.sim.sis_session import Session
from tests.conftest import ManualClock
from tests.drivers.sim.wire import Stream
from tests.until import until


@asynccontextmanager
async def opened(path: str) -> AsyncIterator[Stream]:
    stream = Stream(*await serial_asyncio_fast.open_serial_connection(url=path, baudrate=9600))
    try:
        yield stream
    finally:
        await stream.close()


@asynccontextmanager
async def dialled(unit: SimSis) -> AsyncIterator[Stream]:
    stream = Stream(*await asyncio.open_connection(unit.host, unit.tcp_port))
    try:
        yield stream
    finally:
        await stream.close()


@pytest.fixture
async def unit(tmp_path: Path) -> AsyncIterator[SimSis]:
    async with SimSis(str(tmp_path / "ttyEXT"), tcp_port=0) as unit:
        yield unit


@pytest.fixture
async def wire(unit: SimSis) -> AsyncIterator[Stream]:
    async with opened(unit.path) as stream:
        yield stream


async def ask(wire: Stream, command: bytes) -> str:
    wire.send(command)
    return await wire.line()


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        (bytes.fromhex("312a3321"), "Out03 In01 All"),  # 1*3!
        (bytes.fromhex("1b3343560d"), "Vrb3"),
        (bytes.fromhex("1b2b51312a3221332a34210d"), "Qik"),
        (b"7*4%", "Out04 In07 Vid"),
        (b"3*4&", "Out04 In03 RGB"),
        (b"2*04$", "Out04 In02 Aud"),
        (b"3*!", "In03 All"),
        (b"3*%", "In03 Vid"),
        (b"0*2!", "Out02 In00 All"),
        (b"3%", "00"),
        (b"W3CV|", "Vrb3"),
        (b"w3cv|", "Vrb3"),
        (b"\x1bCV\r", "1"),
        (b"1*1B", "Vmt1*1"),
        (b"1*2b", "Vmt1*2"),
        (b"1B", "0"),
        (b"1*B", "Vmt1"),
        (b"0*B", "Vmt0"),
        (b"2*1Z", "Amt2*1"),
        (b"2Z", "0"),
        (b"\x1bVM\r", "0000"),
        (b"9,", "Spr09"),
        (b"I", "V8X4 A8X4"),
        (b"1I", "DTP CrossPoint 84"),
        (b"N", "60-0000-01"),
        (b"q", "1.23"),
        (b"X", "0"),
        (b"1X", "Exe1"),
        (b"0LS", "11111111"),
        (b"9*1!", "E01"),
        (b"1*5!", "E12"),
        (b"1*0!", "E12"),
        (b"5%", "E12"),
        (b"1*7B", "E13"),
        (b"1*2Z", "E13"),
        (b"W4CV|", "E13"),
        (b"7.", "E11"),
        (b"0,", "E11"),
        (b"99,", "E11"),
        (b"K", "E10"),
        (b"1*", "E10"),
        (b"W1*2!|", "E10"),
        (b"W+Q1*2!junk|", "E10"),
        (b"W+Q1*2!9*3!|", "E01"),
    ],
)
async def test_one_command_one_reply(wire: Stream, command: bytes, reply: str) -> None:
    assert await ask(wire, command + b"\r\n") == reply
    assert await ask(wire, b"Q") == "1.23" if "Vrb3" not in reply else "Ver01*1.23"


async def test_several_commands_in_a_row_need_no_separator(unit: SimSis, wire: Stream) -> None:
    wire.send(b"1*1!02*02$03*03%9*1!Q")
    replies = [await wire.line() for _ in range(5)]
    assert replies == ["Out01 In01 All", "Out02 In02 Aud", "Out03 In03 Vid", "E01", "1.23"]
    assert [unit.video(output) for output in range(1, 5)] == [1, 0, 3, 0]
    assert [unit.audio(output) for output in range(1, 5)] == [1, 2, 0, 0]
    assert [await ask(wire, read) for read in (b"1%", b"2%", b"2$", b"3$")] == ["01", "00", "02", "00"]


async def test_quick_ties_are_all_or_nothing(unit: SimSis, wire: Stream) -> None:
    assert await ask(wire, b"\x1b+Q1*2!3*4%5*4$\r") == "Qik"
    assert [unit.video(2), unit.video(4), unit.audio(4)] == [1, 3, 5]
    assert await ask(wire, b"\x1b+Q6*2!6*9!\r") == "E12"
    assert unit.video(2) == 1


async def test_presets_bring_ties_back(unit: SimSis, wire: Stream) -> None:
    for command, reply in ((b"2*1!", "Out01 In02 All"), (b"5,", "Spr05"), (b"3*!", "In03 All"), (b"5.", "Rpr05")):
        assert await ask(wire, command) == reply
    assert [unit.video(output) for output in range(1, 5)] == [2, 0, 0, 0]


async def test_queries_get_their_tags_in_modes_2_and_3(unit: SimSis, wire: Stream) -> None:
    await ask(wire, b"2*1Z")
    await ask(wire, b"1*1B3*2B3*1Z")
    assert [await wire.line() for _ in range(2)] == ["Vmt3*2", "Amt3*1"]
    assert await ask(wire, b"\x1bVM\r") == "1230"
    assert await ask(wire, b"W2CV|") == "Vrb2"
    assert await ask(wire, b"\x1bVM\r") == "Mut1230"
    assert await ask(wire, b"3B") == "Vmt3*2"
    assert await ask(wire, b"W1I|") == "E10"
    assert await ask(wire, b"1I") == "Inf01*DTP CrossPoint 84"
    assert await ask(wire, b"3%") == "00"
    unit.panel_tie(1, 1)
    assert await ask(wire, b"0LS") == "Frq00 11111111"


async def test_some_families_tag_read_ties() -> None:
    async with SimSis(tagged_ties=True) as unit, opened(unit.path) as wire:
        await ask(wire, b"4*3!")
        assert await ask(wire, b"3%") == "04"
        await ask(wire, b"W3CV|")
        assert await ask(wire, b"3%") == "Out03 In04 Vid"


async def test_the_front_panel_is_heard_in_modes_1_and_3_only(unit: SimSis, wire: Stream) -> None:
    for mode, heard in ((1, True), (2, False), (3, True), (0, False)):
        await ask(wire, f"W{mode}CV|".encode())
        unit.panel_tie(3, 2)
        unit.panel_mute(1, True)
        if heard:
            assert [await wire.line(), await wire.line()] == ["Qik", "Vmt1*1"]
        assert await ask(wire, b"3*4!") == "Out04 In03 All"
    assert unit.video(3) == 2
    with pytest.raises(RefusedError, match="E12"):
        unit.panel_tie(9, 1)
    unit.matrix.save(5)
    await ask(wire, b"W3CV|")
    unit.panel_recall(5)
    assert await wire.line() == "Rpr05"


async def test_a_pause_of_more_than_ten_seconds_aborts_silently(manual_clock: ManualClock) -> None:
    session = Session(Matrix(8, 4), Identity(), Faults(), mode=1, now_s=lambda: manual_clock.now_ms() / 1000)
    assert session.feed(b"1*") == []
    manual_clock.advance(9_900)
    assert [outcome.reply for outcome in session.feed(b"3!")] == ["Out03 In01 All"]
    assert session.feed(b"1*") == []
    manual_clock.advance(10_100)
    assert [outcome.reply for outcome in session.feed(b"3%")] == ["01"]


async def test_a_reboot_says_the_banner_and_forgets_the_mode_but_not_the_ties(unit: SimSis, wire: Stream) -> None:
    await ask(wire, b"W3CV|")
    await ask(wire, b"4*2!")
    unit.reboot()
    assert (await wire.line()).startswith("(c) Copyright 2016, Extron Electronics, DTPCP84, V1.23, 60-")
    assert await ask(wire, b"WCV|") == "1"
    assert await ask(wire, b"2%") == "04"


async def test_tcp_has_a_banner_and_hears_nothing_until_it_asks(unit: SimSis, wire: Stream) -> None:
    async with dialled(unit) as remote:
        assert (await remote.line()).startswith("(c) Copyright")
        assert await remote.line()
        unit.panel_tie(1, 2)
        assert await wire.line() == "Qik"
        assert await ask(remote, b"W3CV|") == "Vrb3"
        assert await ask(wire, b"1*3!") == "Out03 In01 All"
        assert await remote.line() == "Out03 In01 All"
        assert await ask(remote, b"2*3!") == "Out03 In02 All"
        assert await wire.line() == "Out03 In02 All"
        unit.reboot()
        assert await remote.ended()


async def test_a_password_is_asked_until_it_is_right(tmp_path: Path) -> None:
    async with SimSis(str(tmp_path / "tty"), tcp_port=0, password="A123") as unit, dialled(unit) as remote:
        await remote.line()
        await remote.line()
        assert await remote.take(11) == b"\r\nPassword:"
        remote.send(b"1*1!\r")
        assert await remote.take(11) == b"\r\nPassword:"
        assert unit.video(1) == 0
        remote.send(b"A123\r\n1*1!")
        assert [await remote.line() for _ in range(3)] == ["", "Login Administrator", "Out01 In01 All"]


async def test_the_port_can_be_pulled_and_put_back(unit: SimSis, wire: Stream) -> None:
    await ask(wire, b"4*2!")
    unit.port.unplug()
    assert await wire.ended()
    unit.matrix.tie(1, 1, BOTH)
    unit.port.replug()
    async with opened(unit.path) as again:
        assert await ask(again, b"2%") == "04"
        assert await ask(again, b"1%") == "01"


async def test_faults_reach_the_wire(unit: SimSis, wire: Stream) -> None:
    unit.faults.refuse = 22
    assert await ask(wire, b"1*3!") == "E22"
    assert unit.video(3) == 0
    unit.faults.clear()
    unit.faults.silent = True
    wire.send(b"1*3!")
    await until(lambda: unit.video(3) == 1)
    unit.faults.clear()
    unit.faults.duplicate = 1.0
    assert await ask(wire, b"3%") == await wire.line() == "01"


async def test_changes_are_told_and_logged(unit: SimSis, wire: Stream) -> None:
    told = list[int]()
    unit.on_change = lambda: told.append(unit.video(1))
    await ask(wire, b"2*1!")
    await ask(wire, b"1%")
    unit.panel_tie(1, 5)
    await wire.line()
    await ask(wire, b"9*1!")
    assert told == [2, 5]
    assert [what for _, what in unit.log] == ["Out01 In02 All", "panel tie 5*1", "refused '9*1!'"]


async def test_the_two_hundred_and_first_client_is_refused(unit: SimSis) -> None:
    streams = [Stream(*await asyncio.open_connection(unit.host, unit.tcp_port)) for _ in range(200)]
    for stream in streams:
        await stream.line()
    async with dialled(unit) as refused:
        assert await refused.ended()
    for stream in streams:
        await stream.close()


@given(st.lists(st.binary(max_size=30), max_size=20))
def test_chunking_never_matters_and_noise_is_survived(chunks: list[bytes]) -> None:
    def replies(pieces: list[bytes]) -> list[str]:
        session = Session(Matrix(8, 4), Identity(), Faults(), mode=1, now_s=lambda: 0.0)
        return [outcome.reply for piece in pieces for outcome in session.feed(piece)]

    assert replies(chunks) == replies([b"".join(chunks)])
    assert all(reply.isprintable() for reply in replies(chunks))
