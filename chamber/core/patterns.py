"""Regular expressions that come from CONFIG, refused when some line could make them run for ever. Pure."""

import re

LONGEST_PATTERN = 200
LONGEST_LINE = 256
MOST_WAYS = 4 * LONGEST_LINE**3
"""Ways in which the parts of no fixed length can share a line among them; the worst costs some tenths of a second."""

_QUANTIFIER = re.compile(r"(?:\*|\+|\?|\{(\d*)(,?)(\d*)\})[?+]?")
_GROUP = re.compile(r"\((?:\?:|\?P<[A-Za-z_]\w*>|(?!\?))")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_ENDLESS = 1 << 30


def bounded(pattern: str) -> re.Pattern[str]:
    """Compile a pattern for whole lines of at most LONGEST_LINE characters.

    Raises:
        ValueError: it is none, or a line could keep it busy; says what would be valid.
    """
    if len(pattern) > LONGEST_PATTERN:
        raise ValueError(f"is longer than {LONGEST_PATTERN} characters")
    try:
        compiled = re.compile(pattern, re.ASCII)
    except (re.error, RecursionError, OverflowError) as exc:
        raise ValueError(f"is no regular expression: {exc}") from None
    _Scan(pattern).run()
    return compiled


class _Scan:
    """Walks over a valid pattern and counts what can match in more than one way."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._ways = 1
        self._groups = [False]  # for each open group: does it match texts of different length, or in several ways

    def run(self) -> None:
        at, atom_varies = 0, False
        while at < len(self._pattern):
            char = self._pattern[at]
            if char == "(":
                opening = _GROUP.match(self._pattern, at)
                if opening is None:
                    raise ValueError("may have groups (...), (?:...) and (?P<name>...) only")
                self._groups.append(False)
                at, atom_varies = opening.end(), False
            elif char == ")":
                atom_varies = self._groups.pop()
                self._groups[-1] |= atom_varies
                at += 1
            elif char == "|":
                self._count(2)
                at, atom_varies = at + 1, False
            elif at > 0 and (quantifier := _QUANTIFIER.match(self._pattern, at)) and quantifier[0] != "{}":
                self._quantified(quantifier, atom_varies)
                at = quantifier.end()
            else:
                at, atom_varies = self._atom(at), False

    def _atom(self, at: int) -> int:
        if self._pattern[at] == "\\":
            if self._pattern[at + 1].isdigit() and self._pattern[at + 1] != "0":
                raise ValueError("may not refer back to a group")
            return at + 2
        if self._pattern[at] == "[":
            found = _CLASS.match(self._pattern, at)
            return found.end() if found else at + 1
        return at + 1

    def _quantified(self, quantifier: re.Match[str], atom_varies: bool) -> None:
        least, most = _limits(quantifier)
        if most > 1 and atom_varies:
            raise ValueError("repeats something that varies in itself, such as (a+)+ or (a|b)*; write [ab]* instead")
        if least != most:
            self._count(min(most, LONGEST_LINE) - least + 1)

    def _count(self, ways: int) -> None:
        self._groups[-1] = True
        self._ways *= max(ways, 1)
        if self._ways > MOST_WAYS:
            raise ValueError(
                "has too many parts of no fixed length; three such as .* or \\d+ are enough, \\d{4} is fixed"
            )


def _limits(quantifier: re.Match[str]) -> tuple[int, int]:
    sign = quantifier[0][0]
    if sign != "{":
        return {"*": (0, _ENDLESS), "+": (1, _ENDLESS), "?": (0, 1)}[sign]
    least = int(quantifier[1] or 0)
    return least, least if not quantifier[2] else int(quantifier[3]) if quantifier[3] else _ENDLESS
