"""The name bar: when it appears, how long it stays, when it comes back."""

from chamber.core.director.model import Action, HideBar, ShowBar
from chamber.core.director.settings import Settings


class Bars:
    """Follows the seat in the picture; a bar is never shown for an opening that may still be an interjection."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._seat: str | None = None
        self._visible = False
        self._shown_ms: int | None = None

    def follow(
        self, seat: str | None, since_ms: int, opened_ms: int | None, now_ms: int, out: list[Action]
    ) -> int | None:
        """Add what to do now for the seat in the picture (None: nobody to name); returns when to look again.

        Args:
            since_ms: when this picture came on air.
            opened_ms: when the microphone of this seat opened; None when it is closed.
        """
        settings = self._settings
        if seat != self._seat:
            if self._visible:
                self._visible = False
                out.append(HideBar())
            if seat is None:
                return None
            self._seat, self._shown_ms = seat, None
        elif seat is None:
            return None
        if self._visible and self._shown_ms is not None:
            if now_ms < self._shown_ms + settings.bar_for_ms:
                return self._shown_ms + settings.bar_for_ms
            self._visible = False
            out.append(HideBar())
        if opened_ms is None:
            return None
        if self._shown_ms is None:
            due_ms = max(since_ms + settings.bar_after_ms, opened_ms + settings.interjection_max_ms)
        elif settings.bar_again_ms:
            due_ms = self._shown_ms + settings.bar_again_ms
        else:
            return None
        if now_ms < due_ms:
            return due_ms
        self._visible, self._shown_ms = True, now_ms
        out.append(ShowBar(seat, now_ms))
        return now_ms + settings.bar_for_ms

    def clear(self, out: list[Action]) -> None:
        """Nobody may be named from here on."""
        if self._visible:
            out.append(HideBar())
        self._seat, self._visible, self._shown_ms = None, False, None
