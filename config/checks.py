"""What one key of CONFIG says about another: contradictions, which stop the start, and warnings. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from chamber.core.domain import Role, ShotKind
from config.devices import (
    CHANNELS,
    PRESET_SPEEDS,
    PRESETS,
    FixedCamera,
    Microphones,
    PanasonicCamera,
    Switcher,
    ViscaSerialCamera,
)
from config.microphones import ConferoMicrophones, DcnMicrophones, DicentisMicrophones
from config.model import Config, SeatEntry
from config.patterned import LinesMicrophones
from config.plan import seen_off_axis_deg, shots_of

RESERVED = ("accept", "chair", "presentation")
"""Words of `shot.take` that no camera may have for an id."""

PROFILE_DEG = 75.0
"""From here on a face is hardly more than a profile."""

MANY = (ShotKind.DUO, ShotKind.GROUP)


def problems(config: Config, broken: frozenset[str] = frozenset()) -> list[str]:
    """Every contradiction, one line each, without the file's name.

    Args:
        config: a configuration that is valid key by key.
        broken: ids of entries that are left out because they have a problem of their own; referring to them is right.
    """
    return [
        *_doubles(config),
        *_devices(config),
        *_seats(config, broken),
        *_zones(config),
        *_displays(config, broken),
        *_presets(config),
        *_people(config, broken),
        *_listening(config),
    ]


def _unique(kind: str, entries: Iterable[tuple[str, str]]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for key, value in entries:
        if value in seen:
            yield f"{key}: {kind} '{value}' is taken by {seen[value]}; give each its own"
        seen.setdefault(value, key)


def _ids(section: str, entries: Sequence[object], name: str = "id") -> list[tuple[str, str]]:
    return [(f"{section}[{index}].{name}", getattr(entry, name)) for index, entry in enumerate(entries)]


def _doubles(config: Config) -> Iterator[str]:
    devices = [
        *_ids("microphones", config.microphones),
        *_ids("cameras", config.cameras),
        *_ids("switchers", config.switchers),
    ]
    yield from _unique("id", devices)
    yield from _unique("id", _ids("seats", config.seats))
    yield from _unique("id", _ids("groups", config.groups))
    yield from _unique("id", _ids("people", config.people))
    yield from _unique("id", _ids("agenda", config.agenda))
    yield from _unique("name", _ids("accounts", config.accounts, "name"))
    yield from _unique("name", _ids("simulcast", config.simulcast, "name"))
    yield from _unique("id", _ids("zones", config.zones))
    yield from _unique("id", _ids("displays", config.displays))
    yield from _unique("address", _ids("edges", config.edges, "read_url"))
    mics = [(f"seats[{n}].mic", f"{seat.system}:{shown_channel(seat)}") for n, seat in enumerate(config.seats)]
    yield from _unique("microphone", mics)
    seated = [(f"people[{n}].seat", person.seat) for n, person in enumerate(config.people) if person.seat is not None]
    yield from _unique("seat", seated)


def _devices(config: Config) -> Iterator[str]:
    wires: list[tuple[str, str]] = []
    for n, system in enumerate(config.microphones):
        wires.append((f"microphones[{n}]", system.wire))
        yield from _way_in(f"microphones[{n}]", system)
    fixed = [n for n, camera in enumerate(config.cameras) if isinstance(camera, FixedCamera)]
    for n, camera in enumerate(config.cameras):
        if camera.video is not None and camera.video_file is not None:
            yield f"cameras[{n}]: has both video and video_file; keep one"
        if camera.id in RESERVED:
            yield f"cameras[{n}].id: '{camera.id}' is a word of the console; choose another id"
        if isinstance(camera, FixedCamera):
            if n != fixed[0]:
                yield f"cameras[{n}].driver: a second fixed camera; one fixed camera is the wide shot"
            continue
        if camera.id == "wide":
            yield f"cameras[{n}].id: 'wide' means the fixed camera; choose another id"
        if isinstance(camera, PanasonicCamera):
            if (camera.user is None) != (camera.password_file is None):
                missing = "user" if camera.user is None else "password_file"
                yield f"cameras[{n}].{missing}: is missing; a login needs user and password_file"
            if camera.event_port is not None:
                wires.append((f"cameras[{n}].event_port", f"tcp {camera.event_port} of this machine"))
        if camera.preset_speed is not None and camera.preset_speed > PRESET_SPEEDS.get(camera.profile, 0):
            most = PRESET_SPEEDS.get(camera.profile)
            able = f"must be 1 to {most}" if most else "its documents tell no way to set it; leave it out"
            yield f"cameras[{n}].preset_speed: is {camera.preset_speed}; for profile {camera.profile} {able}"
        if isinstance(camera, ViscaSerialCamera):
            wires.append((f"cameras[{n}].path", f"{camera.path}, camera {camera.address}"))
        else:
            kind = camera.driver.removeprefix("visca-").replace("raw-", "").replace("panasonic", "tcp")
            wires.append((f"cameras[{n}].port", f"{kind} {camera.host}:{camera.port}"))
    for n, switcher in enumerate(config.switchers):
        yield from _way_in(f"switchers[{n}]", switcher)
        if switcher.password_file is not None and switcher.host is None:
            yield f"switchers[{n}].password_file: a serial line asks for no password; leave it out"
        if switcher.family == "sw" and set(switcher.outputs.values()) != {1}:
            yield f"switchers[{n}].outputs: family sw has output 1 only"
        if switcher.programme is not None and switcher.programme not in switcher.outputs:
            yield _unknown(f"switchers[{n}].programme", "output", switcher.programme, switcher.outputs)
        if switcher.video is not None and switcher.programme is None:
            yield f"switchers[{n}].programme: is missing; name the output whose picture is video"
        wires.append((f"switchers[{n}]", switcher.path or f"tcp {switcher.host}:{switcher.port}"))
    if config.osc is not None:
        wires.append(("osc.listen", f"udp here {config.osc.listen.port}"))
    yield from _unique("address", wires)
    speeds: dict[str, int] = {}
    for n, camera in enumerate(config.cameras):
        if isinstance(camera, ViscaSerialCamera) and speeds.setdefault(camera.path, camera.baud) != camera.baud:
            yield f"cameras[{n}].baud: is {camera.baud}; must be {speeds[camera.path]} like the first on {camera.path}"
    feeding = [n for n, switcher in enumerate(config.switchers) if switcher.programme is not None]
    for n in feeding[1:]:
        yield f"switchers[{n}].programme: switchers[{feeding[0]}] feeds the programme already; keep one of them"


def _way_in(key: str, device: Microphones | Switcher) -> Iterator[str]:
    """A device that is reached over a network or over a serial line has one of the two."""
    if isinstance(device, ConferoMicrophones | DicentisMicrophones) and device.fingerprint and not device.tls:
        yield f"{key}.fingerprint: without TLS there is no certificate; leave it out, or tls = true"
    if not isinstance(device, DcnMicrophones | LinesMicrophones | Switcher):
        return
    if (device.host is None) == (device.path is None):
        which = "neither host nor path" if device.host is None else "both host and path"
        yield f"{key}: has {which}; give host (and port), or path for a serial line"


def _unknown(key: str, kind: str, given: str, known: Iterable[str]) -> str:
    names = sorted(known)
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"{key}: there is no {kind} '{given}'; known: {shown or 'none'}"


def _seats(config: Config, broken: frozenset[str]) -> Iterator[str]:
    systems = {system.id: system for system in config.microphones}
    cameras = {camera.id: camera for camera in config.cameras}
    for n, seat in enumerate(config.seats):
        yield from _microphone(f"seats[{n}].mic", seat, systems, broken)
        yield from _place(f"seats[{n}]", config, seat.x_m, seat.y_m)
        seen: set[tuple[str, int]] = set()
        for m, shot in enumerate(seat.shots):
            key = f"seats[{n}].shots[{m}]"
            camera = cameras.get(shot.camera)
            if camera is None:
                if shot.camera not in broken:
                    yield _unknown(f"{key}.camera", "camera", shot.camera, cameras)
            elif isinstance(camera, FixedCamera):
                yield f"{key}.camera: '{shot.camera}' is fixed and has no presets; name a camera that moves"
            elif not any(shot.preset in numbers for numbers in PRESETS[camera.profile]):
                known = " or ".join(f"{numbers[0]} to {numbers[-1]}" for numbers in PRESETS[camera.profile])
                yield f"{key}.preset: is {shot.preset}; '{shot.camera}' ({camera.profile}) has presets {known}"
            if (shot.camera, shot.preset) in seen:
                yield f"{key}: preset {shot.preset} of '{shot.camera}' stands here twice; leave one out"
            seen.add((shot.camera, shot.preset))
    for n, camera in enumerate(config.cameras):
        if camera.x_m is not None and camera.y_m is not None:
            yield from _place(f"cameras[{n}]", config, camera.x_m, camera.y_m)


def _zones(config: Config) -> Iterator[str]:
    for n, zone in enumerate(config.zones):
        if zone.high_m <= zone.low_m:
            yield f"zones[{n}].high_m: is {zone.high_m:g}; must be more than low_m, {zone.low_m:g}"
        for m, (x_m, y_m) in enumerate(zone.points):
            yield from _place(f"zones[{n}].points[{m}]", config, x_m, y_m)


def _displays(config: Config, broken: frozenset[str]) -> Iterator[str]:
    units = {switcher.id: switcher for switcher in config.switchers}
    for n, display in enumerate(config.displays):
        key = f"displays[{n}]"
        unit = units.get(display.switcher)
        if unit is None:
            if display.switcher not in broken:
                yield _unknown(f"{key}.switcher", "switcher", display.switcher, units)
            continue
        if display.output not in unit.outputs:
            yield _unknown(f"{key}.output", "output", display.output, unit.outputs)
        elif display.output == unit.programme:
            yield f"{key}.output: '{display.output}' feeds the programme, which would go dark with it; name another output"
        for name in ("source", "slate"):
            given = getattr(display, name)
            if given not in unit.inputs:
                yield _unknown(f"{key}.{name}", "input", given, unit.inputs)
        if unit.inputs.get(display.slate) == unit.inputs.get(display.source, -1):
            yield f"{key}.slate: is the same input as source; nothing would close when the meeting does"
    taken = [(f"displays[{n}].output", f"{d.switcher} {d.output}") for n, d in enumerate(config.displays)]
    yield from _unique("output", taken)


def shown_channel(seat: SeatEntry) -> str:
    """A seat's channel as a technician writes it."""
    return str(int(seat.channel)) if seat.channel.isdecimal() else seat.channel


def _microphone(key: str, seat: SeatEntry, systems: Mapping[str, Microphones], broken: frozenset[str]) -> Iterator[str]:
    system = systems.get(seat.system)
    if system is None:
        if seat.system not in broken:
            yield _unknown(key, "microphone system", seat.system, systems)
        return
    most = 65_535 - system.unit_offset if isinstance(system, DcnMicrophones) else CHANNELS.get(system.driver)
    if most is not None and not (seat.channel.isdecimal() and 1 <= int(seat.channel) <= most):
        yield f"{key}: '{seat.system}' has no channel {shown_channel(seat)}; its channels are 1 to {most}"


def _place(key: str, config: Config, x_m: float, y_m: float) -> Iterator[str]:
    width_m, depth_m = config.hall.width_m, config.hall.depth_m
    if width_m is not None and abs(x_m) > width_m / 2:
        yield f"{key}.x_m: is {x_m:g}, outside the hall; must be {-width_m / 2:g} to {width_m / 2:g} (hall.width_m)"
    if depth_m is not None and not 0 <= y_m <= depth_m:
        yield f"{key}.y_m: is {y_m:g}, outside the hall; must be 0 to {depth_m:g} (hall.depth_m)"


def _presets(config: Config) -> Iterator[str]:
    for camera in config.movable:
        for preset, shown in shots_of(config, camera.id).items():
            kinds = {shot.kind for _, shot in shown}
            seats = ", ".join(seat.id for seat, _ in shown)
            if len({seat.id for seat, _ in shown}) > 1 and (len(kinds) > 1 or not kinds <= set(MANY)):
                yield (
                    f"seats: preset {preset} of '{camera.id}' shows {seats}; "
                    "a preset shared by seats must be kind duo or group at each of them"
                )


def _people(config: Config, broken: frozenset[str]) -> Iterator[str]:
    seats = {seat.id: seat for seat in config.seats}
    groups = {group.id for group in config.groups}
    for n, person in enumerate(config.people):
        if person.seat is not None and person.seat not in broken:
            if person.seat not in seats:
                yield _unknown(f"people[{n}].seat", "seat", person.seat, seats)
            elif seats[person.seat].shared:
                yield f"people[{n}].seat: '{person.seat}' is shared by everybody; leave seat out or name another"
        if person.group is not None and person.group not in groups | broken:
            yield _unknown(f"people[{n}].group", "group", person.group, groups)


def _listening(config: Config) -> Iterator[str]:
    stream, taken = config.stream, list[tuple[str, str]]()
    for n, listen in enumerate(config.control.listen):
        if not listen.is_loopback:
            yield (
                f"control.listen[{n}]: {listen} can be reached from outside and TLS is not available in this version; "
                "listen on 127.0.0.1 and let a TLS proxy or a tunnel lead there"
            )
    for section, listens in (("public", config.public.listen), ("control", config.control.listen)):
        taken += [(f"{section}.listen[{n}]", str(listen)) for n, listen in enumerate(listens) if listen.port]
    yield from _unique("address", taken)
    if "360p" in stream.renditions and config.mixer.height <= 360:
        yield f"stream.renditions: 360p is no smaller than [mixer] height, {config.mixer.height}; leave it out"
    if stream.gop_ms < stream.part_ms:
        yield f"stream.gop_ms: is {stream.gop_ms}, shorter than a part; must be at least part_ms ({stream.part_ms})"


def warnings(config: Config) -> list[str]:
    """What works, and is probably not meant; one line each."""
    return [
        *_thin_hall(config),
        *_thin_edges(config),
        *_thin_seats(config),
        *_thin_people(config),
        *_thin_cameras(config),
    ]


def _thin_hall(config: Config) -> Iterator[str]:
    if not config.microphones:
        yield "microphones: there is none; nobody is heard opening one, so every cut is the operator's"
    if config.wide is None:
        yield "cameras: none is fixed; without a wide shot the slate stands in for it"
    if config.sound.input is None:
        yield "sound.input: is not given; the programme is silent"
    if not any(account.role in {"operator", "technician"} for account in config.accounts):
        yield "accounts: nobody may give orders; add an account with role operator"


def _thin_edges(config: Config) -> Iterator[str]:
    for n, edge in enumerate(config.edges):
        if edge.purge_url == edge.read_url:
            yield f"edges[{n}].purge_url: is where viewers read; purging belongs on an address that viewers cannot reach"
        if edge.read_url.startswith("http://") and urlsplit(edge.read_url).hostname not in {
            "localhost",
            "127.0.0.1",
            "::1",
        }:
            yield f"edges[{n}].read_url: is not https; give the address that viewers use"


def _thin_seats(config: Config) -> Iterator[str]:
    for n, seat in enumerate(config.seats):
        cameras = {shot.camera for shot in seat.shots}
        if not cameras:
            yield f"seats[{n}] ({seat.id}): no preset shows it; its speaker is shown wide"
        elif len(cameras) == 1:
            yield f"seats[{n}] ({seat.id}): one camera only; when that is on air with another seat, it bridges by wide"
        for camera in config.movable:
            angle = seen_off_axis_deg(camera, seat)
            if camera.id in cameras and angle is not None and angle > PROFILE_DEG:
                yield f"seats[{n}] ({seat.id}): '{camera.id}' sees this face from {angle:.0f} degrees, a profile"


def _thin_people(config: Config) -> Iterator[str]:
    chairs = [person.id for person in config.people if person.role is Role.CHAIR]
    if len(chairs) != 1:
        yield f"people: {len(chairs) or 'none'} with role chair; the director knows the chair when there is exactly one"
    elif config.chair_seat is None:
        yield f"people: {chairs[0]} is chair and has no seat; the director does not know the chair's seat"
    taken = {person.seat for person in config.people}
    for n, seat in enumerate(config.seats):
        if not seat.shared and seat.id not in taken:
            yield f"seats[{n}] ({seat.id}): nobody sits here; its speaker has no name until the operator assigns one"
    for n, person in enumerate(config.people):
        if person.role in {Role.COUNCILLOR, Role.GROUP_LEADER} and person.group is None:
            yield f"people[{n}] ({person.id}): a councillor without a group; no fractie on the name bar"


def _thin_cameras(config: Config) -> Iterator[str]:
    for n, camera in enumerate(config.cameras):
        if camera.video is None and camera.video_file is None:
            yield f"cameras[{n}] ({camera.id}): no video; it never goes on air"
        if isinstance(camera, FixedCamera):
            continue
        if camera.place is None:
            yield f"cameras[{n}] ({camera.id}): no place and heading; the director knows no angles and no pan for it"
        if not shots_of(config, camera.id):
            yield f"cameras[{n}] ({camera.id}): no seat has a preset on it; it moves on the operator's order only"
