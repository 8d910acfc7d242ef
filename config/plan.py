"""CONFIG in the words of the core: the hall, the director's plan and the agenda. Pure."""

from chamber.core.director.model import Plan, PlanCamera, PlanShot
from chamber.core.domain import AgendaItem, Group, Hall, Person, Seat, Shot, ShotKind
from chamber.core.scenes import PRESENTATION
from config.devices import PtzCamera
from config.geometry import Aim, aim, off_axis_deg, typical_move_ms
from config.model import Config, SeatEntry, ShotEntry


def hall(config: Config) -> Hall:
    """The hall as the controller knows it."""
    seats = {
        seat.id: Seat(
            id=seat.id,
            label=seat.label,
            system=seat.system,
            channel=seat.channel,
            x_m=seat.x_m,
            y_m=seat.y_m,
            shared=seat.shared,
            shots=tuple(Shot(shot.camera, shot.preset, shot.kind) for shot in seat.shots),
        )
        for seat in config.seats
    }
    return Hall(
        name=config.hall.name,
        seats=seats,
        people={p.id: Person(p.id, p.name, p.role, p.group, p.seat) for p in config.people},
        groups={group.id: Group(group.id, group.name) for group in config.groups},
        cameras=tuple(camera.id for camera in config.cameras),
        wide=config.wide.id if config.wide is not None else None,
        chair_seat=config.chair_seat,
    )


def agenda(config: Config) -> tuple[AgendaItem, ...]:
    """The agenda in its order."""
    return tuple(AgendaItem(i.id, i.number, i.title, i.phase, i.closed) for i in config.agenda)


def director_plan(config: Config) -> Plan:
    """The hall as the director needs it; angles and moves follow from the places that CONFIG gives."""
    voice_gated = {system.voice_gated for system in config.microphones}
    return Plan(
        cameras=tuple(_camera(camera, config) for camera in config.movable),
        wide=config.wide.id if config.wide is not None else None,
        chair=config.chair_seat,
        lecterns=lecterns(config),
        shared=tuple(seat.id for seat in config.seats if seat.shared),
        voice_gated=voice_gated.pop() if len(voice_gated) == 1 else None,
        requests=False,
        settings=config.director.settings(),
        presentation=PRESENTATION if presentation_source(config) is not None else None,
    )


def lecterns(config: Config) -> tuple[str, ...]:
    """Seats with a lectern shot: where residents and presenters speak."""
    return tuple(seat.id for seat in config.seats if any(s.kind is ShotKind.LECTERN for s in seat.shots))


def interjection_seats(config: Config) -> tuple[str, ...]:
    """Shared seats that are no lectern: the interruption microphones."""
    return tuple(seat.id for seat in config.seats if seat.shared and seat.id not in lecterns(config))


def presentation_source(config: Config) -> str | None:
    """Picture source of the switcher output that feeds the programme, or None without one."""
    return next((s.video for s in config.switchers if s.programme is not None and s.video is not None), None)


def shots_of(config: Config, camera: str) -> dict[int, list[tuple[SeatEntry, ShotEntry]]]:
    """Presets of a camera, each with the seats that it shows."""
    shots: dict[int, list[tuple[SeatEntry, ShotEntry]]] = {}
    for seat in config.seats:
        for shot in seat.shots:
            if shot.camera == camera:
                shots.setdefault(shot.preset, []).append((seat, shot))
    return shots


def seen_off_axis_deg(camera: PtzCamera, seat: SeatEntry) -> float | None:
    """How far from the front this camera sees the face on this seat; None when CONFIG gives no places."""
    if camera.place is None or seat.facing_deg is None:
        return None
    return off_axis_deg(camera.place, seat.x_m, seat.y_m, seat.facing_deg)


def _camera(camera: PtzCamera, config: Config) -> PlanCamera:
    shots, aims = [], []
    for preset, shown in sorted(shots_of(config, camera.id).items()):
        seats = [seat for seat, _ in shown]
        angles = [angle for seat in seats if (angle := seen_off_axis_deg(camera, seat)) is not None]
        aimed = _aim(camera, seats)
        if aimed is not None:
            aims.append(aimed)
        shots.append(
            PlanShot(
                preset=preset,
                kind=shown[0][1].kind,
                seats=tuple(seat.id for seat in seats),
                off_axis_deg=round(max(angles), 1) if angles else None,
                pan_deg=round(aimed[0], 1) if aimed is not None else None,
            )
        )
    return PlanCamera(camera.id, tuple(shots), typical_move_ms(aims), camera.settle_ms)


def _aim(camera: PtzCamera, seats: list[SeatEntry]) -> Aim | None:
    if camera.place is None:
        return None
    middle_x = sum(seat.x_m for seat in seats) / len(seats)
    middle_y = sum(seat.y_m for seat in seats) / len(seats)
    return aim(camera.place, middle_x, middle_y)
