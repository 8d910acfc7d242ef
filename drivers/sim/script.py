"""A meeting as people hold it: who presses which microphone when, and what the operator does meanwhile.

Plain data, so that it can be played to any hall and compared with what came of it. People press buttons in the hall
(`mic_on`, `mic_off`, `panel`); the operator's orders (`operator`) are the control API's commands and are for the
caller to give.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

SHORTEST_S = 45.0

Kind = Literal["mic_on", "mic_off", "panel", "operator"]


@dataclass(frozen=True, slots=True)
class Step:
    """One act. `what` is a seat for microphones, an input for the panel, a command for the operator."""

    at_s: float
    kind: Kind
    what: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays in a hall: seat ids, agenda item ids and names of the presentation switcher's inputs and outputs.

    `members` are five or more seats. Items: empty ones are left out of the script. `laptop` and `desk_input` are
    inputs, `screen` is the output that the hall looks at; empty without a switcher.
    """

    chair: str
    members: tuple[str, ...]
    alderman: str
    lectern: str
    interruption: str
    opening_item: str = ""
    debate_item: str = ""
    presentation_item: str = ""
    vote_item: str = ""
    closed_item: str = ""
    closing_item: str = ""
    laptop: str = ""
    desk_input: str = ""
    screen: str = ""


class _Writer:
    """Notes steps at a running time; the clock only ever goes on."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.now_s = 0.0

    def wait(self, seconds: float) -> None:
        self.now_s += seconds

    def on(self, seat: str) -> None:
        self._note("mic_on", seat)

    def off(self, seat: str) -> None:
        self._note("mic_off", seat)

    def speak(self, seat: str, seconds: float) -> None:
        """Open, speak, close."""
        self.on(seat)
        self.wait(seconds)
        self.off(seat)
        self.wait(0.15)

    def order(self, command: str, **values: object) -> None:
        self._note("operator", command, values)

    def item(self, item: str) -> None:
        if item:
            self.order("item.select", item=item)

    def panel(self, source: str, output: str) -> None:
        if source and output:
            self._note("panel", source, {"output": output})

    def _note(self, kind: Kind, what: str, values: Mapping[str, object] | None = None) -> None:
        self.steps.append(Step(round(self.now_s, 3), kind, what, values or {}))


def meeting(cast: Cast, total_s: float = 90.0) -> tuple[Step, ...]:
    """The steps of one evening in `total_s` seconds, from planned to published; a longer one has longer turns.

    Visits every state. During the suspension, behind closed doors and after the end people talk at open microphones.

    Raises:
        ValueError: shorter than 45 s, or fewer than five members.
    """
    if total_s < SHORTEST_S:
        raise ValueError(f"a meeting takes {SHORTEST_S:.0f} s or more, not {total_s}")
    if len(cast.members) < 5:
        raise ValueError("a debate takes five members or more")
    writer = _Writer()
    _begin(writer, cast)
    _debate(writer, cast)
    _present(writer, cast)
    _suspend(writer, cast)
    _behind_closed_doors(writer, cast)
    _vote_and_end(writer, cast)
    stretch = total_s / SHORTEST_S
    return tuple(Step(round(step.at_s * stretch, 3), step.kind, step.what, step.values) for step in writer.steps)


def _begin(writer: _Writer, cast: Cast) -> None:
    writer.wait(0.5)
    writer.order("meeting.standby")
    writer.wait(1.0)
    # somebody tries the microphone before it begins: nothing of that may get out
    writer.speak(cast.members[0], 0.6)
    writer.on(cast.chair)
    writer.wait(0.6)
    writer.order("meeting.open")
    writer.item(cast.opening_item)
    writer.wait(2.4)
    writer.off(cast.chair)
    writer.wait(0.2)


def _debate(writer: _Writer, cast: Cast) -> None:
    """Two terms with two interruptions; the speaker's microphone stays open meanwhile."""
    first, second, third, fourth, *_ = cast.members
    writer.item(cast.debate_item)
    writer.speak(cast.chair, 0.8)
    writer.on(first)
    writer.wait(2.2)
    writer.speak(cast.interruption, 1.3)
    writer.wait(1.2)
    writer.off(first)
    writer.wait(0.15)
    writer.speak(cast.chair, 0.6)
    writer.on(second)
    writer.wait(1.7)
    writer.speak(cast.interruption, 1.2)
    writer.wait(0.8)
    writer.off(second)
    writer.speak(third, 1.6)
    writer.on(fourth)
    writer.wait(0.9)
    # two at once, as it goes
    writer.on(third)
    writer.wait(0.5)
    writer.off(third)
    writer.wait(0.6)
    writer.off(fourth)
    writer.speak(cast.alderman, 2.4)
    writer.speak(first, 1.4)


def _present(writer: _Writer, cast: Cast) -> None:
    writer.item(cast.presentation_item)
    writer.speak(cast.chair, 0.5)
    if cast.laptop:
        writer.order("presentation.select", input=cast.laptop)
    writer.on(cast.lectern)
    writer.wait(2.4)
    writer.panel(cast.desk_input, cast.screen)
    writer.wait(1.2)
    writer.off(cast.lectern)
    writer.speak(cast.members[4], 0.9)


def _suspend(writer: _Writer, cast: Cast) -> None:
    writer.on(cast.chair)
    writer.wait(0.6)
    writer.order("meeting.suspend", resumes_at="21:15")
    writer.wait(0.3)
    writer.off(cast.chair)
    for seat in (cast.members[1], cast.members[2]):
        writer.on(seat)
        writer.wait(0.5)
    writer.wait(0.8)
    writer.off(cast.members[1])
    writer.wait(0.3)
    writer.off(cast.members[2])
    writer.on(cast.chair)
    writer.wait(0.4)
    writer.order("meeting.open")
    writer.wait(0.8)


def _behind_closed_doors(writer: _Writer, cast: Cast) -> None:
    """The chair's microphone is open from before; two acts bring the public back."""
    writer.order("meeting.close_doors")
    writer.item(cast.closed_item)
    writer.wait(1.2)
    writer.order("meeting.close")
    writer.wait(0.4)
    writer.off(cast.chair)
    writer.speak(cast.alderman, 0.9)
    writer.on(cast.members[3])
    writer.wait(0.5)
    writer.speak(cast.interruption, 0.6)
    writer.off(cast.members[3])
    writer.on(cast.chair)
    writer.wait(0.4)
    writer.order("meeting.reopen_doors")
    writer.wait(1.6)
    writer.order("meeting.open")
    writer.wait(0.6)


def _vote_and_end(writer: _Writer, cast: Cast) -> None:
    writer.item(cast.vote_item)
    writer.wait(0.5)
    writer.order("vote.begin", kind="show_of_hands")
    writer.wait(0.9)
    writer.order("vote.record", kind="show_of_hands", outcome="adopted", for_count=12, against_count=7)
    writer.item(cast.closing_item)
    writer.wait(0.8)
    writer.order("meeting.end")
    writer.wait(0.4)
    writer.off(cast.chair)
    # afterwards people go on talking, and nobody has to think of the buttons
    writer.speak(cast.members[0], 0.8)
    writer.order("meeting.publish")


async def play(
    steps: tuple[Step, ...],
    act: Callable[[Step], Awaitable[None]],
    *,
    begin_s: float | None = None,
    now_s: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Hand each step to `act` when it is due; a late one follows at once and the rest keeps its times.

    Args:
        steps: in order of time.
        act: does or gives it; what it raises ends the play.
        begin_s: moment of second 0 on the clock, now when None.
        now_s: the clock, seconds.
        sleep: waits that long on the same clock.
    """
    start_s = now_s() if begin_s is None else begin_s
    for step in steps:
        wait_s = start_s + step.at_s - now_s()
        if wait_s > 0:
            await sleep(wait_s)
        await act(step)
