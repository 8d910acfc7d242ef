"""Reads an agenda from whatever the griffie has, and says what it was. Pure."""

import json

from chamber.imports import systems, text
from chamber.imports.model import MOST_BYTES, ImportFailedError, IncomingAgenda

READERS = {
    "ori": systems.ori,
    "ibabs": systems.ibabs,
    "notubiz": systems.notubiz,
    "go": systems.go,
    "parlaeus": systems.parlaeus,
}
FORMATS = ("auto", *READERS, "text", "icalendar")


def read_agenda(content: bytes, form: str = "auto") -> IncomingAgenda:
    """The agenda in a file or in pasted text.

    Args:
        content: at most 5 MB, UTF-8 (a byte order mark is allowed).
        form: one of `FORMATS`.

    Raises:
        ImportFailedError: it is too large, or not what was said that it is.
    """
    if len(content) > MOST_BYTES:
        raise ImportFailedError("Dit bestand is te groot voor een agenda.")
    try:
        words = content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise ImportFailedError("Dit bestand is geen tekst in UTF-8.") from exc
    if form == "text":
        return text.pasted(words)
    if form == "icalendar" or (form == "auto" and words.lstrip().upper().startswith("BEGIN:VCALENDAR")):
        return text.icalendar(words.encode())
    if form == "auto" and not words.lstrip().startswith(("{", "[")):
        return text.pasted(words)
    try:
        value = json.loads(words)
    except (ValueError, RecursionError) as exc:
        raise ImportFailedError("Dit bestand is geen leesbare JSON.") from exc
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, dict):
        raise ImportFailedError("In dit bestand staat geen vergadering.")
    reader = systems.recognise(value) if form == "auto" else READERS[form]
    if reader is None:
        raise ImportFailedError("Uit welk systeem dit bestand komt, is niet te herkennen; kies het zelf.")
    return reader(value)
