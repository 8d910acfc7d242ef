"""Who is there: the attendance list, guests with their wishes for privacy, and notes of three kinds."""

from chamber.wire import NoteAdd, SpeakerPrivacy, StateView
from chamber.wire.clerk import AttendanceSet, GuestAdd
from tui import labels as common
from tui.desk import Desk, Flow
from tui.griffie.votes import voters
from tui.labels import griffie as labels
from tui.messages import Acknowledged
from tui.screens.ask import Choice
from tui.screens.listing import Act, Listing

NOTE_LIMIT, NAME_LIMIT = 2000, 200


# -- attendance -----------------------------------------------------------------------------------------------------
def _attendance_title(view: StateView) -> str:
    if not view.present:
        return labels.ATTENDANCE_NOBODY
    everybody = sum(1 for person in view.people if person.votes)
    return labels.ATTENDANCE_TITLE.format(present=len(view.present), voters=len(voters(view)), all=everybody)


def _attendance_rows(view: StateView) -> list[Choice]:
    return [
        (
            person.id,
            f"{'✓' if person.id in view.present else '·'} {person.name:<26} "
            + " · ".join(filter(None, (person.group, common.ROLES.get(person.role or "", person.role)))),
        )
        for person in view.people
    ]


async def _attendance(desk: Desk, view: StateView) -> None:
    async def turn(line: str) -> str | None:
        await _set(desk, line, None)
        return None

    async def earlier(line: str) -> str | None:
        pressed_ms, now = desk.facts.now_ms, desk.facts.view
        how = labels.GOES if now is not None and line in now.present else labels.COMES
        question = labels.ASK_SINCE.format(name=desk.facts.person_name(line), how=how)
        ago = await desk.choose(question, [(str(s), text) for s, text in common.SECONDS_AGO.items()])
        if ago is not None:
            await _set(desk, line, pressed_ms - int(ago) * 1000)
        return None

    await desk.work(
        Listing(
            title=_attendance_title,
            rows=_attendance_rows,
            acts=(Act("space", labels.PRESENT, turn), Act("e", labels.EARLIER, earlier)),
            empty=labels.NOBODY_KNOWN,
        )
    )


async def _set(desk: Desk, person: str, at_ms: int | None) -> None:
    view = desk.facts.view
    if view is not None:
        order = AttendanceSet(command="attendance.set", person=person, present=person not in view.present, at_ms=at_ms)
        await desk.give("attendance", order)


# -- guests ---------------------------------------------------------------------------------------------------------
async def _guest(desk: Desk, view: StateView) -> None:
    seat = desk.facts.seat_view(desk.facts.seat)
    if seat is not None and seat.person:
        about = labels.SEAT_PRIVACY.format(seat=seat.label, name=seat.name or common.UNKNOWN_PERSON)
        what = await desk.choose(labels.ASK_GUEST, [("new", labels.NEW_GUEST), ("privacy", about)])
        if what is None:
            return
        if what == "privacy":
            wish = await _wish(desk, seat.name or common.UNKNOWN_PERSON)
            if wish is not None:
                await desk.give("guest", SpeakerPrivacy(command="speaker.privacy", seat=seat.id, **wish))
            return
    await _new_guest(desk, view)


async def _new_guest(desk: Desk, view: StateView) -> None:
    name = await desk.write(labels.ASK_GUEST_NAME, lambda t: "" if t else labels.BAD_GUEST_NAME, limit=NAME_LIMIT)
    if name is None:
        return
    role = await desk.choose(labels.ASK_GUEST_ROLE.format(name=name), list(labels.GUEST_ROLES.items()))
    wish = await _wish(desk, name) if role else None
    if wish is None:
        return
    seats = sorted(view.seats, key=lambda seat: seat.person is not None)
    choices = [(f"+{s.id}", " · ".join(filter(None, (s.label, s.name)))) for s in seats]
    if not any(wish.values()):
        # A wish for privacy belongs to a seat, so that a guest without a seat cannot have one yet.
        choices.append(("-", labels.NO_SEAT_YET))
    marked = desk.facts.seat_view(desk.facts.seat)
    free = marked is not None and marked.person is None
    chosen = await desk.choose(
        labels.ASK_GUEST_SEAT.format(name=name), choices, f"+{marked.id}" if marked and free else None
    )
    if chosen is None:
        return
    order = {"command": "guest.add", "name": name, "role": role, "seat": chosen[1:] or None, **wish}
    await desk.give("guest", GuestAdd.model_validate(order))


async def _wish(desk: Desk, name: str) -> dict[str, bool] | None:
    wish = await desk.choose(labels.ASK_PRIVACY.format(name=name), list(labels.PRIVACY.items()))
    if wish is None:
        return None
    return {"hide_picture": wish in ("picture", "both"), "hide_name": wish in ("name", "both")}


# -- notes ----------------------------------------------------------------------------------------------------------
async def _note(desk: Desk, view: StateView) -> None:
    text = await desk.write(common.ASK_NOTE, lambda t: "", desk.draft, NOTE_LIMIT)
    kind = None
    if text is not None:
        desk.draft = text
        kind = await desk.choose(labels.ASK_NOTE_KIND, list(labels.NOTE_KINDS.items())) if text else None
    if kind is None:
        if desk.draft:
            desk.say("info", common.NOTE_DRAFT)
        return
    order = NoteAdd.model_validate({"command": "note.add", "text": text, "about": kind})
    if isinstance(await desk.give("note", order), Acknowledged):
        desk.draft = ""


FLOWS: dict[str, Flow] = {"attendance": _attendance, "guest": _guest, "note": _note}
