"""Several sources of sound as one: each with its own clock and gain; one that is silent or gone is left out."""

from collections.abc import Sequence

import numpy as np

from chamber.mixer.sound import Samples, SoundBuffer


class Mixdown:
    """Reads a tick's worth of every buffer and adds them up; too loud is clipped, never wrapped round.

    Args:
        sources: buffers with their gain in dB.
    """

    def __init__(self, sources: Sequence[tuple[SoundBuffer, float]]) -> None:
        self._sources = [(buffer, np.float32(10 ** (gain_db / 20))) for buffer, gain_db in sources]

    def read(self) -> tuple[Samples, int] | None:
        """The next 1,920 samples and when the oldest of them arrived; None when no source has any."""
        parts = [(part, gain) for buffer, gain in self._sources if (part := buffer.read()) is not None]
        if not parts:
            return None
        if len(parts) == 1 and parts[0][1] == 1:
            return parts[0][0]
        total = sum((part[0] * gain for part, gain in parts), np.zeros((1, 1), np.float32))
        mixed: Samples = np.clip(np.rint(total), -32768, 32767).astype(np.int16)
        return mixed, min(part[1] for part, _ in parts)
