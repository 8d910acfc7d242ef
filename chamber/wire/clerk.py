"""Orders and views of the griffie's own work: agenda, presence, votes, corrections of the index, guests."""

from typing import Annotated, Literal

from pydantic import Field

from chamber.wire.base import Order, Payload

Ref = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Number = Annotated[str, Field(min_length=1, max_length=20)]
Title = Annotated[str, Field(min_length=1, max_length=300)]
WallMs = Annotated[int, Field(ge=0, le=2**53)]
Choice = Literal["for", "against", "abstained", "absent"]
PhaseName = Literal[
    "opening", "public_speakers", "consent", "debate", "answer", "voting", "secret_ballot", "ceremony", "presentation",
]  # fmt: skip


class AgendaEntry(Payload):
    """An item of an agenda that is put in whole; `number` is text, the order is that of the list."""

    id: Ref
    number: Number
    title: Title
    phase: PhaseName = "debate"
    closed: bool = False


class AgendaAdd(Order):
    """Put in an item behind another (None: at the end); its id is in the state that shows it."""

    command: Literal["agenda.add"]
    number: Number
    title: Title
    after: Ref | None = None
    phase: PhaseName = "debate"
    closed: bool = False


class AgendaChange(Order):
    """Another number, title, phase, or closed or not; what is left out stays as it is."""

    command: Literal["agenda.change"]
    item: Ref
    number: Number | None = None
    title: Title | None = None
    phase: PhaseName | None = None
    closed: bool | None = None


class AgendaMove(Order):
    """Put an item behind another; None: at the front."""

    command: Literal["agenda.move"]
    item: Ref
    after: Ref | None


class AgendaWithdraw(Order):
    """Withdraw an item, or take that back."""

    command: Literal["agenda.withdraw"]
    item: Ref
    withdrawn: bool = True


class AgendaJoin(Order):
    """Handle an item together with another; None: on its own again."""

    command: Literal["agenda.join"]
    item: Ref
    into: Ref | None


class AgendaReplace(Order):
    """The whole agenda anew; items that have been handled cannot be left out."""

    command: Literal["agenda.replace"]
    items: Annotated[tuple[AgendaEntry, ...], Field(max_length=200)]


class ItemMove(Order):
    """Move a boundary: the item that began at `from_ms` began at `at_ms` (both wall)."""

    command: Literal["item.move"]
    item: Ref
    from_ms: WallMs
    at_ms: WallMs


class AttendanceSet(Order):
    """Somebody is present, or is not any more, from now on or from `at_ms` (wall) on."""

    command: Literal["attendance.set"]
    person: Ref
    present: bool
    at_ms: WallMs | None = None


class VoteCast(Order):
    """One choice of a roll call; a later one replaces it."""

    command: Literal["vote.cast"]
    person: Ref
    choice: Choice


class IndexCorrect(Order):
    """Another person spoke than the index says; None is nobody known. The old value stays in the journal."""

    command: Literal["index.correct"]
    fragment: Ref
    person: Ref | None


class IndexList(Order):
    """Take a fragment from the index, or put it back; picture and sound stay."""

    command: Literal["index.list"]
    fragment: Ref
    listed: bool


class FragmentWithhold(Order):
    """Take a fragment from picture, sound, index, captions and exports in one act, or put it back."""

    command: Literal["fragment.withhold"]
    fragment: Ref
    withheld: bool = True


class GuestAdd(Order):
    """Somebody who is not in CONFIG, on a seat at once when one is given; the id is in the state that shows it."""

    command: Literal["guest.add"]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    role: Literal["public_speaker", "official", "committee_member", "councillor", "alderman"] = "public_speaker"
    seat: Ref | None = None
    hide_picture: bool = False
    hide_name: bool = False


class PersonErase(Order):
    """Erase somebody's name from the meeting for ever; what was said keeps its place in the index."""

    command: Literal["person.erase"]
    person: Ref


ClerkOrder = (
    AgendaAdd | AgendaChange | AgendaMove | AgendaWithdraw | AgendaJoin | AgendaReplace | ItemMove | AttendanceSet
    | VoteCast | IndexCorrect | IndexList | FragmentWithhold | GuestAdd | PersonErase
)  # fmt: skip


class BallotTotal(Payload):
    """How many ballots named a candidate; None: blank or invalid."""

    person: Ref | None
    count: Annotated[int, Field(ge=0, le=99)]


class RollCallView(Payload):
    """The vote that is going on; `order` are those who may vote, from the drawn number on, `choices` what they said."""

    kind: Literal["show_of_hands", "roll_call_vote", "secret_ballot"]
    item: str | None
    order: tuple[str, ...] = ()
    choices: dict[str, Choice] = Field(default_factory=dict)


class SpeechView(Payload):
    """A fragment of the index; wall milliseconds. `before` is the person before a correction."""

    id: str
    seat: str
    person: str | None
    name: str | None
    group: str | None
    label: str
    start_ms: int
    end_ms: int
    items: tuple[str, ...] = ()
    as_chair: bool = False
    nameless: bool = False
    listed: bool = True
    withheld: bool = False
    corrected: bool = False
    before: str | None = None


class IntervalView(Payload):
    """An item was handled from when until when (None: still)."""

    item: str
    start_ms: int
    end_ms: int | None


class BoundaryView(Payload):
    """From when on an item was dealt with; None: no item any more."""

    item: str | None
    at_ms: int


class TimeView(Payload):
    """Speaking time of a person or fractie, milliseconds."""

    id: str
    name: str
    gross_ms: int
    net_ms: int
    interjected_ms: int
    turns: int
    interjections: int


class IndexView(Payload):
    """`GET /api/v1/index`: the meeting so far, from its journal."""

    meeting: str
    opened_ms: int | None
    ended_ms: int | None
    speeches: tuple[SpeechView, ...]
    intervals: tuple[IntervalView, ...]
    boundaries: tuple[BoundaryView, ...]
    people: tuple[TimeView, ...]
    groups: tuple[TimeView, ...]


class DifferenceView(Payload):
    """One thing that an import would change; `kept`: it stays as it is, because the item is or was being handled."""

    what: Literal["added", "missing", "number", "title", "closed", "moved"]
    item: str
    before: str = ""
    after: str = ""
    kept: bool = False


class ImportView(Payload):
    """`POST /api/v1/imports/agenda`: what a file would make of the agenda; `agenda.replace` with `items` applies it."""

    source: str
    title: str
    starts: str
    items: tuple[AgendaEntry, ...]
    differences: tuple[DifferenceView, ...]
