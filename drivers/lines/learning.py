"""From bytes that came while somebody pressed buttons to a framing and patterns. Pure; nothing it finds is certain."""

import re
from collections import Counter
from dataclasses import dataclass, field

from drivers.lines.codec import HEX, Checksum, Framing, Line, LineCutter
from drivers.lines.rules import Meaning

ENDS = (b"\r\n", b"\n\r", b"\r", b"\n", b"\x03", b";", b">")
GAP_MS = 50
MOST_RULES = 12
MOST_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Sample:
    """What came while something was done: a button of `seat` pressed, or nothing at all (`meaning` None).

    `bursts` are the bytes between pauses.
    """

    bursts: tuple[bytes, ...]
    meaning: Meaning | None = None
    seat: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern and what it seems to mean; `sure` is False when another reading is possible."""

    pattern: str
    meaning: Meaning
    seats_hex: bool = False
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Learned:
    """What was found, and what the technician should look at."""

    framing: Framing
    rules: tuple[Found, ...]
    doubts: tuple[str, ...] = field(default=())


def learn(samples: tuple[Sample, ...]) -> Learned:
    """The framing and the patterns that fit the samples best."""
    framing = framing_of(tuple(burst for sample in samples for burst in sample.bursts))
    texts = [(sample, lines_of(sample.bursts, framing)) for sample in samples]
    hexadecimal = framing.alphabet == HEX
    idle = {_shape(text) for sample, lines in texts if sample.meaning is None for text in lines}
    candidates = [
        (sample, [_patterns(text, sample.seat, hexadecimal) for text in lines if _shape(text) not in idle])
        for sample, lines in texts
        if sample.meaning is not None
    ]
    common = Counter(pattern for _, lines in candidates for pattern in {pattern for line in lines for pattern in line})
    by_meaning: dict[Meaning, dict[str, None]] = {}
    for sample, lines in candidates:
        assert sample.meaning is not None  # noqa: S101 - filtered above
        chosen = [max(line, key=lambda pattern: common[pattern]) for line in lines if line]
        by_meaning.setdefault(sample.meaning, {}).update(dict.fromkeys(chosen))
    return Learned(framing, *_sorted_out(by_meaning, idle, hexadecimal))


def _sorted_out(
    by_meaning: dict[Meaning, dict[str, None]], idle: set[str], hexadecimal: bool
) -> tuple[tuple[Found, ...], tuple[str, ...]]:
    rules: list[Found] = []
    doubts: list[str] = []
    on, off = (set(by_meaning.get(meaning, {})) for meaning in (Meaning.ON, Meaning.OFF))
    if on & off and on == off:
        rules += [Found(pattern, Meaning.TOGGLE, hexadecimal) for pattern in by_meaning[Meaning.ON]]
        doubts.append("on and off look the same, so a press can only be taken as a change; ask the maker for a list")
    else:
        for meaning, patterns in by_meaning.items():
            others = {p for other, found in by_meaning.items() if other is not meaning for p in found}
            own = [pattern for pattern in patterns if pattern not in others]
            rules += [Found(pattern, meaning, hexadecimal, sure=at == 0) for at, pattern in enumerate(own)]
            if not own:
                doubts.append(f"no line was found that stands for '{meaning.value}' and holds the seat's number")
            if len(own) > 1:
                doubts.append(
                    f"{len(own)} kinds of line came with '{meaning.value}': the chair's may differ, or something else "
                    "was told too; the first is taken, uncomment what else means it"
                )
    rules += [Found(shape, Meaning.ALIVE) for shape in sorted(idle)]
    if any(_lists(shape) for shape in idle):
        doubts.append(
            "a line comes by itself and holds numbers: if they are the open microphones, make it open_list with a "
            "group (?P<seats>...)"
        )
    if len(rules) > MOST_RULES:
        doubts.append("there are many patterns: something in the lines changes each time, such as a clock")
    return tuple(rules[:MOST_RULES]), tuple(doubts)


def framing_of(bursts: tuple[bytes, ...]) -> Framing:
    """How lines end and begin, whether they are text, and their checksum, as far as the bursts show it."""
    bursts = tuple(burst for burst in bursts if burst)
    if not bursts:
        return Framing(gap_ms=GAP_MS)
    end = next((end for end in ENDS if all(burst.endswith(end) for burst in bursts)), b"")
    parts = [part for burst in bursts for part in (burst.split(end) if end else [burst]) if part.strip()]
    is_text = all(byte in range(0x20, 0x7F) or byte in b"\x02\r\n\t" for part in parts for byte in part)
    shortest = min(map(len, parts), default=0)
    length = shortest if not end and not is_text and all(len(part) % shortest == 0 for part in parts) else None
    length = length if length is not None and length >= 2 else None
    heads = {part.lstrip()[:1] if is_text else part[:1] for part in parts}
    head = next(iter(heads)) if len(heads) == 1 else b""
    start = b"" if head.isalnum() and is_text else head
    plain = Framing("ascii" if is_text else HEX, start, end, length, None if end or length is not None else GAP_MS)
    for checksum in (Checksum.SUM16_HEX, Checksum.COMPLEMENT_SUM8):
        checked = Framing(plain.alphabet, start, end, length, plain.gap_ms, checksum)
        if len({*parts}) > 1 and len(lines_of(bursts, checked)) == len(lines_of(bursts, plain)):
            return checked
    return plain


def lines_of(bursts: tuple[bytes, ...], framing: Framing) -> list[str]:
    """The good lines in some bursts."""
    cutter = LineCutter(framing)
    found = [line for burst in bursts for line in (*cutter.feed(burst, 0), *([] if framing.end else cutter.finish()))]
    return [line.text for line in found if isinstance(line, Line)]


def _patterns(text: str, seat: str, hexadecimal: bool) -> list[str]:
    """Every pattern of this line in which the seat's number is the group."""
    if hexadecimal:
        wanted = [f"{int(seat):0{digits}X}" for digits in (4, 2)] if seat.isdecimal() else []
        places = [
            (at, at + len(number))
            for number in wanted
            for at in range(0, len(text) - len(number) + 1, 2)
            if text[at : at + len(number)] == number
        ]
        return [_around(text, at, end, f"[0-9A-F]{{{end - at}}}") for at, end in places]
    if not seat.isdecimal():
        return (
            [_around(text, match.start(), match.end(), ".+") for match in re.finditer(re.escape(seat), text)]
            if seat
            else []
        )
    whole = [
        _around(text, run.start(), run.end(), rf"\d{{{len(run[0])}}}" if run[0].startswith("0") else r"\d+")
        for run in re.finditer(r"\d+", text)
        if int(run[0]) == int(seat)
    ]
    return whole or [
        _around(text, at, at + width, rf"\d{{{width}}}")
        for width in range(MOST_DIGITS, len(seat), -1)
        for at in range(len(text) - width + 1)
        if text[at : at + width] == seat.zfill(width)
    ]


def _around(text: str, at: int, end: int, group: str) -> str:
    return f"{_literal(text[:at])}(?P<seat>{group}){_literal(text[end:])}"


def _literal(text: str) -> str:
    return re.sub(r"([\\.^$*+?{}\[\]|()])", r"\\\1", text)


def _shape(text: str) -> str:
    """A line with its numbers left open."""
    return re.sub(r"\d+", lambda run: rf"\d{{{len(run[0])}}}" if len(run[0]) > 1 else r"\d", _literal(text))


def _lists(shape: str) -> bool:
    return r"\d{" in shape
