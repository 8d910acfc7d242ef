"""The one registry of what the operator can do; keys, help, palette, key bar and mouse read it."""

from collections.abc import Callable
from dataclasses import dataclass

from chamber.wire import (
    ItemNext,
    MeetingOrder,
    MicOrder,
    MicsOff,
    ModeSet,
    Order,
    Panic,
    ShotTake,
    SilencePause,
    StateView,
    TitleOrder,
)
from tui import labels
from tui.labels import griffie

SILENCE_S = 60
"""Every hall allows a silence of this length: the shortest limit that CONFIG takes."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What an order may depend on: the view, the chosen seat, and the digit that was pressed (0 without)."""

    view: StateView
    seat: str | None = None
    digit: int = 0


Build = Callable[[Situation], Order | str]
"""Makes the order, or says in Dutch why there is none to make."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that the operator can do.

    `keys` are Textual key names, the first is the one that is shown; `build` makes the order of actions that need no
    dialog, the others are carried out by the screen; `step` is the command whose presence in `meeting.allowed` says
    that it can be done now; `two_step` wants a second press; `anywhere` works in dialogs too, before they see the key;
    `urgent` is sent whatever else is under way.
    """

    id: str
    group: str
    keys: tuple[str, ...]
    build: Build | None = None
    step: str = ""
    two_step: bool = False
    anywhere: bool = False
    urgent: bool = False

    @property
    def label(self) -> str:
        return labels.ACTIONS[self.id][0]

    @property
    def help(self) -> str:
        return labels.ACTIONS[self.id][1]


def _step(command: str) -> Build:
    return lambda now: MeetingOrder.model_validate({"command": command})


def _meeting(id: str, command: str, *keys: str, two_step: bool = False, dark: bool = False) -> Action:
    return Action(id, "meeting", keys, _step(command), command, two_step, anywhere=dark, urgent=dark)


def _mode(mode: str) -> Build:
    return lambda now: ModeSet.model_validate({"command": "mode.set", "mode": mode})


def _shot(shot: str) -> Build:
    return lambda now: ShotTake(command="shot.take", shot=shot)


def _accept(now: Situation) -> Order | str:
    return ShotTake(command="shot.take", shot="accept") if now.view.proposal else labels.NO_PROPOSAL


def _camera(now: Situation) -> Order | str:
    cameras = tuple(now.view.cameras)
    if not 1 <= now.digit <= len(cameras):
        return labels.NO_SUCH_CAMERA.format(number=now.digit)
    return ShotTake(command="shot.take", shot=cameras[now.digit - 1])


def _mic(now: Situation) -> Order | str:
    if now.seat is None:
        return labels.CHOOSE_SEAT_FIRST
    if now.view.microphones.get(now.seat) == "on":
        return MicOrder(command="mic.off", seat=now.seat)
    return MicOrder(command="mic.on", seat=now.seat)


def _title(now: Situation) -> Order:
    return TitleOrder(command="title.hide" if now.view.title_visible else "title.show")


def _silence(now: Situation) -> Order:
    paused = now.view.levels.silence_paused_until_ms is not None
    return SilencePause(command="silence.pause", seconds=0 if paused else SILENCE_S)


ACTIONS: tuple[Action, ...] = (
    Action("panic", "meeting", ("f12", "ctrl+n"), lambda now: Panic(command="panic"), anywhere=True, urgent=True),
    _meeting("standby", "meeting.standby", "k", "f2"),
    _meeting("open", "meeting.open", "o", "f3", two_step=True),
    _meeting("suspend", "meeting.suspend", "s", "f4", dark=True),
    _meeting("close_doors", "meeting.close_doors", "d", "f5", dark=True),
    _meeting("close", "meeting.close", "b", "f6", dark=True),
    _meeting("reopen_doors", "meeting.reopen_doors", "l", "f7", two_step=True),
    _meeting("end", "meeting.end", "e", "f8", two_step=True),
    _meeting("publish", "meeting.publish", "asterisk", "f9", two_step=True),
    Action("take_back", "meeting", ("r", "backspace")),
    Action("suspend_until", "meeting", ("minus",), step="meeting.suspend"),
    Action("create", "meeting", ("plus",)),
    Action("shot_camera", "shot", ("1", "2", "3", "4", "5", "6", "7"), _camera),
    Action("shot_presentation", "shot", ("8",), _shot("presentation")),
    Action("shot_chair", "shot", ("9",), _shot("chair")),
    Action("shot_wide", "shot", ("0",), _shot("wide")),
    Action("accept", "shot", ("j",), _accept),
    Action("mode_auto", "shot", ("a",), _mode("auto")),
    Action("mode_assist", "shot", ("f",), _mode("assist")),
    Action("mode_manual", "shot", ("h",), _mode("manual")),
    Action("title_toggle", "shot", ("t",), _title),
    Action("presentation", "shot", ("c",)),
    Action("camera_recall", "shot", ("y",)),
    Action("mic_toggle", "sound", ("m",), _mic),
    Action("mics_off", "sound", ("x",), lambda now: MicsOff(command="mics.off")),
    Action("silence", "sound", ("full_stop",), _silence),
    Action("assign", "sound", ("w",)),
    Action("seat_find", "sound", ("z",)),
    Action("guest", "sound", ("right_square_bracket",)),
    Action("item_next", "item", ("v",), lambda now: ItemNext(command="item.next")),
    Action("item_late", "item", ("comma",)),
    Action("item_select", "item", ("p",)),
    Action("vote_begin", "item", ("g",)),
    Action("vote_record", "item", ("u",)),
    Action("agenda", "item", ("left_square_bracket",)),
    Action("attendance", "item", ("slash",)),
    Action("note", "item", ("n",)),
    Action("info", "console", ("i",)),
    Action("help", "console", ("question_mark", "f1"), anywhere=True),
    Action("palette", "console", ("colon",)),
    Action("cancel", "console", ("escape",)),
    Action("quit", "console", ("q", "ctrl+q"), two_step=True),
)

BY_ID: dict[str, Action] = {action.id: action for action in ACTIONS}


def bound_keys(action: Action) -> tuple[str, ...]:
    """Every key name of an action, capitals included: Caps Lock never changes what a key does."""
    return tuple(
        form for key in action.keys for form in ((key, key.upper()) if len(key) == 1 and key.isalpha() else (key,))
    )


def works_in_dialogs(action: Action, key: str) -> bool:
    """True for keys that no text field needs, of actions that work anywhere."""
    return action.anywhere and (key.startswith("ctrl+") or (key[0] == "f" and key[1:].isdigit()))


def possible(action: Action, view: StateView | None) -> bool:
    """False when the controller said that this step of the meeting cannot be taken now."""
    return not action.step or (view is not None and action.step in view.meeting.allowed)


def said(order: Order, label: str, view: StateView | None) -> str:
    """An order in Dutch as the message line shows it; `label` where there is nothing more to tell."""
    fields = order.model_dump()
    if fields["command"] == "presentation.select" and fields["input"] is None:
        return labels.NO_PRESENTATION
    forms = labels.SAID | griffie.SAID
    form = forms.get(str(fields["command"]), label.replace("{", "{{").replace("}", "}}"))
    fields["mode"] = labels.MODES.get(str(fields.get("mode")), "")
    fields["choice"] = griffie.CHOICES.get(str(fields.get("choice")), "")
    fields["how"] = griffie.COMES if fields.get("present") else griffie.GOES
    fields["shot"] = labels.SHOTS.get(str(fields.get("shot")), fields.get("shot"))
    if view is not None:
        names = {s.id: s.label for s in view.seats}
        names |= {f"person {p.id}": p.name for p in view.people} | {f"item {i.id}": i.number for i in view.agenda}
        fields |= {key: names.get(fields[key], fields[key]) for key in ("seat", "other") if key in fields}
        fields |= {k: names.get(f"{k} {fields[k]}", fields[k]) for k in ("person", "item") if k in fields}
    return form.format(**fields)


def spoken_label(action: Action, view: StateView | None) -> str:
    """The label as it suits the state: opening after a suspension is called otherwise."""
    if action.id == "open" and view is not None:
        return labels.OPEN_WORDS.get(view.meeting.state, action.label)
    return action.label
