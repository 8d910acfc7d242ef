"""`chamber stream CONFIG`: encoder, gate, packager and the public page. Reaches neither a device nor the control API."""

import asyncio
import random
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from chamber.apps import service
from chamber.apps.listen import listen
from chamber.clock import SystemClock
from chamber.core.domain import MeetingState
from chamber.stream.archive import Archive
from chamber.stream.edges import Edge, Edges
from chamber.stream.facts import Facts, FactsTrack
from chamber.stream.finish import Finisher
from chamber.stream.frame import About
from chamber.stream.live import live_routes
from chamber.stream.recorder import Recorder
from chamber.stream.server import PublicSite
from chamber.stream.service import Stream
from chamber.stream.settings import StreamSettings
from chamber.stream.shelf import Shelf
from chamber.stream.simulcast import Destination, Simulcast
from config.load import load
from config.model import Config
from drivers.ffmpeg.locate import locate
from drivers.ffmpeg.plan import AUDIO_BPS, max_kbps
from drivers.ffmpeg.process import FfmpegEncoder
from drivers.ffmpeg.remux import Remuxer


def settings(config: Config) -> StreamSettings:
    """What CONFIG says, as the stream wants it."""
    return StreamSettings(
        config.run_dir,
        width=config.mixer.width,
        height=config.mixer.height,
        part_ms=config.stream.part_ms,
        gop_ms=config.stream.gop_ms,
        delay_ms=config.stream.delay_ms,
        take_back_s=config.stream.take_back_s,
        organisation=config.hall.organisation,
        renditions=tuple(config.stream.renditions),
        rewind_dir=config.data_dir / "rewind",
        rewind_ms=config.stream.rewind_minutes * 60_000,
        rewind_bytes=config.stream.rewind_mb * 1_000_000,
    )


def destinations(config: Config) -> list[Destination]:
    """Where else the stream goes."""
    return [Destination(target.name, Path(target.url_file)) for target in config.simulcast]


def caches(config: Config) -> list[Edge]:
    """Caches between the stream and its viewers."""
    return [Edge(edge.purge_url, edge.read_url) for edge in config.edges]


class _Around:
    """What the recorder may ask of the stream."""

    def __init__(self, stream: Stream, facts: FactsTrack) -> None:
        self._stream, self._facts = stream, facts

    def wall_of(self, capture_ms: int) -> int:
        """Wall time of a capture time."""
        return self._stream.packager.wall_of(capture_ms)

    def state(self) -> MeetingState | None:
        """State in the gate's lease."""
        lease = self._stream.release.gate.lease
        return lease.state if lease else None

    def facts(self, capture_ms: int | None) -> Facts:
        """Public facts that held then."""
        return self._facts.at(capture_ms)


class Recording:
    """Recorder and finisher of one hall, tied to its stream."""

    def __init__(self, config: Config, stream: Stream, facts: FactsTrack, clock: SystemClock) -> None:
        wanted, folder = config.recording, config.data_dir / "recording"
        shelf = Shelf(
            folder, clock, keep_slates=wanted.suspended == "slate", reserve_bytes=wanted.reserve_mb * 1_000_000
        )
        bits = max_kbps(config.mixer.width, config.mixer.height) * 1000 + AUDIO_BPS
        self._recorder = Recorder(shelf, clock, _Around(stream, facts), bits // 8)
        remux = Remuxer(locate()).remux
        self._finisher = Finisher(
            folder,
            self._recorder,
            remux,
            clock,
            parts_days=wanted.parts_days,
            reserve_bytes=wanted.reserve_mb * 1_000_000,
        )
        self._heard: tuple[str, bool] | None = None
        stream.packager.on_published(self._recorder.offer)
        stream.on_withdrawn(self._withdrawn)
        stream.on_facts(self._told)
        stream.also_known(self._known, lambda: self._recorder.known()["leg"])

    async def run(self) -> None:
        """Make the MP4s that are due, until cancelled."""
        self._finisher.look(None)
        await self._finisher.run()

    async def close(self) -> None:
        """Complete what is being recorded."""
        await self._recorder.close()

    def _told(self, facts: dict[str, Any]) -> None:
        meeting = facts.get("meeting")
        if not isinstance(meeting, dict):
            return
        name, over = str(meeting.get("id")), facts.get("state") in (MeetingState.ENDED, MeetingState.PUBLISHED)
        if (name, over) == self._heard:
            return
        self._heard = (name, over)
        if over:
            self._recorder.over(name)
        self._finisher.look(name)

    def _withdrawn(self, from_ms: int, to_ms: int) -> None:
        self._recorder.withdraw(from_ms)
        self._finisher.look(self._heard[0] if self._heard else None)  # an MP4 may have to be made again

    def _known(self) -> dict[str, Any]:
        return {"recording": {**self._recorder.known(), **self._finisher.known()}}


def shown_about(config: Config) -> About:
    """What the pages say of whoever serves them."""
    public = config.public
    return About(
        config.hall.organisation, public.url, public.contact, public.accessibility_url, public.privacy_url,
        public.papers_url, public.security_contact, public.embed,
    )  # fmt: skip


async def serve(config: Config) -> None:
    """Run the stream of one hall until cancelled."""
    wanted, program, clock = settings(config), locate(), SystemClock()

    def encoder() -> FfmpegEncoder:
        return FfmpegEncoder(program, wanted.width, wanted.height, wanted.gop_frames, wanted.small)

    stream, facts = Stream(wanted, encoder, clock), FactsTrack()
    about = shown_about(config)
    archive, zone = Archive(config.data_dir / "public", about), ZoneInfo(config.hall.timezone)
    site = PublicSite(stream.packager, facts, live_routes(stream.packager), about, archive, zone)

    stream.read_legs(site.legs)

    def take(said: dict[str, Any]) -> None:
        if type(said.get("at_ms")) is int and isinstance(said.get("state"), str):
            facts.add(said)
            site.facts_changed()

    simulcast = Simulcast(destinations(config), clock, random.random)
    stream.packager.on_published(simulcast.offer)
    stream.also_known(lambda: {"simulcast": simulcast.known()})
    stream.on_take_back(lambda from_ms, names, said: {"simulcast": simulcast.withdraw(from_ms)})
    answer: dict[str, Any] = {}

    def proven(known: dict[str, dict[str, str]]) -> None:
        stream.tell({"taken_back": {**answer, "edges": known}})

    edges = Edges(caches(config), clock, proven, playlists=("index", *wanted.names))

    def purge(_: int, names: list[str], said: dict[str, Any]) -> dict[str, Any]:
        answer.clear()
        answer.update(said)
        return {"edges": edges.withdraw(names)}

    stream.on_take_back(purge)
    stream.on_facts(take)
    stream.on_withdrawn(facts.withdraw)
    recording = Recording(config, stream, facts, clock) if config.recording.enabled else None
    finishing = asyncio.create_task(recording.run(), name="finish recordings") if recording else None
    runner = await listen(site.app, config.public.listen, drop_gone=True)
    try:
        await stream.start()
        simulcast.start()
        service.settle_memory()
        service.ready()
        await stream.wait()
    finally:
        await edges.close()
        await simulcast.close()
        await stream.close()
        if recording and finishing:
            finishing.cancel()
            await asyncio.gather(finishing, return_exceptions=True)
            await recording.close()
        await runner.cleanup()


def main(path: Path) -> int:
    """Run the stream of one hall until SIGTERM."""
    config = load(path, tokens=False)
    return service.run("stream", lambda: serve(config))
