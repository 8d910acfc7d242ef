"""Slates as coded samples, made beforehand by the very encoder that makes the live parts."""

import asyncio
from dataclasses import dataclass

from chamber.core.errors import DeviceUnreachableError
from chamber.stream.encoder import Assembler, Encoder, MakeEncoder, RawPart
from chamber.stream.fmp4 import Header, Sample
from chamber.stream.settings import CHANNELS, TICK_SAMPLES

SILENCE = bytes(TICK_SAMPLES * CHANNELS * 2)
ENCODE_S = 30.0
AHEAD_TICKS = 20


@dataclass(frozen=True, slots=True)
class Reel:
    """A slate from one key frame to the next, to be played over and over; `silence` is one block of sound.

    `small`: the same pictures, smaller, when the encoder makes them.
    """

    header: Header
    video: tuple[Sample, ...]
    silence: Sample
    small: tuple[Sample, ...] = ()


async def encode_reels(make_encoder: MakeEncoder, pictures: list[bytes], gop_frames: int) -> list[Reel]:
    """One reel for each I420 picture, all from one life of an encoder.

    Raises:
        DeviceUnreachableError: the encoder failed, or took longer than `ENCODE_S`.
    """
    encoder = make_encoder()
    assembler = Assembler(gop_frames, gop_frames)
    try:
        async with asyncio.timeout(ENCODE_S):
            await encoder.start()
            feeder = asyncio.create_task(_feed(encoder, assembler, pictures, gop_frames))
            try:
                parts = await _collect(encoder, assembler, len(pictures))
            finally:
                feeder.cancel()
                await asyncio.gather(feeder, return_exceptions=True)
    except TimeoutError as exc:
        raise DeviceUnreachableError("encoder", f"no slates within {ENCODE_S:.0f} s") from exc
    finally:
        await encoder.close()
    # the last block: by then the encoder's start-up transient is long over
    return [Reel(part.header, part.video, parts[-1].audio[-1], part.small) for part in parts]


async def _feed(encoder: Encoder, assembler: Assembler, pictures: list[bytes], gop_frames: int) -> None:
    # frames follow the last slate until the encoder has let go of all of it
    for picture in [*(p for p in pictures for _ in range(gop_frames)), *[pictures[-1]] * gop_frames * 4]:
        while encoder.waiting() >= AHEAD_TICKS:
            await asyncio.sleep(0.002)
        if encoder.feed(picture, SILENCE):
            assembler.captured(0)


async def _collect(encoder: Encoder, assembler: Assembler, count: int) -> list[RawPart]:
    parts: list[RawPart] = []
    while len(parts) < count:
        data = await encoder.read()
        if not data:
            raise DeviceUnreachableError("encoder", encoder.complaints() or "it ended while slates were made")
        parts += assembler.feed(data)
    return parts[:count]
