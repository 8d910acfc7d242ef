"""What travels inside the console: the client posts these, keys and mouse post `Pressed`."""

from dataclasses import dataclass
from typing import Literal

from textual.message import Message

from chamber.wire import LevelsView, StateView

LinkReason = Literal["", "refused", "lost", "silent", "auth", "garbled", "full"]


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The controller carried the order out; the state numbered `seq` shows it."""

    seq: int


@dataclass(frozen=True, slots=True)
class Denied:
    """The controller said no: a stable code and a sentence for the operator."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """The order never left the console: no link, or too many under way."""

    busy: bool = False


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The order left, no answer came: nobody knows whether it was carried out."""


Answer = Acknowledged | Denied | NotSent | NoAnswer


class StateArrived(Message):
    """A whole view; the newest wins."""

    def __init__(self, view: StateView, at_ms: int, first: bool) -> None:
        super().__init__()
        self.view, self.at_ms, self.first = view, at_ms, first

    def can_replace(self, message: Message) -> bool:
        # The first view of a connection also sets the clock, so it is never skipped.
        return isinstance(message, StateArrived) and not self.first


class LevelsArrived(Message):
    """Sound levels and nothing else; the newest wins."""

    def __init__(self, levels: LevelsView) -> None:
        super().__init__()
        self.levels = levels

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, LevelsArrived)


class LinkChanged(Message):
    """The link to the controller came up or went down; `reason` is a key of `labels.LINK_REASONS`."""

    def __init__(self, up: bool, reason: LinkReason = "") -> None:
        super().__init__()
        self.up, self.reason = up, reason


class Answered(Message):
    """What became of an order; `label` says in Dutch which one."""

    def __init__(self, action: str, label: str, answer: Answer) -> None:
        super().__init__()
        self.action, self.label, self.answer = action, label, answer


class Pressed(Message):
    """Somebody chose an action by mouse; keys and the palette take the same road."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action


class SeatChosen(Message):
    """A seat was clicked in the hall."""

    def __init__(self, seat: str) -> None:
        super().__init__()
        self.seat = seat
