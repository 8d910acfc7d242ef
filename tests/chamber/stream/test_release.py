"""The gate of the stream against a plain model, over random evenings in virtual time."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from chamber.core.domain import MeetingState
from chamber.core.gate import Lease
from chamber.stream.packager import Packager, Part
from chamber.stream.release import STALL_MS, Hooks, Release
from tests.chamber.stream import samples
from tests.conftest import ManualClock

KINDS = ("begin", "suspended", "closed", "ended", "fault")
LATENCY_MS = 60


@dataclass
class Said:
    """What the controller said last, as the model keeps it."""

    state: str = "planned"
    epoch: str = "a"
    opened: str = "a"
    issued_ms: int = -10_000


class Evening:
    """A release with an invented encoder that makes parts 60 ms late, and a controller."""

    def __init__(self, delay_ms: int) -> None:
        self.clock = ManualClock()
        self.settings = samples.settings(delay_ms=delay_ms)
        self.packager = Packager(self.settings, self.clock)
        self.release = Release(self.settings, self.packager, self.clock, Hooks(self._stopped, self._withdrawn))
        for kind in KINDS:
            self.release.set_reel(kind, samples.reel(self.settings.gop_frames))
        self.packager.on_published(self._published)
        self.said = Said()
        self.seq = 0
        self.repeating = True
        self.permitted_since_ms: int | None = None
        self.void: list[tuple[int, int]] = []
        self.parts: list[tuple[int, Part]] = []
        self.running = False
        self.fed: list[int] = []
        self.made: list[tuple[int, object]] = []
        self.frames = 0

    # -- the model

    def permitted(self) -> bool:
        said = self.said
        fresh = 0 <= self.clock.now_ms() - said.issued_ms <= 1000
        return said.state == "open" and said.opened == said.epoch and fresh

    def _note(self) -> None:
        if not self.permitted():
            self.permitted_since_ms = None
        elif self.permitted_since_ms is None:
            self.permitted_since_ms = self.clock.now_ms()

    def _published(self, part: Part) -> None:
        now_ms = self.clock.now_ms()
        if part.live:
            self._note()
            assert self.permitted(), "published without permission"
            assert part.capture_ms >= self.permitted_since_ms + 300, "captured before reopening and margin"
            assert part.end_ms + self.settings.delay_ms <= now_ms, "published before the public delay"
            assert not any(start < part.end_ms and part.capture_ms < end for start, end in self.void), "taken back"
        if self.parts:
            last = self.parts[-1][1]
            assert part.capture_ms >= last.end_ms - 40
            if last.live != part.live:
                assert part.independent
            if part.discontinuity:
                assert last.live and part.live
        assert part.duration_ms <= self.settings.part_target_ms
        self.parts.append((now_ms, part))

    def _stopped(self) -> None:
        self.running = False

    def _withdrawn(self, from_ms: int, to_ms: int) -> None:
        self.void.append((from_ms, to_ms))

    # -- what happens

    def lease(self) -> None:
        self.seq += 1
        said = self.said
        said.issued_ms = self.clock.now_ms()
        self._note()
        state = MeetingState(said.state)
        self.release.lease(Lease(state, said.epoch, said.opened, self.seq, said.issued_ms))

    def say(self, state: str) -> None:
        self.said.state = state
        self.repeating = True
        self.lease()

    def restart_controller(self) -> None:
        self.said.epoch = f"run {self.seq}"
        self.lease()

    def confirm(self) -> None:
        self.said.opened = self.said.epoch
        self.lease()

    def crash(self) -> None:
        if self.running:
            self.running = False
            self.release.ended()

    def pass_ms(self, ms: int) -> None:
        for _ in range(ms // 20):
            self.clock.advance(20)
            now_ms = self.clock.now_ms()
            self._note()
            if self.repeating and now_ms % 200 == 0:
                self.lease()
            if now_ms % 40 == 0:
                self._tick(now_ms)
            while self.running and self.made and self.made[0][0] <= now_ms:
                self.release.offer(self.made.pop(0)[1])
            self.release.step()
            self._check_liveness()

    def _tick(self, capture_ms: int) -> None:
        if not self.running:
            if not self.release.gate.is_open or not self.release.wants(capture_ms):
                return
            self.running, self.fed, self.made, self.frames = True, [], [], 0
            self.release.begun(capture_ms)
        self.fed.append(capture_ms)
        if len(self.fed) == self.settings.part_frames:
            key = self.frames % self.settings.gop_frames == 0
            self.made.append((capture_ms + LATENCY_MS, samples.raw(self.fed[0], len(self.fed), key=key)))
            self.frames += len(self.fed)
            self.fed = []

    def _check_liveness(self) -> None:
        """Whatever happens, players never stand still longer than a stall."""
        end_ms = self.packager.newest_capture_ms()
        if self.said.state in ("planned", "published") or end_ms is None:
            return
        late_ms = self.clock.now_ms() - self.settings.delay_ms - end_ms
        assert late_ms <= self.settings.part_target_ms * 2 + STALL_MS, late_ms
        assert self.permitted() or self.packager.newest_is_live() is False, "something live on top of a shut gate"


STATES = [state.value for state in MeetingState]
steps = st.one_of(
    st.tuples(st.just("pass"), st.integers(1, 120).map(lambda n: n * 20)),
    st.tuples(st.just("say"), st.sampled_from([*STATES, "open", "open", "open"])),
    st.tuples(st.just("silence"), st.booleans()),
    st.tuples(st.just("crash"), st.none()),
    st.tuples(st.just("restart"), st.none()),
    st.tuples(st.just("confirm"), st.none()),
    st.tuples(st.just("take_back"), st.integers(1, 10)),
)


async def _play(delay_ms: int, evening: list[tuple[str, object]]) -> Evening:
    play = Evening(delay_ms)
    for what, value in evening:
        if what == "pass":
            play.pass_ms(value)
        elif what == "say":
            play.say(value)
        elif what == "silence":
            play.repeating = not value
        elif what == "crash":
            play.crash()
        elif what == "restart":
            play.restart_controller()
        elif what == "confirm":
            play.confirm()
        else:
            play.void.append((play.clock.now_ms() - value * 1000, play.clock.now_ms()))
            play.release.take_back(play.clock.now_ms() - value * 1000)
    return play


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([0, 500, 2000]), st.lists(steps, min_size=6, max_size=40))
async def test_no_evening_makes_public_what_is_not_permitted(delay_ms: int, evening: list[tuple[str, object]]) -> None:
    play = await _play(delay_ms, evening)
    if play.said.state not in ("planned", "published"):
        play.say(play.said.state)
        play.pass_ms(2000)
        assert play.packager.position() is not None, "dark where a slate belongs"


async def test_an_open_gate_ends_in_live_parts_whatever_went_before() -> None:
    for before in ("standby", "suspended", "closed"):
        for delay_ms in (0, 2000):
            play = await _play(delay_ms, [("say", before), ("pass", 2000), ("say", "open"), ("pass", 2000 + delay_ms)])
            assert play.packager.newest_is_live()
            count = len(play.parts)
            play.pass_ms(4000)
            assert all(part.live for _, part in play.parts[count:])
            assert len(play.parts) - count == 20


async def test_the_slate_reaches_exactly_to_the_first_live_part() -> None:
    play = await _play(0, [("say", "standby"), ("pass", 1020), ("say", "open"), ("pass", 2000)])
    first = next(n for n, (_, part) in enumerate(play.parts) if part.live)
    slate, live = play.parts[first - 1][1], play.parts[first][1]
    assert 0 <= live.capture_ms - slate.end_ms < 40
    assert not live.discontinuity


async def test_a_press_brings_the_slate_in_the_same_breath() -> None:
    play = await _play(2000, [("say", "open"), ("pass", 6000)])
    count = len(play.parts)
    play.say("suspended")
    assert len(play.parts) == count + 1
    assert not play.parts[-1][1].live


async def test_what_waited_for_the_delay_is_dropped_and_named() -> None:
    play = await _play(2000, [("say", "open"), ("pass", 8000)])
    end_ms = play.packager.newest_capture_ms()
    play.say("closed")
    assert play.void == [(end_ms, play.clock.now_ms())]
    play.pass_ms(6000)
    assert not any(part.live for at_ms, part in play.parts if at_ms >= play.void[0][1])


async def test_a_step_of_the_wall_clock_shows_only_at_a_discontinuity() -> None:
    play = await _play(0, [("say", "open"), ("pass", 4000)])
    play.clock._wall_ms += 5000
    play.pass_ms(2000)
    assert not any(part.discontinuity for _, part in play.parts)
    play.crash()
    play.pass_ms(2000)
    assert [part.discontinuity for _, part in play.parts].count(True) == 1
    text = play.packager.media().decode()
    assert text.count("#EXT-X-DISCONTINUITY\n") == 1
