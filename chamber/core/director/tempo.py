"""The pace of the programme: no ping-pong between two speakers, and a cutaway from a shot that stands very long."""

from chamber.core.director.settings import Settings

REMEMBERED = 24


class Tempo:
    """Remembers the last cuts to people."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._cuts: list[tuple[int, str]] = []
        self._calm_seat: str | None = None
        self._calm_since_ms: int | None = None
        self.cutaway_until_ms: int | None = None
        self._away_from: str | None = None
        self.before: str | None = None
        """Who was in the picture before the present speaker."""

    def cut_to(self, seat: str, now_ms: int) -> None:
        """Somebody came into the picture."""
        if self._cuts and self._cuts[-1][1] != seat:
            self.before = self._cuts[-1][1]
        self._cuts = [*self._cuts[1 - REMEMBERED :], (now_ms, seat)]
        self.cutaway_until_ms, self._away_from = None, None

    def cut_away(self, seat: str, until_ms: int) -> None:
        """Another picture for a while, then back to this seat."""
        self.cutaway_until_ms, self._away_from = until_ms, seat

    def resumes(self, seat: str) -> bool:
        """Whether showing this seat is the way back from a cutaway."""
        return self._away_from == seat

    def restless(self, seat: str, now_ms: int) -> str | None:
        """The other half of a ping-pong that a cut to `seat` would go on with; None when there is none."""
        count, window_ms = self._settings.pingpong_cuts, self._settings.pingpong_window_ms
        if not count or len(self._cuts) < count:
            return None
        last = self._cuts[-count:]
        seats = [name for _, name in last] + [seat]
        alternates = all(a == b for a, b in zip(seats, seats[2:], strict=False)) and seats[-1] != seats[-2]
        return seats[-2] if alternates and now_ms - last[0][0] <= window_ms else None

    def calm_ms(self, seat: str, now_ms: int) -> int | None:
        """When the floor will have stayed with `seat` long enough for a close shot again; None: calm by now."""
        if self._calm_since_ms is None or self._calm_seat != seat:
            self._calm_seat, self._calm_since_ms = seat, now_ms
        until_ms = self._calm_since_ms + self._settings.pingpong_window_ms // max(1, self._settings.pingpong_cuts)
        if now_ms < until_ms:
            return until_ms
        self.settle()
        return None

    def settle(self) -> None:
        """Forget the ping-pong."""
        self._cuts, self._calm_since_ms = self._cuts[-1:], None

    @property
    def calming(self) -> bool:
        """Whether a neutral picture is shown because of a ping-pong."""
        return self._calm_since_ms is not None
