"""Actions that need an answer first: each asks, builds the order and gives it."""

from chamber.wire import (
    CameraRecall,
    ItemNext,
    ItemSelect,
    MeetingCreate,
    MeetingOrder,
    PresentationBlank,
    PresentationSelect,
    SeatsSwap,
    SeatView,
    SpeakerAssign,
    StateView,
    TakeBack,
)
from tui import labels
from tui.actions import ACTIONS
from tui.desk import Desk, Flow
from tui.formats import day, key_name
from tui.griffie import FLOWS as GRIFFIE
from tui.patterns import TIME

PRESET_LAST = 254
TITLE_LIMIT = 200


async def _item_select(desk: Desk, view: StateView) -> None:
    if not view.agenda:
        return desk.say("info", labels.NO_ITEMS)
    choices = [
        (
            item.id,
            f"{'▶' if item.id == view.meeting.item else '✓' if item.handled else ' '} {item.number:<5} {item.title}",
        )
        for item in view.agenda
    ]
    item = await desk.choose(labels.ASK_ITEM, choices, view.meeting.item)
    if item is not None:
        await desk.give("item_select", ItemSelect(command="item.select", item=item))
    return None


async def _item_late(desk: Desk, view: StateView) -> None:
    pressed_ms = desk.facts.now_ms
    ago = await desk.choose(labels.ASK_LATE, [(str(s), text) for s, text in labels.SECONDS_AGO.items()])
    if ago is not None:
        await desk.give("item_late", ItemNext(command="item.next", at_ms=pressed_ms - int(ago) * 1000))


async def _seat_find(desk: Desk, view: StateView) -> None:
    if not view.seats:
        return desk.say("info", labels.NO_SEATS)
    choices = [
        (seat.id, " ".join(filter(None, (f"{seat.label:<5}", seat.name, seat.group and f"({seat.group})"))))
        for seat in view.seats
    ]
    seat = await desk.choose(labels.ASK_SEAT, choices, desk.facts.seat)
    if seat is not None:
        desk.select(seat)
    return None


async def _assign(desk: Desk, view: StateView) -> None:
    seat = desk.facts.seat_view(desk.facts.seat)
    if seat is None:
        return desk.say("info", labels.CHOOSE_SEAT_FIRST)
    people = {person.id: (person.name, person.group, person.role) for person in view.people}
    people |= {
        s.person: (s.name or s.person, s.group, s.role) for s in view.seats if s.person and s.person not in people
    }
    choices = [
        (f"+{person}", " · ".join(filter(None, (name, group, labels.ROLES.get(role or "", role)))))
        for person, (name, group, role) in sorted(people.items(), key=lambda known: known[1][0])
    ]
    question = labels.ASK_PERSON.format(seat=seat.label)
    more = [("-", labels.NOBODY), ("=", labels.SWAP_SEATS)]
    person = await desk.choose(question, [*choices, *more], f"+{seat.person}")
    if person == "=":
        await _swap(desk, view, seat)
    elif person is not None:
        who = person[1:] if person.startswith("+") else None
        await desk.give("assign", SpeakerAssign(command="speaker.assign", seat=seat.id, person=who))
    return None


async def _swap(desk: Desk, view: StateView, seat: SeatView) -> None:
    others = [(s.id, " · ".join(filter(None, (s.label, s.name)))) for s in view.seats if s.id != seat.id]
    other = await desk.choose(labels.ASK_OTHER_SEAT.format(seat=seat.label), others)
    if other is not None:
        await desk.give("assign", SeatsSwap(command="seats.swap", seat=seat.id, other=other))


async def _presentation(desk: Desk, view: StateView) -> None:
    if not view.presentation_inputs:
        return desk.say("info", labels.NO_INPUTS)
    inputs = [(f"+{name}", name) for name in view.presentation_inputs]
    words = {False: labels.BLACK, True: labels.NOT_BLACK}
    black = [(f"={name}", words[on].format(screen=name)) for name, on in view.presentation_blank.items()]
    chosen = await desk.choose(labels.ASK_INPUT, [*inputs, ("-", labels.NO_PRESENTATION), *black])
    if chosen is None:
        return None
    kind, name = chosen[0], chosen[1:]
    if kind == "=":
        on = not view.presentation_blank[name]
        await desk.give("presentation", PresentationBlank(command="presentation.blank", output=name, on=on))
    elif kind == "-":
        await desk.give("presentation", PresentationSelect(command="presentation.select", input=None))
    else:
        await _route(desk, view, name)
    return None


async def _route(desk: Desk, view: StateView, source: str) -> None:
    """The public's picture comes first; a hall with one output is not asked."""
    output: str | None = ""
    if len(view.presentation) > 1:
        screens = [(name, labels.ON_SCREEN.format(screen=name)) for name in view.presentation]
        output = await desk.choose(labels.ASK_OUTPUT.format(source=source), [("", labels.TO_PUBLIC), *screens])
    if output is not None:
        order = PresentationSelect(command="presentation.select", input=source, output=output or None)
        await desk.give("presentation", order)


async def _camera_recall(desk: Desk, view: StateView) -> None:
    camera = await desk.choose(labels.ASK_CAMERA, [(name, f"{i} {name}") for i, name in enumerate(view.cameras, 1)])
    if camera is None:
        return
    preset = await desk.write(labels.ASK_PRESET, _preset_problem)
    if preset is None:
        return
    # The camera may have come on air while the operator typed, so the newest view decides.
    now = desk.facts.view
    force = False
    if now is not None and camera in now.cameras and now.cameras[camera].on_air:
        sure = await desk.choose(
            labels.ASK_FORCE.format(camera=camera), [("no", labels.FORCE_NO), ("yes", labels.FORCE_YES)]
        )
        if sure != "yes":
            return
        force = True
    order = CameraRecall(command="camera.recall", camera=camera, preset=int(preset), force=force)
    await desk.give("camera_recall", order)


def _preset_problem(text: str) -> str:
    return "" if text.isascii() and text.isdigit() and int(text) <= PRESET_LAST else labels.BAD_PRESET


async def _take_back(desk: Desk, view: StateView) -> None:
    seconds = await desk.choose(labels.ASK_TAKE_BACK, [(str(s), text) for s, text in labels.SECONDS_BACK.items()])
    if seconds is not None:
        await desk.give("take_back", TakeBack(command="take_back", seconds=int(seconds)))


async def _suspend_until(desk: Desk, view: StateView) -> None:
    time = await desk.write(labels.ASK_RESUME, lambda t: "" if TIME.fullmatch(t) else labels.BAD_TIME)
    if time is not None:
        await desk.give("suspend_until", MeetingOrder(command="meeting.suspend", resumes_at=time))


async def _create(desk: Desk, view: StateView) -> None:
    title = await desk.write(labels.ASK_TITLE, lambda t: "" if t else labels.BAD_TITLE, limit=TITLE_LIMIT)
    if title is None:
        return
    now_ms, where = desk.facts.now_ms, desk.facts.where
    id = f"{day(now_ms, where)}-{desk.facts.time(now_ms).replace(':', '')}"
    await desk.give("create", MeetingCreate(command="meeting.create", id=id, title=title))


async def _palette(desk: Desk, view: StateView) -> None:
    choices = [
        (action.id, f"{action.label} ({key_name(action.keys[0])}): {action.help}")
        for action in ACTIONS
        if action.id not in ("palette", "cancel", "shot_camera")
    ]
    action = await desk.choose(labels.PALETTE, choices)
    if action is not None:
        desk.press(action)


FLOWS: dict[str, Flow] = {
    "item_select": _item_select,
    "item_late": _item_late,
    "seat_find": _seat_find,
    "assign": _assign,
    "presentation": _presentation,
    "camera_recall": _camera_recall,
    "take_back": _take_back,
    "suspend_until": _suspend_until,
    "create": _create,
    "palette": _palette,
    **GRIFFIE,
}
