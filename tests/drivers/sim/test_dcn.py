"""The simulated DCN-NG on its wires, byte for byte."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import serial_asyncio_fast
from hypothesis import given
from hypothesis import strategies as st

from drivers.sim.dcn import SimDcn, Unit
from drivers.sim.dcn_wire import Asked, SerialReader, TcpReader
from tests.drivers.sim.wire import Stream

UNITS = [Unit(517), Unit(518), Unit(519, chair=True)]


@pytest.fixture
async def unit() -> AsyncIterator[SimDcn]:
    async with SimDcn(UNITS, tcp_port=0) as unit:
        yield unit


@asynccontextmanager
async def serial(unit: SimDcn) -> AsyncIterator[Stream]:
    stream = Stream(*await serial_asyncio_fast.open_serial_connection(url=unit.path, baudrate=115200))
    try:
        yield stream
    finally:
        await stream.close()


@asynccontextmanager
async def tcp(unit: SimDcn) -> AsyncIterator[Stream]:
    stream = Stream(*await asyncio.open_connection(unit.host, unit.tcp_port))
    try:
        yield stream
    finally:
        await stream.close()


async def reply(stream: Stream, request: str, answer: str) -> None:
    stream.send(request)
    wanted = bytes.fromhex(answer)
    assert (await stream.take(len(wanted))).hex(" ") == wanted.hex(" ")


async def test_the_dialogue_of_the_document_over_rs232(unit: SimDcn) -> None:
    async with serial(unit) as line:
        await reply(line, "1B240D0302001E0090", "1B240D0404001E000000")
        await reply(
            line,
            "1B240D0304003000050275",
            "1B240D0506000E000502FFFF 1B240D05080001000502 01000300 1B240D04040030000000",
        )
        assert unit.desk.is_on(517)
        await reply(line, "1B240D0302002E0080", "1B240D0409002E000000 0100 050201")
        await reply(
            line, "1B240D0306003E000502FFFF67", "1B240D0404003E000000"
        )  # who speaks does not wait: no notification
        await reply(
            line, "1B240D0304003100050274", "1B240D0508000100050202000300 1B240D0506000F000502FFFF 1B240D04040031000000"
        )
        await reply(line, "1B240D0302001F008F", "1B240D0404001F000000")
        unit.press(517, True)
        await reply(line, "1B240D03020025 0089", "1B240D04060025000000 0000")


async def test_what_cannot_be_read_is_not_acknowledged(unit: SimDcn) -> None:
    async with serial(unit) as line:
        await reply(line, "1B240D0302001E0091", "1B240D020000")
        await reply(line, "FFFF 1B240D0302001E0090", "1B240D0404001E000000")
        assert unit.naks == 1


async def test_the_dialogue_of_the_document_over_tcp(unit: SimDcn) -> None:
    async with tcp(unit) as link:
        link.send("27704400100000000000000000000000")
        await reply(
            link, "031E004312000000000000000000000 01E00".replace(" ", ""), "041E00431400000000000000000000001E000000"
        )
        unit.press(517, True)
        assert await link.take(22) == bytes.fromhex("050E0043160000000000000000000000 0E000502FFFF")
        assert await link.take(24) == bytes.fromhex("05010043180000000000000000000000 0100050201000300")
        await reply(
            link,
            "03220043150000000000000000000000 2200050200",
            "05010043180000000000000000000000 0100050202000300 04220043140000000000000000000000 22000000",
        )
        assert unit.desk.speakers == {517: False}, "off leaves it in the list"
        await reply(link, "03990043120000000000000000000000 9900", "04990043140000000000000000000000 9900952A")
        await reply(
            link, "FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF", "02000000180000000000000000000000 0100000004000000"
        )


async def test_all_off_leaves_the_chair(unit: SimDcn) -> None:
    for number in (517, 518, 519):
        unit.press(number, True)
    async with tcp(unit) as link:
        await reply(link, "032F0043120000000000000000000000 2F00", "042F0043140000000000000000000000 2F000000")
    assert unit.desk.speakers == {519: True}


async def test_a_client_that_says_nothing_is_hung_up_on() -> None:
    async with SimDcn(UNITS, tcp_port=0, silence_s=0.2) as unit, tcp(unit) as link:
        assert await link.ended()
        assert unit.clients == 0


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_noise_is_survived(chunks: list[bytes]) -> None:
    reader, stream = SerialReader(), TcpReader()
    for chunk in chunks:
        reader.feed(chunk, 0.0, strict_gap=False)
        stream.feed(chunk)
    reader.feed(b"", 1.0, strict_gap=True)
    good = bytes.fromhex("1B240D0302001E0090")
    assert reader.feed(good, 2.0, strict_gap=True)[-1] == Asked(0x1E, 0, b"")
