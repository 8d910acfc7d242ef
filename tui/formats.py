"""How the console writes times, durations and levels: Dutch, short, fixed width where it ticks."""

import re
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tui.labels import AND, KEY_NAMES

MS_PER_S = 1000
NUMBER = re.compile(r"(\d+)$")


def zone(name: str) -> tzinfo | None:
    """The named time zone, or None (the machine's own) where its data are not installed."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None


def clock_time(wall_ms: int, where: tzinfo | None, *, seconds: bool = True) -> str:
    """Time of day, such as 20:14:03; `wall_ms` since 1970 UTC. What no calendar holds becomes dashes."""
    try:
        moment = datetime.fromtimestamp(wall_ms / MS_PER_S, tz=where).astimezone(where)
    except (OverflowError, OSError, ValueError):
        return "--:--:--" if seconds else "--:--"
    return moment.strftime("%H:%M:%S" if seconds else "%H:%M")


def day(wall_ms: int, where: tzinfo | None) -> str:
    """The date as 2026-11-23, for identifiers."""
    return datetime.fromtimestamp(wall_ms / MS_PER_S, tz=where).astimezone(where).strftime("%Y-%m-%d")


def elapsed(ms: int) -> str:
    """A duration as 0:32 or 1:12:03; never negative."""
    minutes, seconds = divmod(max(0, ms) // MS_PER_S, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def decimal(value: float) -> str:
    """One decimal, with a comma and no trailing ,0."""
    return f"{value:.1f}".removesuffix(".0").replace(".", ",")


def listed(words: list[str]) -> str:
    """`a, b en c`."""
    return AND.join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)


def key_name(key: str) -> str:
    """A key as it stands on the keyboard."""
    if key.startswith("ctrl+"):
        return "Ctrl+" + key[5:].upper()
    return KEY_NAMES.get(key, key.upper())


def squeezed(label: str, width: int) -> str:
    """At most `width` characters of a label without losing its number: "Zetel 12" becomes "Z12"."""
    number = NUMBER.search(label)
    if len(label) <= width or number is None or len(number[1]) > width:
        return label[: max(0, width)]
    return label[: width - len(number[1])] + number[1]


def shortened(text: str, width: int) -> str:
    """At most `width` characters, an ellipsis where something was left out."""
    return text if len(text) <= width else text[: max(0, width - 1)] + "…"
