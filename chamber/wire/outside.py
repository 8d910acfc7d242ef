"""Payloads about what is outside the building: watchers, caches, and what was taken back."""

from typing import Annotated, Literal

from pydantic import Field

from chamber.wire.base import Payload


class WatchReport(Payload):
    """What `chamber watch` says: body of `POST /api/v1/watch`. `text` is Dutch, to be read out; `since_ms` is wall time."""

    level: Literal["green", "amber", "red", "unknown"]
    code: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
    text: Annotated[str, Field(min_length=1, max_length=300)]
    since_ms: int | None = None
    delay_ms: int | None = None


class OutsideView(Payload):
    """The newest word of one watcher; `silent` when it has said nothing for 10 s, `seen_ms` None when it never did."""

    name: str
    level: Literal["green", "amber", "red", "unknown", "silent"]
    code: str = ""
    text: str = ""
    since_ms: int | None = None
    delay_ms: int | None = None
    seen_ms: int | None = None


class EdgeView(Payload):
    """A cache after an order to take back: proven once it has answered 404 for everything."""

    state: Literal["pending", "proven", "unproven"]
    reason: str = ""


class TakenBackView(Payload):
    """What became of the newest order to take back; `simulcast` names the platforms that had got some of it already."""

    id: int
    at_ms: int
    parts: int
    simulcast: tuple[str, ...] = ()
    edges: dict[str, EdgeView] = Field(default_factory=dict)
