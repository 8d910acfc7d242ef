"""Fixed measures of the programme: 25 pictures a second, each with 1,920 samples of sound a channel."""

FRAME_RATE = 25
TICK_MS = 1000 // FRAME_RATE
RATE = 48_000
CHANNELS = 2
TICK_SAMPLES = RATE // FRAME_RATE
SAMPLE_BYTES = 2 * CHANNELS
SILENCE = bytes(TICK_SAMPLES * SAMPLE_BYTES)

STALE_MS = 400
HOLD_MS = 1000
