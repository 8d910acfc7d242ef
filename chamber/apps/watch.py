"""`chamber watch URL`: a viewer that tells what residents get, and never stops anything."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout

from chamber.apps import service
from chamber.clock import SystemClock
from chamber.core.errors import ConfigError
from chamber.labels import STATES
from chamber.ports import Clock
from chamber.watch import labels
from chamber.watch.judge import DARK, Seen, Verdict, judge
from chamber.watch.picture import Look
from chamber.watch.viewer import Viewer
from chamber.wire import WatchReport

JUDGE_S = 0.5
REPORT_S = 2.0
ASK_S = 3.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    url: str
    as_json: bool = False
    controller: str | None = None
    token_file: Path | None = None
    reference: str | None = None
    timezone: str = "Europe/Amsterdam"


class Teller:
    """Turns verdicts into sentences; times as the hall's clock shows them."""

    def __init__(self, clock: Clock, where: ZoneInfo) -> None:
        self._clock, self._where = clock, where

    def wall_ms(self, at_ms: int) -> int:
        """Wall time of a monotonic one."""
        return self._clock.wall_ms() - (self._clock.now_ms() - at_ms)

    def time(self, at_ms: int, pattern: str = "%H:%M") -> str:
        """A monotonic time as a clock on the wall shows it."""
        return datetime.fromtimestamp(self.wall_ms(at_ms) / 1000, self._where).strftime(pattern)

    def text(self, verdict: Verdict, seen: Seen) -> str:
        """The sentence to read out."""
        since = "" if verdict.since_ms is None else self.time(verdict.since_ms)
        match verdict.code:
            case "fine":
                state = STATES.get(seen.state or "", seen.state or "")
                kind = "dark" if seen.state in DARK else "open" if seen.live else "slate"
                return labels.FINE["coming" if (kind, seen.state) == ("slate", "open") else kind].format(state=state)
            case "looking":
                return labels.LOOKING
            case "blind":
                return labels.BLIND.format(since=since)
        doubted = verdict.level == "amber" and verdict.code in labels.DOUBTED
        said = (labels.DOUBTED if doubted else labels.SAID)[verdict.code]
        return said.format(since=since, delay=round((seen.delay_ms or 0) / 1000))


class Watch:
    """Judges what a viewer sees, prints each change, and tells the controller."""

    def __init__(self, wanted: Wanted, token: str, clock: Clock, out: Callable[[str], None]) -> None:
        self._wanted, self._token, self._clock, self._out = wanted, token, clock, out
        self._teller = Teller(clock, ZoneInfo(wanted.timezone))
        self._look: Look | None = None
        self.viewer = Viewer(wanted.url, clock, reference=wanted.reference, on_look=self._looked)
        self.report: WatchReport | None = None

    def _looked(self, look: Look) -> None:
        self._look = look

    async def run(self) -> None:
        """Watch until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.viewer.run())
            group.create_task(self._judge())
            group.create_task(service.watch(lambda: True, self._clock.sleep))
            if self._wanted.controller:
                group.create_task(self._tell(self._wanted.controller))
            service.ready()

    async def _judge(self) -> None:
        told: object = None
        while True:
            seen, now_ms = self.viewer.seen, self._clock.now_ms()
            verdict = judge(seen, now_ms)
            text = self._teller.text(verdict, seen)
            since_ms = None if verdict.since_ms is None else self._teller.wall_ms(verdict.since_ms)
            self.report = WatchReport(
                level=verdict.level, code=verdict.code, text=text, since_ms=since_ms, delay_ms=seen.delay_ms
            )
            if (verdict.level, verdict.code, text) != told:
                told = (verdict.level, verdict.code, text)
                self._out(self._line(self.report, verdict, now_ms))
            await self._clock.sleep(JUDGE_S)

    def _line(self, report: WatchReport, verdict: Verdict, now_ms: int) -> str:
        signs = [labels.SIGNS[sign] for sign in verdict.signs]
        if not self._wanted.as_json:
            why = f" ({'; '.join(signs)})" if signs else ""
            return f"{self._teller.time(now_ms, '%H:%M:%S')} {labels.LEVELS[verdict.level]:<8} {report.text}{why}"
        look, seen = self._look, self.viewer.seen
        return json.dumps(
            {
                "at_ms": self._clock.wall_ms(),
                **report.model_dump(),
                "signs": list(verdict.signs),
                "state": seen.state,
                "live": seen.live,
                "speaker": seen.speaker,
                "difference": round(look.difference, 2) if look else None,
                "rms_dbfs": round(look.rms_dbfs, 1) if look else None,
            },
            ensure_ascii=False,
        )

    async def _tell(self, controller: str) -> None:
        """Report to the controller every 2 s; its absence changes nothing here."""
        url, headers, trouble = urljoin(controller, "/api/v1/watch"), {"Authorization": f"Bearer {self._token}"}, ""
        async with ClientSession(headers=headers, timeout=ClientTimeout(total=ASK_S)) as session:
            while True:
                before, trouble = trouble, ""
                if self.report:
                    try:
                        async with session.post(url, json=self.report.model_dump()) as answer:
                            trouble = "" if answer.status == 200 else (await answer.text())[:200]
                    except (ClientError, TimeoutError, OSError) as exc:
                        trouble = str(exc)[:200] or type(exc).__name__
                if trouble != before:
                    log.warning("controller", trouble=trouble or "it takes reports")
                await self._clock.sleep(REPORT_S)


def _page(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ConfigError([f"watch: {url} is no address; give the page that residents open, https://…/"])
    return url if url.endswith("/") else url + "/"


def main(wanted: Wanted) -> int:
    """Watch until SIGTERM. Raises ConfigError: an option is wrong."""
    token = ""
    try:
        ZoneInfo(wanted.timezone)
        if wanted.token_file:
            token = wanted.token_file.read_text(encoding="utf-8").strip()
    except ZoneInfoNotFoundError as exc:
        raise ConfigError([f"watch: --timezone: {wanted.timezone} is no time zone"]) from exc
    except OSError as exc:
        raise ConfigError([f"watch: --token-file: {wanted.token_file}: {exc.strerror}"]) from exc
    if (wanted.controller is None) != (wanted.token_file is None):
        raise ConfigError(["watch: --controller and --token-file belong together; give both or neither"])
    url = _page(wanted.url)
    chosen = Wanted(url, wanted.as_json, wanted.controller, wanted.token_file, wanted.reference, wanted.timezone)

    async def serve() -> None:
        await Watch(chosen, token, SystemClock(), lambda line: print(line, flush=True)).run()

    return service.run("watch", serve)
