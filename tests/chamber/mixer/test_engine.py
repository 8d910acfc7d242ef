"""The programme tick by tick, in virtual time: what may be seen and heard, and when."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from chamber.core.domain import MeetingState
from chamber.core.gate import LEASE_MS, MARGIN_MS, Lease
from chamber.labels import SLATES
from chamber.mixer.artwork import Artwork
from chamber.mixer.engine import Engine
from chamber.mixer.frames import FrameStore
from chamber.mixer.sound import SoundBuffer
from chamber.mixer.tick import REPEATED, SLATE, Tick
from chamber.mixer.units import HOLD_MS, STALE_MS, TICK_MS
from chamber.mixer.wish import BarText, Wish

WIDTH, HEIGHT = 320, 180
LUMA = {"cam1": 90, "cam2": 190}
VALUE = 4000


@pytest.fixture(scope="module")
def artwork() -> Artwork:
    return Artwork(WIDTH, HEIGHT, "Gemeente")


@dataclass
class Rig:
    """An engine, two cameras and a sound source that go on 40 ms a step; `dead` ones send nothing."""

    artwork: Artwork
    delay_ms: int = 0
    now_ms: int = 100_000
    number: int = 0
    seq: int = 0
    dead: set[str] = field(default_factory=set)
    changes: int = 0
    leased: MeetingState | None = None
    value: int = VALUE

    def __post_init__(self) -> None:
        self.stores = {name: FrameStore(WIDTH * HEIGHT * 3 // 2, self.delay_ms) for name in LUMA}
        self.sound = SoundBuffer(80)
        self.engine = Engine(self.stores, self.sound, self.artwork, self.changed)

    def changed(self) -> None:
        self.changes += 1

    def lease(self, state: MeetingState, *, opened: bool = True) -> None:
        self.seq += 1
        self.engine.post(Lease(state, "e", "e" if opened else None, self.seq, self.now_ms))

    def wish(self, programme: str | None, **more: object) -> None:
        values: dict[str, object] = {"mute": False} | more
        wish = Wish(programme, **values)  # type: ignore[arg-type]
        self.artwork.draw(wish)
        self.engine.post(wish)

    def step(self, ticks: int = 1) -> Tick:
        for _ in range(ticks):
            for name, store in self.stores.items():
                if name not in self.dead:
                    store.back[:] = 128
                    store.back[: WIDTH * HEIGHT] = LUMA[name]
                    store.publish(self.now_ms - 5)
            if "sound" not in self.dead:
                self.sound.write(np.full(1920 * 2, self.value, "<i2").tobytes(), self.now_ms - 5)
            if self.leased:
                self.lease(self.leased)
            tick = self.engine.tick(self.number, self.now_ms, self.now_ms + 1)
            self.number += 1
            self.now_ms += TICK_MS
        return tick

    def open(self) -> Tick:
        """An open meeting with cam1 on air."""
        self.leased = MeetingState.OPEN
        self.wish("cam1", cut_id=1)
        return self.step(20)

    @property
    def slate(self) -> str | None:
        assert self.engine.known
        return self.engine.known.slate


@pytest.fixture
def rig(artwork: Artwork) -> Rig:
    return Rig(artwork)


def shown(tick: Tick) -> str:
    """cam1, cam2 or slate."""
    corner = tick.picture[WIDTH - 1]
    return next((name for name, luma in LUMA.items() if luma == corner), "slate")


def heard(tick: Tick) -> bool:
    return any(tick.sound)


def test_before_any_order_there_is_slate_and_silence(rig: Rig) -> None:
    for _ in range(30):
        tick = rig.step()
        assert (shown(tick), heard(tick), tick.flags) == ("slate", False, SLATE)
    assert rig.slate == "begin"


def test_an_open_meeting_is_seen_and_heard(rig: Rig) -> None:
    tick = rig.open()
    assert (shown(tick), heard(tick), tick.flags) == ("cam1", True, 0)
    assert rig.engine.known is not None
    assert (rig.slate, rig.engine.known.muted) == (None, False)


@pytest.mark.parametrize(
    ("state", "slate"),
    [
        (MeetingState.STANDBY, "begin"),
        (MeetingState.SUSPENDED, "suspended"),
        (MeetingState.CLOSING_DOORS, "closed"),
        (MeetingState.CLOSED, "closed"),
        (MeetingState.REOPENING, "closed"),
        (MeetingState.ENDED, "ended"),
    ],
)
def test_leaving_open_gives_the_slate_of_the_state_in_the_very_next_tick(
    rig: Rig, state: MeetingState, slate: str
) -> None:
    rig.open()
    rig.leased = state
    tick = rig.step()
    assert (shown(tick), heard(tick), tick.flags, rig.slate) == ("slate", False, SLATE, slate)


def test_without_a_fresh_lease_the_hall_is_gone_after_a_second(rig: Rig) -> None:
    rig.open()
    rig.leased = None
    last_ms = rig.now_ms - TICK_MS
    while shown(rig.step()) != "slate":
        assert rig.now_ms - last_ms < 2 * LEASE_MS
    assert rig.now_ms - TICK_MS - last_ms <= LEASE_MS + TICK_MS
    assert rig.slate == "fault"


def test_a_lease_that_waited_in_the_socket_opens_nothing(rig: Rig) -> None:
    rig.wish("cam1")
    rig.engine.post(Lease(MeetingState.OPEN, "e", "e", 1, rig.now_ms - LEASE_MS - 1))
    rig.engine.post(Lease(MeetingState.OPEN, "e", "e", 2, rig.now_ms + 500))
    assert all(shown(rig.step()) == "slate" for _ in range(12))


def test_opening_waits_for_the_margin_and_keeps_the_slate_that_was_there(rig: Rig) -> None:
    rig.leased = MeetingState.SUSPENDED
    rig.wish("cam1")
    rig.step(10)
    rig.leased = MeetingState.OPEN
    opened_ms = rig.now_ms
    kinds = []
    while (tick := rig.step()) and shown(tick) == "slate":
        kinds.append(rig.slate)
        assert not heard(tick)
    assert MARGIN_MS <= rig.now_ms - TICK_MS - opened_ms <= MARGIN_MS + 3 * TICK_MS
    assert set(kinds) == {"suspended"}


def test_a_camera_that_is_dead_at_the_opening_is_a_fault_only_after_the_margin(rig: Rig) -> None:
    rig.leased = MeetingState.SUSPENDED
    rig.dead = {"cam1"}
    rig.wish("cam1")
    rig.step(10)
    rig.leased = MeetingState.OPEN
    kinds = []
    for _ in range(12):
        rig.step()
        kinds.append(rig.slate)
    margin = MARGIN_MS // TICK_MS
    assert kinds[:margin] == ["suspended"] * margin
    assert kinds[-1] == "fault"


def test_a_picture_from_behind_the_shut_gate_is_never_shown_however_late_it_comes(artwork: Artwork) -> None:
    """The camera freezes during the closed part; its last picture and the delayed ones belong to that part."""
    for delay_ms in (0, 400):
        rig = Rig(artwork, delay_ms)
        rig.leased = MeetingState.CLOSED
        rig.wish("cam1")
        rig.step(20)
        rig.dead = {"cam1"}
        rig.leased = MeetingState.OPEN
        assert all(shown(rig.step()) == "slate" for _ in range(60))
        rig.dead = set()
        seen_ms = [rig.now_ms for _ in range(30) if shown(rig.step()) == "cam1"]
        assert seen_ms


def test_sound_from_behind_the_shut_gate_is_never_heard_however_late_it_comes(artwork: Artwork) -> None:
    """The source hangs with words of the closed part in the buffer, and goes on after the opening."""
    rig = Rig(artwork)
    rig.leased = MeetingState.CLOSED
    rig.wish("cam1")
    rig.step(20)
    rig.dead = {"sound"}
    rig.step(5)
    secret = np.full(960 * 2, 30000, "<i2").tobytes()
    rig.sound.write(secret, rig.now_ms)
    rig.leased = MeetingState.OPEN
    rig.step(20)
    rig.dead = set()
    ticks = [rig.step() for _ in range(30)]
    loudest = max(int(np.abs(np.frombuffer(tick.sound, "<i2").astype(int)).max()) for tick in ticks)
    assert loudest == VALUE


def test_a_cut_lands_on_the_next_tick_of_a_live_camera_and_is_confirmed_with_it(rig: Rig) -> None:
    rig.open()
    rig.wish("cam2", cut_id=7)
    tick = rig.step()
    assert shown(tick) == "cam2"
    assert rig.engine.known is not None
    assert (rig.engine.known.cut_id, rig.engine.known.capture_ms) == (7, tick.capture_ms)


def test_the_old_camera_is_held_until_the_new_one_has_sent_a_picture_two_ticks_at_most(rig: Rig) -> None:
    rig.open()
    rig.dead = {"cam2"}
    rig.wish("cam2", cut_id=2)
    assert [shown(rig.step()) for _ in range(3)] == ["cam1", "cam1", "cam2"], "then its last picture, still young"
    rig.wish("cam1", cut_id=3)
    rig.step()
    rig.step(30)
    rig.wish("cam2", cut_id=4)
    assert [shown(rig.step()) for _ in range(3)] == ["cam1", "cam1", "slate"], "the order is carried out all the same"
    assert rig.slate == "fault"


def test_a_wish_repeated_while_a_cut_waits_does_not_start_the_wait_again(rig: Rig) -> None:
    rig.open()
    rig.dead = {"cam2"}
    rig.wish("cam2", cut_id=2)
    rig.step()
    rig.wish("cam2", cut_id=3)
    rig.step()
    rig.wish("cam2", cut_id=4)
    assert shown(rig.step()) == "cam2"
    assert rig.engine.known is not None
    assert rig.engine.known.cut_id == 4


def test_an_unknown_input_is_a_fault_and_none_is_the_beginning(rig: Rig) -> None:
    rig.open()
    rig.wish("cam9", cut_id=2)
    rig.step(3)
    assert rig.slate == "fault"
    rig.wish(None, cut_id=3)
    rig.step(3)
    assert rig.slate == "begin"


def test_a_camera_that_stops_is_held_and_then_covered_while_the_hall_is_still_heard(rig: Rig) -> None:
    rig.open()
    rig.dead = {"cam1"}
    seen = []
    for _ in range(40):
        tick = rig.step()
        assert rig.engine.known is not None
        assert heard(tick)
        assert not tick.flags & SLATE, "this tick does hold something of the hall"
        seen.append((shown(tick), rig.engine.known.inputs["cam1"].state))
        assert shown(tick) == "slate" or tick.flags == REPEATED
    assert abs(seen.index(("cam1", "stale")) * TICK_MS - STALE_MS) <= TICK_MS
    assert abs(seen.index(("slate", "none")) * TICK_MS - HOLD_MS) <= TICK_MS
    rig.dead = set()
    assert shown(rig.step()) == "cam1"


def test_the_operators_slate_covers_at_once_and_mute_is_another_matter(rig: Rig) -> None:
    rig.open()
    rig.wish("cam1", slate="suspended", cut_id=1)
    tick = rig.step()
    assert (shown(tick), heard(tick), tick.flags) == ("slate", True, 0)
    rig.wish("cam1", slate="suspended", mute=True, cut_id=1)
    tick = rig.step()
    assert (heard(tick), tick.flags) == (False, SLATE)


def test_a_cut_under_a_slate_is_carried_out_and_confirmed(rig: Rig) -> None:
    rig.leased = MeetingState.SUSPENDED
    rig.dead = {"cam2"}
    rig.wish("cam2", cut_id=5)
    rig.step()
    assert rig.engine.known is not None
    assert (rig.engine.known.cut_id, rig.engine.known.programme) == (5, "cam2")


def test_the_slate_carries_its_own_line_once_drawn_but_a_fault_keeps_its_text(rig: Rig, artwork: Artwork) -> None:
    rig.leased = MeetingState.SUSPENDED
    plain = bytes(rig.step(3).picture)
    rig.engine.post(Wish("cam1", slate_text="Verder om 21:15", mute=False))
    assert bytes(rig.step().picture) == plain, "not drawn yet"
    rig.wish("cam1", slate_text="Verder om 21:15")
    assert bytes(rig.step().picture) != plain
    rig.leased = MeetingState.OPEN
    rig.step(20)
    rig.leased = None
    rig.dead = {"cam1", "cam2"}
    tick = rig.step(40)
    assert rig.slate == "fault"
    assert bytes(tick.picture) == artwork.slate("fault", None)
    assert set(SLATES) >= {"fault"}


def test_a_bar_fades_in_and_belongs_to_its_picture(rig: Rig) -> None:
    rig.open()
    rig.wish("cam1", bar=BarText("Jan Jansen", "Fractie"), cut_id=1)
    names = []
    for _ in range(10):
        rig.step()
        assert rig.engine.known is not None
        names.append(rig.engine.known.bar)
    assert set(names) == {"Jan Jansen"}
    bare = np.full(WIDTH * HEIGHT, LUMA["cam1"], np.uint8).tobytes()
    tick = rig.step()
    assert bytes(tick.picture[: WIDTH * HEIGHT]) != bare
    rig.wish("cam2", bar=BarText("Piet Pietersen"), cut_id=2)
    tick = rig.step()
    assert shown(tick) == "cam2"
    assert rig.engine.known is not None
    assert rig.engine.known.bar == "Piet Pietersen"
    rig.wish("cam2", bar=None, cut_id=2)
    rig.step(10)
    assert rig.engine.known.bar is None


def test_the_old_name_never_stands_under_the_new_picture(rig: Rig) -> None:
    rig.open()
    rig.wish("cam1", bar=BarText("Jan Jansen"), cut_id=1)
    rig.step(10)
    rig.wish("cam2", bar=None, cut_id=2)
    tick = rig.step()
    assert bytes(tick.picture[: WIDTH * HEIGHT]) == bytes([LUMA["cam2"]]) * (WIDTH * HEIGHT)


def test_no_bar_on_a_slate(rig: Rig, artwork: Artwork) -> None:
    rig.open()
    rig.wish("cam1", bar=BarText("Jan Jansen"), cut_id=1)
    rig.step(10)
    rig.leased = MeetingState.CLOSED
    tick = rig.step()
    assert bytes(tick.picture) == artwork.slate("closed", None)
    assert rig.engine.known is not None
    assert rig.engine.known.bar is None


def test_what_was_handed_out_never_changes_afterwards(rig: Rig) -> None:
    rig.open()
    rig.wish("cam1", bar=BarText("Jan Jansen"), cut_id=1)
    ticks = [rig.step() for _ in range(12)]
    before = [bytes(tick.picture) for tick in ticks]
    rig.wish("cam2", cut_id=2)
    rig.step(12)
    assert [bytes(tick.picture) for tick in ticks] == before


def test_news_is_told_once_a_change_and_not_every_tick(rig: Rig) -> None:
    rig.open()
    changes = rig.changes
    rig.step(50)
    assert rig.changes == changes
    rig.wish("cam2", cut_id=2)
    rig.step(5)
    assert rig.changes == changes + 1


def corner_luma(tick: Tick) -> int:
    """The middle of where an inset stands: right above, a quarter of the picture wide."""
    margin, small = WIDTH // 32 // 2 * 2, WIDTH // 4 // 2 * 2
    return tick.picture[(margin + HEIGHT // 8) * WIDTH + WIDTH - margin - small // 2]


def test_an_inset_lies_over_the_programme_and_goes_with_its_wish(rig: Rig) -> None:
    rig.open()
    rig.wish("cam1", inset="cam2", cut_id=2)
    tick = rig.step(2)
    assert tick.picture[0] == LUMA["cam1"]
    assert corner_luma(tick) == LUMA["cam2"]
    rig.wish("cam1", cut_id=3)
    assert corner_luma(rig.step(2)) == LUMA["cam1"]


def test_an_inset_without_a_picture_is_left_out(rig: Rig) -> None:
    rig.open()
    rig.dead.add("cam2")
    rig.wish("cam1", inset="cam2", cut_id=2)
    assert corner_luma(rig.step(40)) == LUMA["cam1"]


def test_an_inset_from_before_the_opening_never_shows(rig: Rig) -> None:
    rig.open()
    rig.leased = MeetingState.CLOSED
    rig.step(10)
    rig.dead.add("cam2")
    rig.leased = MeetingState.OPEN
    rig.wish("cam1", inset="cam2", cut_id=2)
    for _ in range(20):
        tick = rig.step()
        if shown(tick) == "cam1":
            assert corner_luma(tick) == LUMA["cam1"]
    assert tick.picture[0] == LUMA["cam1"]
