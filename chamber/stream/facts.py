"""What residents may read, by capture time: released with the media of the same moment. Pure."""

from collections import deque
from collections.abc import Mapping
from typing import Any

from chamber.stream.packager import Mark

KEEP = 600
KINDS = ("state", "item", "speaker")
TEXT_CHARS = 200
Facts = Mapping[str, Any]

BEFORE: Facts = {
    "at_ms": 0,
    "state": "planned",
    "since_ms": None,
    "resumes_at": None,
    "meeting": None,
    "item": None,
    "next": None,
    "speaker": None,
}


def _said(facts: Facts, kind: str) -> tuple[tuple[str, str], ...]:
    """The part of the facts that one kind of mark carries, as playlist attributes."""
    value = facts.get(kind)
    if kind == "state":
        return ("X-STATE", str(value)), ("X-RESUMES-AT", quoted(str(facts.get("resumes_at") or "")))
    if not isinstance(value, Mapping):
        return ()
    return tuple((f"X-{key.upper()}", quoted(str(text))) for key, text in value.items() if text)


def quoted(text: str) -> str:
    """Text that may stand between the quotes of a playlist attribute: bounded, without quotes and line ends."""
    return "".join(c if c >= " " else " " for c in text[:TEXT_CHARS]).replace('"', "”")


class FactsTrack:
    """Facts in order of capture time, bounded; the oldest are forgotten."""

    def __init__(self) -> None:
        self._track: deque[Facts] = deque([BEFORE], maxlen=KEEP)

    def add(self, facts: Facts) -> None:
        """Take facts that hold from their `at_ms` on; what was to hold from later on is replaced."""
        while len(self._track) > 1 and self._track[-1]["at_ms"] >= facts["at_ms"]:
            self._track.pop()
        self._track.append(facts)

    def withdraw(self, from_ms: int, to_ms: int) -> None:
        """What was captured between these times is not public: nor is who spoke then, and on which item."""
        held = self.at(from_ms - 1)
        kept = {"item": held.get("item"), "next": held.get("next"), "speaker": None}
        last = max((f["at_ms"] for f in self._track), default=0)
        self._track = deque(
            (f if not from_ms <= f["at_ms"] <= to_ms or f["at_ms"] == last else {**f, **kept} for f in self._track),
            KEEP,
        )

    def at(self, capture_ms: int | None) -> Facts:
        """What held at a capture time; None asks for what was said last."""
        if capture_ms is None:
            return self._track[-1]
        return next((f for f in reversed(self._track) if f["at_ms"] <= capture_ms), BEFORE)

    def marks(self, from_ms: int, to_ms: int) -> list[Mark]:
        """Marks for a window of capture times: those inside it, and the newest of each kind from before it."""
        before: Facts = BEFORE
        earlier: dict[str, Mark] = {}
        inside = []
        for facts in self._track:
            at_ms = int(facts["at_ms"])
            for kind in KINDS:
                said = _said(facts, kind)
                if said == _said(before, kind) or at_ms > to_ms:
                    continue
                mark = Mark(f"{kind}-{at_ms}", kind, at_ms, said)
                if at_ms < from_ms:
                    earlier[kind] = mark
                else:
                    inside.append(mark)
            before = facts
        return [*earlier.values(), *inside]

    def told(self, until_ms: int | None) -> list[tuple[int, str, str]]:
        """The index so far: (capture ms, item or speaker, text) of each beginning, in order; nothing that is withdrawn."""
        before: Facts = BEFORE
        found: list[tuple[int, str, str]] = []
        for facts in self._track:
            at_ms = int(facts["at_ms"])
            if until_ms is not None and at_ms > until_ms:
                break
            if facts["state"] == "open":
                item, speaker = facts.get("item"), facts.get("speaker")
                again = before["state"] != "open"
                if item and (again or item != before.get("item")):
                    found.append((at_ms, "item", f"{item['number']} {item['title']}"[:TEXT_CHARS]))
                if speaker and (again or speaker != before.get("speaker")):
                    about = ", ".join(str(speaker[part]) for part in ("role", "group") if speaker.get(part))
                    found.append((at_ms, "speaker", f"{speaker['name']}{f' ({about})' if about else ''}"[:TEXT_CHARS]))
            before = facts
        return found


def now_payload(facts: Facts, *, live: bool) -> dict[str, Any]:
    """The public form of `/now`; while the public sees no hall, it is not told who speaks there either."""
    item = facts.get("item")
    following = facts.get("next")
    return {
        "state": facts["state"],
        "since": facts.get("since_ms"),
        "resumes_at": facts.get("resumes_at"),
        "meeting": facts.get("meeting"),
        "item": {"number": item["number"], "title": item["title"]} if item else None,
        "speaker": facts.get("speaker") if live else None,
        "next": {"number": following["number"], "title": following["title"]} if following else None,
        "live": live,
    }
