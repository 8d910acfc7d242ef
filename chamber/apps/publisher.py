"""Publishes meetings beside the controller's work: the index at once, recordings as soon as they are finished."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import structlog

from chamber.apps.captions_kept import CHECKED
from chamber.apps.dossier import NoMeetingError, is_being_finished, load, recordings
from chamber.apps.export import ExportError
from chamber.apps.publishing import RECORD, publish
from chamber.exports.package import Making
from chamber.ports import Clock

WRITTEN_S = 1.0
"""Until then the journal's thread has written what made us publish."""
AGAIN_S = 5.0
LOOK_S = 30.0
CODE = "publish"
Tell = Callable[[str, str | None], None]

log = structlog.get_logger(__name__)


class Publisher:
    """Publishes one meeting at a time; a newer wish for the same meeting is another publication after it.

    Args:
        data_dir: DATA.
        base_url: address of the public page.
        tell: tells the operator of trouble, and (None) that it is over.
    """

    def __init__(self, data_dir: Path, base_url: str, tell: Tell, clock: Clock) -> None:
        self._meetings = data_dir / "meetings"
        self._public, self._base_url, self._tell, self._clock = data_dir / "public", base_url.rstrip("/"), tell, clock
        self._due: dict[Path, None] = {}
        self._wake = asyncio.Event()

    def wish(self, meeting: Path) -> None:
        """Publish a meeting's folder, or publish it anew after something in it was corrected."""
        self._due[meeting] = None
        self._wake.set()

    def catch_up(self, meeting: Path) -> None:
        """Publish at the start what was to be published before a restart."""
        if not (self._public / "meetings" / meeting.name / RECORD).exists():
            self.wish(meeting)

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._look())
            both.create_task(self._work())

    async def _look(self) -> None:
        """Publish anew what got checked captions by hand since it was published."""
        while True:
            for meeting in await asyncio.to_thread(self._captioned):
                self.wish(meeting)
            await self._clock.sleep(LOOK_S)

    def _captioned(self) -> list[Path]:
        shown = self._public / "meetings"
        found = []
        for name in [one.name for one in shown.iterdir()] if shown.is_dir() else []:
            try:
                checked_ns = (self._meetings / name / CHECKED).stat().st_mtime_ns
                if checked_ns > (shown / name / RECORD).stat().st_mtime_ns:
                    found.append(self._meetings / name)
            except OSError:
                continue
        return found

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self._clock.sleep(WRITTEN_S)
            due, self._due = list(self._due), {}
            for meeting in due:
                if not await self._publish(meeting):
                    self._due.setdefault(meeting)
            if self._due:
                await self._clock.sleep(AGAIN_S)
                self._wake.set()

    async def _publish(self, meeting: Path) -> bool:
        """Whether nothing is left to be done."""
        making = Making(datetime.now(UTC), f"{self._base_url}/archive/{meeting.name}")
        try:
            dossier = await asyncio.to_thread(load, meeting)
            await asyncio.to_thread(publish, dossier, recordings(meeting), self._public, making)
        except (ExportError, NoMeetingError) as exc:
            log.warning("not published", meeting=meeting.name, reason=str(exc))
            self._tell(CODE, f"De opname van {meeting.name} kan niet worden gepubliceerd; wordt opnieuw geprobeerd")
            return False
        self._tell(CODE, None)
        return not is_being_finished(meeting)
