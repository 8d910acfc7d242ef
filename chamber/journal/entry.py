"""One line of the journal: its canonical form, its hash, and what can be wrong with it. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from chamber.journal import schema

FIRST = "0" * 64
"""The hash before the first entry."""

LINE_BYTES = 8192
KEYS = {"seq", "at", "mono_ms", "kind", "fields", "prev", "hash"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened.

    Attributes:
        seq: counts from 1.
        at: wall time, ISO 8601 with offset.
        mono_ms: milliseconds since boot; compares within one run of the machine.
        kind, fields: what happened; see schema.
        prev: hash of the entry before it.
    """

    seq: int
    at: str
    mono_ms: int
    kind: str
    fields: Mapping[str, Any]
    prev: str

    @property
    def wall_ms(self) -> int:
        """Wall time as milliseconds since 1970 UTC."""
        return (datetime.fromisoformat(self.at) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)

    def hash(self) -> str:
        """SHA-256 of the canonical line without its hash."""
        return hashlib.sha256(_compact(self._as_dict())).hexdigest()

    def line(self) -> bytes:
        """The line as it stands in the file, newline included."""
        return _compact({**self._as_dict(), "hash": self.hash()}) + b"\n"

    def _as_dict(self) -> dict[str, Any]:
        return {
            "seq": self.seq,
            "at": self.at,
            "mono_ms": self.mono_ms,
            "kind": self.kind,
            "fields": dict(self.fields),
            "prev": self.prev,
        }


def _compact(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def at(wall_ms: int, zone: tzinfo) -> str:
    """Wall milliseconds since 1970 UTC as ISO 8601 in a time zone, with its offset."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=wall_ms)
    return moment.astimezone(zone).isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True)
class Read:
    """A line that was read: the entry when it can be read at all, its hash, and what is wrong with it by itself."""

    entry: Entry | None
    hash: str
    wrong: str | None


def read_line(raw: bytes) -> Read:
    """Read one line without its newline. Never raises."""
    try:
        value = json.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        return Read(None, "", "is not JSON")
    if not isinstance(value, dict) or value.keys() != KEYS:
        return Read(None, "", "does not have the keys of an entry")
    kinds = {"seq": int, "at": str, "mono_ms": int, "kind": str, "fields": dict, "prev": str, "hash": str}
    if any(type(value[key]) is not kind for key, kind in kinds.items()):
        return Read(None, "", "has a key of the wrong type")
    entry = Entry(value["seq"], value["at"], value["mono_ms"], value["kind"], value["fields"], value["prev"])
    said = value["hash"]
    try:
        if entry.hash() != said:
            return Read(entry, said, "was changed: its hash does not fit its content")
        if entry.line() != raw + b"\n":
            return Read(entry, said, "is not in canonical form")
        if datetime.fromisoformat(entry.at).tzinfo is None:
            return Read(entry, said, "has a time without offset")
    except (ValueError, UnicodeEncodeError, RecursionError):
        return Read(None, said, "holds what no entry can")
    return Read(entry, said, schema.trouble(entry.kind, entry.fields))
