"""The files of one meeting beside its journal: what it is called, its hall, agenda, persons and notes.

`meeting.json` and `agenda.json` hold what the archive needs when CONFIG has changed since; `people.json` and `notes.json`
hold every name and sentence, and can be erased for one person without touching the journal.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from chamber.apps.captions_kept import kept
from chamber.apps.files import read
from chamber.core.agenda import Agenda
from chamber.core.domain import AgendaItem, Group, Hall, Person, Phase, Role, Seat
from chamber.core.dossier import Dossier, Media, Place
from chamber.core.errors import ChamberError
from chamber.core.index.fold import index_of
from chamber.core.turns import Rules
from chamber.journal import replay

ERASED_NAME = "Naam verwijderd"


# ---------------------------------------------------------------------------------------------------- the hall


def hall_as_json(hall: Hall, place: Place) -> dict[str, Any]:
    """Hall and place as they stand in meeting.json."""
    return {
        "hall": hall.name,
        "organisation": place.organisation,
        "organisation_code": place.organisation_code,
        "body": place.body,
        "timezone": place.timezone,
        "chair_seat": hall.chair_seat,
        "seats": {seat.id: {"label": seat.label, "shared": seat.shared} for seat in hall.seats.values()},
        "groups": {group.id: group.name for group in hall.groups.values()},
    }


def place_from(said: Mapping[str, Any]) -> Place:
    """The place as meeting.json has it."""
    return Place(
        str(said.get("organisation", "")),
        str(said.get("organisation_code", "")),
        str(said.get("body", "")) or "Gemeenteraad",
        str(said.get("timezone", "")) or "Europe/Amsterdam",
    )


def hall_from(said: Mapping[str, Any], people: Mapping[str, Person]) -> Hall:
    """The hall of a past meeting: its seats and persons, without devices."""
    seats = {
        name: Seat(name, str(seat.get("label", name)), "", "", 0.0, 0.0, shared=seat.get("shared") is True)
        for name, seat in dict(said.get("seats", {})).items()
    }
    groups = {name: Group(name, str(title)) for name, title in dict(said.get("groups", {})).items()}
    return Hall(str(said.get("hall", "")), seats, dict(people), groups, chair_seat=said.get("chair_seat"))


# -------------------------------------------------------------------------------------------------- the agenda


def agenda_as_json(agenda: Agenda) -> dict[str, Any]:
    """An agenda as it stands in agenda.json."""
    return {
        "items": [
            {
                "id": item.id,
                "number": item.number,
                "title": item.title,
                "phase": item.phase.value,
                "closed": item.closed,
                "withdrawn": item.withdrawn,
                "into": item.into,
            }
            for item in agenda
        ]
    }


def agenda_from(said: Mapping[str, Any]) -> Agenda | None:
    """The agenda of agenda.json; None when there is none, or none that can be read."""
    if not isinstance(said.get("items"), list):
        return None
    try:
        return tuple(
            AgendaItem(
                str(item["id"]), str(item["number"]), str(item["title"]), Phase(item["phase"]), item["closed"] is True,
                item["withdrawn"] is True, item["into"],
            )
            for item in said["items"]
        )  # fmt: skip
    except (KeyError, TypeError, ValueError):
        return None


# ------------------------------------------------------------------------------------------------- the persons


def person_as_json(person: Person, *, guest: bool) -> dict[str, Any]:
    """A person as people.json has it."""
    return {
        "name": person.name,
        "role": person.role.value,
        "group": person.group,
        "seat": person.seat,
        "guest": guest,
    }


def people_merged(kept: Mapping[str, Any], people: Iterable[Person]) -> dict[str, Any]:
    """The persons of CONFIG with the guests that are kept; a name that was erased never comes back."""
    merged = {person.id: person_as_json(person, guest=False) for person in people}
    for name, said in kept.items():
        if isinstance(said, dict) and (
            said.get("erased") is True or (said.get("guest") is True and name not in merged)
        ):
            merged[name] = said
    return merged


def people_from(said: Mapping[str, Any], *, guests: bool = False) -> dict[str, Person]:
    """Persons of people.json; with `guests` only those whom CONFIG does not know."""
    found = {}
    for name, one in said.items():
        if not isinstance(one, dict) or (guests and one.get("guest") is not True):
            continue
        try:
            role = Role(one.get("role", ""))
        except ValueError:
            role = Role.OFFICIAL
        found[name] = Person(name, str(one.get("name", "")) or ERASED_NAME, role, one.get("group"), one.get("seat"))
    return found


def erased(people: Mapping[str, Any], person: str) -> dict[str, Any]:
    """people.json without somebody's name."""
    one = dict(people.get(person, {}))
    return {**people, person: {**one, "name": "", "erased": True}}


def notes_without(notes: Mapping[str, str], name: str) -> dict[str, str]:
    """Notes with a name taken out wherever it stands in full."""
    return {key: text.replace(name, "[naam verwijderd]") for key, text in notes.items()} if name else dict(notes)


# ------------------------------------------------------------------------------------------- a whole meeting


def media_from(said: Mapping[str, Any]) -> tuple[Media, ...]:
    """The recordings that are ready, of recording.json; none when it cannot be read."""
    found = []
    try:
        for source in said.get("sources", ()):
            done = source["finished"]
            if done:
                spans = tuple((int(one["from_ms"]), int(one["to_ms"])) for one in source["spans"])
                name, size, digest = str(done["file"]), int(done["size_bytes"]), str(done["sha256"])
                found.append(Media(Path(name).stem, Path(name).name, spans, size_bytes=size, sha256=digest))
    except (KeyError, TypeError, ValueError):
        return ()
    return tuple(found)


class NoMeetingError(ChamberError):
    """A folder holds no meeting; the message says which."""


def load(folder: Path) -> Dossier:
    """Read a meeting's folder; a damaged journal is read as far as it can be (`chamber verify` tells).

    Raises:
        NoMeetingError: there is no journal.
    """
    journal = folder / "journal.jsonl"
    if not journal.is_file():
        raise NoMeetingError(f"{folder}: no meeting is kept here (journal.jsonl is missing)")
    said = read(folder / "meeting.json")
    hall = hall_from(said, people_from(read(folder / "people.json")))
    groups = {person.id: person.group for person in hall.people.values() if person.group is not None}
    entries = replay(journal, lambda damage: None)
    return Dossier(
        id=str(said.get("id", folder.name)),
        title=str(said.get("title", folder.name)),
        place=place_from(said),
        hall=hall,
        agenda=agenda_from(read(folder / "agenda.json")) or (),
        notes={key: str(text) for key, text in read(folder / "notes.json").items()},
        index=index_of(entries, hall, Rules(groups=groups)),
        media=media_from(read(recordings(folder) / "recording.json")),
        captions=kept(folder),
    )


def recordings(folder: Path) -> Path:
    """Where the recordings of a meeting's folder are."""
    return folder / "recording"


def is_being_finished(folder: Path) -> bool:
    """Whether a recording of this meeting is still being made ready."""
    sources = read(recordings(folder) / "recording.json").get("sources")
    listed = sources if isinstance(sources, list) else []
    return any(isinstance(one, dict) and one.get("finished") is None for one in listed)
