"""The meeting's journal: append-only, hash-chained JSON lines. docs/journal.md has the format."""

from chamber.journal.entry import Entry
from chamber.journal.read import BrokenJournalError, replay, verify
from chamber.journal.write import JournalFile

__all__ = ["BrokenJournalError", "Entry", "JournalFile", "replay", "verify"]
