"""Which name bar is on air, and how far it has faded in."""

from chamber.mixer.artwork import STEPS, Artwork, BarLayers
from chamber.mixer.wish import BarText

FADE_STEP = 2


class BarFader:
    """Fades one bar in and out, 8 ticks each way.

    A bar with another name replaces the old one by a hard cut: a wrong name never lingers. The same goes for a bar
    whose picture has been cut away from under it.
    """

    def __init__(self, artwork: Artwork) -> None:
        self._artwork = artwork
        self._words: BarText | None = None
        self._shown: BarText | None = None
        self._layers: BarLayers | None = None
        self.level = 0

    @property
    def name(self) -> str | None:
        """What can be read in the picture, or None."""
        return (self._shown.name or self._shown.detail) if self._shown and self.level else None

    def want(self, words: BarText | None, *, cut: bool) -> None:
        """Ask for a bar, or for none; `cut` says that the picture changes at this moment."""
        if words != self._shown and (words is not None or cut):
            self.drop()
        self._words = words

    def drop(self) -> None:
        """Be gone in this very tick; what is wanted fades in again afterwards."""
        self.level, self._shown, self._layers = 0, None, None

    def step(self) -> BarLayers | None:
        """Go one tick on; the bar to blend at `level`, or None."""
        if self._words is not None and self._layers is None:
            self._layers = self._artwork.bar(self._words)
            self._shown = self._words if self._layers else None
        if self._words is not None and self._layers:
            self.level = min(STEPS, self.level + FADE_STEP)
        else:
            self.level = max(0, self.level - FADE_STEP)
            if not self.level:
                self.drop()
        return self._layers
