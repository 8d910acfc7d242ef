"""The index of a meeting as the control API shows it."""

from pathlib import Path

from chamber.apps.dossier import load
from chamber.core.dossier import Dossier
from chamber.core.speaking_time import SpeakingTime, per_group, per_person
from chamber.wire.clerk import BoundaryView, IndexView, IntervalView, SpeechView, TimeView


def view_of(folder: Path) -> IndexView:
    """Read a meeting's folder; blocks while it reads. Raises NoMeetingError."""
    return index_view(load(folder))


def index_view(dossier: Dossier) -> IndexView:
    """Everything of a meeting's index, also what residents do not see."""
    index, hall = dossier.index, dossier.hall
    spoken = [speech.fragment for speech in index.speeches if speech.listed]
    names = {person.id: person.name for person in hall.people.values()}
    return IndexView(
        meeting=dossier.id,
        opened_ms=index.opened_ms,
        ended_ms=index.ended_ms,
        speeches=tuple(
            SpeechView(
                id=speech.id,
                seat=speech.fragment.seat,
                person=speech.fragment.person,
                name=names.get(speech.fragment.person or ""),
                group=speech.fragment.group,
                label=speech.fragment.label.value,
                start_ms=speech.fragment.start_ms,
                end_ms=speech.fragment.end_ms,
                items=speech.items,
                as_chair=speech.fragment.as_chair,
                nameless=speech.nameless,
                listed=speech.listed,
                withheld=speech.withheld,
                corrected=speech.corrected,
                before=speech.before,
            )
            for speech in index.speeches
        ),
        intervals=tuple(
            IntervalView(item=handled.item, start_ms=span.start_ms, end_ms=span.end_ms)
            for handled in index.handled
            for span in handled.spans
        ),
        boundaries=tuple(BoundaryView(item=b.item, at_ms=b.at_ms) for b in index.boundaries),
        people=tuple(_time(key, names.get(key, key), time) for key, time in per_person(spoken).items()),
        groups=tuple(
            _time(key, hall.groups[key].name if key in hall.groups else key, time)
            for key, time in per_group(spoken).items()
        ),
    )


def _time(key: str, name: str, time: SpeakingTime) -> TimeView:
    return TimeView(
        id=key,
        name=name,
        gross_ms=time.gross_ms,
        net_ms=time.net_ms,
        interjected_ms=time.interjected_ms,
        turns=time.turns,
        interjections=time.interjections,
    )
