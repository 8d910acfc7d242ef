"""Payloads of the control API, version 1: all that the console may know of the controller.

Every model is frozen and refuses unknown fields; times are integer milliseconds, wall times since 1970 UTC.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from chamber.wire.base import Order as Order
from chamber.wire.base import Payload
from chamber.wire.cameras import CameraOrder
from chamber.wire.cameras import CameraRecall as CameraRecall
from chamber.wire.cameras import SurveyView as SurveyView
from chamber.wire.clerk import BallotTotal, ClerkOrder
from chamber.wire.clerk import ImportView as ImportView
from chamber.wire.clerk import IndexView as IndexView
from chamber.wire.clerk import RollCallView as RollCallView
from chamber.wire.outside import EdgeView as EdgeView
from chamber.wire.outside import OutsideView as OutsideView
from chamber.wire.outside import TakenBackView as TakenBackView
from chamber.wire.outside import WatchReport as WatchReport
from chamber.wire.presenting import PresentationBlank as PresentationBlank
from chamber.wire.presenting import PresentationSelect as PresentationSelect

MeetingStateName = Literal[
    "planned", "standby", "open", "suspended", "closing_doors", "closed", "reopening", "ended", "published"
]
LegStateName = Literal["open", "slate", "dark", "unknown"]
LinkName = Literal["up", "down", "connecting"]


class ItemView(Payload):
    """An agenda item; `number` is text and the order is the order of the list; `into`: handled together with that."""

    id: str
    number: str
    title: str
    phase: str
    closed: bool = False
    handled: bool = False
    withdrawn: bool = False
    into: str | None = None


class MeetingView(Payload):
    """The meeting; `since_ms` is the wall time of the last change of state."""

    id: str
    title: str
    state: MeetingStateName
    since_ms: int
    opened_ms: int | None = None
    resumes_at: str | None = None
    item: str | None = None
    session: int = 1
    allowed: tuple[str, ...] = ()


class OnAirView(Payload):
    """The programme picture; `reason` is a stable code, `text` the Dutch sentence."""

    camera: str | None
    preset: int | None
    kind: str
    seat: str | None = None
    reason: str
    text: str
    since_ms: int


class SpeakerView(Payload):
    """A seat with an open microphone; name parts are absent when nobody is known there."""

    seat: str
    person: str | None
    name: str | None = None
    group: str | None = None
    role: str | None = None
    since_ms: int


class SeatView(Payload):
    """A seat for the hall map; metres as in CONFIG; `cameras` are those with a preset for it."""

    id: str
    label: str
    x_m: float
    y_m: float
    person: str | None = None
    name: str | None = None
    group: str | None = None
    role: str | None = None
    cameras: tuple[str, ...] = ()


class PersonView(Payload):
    """Somebody who may be put on a seat: `speaker.assign` takes the id; `votes`: has a vote in the council."""

    id: str
    name: str
    group: str | None = None
    role: str | None = None
    votes: bool = False


class CameraView(Payload):
    """A camera as it was last read; None is unknown. `lamp` is off, red or green, `focus` auto or manual."""

    link: LinkName
    moving: bool | None
    preset: int | None
    on_air: bool
    power: bool | None = None
    lamp: str | None = None
    focus: str | None = None
    wished: int | None = None
    picture: Literal["live", "stale", "none"] = "none"


class DeviceView(Payload):
    """A supervised link; `detail` says why it is down, or what the device said it is."""

    link: LinkName
    detail: str = ""


class AlarmView(Payload):
    """Something the operator must know: what is wrong and what to do, in Dutch; `code` is stable."""

    code: str
    text: str
    advice: str = ""
    since_ms: int
    urgent: bool = False


class ProposalView(Payload):
    """In assist mode: the shot the director would take."""

    camera: str
    preset: int | None
    seat: str | None
    text: str


class PublicView(Payload):
    """What the public gets, read back; None is unknown. `confirmed_ms` is the wall time of the reading."""

    sees: bool | None
    hears: bool | None
    confirmed_ms: int | None
    viewers: int = 0
    delay_ms: int = 0
    stream: Literal["up", "down", "starting"] = "starting"


class LevelsView(Payload):
    """Programme sound, dBFS, and its loudness by EBU R128, LUFS: of 400 ms, of 3 s, of the meeting."""

    rms_dbfs: float = -120.0
    peak_dbfs: float = -120.0
    momentary_lufs: float = -70.0
    short_term_lufs: float = -70.0
    integrated_lufs: float = -70.0
    silence_paused_until_ms: int | None = None


class StateView(Payload):
    """The whole view: `GET /api/v1/state` and the first message on `/api/v1/events`.

    `one_camera` are the seats that only one camera has a preset for; `survey` is the walk through all seats.
    """

    seq: int
    now_ms: int
    hall: str
    organisation: str
    meeting: MeetingView
    agenda: tuple[ItemView, ...]
    on_air: OnAirView
    next_shot: str | None = None
    proposal: ProposalView | None = None
    speakers: tuple[SpeakerView, ...]
    queue: tuple[str, ...]
    microphones: dict[str, Literal["on", "off", "request"]]
    seats: tuple[SeatView, ...]
    people: tuple[PersonView, ...] = ()
    cameras: dict[str, CameraView]
    one_camera: tuple[str, ...] = ()
    survey: SurveyView | None = None
    devices: dict[str, DeviceView]
    legs: dict[str, LegStateName]
    public: PublicView
    outside: tuple[OutsideView, ...] = ()
    taken_back: TakenBackView | None = None
    levels: LevelsView
    mode: Literal["auto", "assist", "manual"]
    title_visible: bool = True
    presentation: dict[str, str] = Field(default_factory=dict)
    presentation_inputs: tuple[str, ...] = ()
    presentation_blank: dict[str, bool] = Field(default_factory=dict)
    alarms: tuple[AlarmView, ...]
    preview_url: str = ""
    public_url: str = ""
    rehearsal: bool = False
    vote: RollCallView | None = None
    present: tuple[str, ...] = ()


class Change(Payload):
    """One numbered change on `/api/v1/events`: the top-level fields of the state that changed, whole."""

    seq: int
    changed: dict[str, Any]


class _Plain(Order):
    pass


class MeetingOrder(_Plain):
    """A step of the meeting; `resumes_at` (suspend) is a time for the slate such as "21:15"."""

    command: Literal[
        "meeting.standby", "meeting.open", "meeting.suspend", "meeting.close_doors", "meeting.close",
        "meeting.reopen_doors", "meeting.end", "meeting.publish",
    ]  # fmt: skip
    resumes_at: Annotated[str, Field(pattern=r"^\d{1,2}:\d{2}$")] | None = None


class MeetingCreate(_Plain):
    """Make a new meeting; refused while one is running."""

    command: Literal["meeting.create"]
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    title: Annotated[str, Field(max_length=200)]


class Panic(_Plain):
    """Slate and silence at once, and take back what is still inside the window."""

    command: Literal["panic"]


class TakeBack(_Plain):
    """Turn the last published seconds into gaps; what was seen cannot be recalled."""

    command: Literal["take_back"]
    seconds: Annotated[int, Field(ge=1, le=120)]


class ModeSet(_Plain):
    """Who cuts."""

    command: Literal["mode.set"]
    mode: Literal["auto", "assist", "manual"]


class ShotTake(_Plain):
    """Take a shot now: a camera by id, or wide, chair, presentation; `accept` takes the proposal."""

    command: Literal["shot.take"]
    shot: Annotated[str, Field(max_length=40)]


class ItemNext(_Plain):
    """Go to the next item; `at_ms` (wall) moves the boundary back."""

    command: Literal["item.next"]
    at_ms: int | None = None


class ItemSelect(_Plain):
    """Go to an item by id."""

    command: Literal["item.select"]
    item: Annotated[str, Field(max_length=40)]


class VoteRecord(_Plain):
    """Record the outcome as the chair states it; `totals` per candidate of a secret ballot, blank under null."""

    command: Literal["vote.record"]
    kind: Literal["show_of_hands", "roll_call_vote", "secret_ballot"]
    outcome: Literal["adopted", "rejected", "tied", "deferred", "withdrawn"]
    for_count: Annotated[int, Field(ge=0, le=99)] | None = None
    against_count: Annotated[int, Field(ge=0, le=99)] | None = None
    question: Literal["proposal", "amendment", "sub_amendment", "motion"] = "proposal"
    totals: Annotated[tuple[BallotTotal, ...], Field(max_length=50)] = ()


class VoteBegin(_Plain):
    """Voting begins: the picture goes wide, for a secret ballot without name bars.

    `first` is the person who was drawn to be called first in a roll call.
    """

    command: Literal["vote.begin"]
    kind: Literal["show_of_hands", "roll_call_vote", "secret_ballot"]
    first: Annotated[str, Field(max_length=40)] | None = None


class MicOrder(_Plain):
    """Switch one microphone."""

    command: Literal["mic.on", "mic.off"]
    seat: Annotated[str, Field(max_length=40)]


class MicsOff(_Plain):
    """Switch every open microphone off."""

    command: Literal["mics.off"]


class SilencePause(_Plain):
    """Nobody is told of silence for some seconds, for a ceremony; 0 ends it. CONFIG limits it."""

    command: Literal["silence.pause"]
    seconds: Annotated[int, Field(ge=0, le=3600)]


class SpeakerAssign(_Plain):
    """Say who sits on a seat now; `person` None is nobody known."""

    command: Literal["speaker.assign"]
    seat: Annotated[str, Field(max_length=40)]
    person: Annotated[str, Field(max_length=40)] | None


class SeatsSwap(_Plain):
    """The occupants of two seats change places; their names and wishes for privacy go with them."""

    command: Literal["seats.swap"]
    seat: Annotated[str, Field(max_length=40)]
    other: Annotated[str, Field(max_length=40)]


class SpeakerPrivacy(_Plain):
    """Whoever sits here withholds picture or name; both false lifts it."""

    command: Literal["speaker.privacy"]
    seat: Annotated[str, Field(max_length=40)]
    hide_picture: bool = False
    hide_name: bool = False


class ChairSet(_Plain):
    """Somebody on another seat leads the meeting from now on."""

    command: Literal["chair.set"]
    seat: Annotated[str, Field(max_length=40)]


class TitleOrder(_Plain):
    """Show or hide the name bar."""

    command: Literal["title.show", "title.hide"]


class NoteAdd(_Plain):
    """A short note of the griffie, kept beside the journal; `about` makes it a decision or a commitment."""

    command: Literal["note.add"]
    about: Literal["note", "decision", "commitment"] = "note"
    text: Annotated[str, Field(min_length=1, max_length=2000)]


AnyOrder = Annotated[
    MeetingOrder | MeetingCreate | Panic | TakeBack | ModeSet | ShotTake | CameraOrder
    | ItemNext | ItemSelect | VoteBegin | VoteRecord | MicOrder | MicsOff | SilencePause | SpeakerAssign | SeatsSwap
    | SpeakerPrivacy | ChairSet | TitleOrder
    | PresentationSelect | PresentationBlank | NoteAdd | ClerkOrder,
    Field(discriminator="command"),
]  # fmt: skip


class Accepted(Payload):
    """Answer to a command that was carried out; `seq` is the state that shows it."""

    ok: Literal[True] = True
    seq: int


class ErrorBody(Payload):
    """Why a command was refused: a stable code and a sentence for the operator."""

    code: str
    message: str


class Refused(Payload):
    """Answer to a command that was not carried out (4xx)."""

    error: ErrorBody
