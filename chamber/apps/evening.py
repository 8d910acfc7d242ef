"""An invented hall and invented evenings for the director's benchmark: drawn from a seed, the same every time."""

import math
from collections.abc import Iterator
from random import Random

from chamber.apps.rehearsal import MoveTime, Turn
from chamber.core.director import model as d
from chamber.core.domain import ShotKind

CHAIR = "1"
SEATS = 24
RADIUS_M = 5.0
COVER_DEG = 80.0


def plan(cameras: int, *, everywhere: bool, voice_gated: bool = False, settings: d.Settings | None = None) -> d.Plan:
    """A round hall; `everywhere`: each camera sees every seat, else those that face it."""
    found = []
    for number in range(cameras):
        name, angle = f"cam{number + 1}", 360.0 * number / cameras + 30.0
        shots = tuple(
            d.PlanShot(int(seat), ShotKind.CHAIR if seat == CHAIR else ShotKind.SPEAKER, (seat,), off, _place(seat))
            for seat in map(str, range(1, SEATS + 1))
            if (off := 0.0 if everywhere else _off_axis(seat, angle)) <= COVER_DEG
        )
        found.append(d.PlanCamera(name, shots, 1500))
    return d.Plan(
        cameras=tuple(found),
        wide="wide",
        chair=CHAIR,
        voice_gated=voice_gated,
        requests=not voice_gated,
        settings=settings or d.Settings(),
    )


def _place(seat: str) -> float:
    """Where on the circle a seat is, degrees."""
    return 360.0 * (int(seat) - 1) / SEATS


def _off_axis(seat: str, camera_deg: float) -> float:
    """Angle between the seat's gaze, to the middle, and the camera on the wall, degrees."""
    seat_rad, camera_rad = math.radians(_place(seat)), math.radians(camera_deg)
    x, y = RADIUS_M * math.cos(seat_rad) * 0.7, RADIUS_M * math.sin(seat_rad) * 0.7
    to_camera = math.atan2(RADIUS_M * math.sin(camera_rad) - y, RADIUS_M * math.cos(camera_rad) - x)
    turn = abs(math.degrees(to_camera - (seat_rad + math.pi))) % 360.0
    return min(turn, 360.0 - turn)


def moves(slowness: float = 1.0) -> MoveTime:
    """Travel by angle: 0.5 s and 12 ms a degree, with a tenth that differs by camera and seat."""

    def move(camera: str, start: int | None, end: int) -> int:
        if start == end:
            return 100
        turn = 60.0 if start is None else abs(_place(str(start)) - _place(str(end)))
        spread = 0.9 + 0.2 * (((start or 0) * 7 + end * 13 + len(camera)) % 11) / 10
        return round(slowness * spread * (500 + 12 * min(turn, 360.0 - turn)))

    return move


def evening(seed: int, minutes: int, *, voice_gated: bool = False) -> tuple[list[Turn], list[d.Event]]:
    """Who speaks, and what microphones and queue make of it: the chair calls most, some interrupt, some answer."""
    chance = Random(seed)  # noqa: S311  an invented evening, no secret
    turns = list(_turns(chance, minutes * 60_000))
    events: list[d.Event] = []
    for number, turn in enumerate(turns):
        if voice_gated:
            events += [d.MicOpened(turn.from_ms, turn.seat), d.MicClosed(turn.to_ms, turn.seat)]
            continue
        chair = turn.seat == CHAIR
        opened_ms = turn.from_ms - chance.randint(100, 600 if chair else 1400)
        closed_ms = turn.to_ms + chance.randint(500, 2500)
        events.append(d.MicOpened(opened_ms, turn.seat, priority=chair))
        again = next((t for t in turns[number + 1 : number + 4] if t.seat == turn.seat), None)
        if again is None or again.from_ms - 1500 > closed_ms:
            events.append(d.MicClosed(closed_ms, turn.seat))
        if not chair and turn.to_ms - turn.from_ms > 8000 and chance.random() < 0.7:
            asked_ms = max(0, opened_ms - chance.randint(4000, 40_000))
            if not any(
                t.seat == turn.seat and asked_ms - 4000 < t.to_ms and t.from_ms < opened_ms for t in turns[:number]
            ):
                events.append(d.Requested(asked_ms, turn.seat))
    return turns, sorted(events, key=lambda event: event.at_ms)


def _turns(chance: Random, until_ms: int) -> Iterator[Turn]:
    now_ms, members = 5000, [str(seat) for seat in range(2, SEATS + 1)]
    answering = chance.choice(members)
    while now_ms < until_ms:
        now_ms, turn = _turn(chance, now_ms, CHAIR, chance.choice([1100, 1600, 2500, 6000, 20_000]))
        yield turn
        speaker = chance.choice(members)
        now_ms, turn = _turn(chance, now_ms, speaker, chance.randint(15_000, 120_000))
        yield turn
        while chance.random() < 0.4:
            if answering == speaker:
                answering = chance.choice([seat for seat in members if seat != speaker])
            for seat, longest_ms in ((answering, 40_000), (speaker, 30_000)):
                now_ms, turn = _turn(chance, now_ms, seat, chance.randint(3000, longest_ms))
                yield turn


def _turn(chance: Random, now_ms: int, seat: str, length_ms: int) -> tuple[int, Turn]:
    turn = Turn(seat, now_ms, now_ms + length_ms)
    return turn.to_ms + chance.randint(50, 900), turn
