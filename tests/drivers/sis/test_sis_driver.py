"""The Extron driver against the simulated matrix, on a pty and over TCP."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from chamber.core.errors import DeviceAuthError, DeviceRejectedError, DeviceUnreachableError
from chamber.ports import IdentityReading, OrderRefused, RouteReading
from drivers.sim.sis import SimSis
from drivers.sis.driver import ExtronSis
from drivers.sis.lines import Line, SerialLine, TcpLine
from tests.drivers.sessions import Events, QuickClock, TcpPeer, served
from tests.until import until


@pytest.fixture
async def matrix() -> AsyncIterator[SimSis]:
    async with SimSis(tcp_port=0, baud=38400) as matrix:
        yield matrix


def switcher(
    line: Line, events: Events, *, outputs: int = 4, password: str | None = None, factor: int = 1
) -> ExtronSis:
    return ExtronSis("switcher", line, outputs, events.append, QuickClock(factor), password=password)


def serial(matrix: SimSis, events: Events, factor: int = 1) -> ExtronSis:
    return switcher(SerialLine(matrix.path, 38400), events, factor=factor)


def tcp(matrix: SimSis, events: Events, *, password: str | None = None, factor: int = 1) -> ExtronSis:
    assert matrix.tcp_port is not None
    return switcher(TcpLine("127.0.0.1", matrix.tcp_port), events, password=password, factor=factor)


def routes(events: Events) -> dict[int, int | None]:
    return {reading.output: reading.input for reading in events.of(RouteReading)}


@pytest.mark.parametrize("connect", [serial, tcp])
async def test_every_output_is_read_before_it_is_ready(matrix: SimSis, connect: object) -> None:
    assert callable(connect)
    matrix.panel_tie(2, 5)
    events = Events()
    async with served(connect(matrix, events)):
        assert routes(events) == {1: 0, 2: 5, 3: 0, 4: 0}
        assert events.of(IdentityReading) == [IdentityReading("switcher", "V8X4 A8X4 60-0000-01 1.23")]


async def test_ties_that_are_read_as_lines_are_understood_too() -> None:
    events = Events()
    async with SimSis(baud=38400, tagged_ties=True) as matrix:
        matrix.panel_tie(2, 5)
        async with served(serial(matrix, events)):
            assert routes(events) == {1: 0, 2: 5, 3: 0, 4: 0}
            matrix.panel_tie(3, 1)
            await until(lambda: routes(events)[3] == 1)


async def test_wished_ties_are_made_and_confirmed(matrix: SimSis) -> None:
    events = Events()
    device = serial(matrix, events)
    async with served(device):
        device.wish({1: 3, 4: 2}, "presentation")
        await until(lambda: routes(events) == {1: 3, 2: 0, 3: 0, 4: 2})
        assert (matrix.video(1), matrix.video(4), matrix.audio(4)) == (3, 2, 2)
        device.wish({1: 3, 4: 0}, "end")
        await until(lambda: routes(events)[4] == 0)
        assert [what for _, what in matrix.log] == ["Out01 In03 All", "Out04 In02 All", "Out04 In00 All"]


async def test_of_many_wishes_the_newest_wins(matrix: SimSis) -> None:
    events = Events()
    device = serial(matrix, events)
    async with served(device):
        for source in (1, 2, 3, 4, 5):
            device.wish({1: source}, "hurry")
        await until(lambda: routes(events)[1] == 5)
        # the first goes out at once, unless a question was under way
        assert [what for _, what in matrix.log] in (["Out01 In01 All", "Out01 In05 All"], ["Out01 In05 All"])


async def test_a_wish_before_the_session_is_carried_out_in_it(matrix: SimSis) -> None:
    events = Events()
    device = serial(matrix, events)
    device.wish({2: 7}, "presentation")
    async with served(device):
        await until(lambda: routes(events)[2] == 7)


async def test_the_panel_is_followed_and_not_fought(matrix: SimSis) -> None:
    events = Events()
    device = serial(matrix, events)
    async with served(device):
        device.wish({1: 3}, "presentation")
        await until(lambda: routes(events)[1] == 3)
        matrix.panel_tie(1, 6)
        await until(lambda: routes(events)[1] == 6)
        device.wish({1: 3}, "presentation")
        await asyncio.sleep(0.1)
        assert matrix.video(1) == 6
        device.wish({1: 3}, "operator")
        await until(lambda: matrix.video(1) == 3)


async def test_a_recalled_preset_is_read_back(matrix: SimSis) -> None:
    matrix.panel_tie(3, 4)
    matrix.matrix.save(5)
    matrix.panel_tie(3, 1)
    events = Events()
    async with served(serial(matrix, events)):
        matrix.panel_mute(2, True)
        matrix.panel_recall(5)
        await until(lambda: routes(events)[3] == 4)


async def test_another_controller_is_heard(matrix: SimSis) -> None:
    events, others = Events(), Events()
    other = tcp(matrix, others)
    async with served(serial(matrix, events)), served(other):
        other.wish({2: 8}, "theirs")
        await until(lambda: routes(events)[2] == 8)


async def test_a_unit_that_restarts_is_set_and_read_again(matrix: SimSis) -> None:
    events = Events()
    async with served(serial(matrix, events)) as session:
        matrix.matrix.tie(6, 2, ("video", "audio"))  # while it was off
        matrix.reboot()
        await until(lambda: routes(events)[2] == 6)
        matrix.panel_tie(1, 1)
        await until(lambda: routes(events)[1] == 1, what="verbose mode was set again")
        assert not session.over


async def test_a_refused_tie_is_reported_once(matrix: SimSis) -> None:
    events = Events()
    device = serial(matrix, events)
    async with served(device):
        device.wish({1: 99, 9: 1, 2: 3}, "presentation")
        await until(lambda: routes(events)[2] == 3)
        await until(lambda: len(events.of(OrderRefused)) == 2)
        assert events.of(OrderRefused) == [
            OrderRefused("switcher", "1 to output 9", "no such input or output"),
            OrderRefused("switcher", "99 to output 1", "E01: input number out of range"),
        ]
        device.wish({1: 99, 9: 1, 2: 3}, "presentation")
        await asyncio.sleep(0.1)
        assert len(events.of(OrderRefused)) == 2


async def test_a_busy_unit_is_asked_again_and_then_given_up(matrix: SimSis) -> None:
    events = Events()
    device = serial(matrix, events, factor=5)
    async with served(device):
        matrix.faults.refuse = 22
        device.wish({1: 3}, "presentation")
        await until(lambda: len([what for _, what in matrix.log if "refused" in what]) == 2)
        matrix.faults.clear()
        await until(lambda: routes(events)[1] == 3)
        matrix.faults.refuse = 22
        device.wish({1: 4}, "presentation")
        await until(lambda: events.of(OrderRefused))
        assert "busy" in events.of(OrderRefused)[0].reason


async def test_a_unit_with_fewer_outputs_than_configured_says_so(matrix: SimSis) -> None:
    async with served(switcher(SerialLine(matrix.path), Events(), outputs=6), wait=False) as session:
        await until(lambda: session.over)
        assert isinstance(session.error, DeviceRejectedError)
        assert "output 5" in str(session.error)


async def test_the_password_is_given_when_asked_for() -> None:
    events = Events()
    async with SimSis(tcp_port=0, password="geheim") as matrix:
        async with served(tcp(matrix, events, password="geheim")):
            assert routes(events) == {1: 0, 2: 0, 3: 0, 4: 0}
        for wrong, reason in (("fout", "was refused"), (None, "is asked for")):
            async with served(tcp(matrix, events, password=wrong), wait=False) as session:
                await until(lambda: session.over)
                assert isinstance(session.error, DeviceAuthError)
                assert reason in str(session.error)
                assert "geheim" not in str(session.error)


@pytest.mark.parametrize("connect", [serial, tcp])
async def test_silence_ends_the_session(matrix: SimSis, connect: object) -> None:
    assert callable(connect)
    events = Events()
    device = connect(matrix, events, factor=20)
    async with served(device) as session:
        matrix.faults.silent = True  # noticed by the keep-alive, 30 s on its clock
        await until(lambda: session.over)
        assert isinstance(session.error, DeviceUnreachableError)
        assert routes(events) == {1: None, 2: None, 3: None, 4: None}


async def test_a_quiet_unit_is_alive_as_long_as_it_answers(matrix: SimSis) -> None:
    async with served(serial(matrix, Events(), factor=50)) as session:
        await asyncio.sleep(1.5)  # 75 s on its clock
        assert not session.over


async def test_a_pulled_cable_ends_the_session_and_the_next_reads_back(matrix: SimSis) -> None:
    events = Events()
    async with served(serial(matrix, events)) as session:
        matrix.port.unplug()
        await until(lambda: session.over)
    matrix.matrix.tie(2, 1, ("video", "audio"))
    matrix.port.replug()
    async with served(serial(matrix, events)):
        assert routes(events)[1] == 2


@pytest.mark.parametrize("fault", ["drop", "garble", "duplicate", "lose"])
async def test_a_bad_line_costs_sessions_but_no_truth(matrix: SimSis, fault: str) -> None:
    events = Events()
    setattr(matrix.faults, fault, 0.05)
    device = serial(matrix, events, factor=5)
    device.wish({1: 3, 2: 4}, "presentation")
    for _ in range(40):
        async with served(device, wait=False) as session:
            await until(lambda: session.over or {1: 3, 2: 4}.items() <= routes(events).items())
            if not session.over:
                break
    assert (matrix.video(1), matrix.video(2)) == (3, 4)


async def test_a_unit_with_one_output_is_selected_not_tied() -> None:
    events = Events()
    async with TcpPeer() as peer:
        device = switcher(TcpLine("127.0.0.1", peer.port), events, outputs=1)
        async with served(device, wait=False) as session:
            await peer.accept()
            peer.write(b"(c) Copyright 2019, Extron Electronics, SW4 HD 4K PLUS, V1.00, 60-0000-02\r\n")
            assert await peer.read(5) == b"\x1b3CV\r"
            peer.write(b"Vrb3\r\n")
            for question, answer in (
                (b"I", b"In1 Ausw0 Afmt0 Vmt0"),
                (b"N", b"60-0000-02"),
                (b"Q", b"1.00"),
                (b"!", b"In2 All"),
            ):
                assert await peer.read(1) == question
                peer.write(answer + b"\r\n")
            await until(lambda: session.ready)
            assert routes(events) == {1: 2}
            assert await peer.read(4) == b"\x1bVM\r"  # a question that it does not know and leaves unanswered
            device.wish({1: 4}, "presentation")
            assert await peer.read(2) == b"4!"
            peer.write(b"In3 All\r\nIn004 All\r\n")  # somebody at the panel first
            await until(lambda: routes(events) == {1: 4})
            assert [reading.input for reading in events.of(RouteReading)] == [2, 3, 4]


async def test_another_controllers_tie_is_not_taken_for_an_answer() -> None:
    events = Events()
    async with (
        TcpPeer() as peer,
        served(switcher(TcpLine("127.0.0.1", peer.port), events, outputs=2), wait=False) as session,
    ):
        await peer.accept()
        peer.write(b"(c) Copyright\r\n(c) Copyright 2016, Extron\r\n")
        await peer.read(5)
        peer.write(b"Vrb3\r\n")
        for question in (b"I", b"N", b"Q"):
            assert await peer.read(1) == question
            peer.write(b"x\r\n")
        assert await peer.read(2) == b"1%"
        peer.write(b"Out01 In07 All\r\nOut02 In06 Aud\r\nQik\r\n05\r\n")
        assert await peer.read(2) == b"2%"
        peer.write(b"06\r\n")
        assert await peer.read(2) == b"1%"  # because of Qik
        peer.write(b"08\r\n")
        await until(lambda: session.ready)
        assert routes(events) == {1: 8, 2: 6}


async def test_a_prompt_that_comes_late_is_still_answered() -> None:
    async with TcpPeer() as peer:
        device = switcher(TcpLine("127.0.0.1", peer.port), Events(), outputs=1, password="geheim")
        async with served(device, wait=False) as session:
            await peer.accept()
            peer.write(b"(c) Copyright 2016, Extron\r\n")
            assert await peer.read(5) == b"\x1b3CV\r"
            peer.write(b"\r\nPassword:")
            assert await peer.read(7) == b"geheim\r"
            peer.write(b"\r\nLogin User\r\n")
            assert await peer.read(5) == b"\x1b3CV\r"
            assert not session.over


async def test_a_password_without_an_answer_ends_the_session() -> None:
    async with TcpPeer() as peer:
        device = switcher(TcpLine("127.0.0.1", peer.port), Events(), password="geheim", factor=5)
        async with served(device, wait=False) as session:
            await peer.accept()
            peer.write(b"\r\nPassword:")
            await until(lambda: session.over)
            assert isinstance(session.error, DeviceUnreachableError)
            assert "no answer to the password" in str(session.error)


async def test_a_question_to_a_busy_unit_is_asked_again() -> None:
    async with TcpPeer() as peer:
        device = switcher(TcpLine("127.0.0.1", peer.port), Events(), outputs=1, factor=5)
        async with served(device, wait=False):
            await peer.accept()
            peer.write(b"(c) Copyright 2016, Extron\r\n")
            for _ in range(2):
                assert await peer.read(5) == b"\x1b3CV\r"
                peer.write(b"E22\r\n")
