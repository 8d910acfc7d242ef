"""`chamber stream CONFIG`: encoder, gate, packager and the public page. Reaches neither a device nor the control API."""

import random
from pathlib import Path
from typing import Any

from chamber.apps import service
from chamber.apps.listen import listen
from chamber.clock import SystemClock
from chamber.stream.edges import Edge, Edges
from chamber.stream.facts import FactsTrack
from chamber.stream.live import live_routes
from chamber.stream.server import PublicSite
from chamber.stream.service import Stream
from chamber.stream.settings import StreamSettings
from chamber.stream.simulcast import Destination, Simulcast
from config.load import load
from config.model import Config
from drivers.ffmpeg.locate import locate
from drivers.ffmpeg.process import FfmpegEncoder


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
    )


def destinations(config: Config) -> list[Destination]:
    """Where else the stream goes."""
    return [Destination(target.name, Path(target.url_file)) for target in config.simulcast]


def caches(config: Config) -> list[Edge]:
    """Caches between the stream and its viewers."""
    return [Edge(edge.purge_url, edge.read_url) for edge in config.edges]


async def serve(config: Config) -> None:
    """Run the stream of one hall until cancelled."""
    wanted, program, clock = settings(config), locate(), SystemClock()

    def encoder() -> FfmpegEncoder:
        return FfmpegEncoder(program, wanted.width, wanted.height, wanted.gop_frames)

    stream, facts = Stream(wanted, encoder, clock), FactsTrack()
    site = PublicSite(stream.packager, facts, live_routes(stream.packager), config.hall.organisation)

    def take(said: dict[str, Any]) -> None:
        if type(said.get("at_ms")) is int and isinstance(said.get("state"), str):
            facts.add(said)
            site.facts_changed()

    simulcast = Simulcast(destinations(config), clock, random.random)
    stream.packager.on_published(simulcast.offer)
    stream.also_known(lambda: {"simulcast": simulcast.known()})
    stream.on_take_back(lambda from_ms, names, said: {"simulcast": simulcast.withdraw(from_ms)})
    answer: dict[str, Any] = {}
    edges = Edges(caches(config), clock, lambda known: stream.tell({"taken_back": {**answer, "edges": known}}))

    def purge(_: int, names: list[str], said: dict[str, Any]) -> dict[str, Any]:
        answer.clear()
        answer.update(said)
        return {"edges": edges.withdraw(names)}

    stream.on_take_back(purge)
    stream.on_facts(take)
    stream.on_withdrawn(facts.withdraw)
    runner = await listen(site.app, config.public.listen, drop_gone=True)
    try:
        await stream.start()
        simulcast.start()
        service.ready()
        await stream.wait()
    finally:
        await edges.close()
        await simulcast.close()
        await stream.close()
        await runner.cleanup()


def main(path: Path) -> int:
    """Run the stream of one hall until SIGTERM."""
    config = load(path, tokens=False)
    return service.run("stream", lambda: serve(config))
