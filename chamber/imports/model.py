"""What every source of an agenda comes down to. Pure."""

from dataclasses import dataclass
from html.parser import HTMLParser

from chamber.core.domain import Phase
from chamber.core.errors import ChamberError

MOST_ITEMS = 200
MOST_BYTES = 5_000_000
TITLE_CHARS = 300
NUMBER_CHARS = 20
DEEPEST = 20
"""How deep items may lie in each other; an agenda has two or three levels."""


class ImportFailedError(ChamberError):
    """A source cannot be read as an agenda; the message says what was expected, in Dutch for the operator."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """An item as a source has it.

    Attributes:
        ref: the source's own id; empty when it has none.
        number: text as it is shown; empty for a heading without one.
        closed: the source says that it is confidential.
    """

    title: str
    number: str = ""
    ref: str = ""
    closed: bool = False
    phase: Phase | None = None


@dataclass(frozen=True, slots=True)
class IncomingAgenda:
    """An agenda as a source has it; `starts` is its own words for the beginning."""

    source: str
    items: tuple[Incoming, ...]
    title: str = ""
    starts: str = ""


class _Text(HTMLParser):
    """Collects what a reader would see; the insides of scripts and styles are not among it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("script", "style")
        self.found.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style") and self._hidden > 0
        self.found.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found.append(data)


def plain(value: object, limit: int = TITLE_CHARS) -> str:
    """Text of one line without HTML and without what cannot be printed, at most `limit` characters."""
    if value is None or isinstance(value, dict | list | bool):
        return ""
    text = str(value)[: 20 * limit]
    if "<" in text or "&" in text:
        reader = _Text()
        reader.feed(text)
        reader.close()
        text = "".join(reader.found)
    kept = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(kept.split())[:limit].rstrip()


def yes(value: object) -> bool:
    """Whether a source's flag is set, however it writes that."""
    if isinstance(value, str):
        return value.strip().lower() in ("1", "true", "ja", "yes", "y", "j")
    return value is True or (type(value) is int and value != 0)


PHASES: tuple[tuple[str, Phase], ...] = (
    ("inspre", Phase.PUBLIC_SPEAKERS),
    ("hamer", Phase.CONSENT),
    ("opening", Phase.OPENING),
    ("beëdiging", Phase.CEREMONY),
    ("afscheid", Phase.CEREMONY),
    ("herdenking", Phase.CEREMONY),
    ("presentatie", Phase.PRESENTATION),
    ("benoeming", Phase.SECRET_BALLOT),
)


def phase_of(title: str) -> Phase:
    """What the meeting will be doing during an item, guessed from its title; the operator can say otherwise."""
    lowered = title.lower()
    if "hamerslag" in lowered:
        return Phase.DEBATE
    return next((phase for word, phase in PHASES if word in lowered), Phase.DEBATE)


def agenda_of(source: str, items: list[Incoming], title: str = "", starts: str = "") -> IncomingAgenda:
    """An agenda of the items that have a title.

    Raises:
        ImportFailedError: none has, or there are too many.
    """
    kept = tuple(item for item in items if item.title)
    if not kept:
        raise ImportFailedError(f"In dit bestand ({source}) staan geen agendapunten.")
    if len(kept) > MOST_ITEMS:
        raise ImportFailedError(
            f"Dit bestand ({source}) heeft {len(kept)} agendapunten; meer dan {MOST_ITEMS} kan niet."
        )
    return IncomingAgenda(source, kept, plain(title, 200), plain(starts, 60))
