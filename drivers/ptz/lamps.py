"""The tally lamps of one camera: what they should show, and what the camera has confirmed. No I/O of its own."""

from dataclasses import dataclass

RETRY_MS = 2000
SETTLE_MS = 200


@dataclass(frozen=True, slots=True)
class Lamp:
    """One lamp to switch."""

    colour: str
    on: bool


class Lamps:
    """Red is on air, green is what comes next. None is unknown: after every start, and what was never confirmed.

    Args:
        colours: the lamps of this family.
    """

    def __init__(self, colours: tuple[str, ...]) -> None:
        self._family = colours
        self._wanted = dict.fromkeys(colours, False)
        self._known: dict[str, bool | None] = dict.fromkeys(colours)
        self._step: Lamp | None = None
        self._retry_ms = 0

    @property
    def shown(self) -> str | None:
        """Off, red or green, as confirmed; None is not known, or a camera without lamps."""
        if not self._known or None in self._known.values():
            return None
        return next((colour for colour in ("red", "green") if self._known.get(colour)), "off")

    def want(self, *, on_air: bool, preview: bool, now_ms: int) -> None:
        """Take note of what they should show; it is switched a moment later, when no recall is in a hurry any more."""
        shown = {"red": on_air, "green": preview and not on_air}
        wanted = {colour: shown[colour] for colour in self._known}
        if wanted != self._wanted:
            self._wanted, self._retry_ms = wanted, max(self._retry_ms, now_ms + SETTLE_MS)

    def forget(self) -> None:
        """A new session: nothing is known, and a camera that had no lamp may be another one now."""
        self._known, self._step, self._retry_ms = dict.fromkeys(self._family), None, 0
        self._wanted = {colour: self._wanted.get(colour, False) for colour in self._family}

    def take(self, now_ms: int) -> Lamp | None:
        """The next lamp to switch; None when there is none or one is unanswered."""
        if self._step is None and now_ms >= self._retry_ms:
            differ = (Lamp(colour, on) for colour, on in self._wanted.items() if self._known[colour] != on)
            self._step = next(differ, None)
            return self._step
        return None

    def on_result(self, *, taken: bool, later: bool, now_ms: int) -> Lamp | None:
        """The camera took the step, or will take it later; otherwise the lamp that it does not have is returned."""
        step, self._step = self._step, None
        if step is None:
            return None
        if taken:
            self._known[step.colour] = step.on
        elif later:
            self._retry_ms = now_ms + RETRY_MS
        else:
            del self._known[step.colour], self._wanted[step.colour]
            return step
        return None
