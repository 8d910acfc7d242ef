"""Puts a meeting where the stream process shows it to residents: DATA/public/meetings/ID, whole or not at all.

Only what residents may have is ever written there. What is withheld afterwards is gone with the next publication: the
folder is made anew beside the old one and takes its place in one step.
"""

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import av

from chamber.apps.cutting import shown_media
from chamber.apps.export import ExportError, manifest_of
from chamber.apps.files import read, write
from chamber.core.dossier import Dossier
from chamber.exports import tables
from chamber.exports.package import BUILDERS, MANIFEST, Making
from chamber.exports.public import record

RECORD = "meeting.json"
DOWNLOADS = ("vtt", "ics", "popolo")


def publish(dossier: Dossier, recordings: Path, public: Path, making: Making) -> list[str]:
    """Publish a meeting, or publish it anew; returns the names of its files.

    Args:
        dossier: the meeting, with its recordings.
        recordings: directory of those.
        public: DATA/public.
        making: when, and below which URL it will be found.

    Raises:
        ExportError: the disk or a recording does not let it.
    """
    home = public / "meetings"
    fresh, target, old = (home / f"{dossier.id}{tail}" for tail in (".new", "", ".old"))
    try:
        home.mkdir(parents=True, exist_ok=True)
        for folder in (fresh, old):
            shutil.rmtree(folder, ignore_errors=True)
        fresh.mkdir(mode=0o755)
        shown = replace(dossier, media=tuple(shown_media(dossier, recordings, fresh)))
        (fresh / f"{dossier.id}.index.csv").write_text(tables.index(shown), encoding="utf-8")
        for form in DOWNLOADS:
            for name, content in BUILDERS[form](shown, making).items():
                (fresh / name).write_bytes(content)
        write(fresh / RECORD, record(shown, _first_published_ms(target, making)))
        (fresh / MANIFEST).write_bytes(manifest_of(fresh))
        if target.exists():
            target.rename(old)
        fresh.rename(target)
        shutil.rmtree(old, ignore_errors=True)
        return sorted(path.name for path in target.iterdir())
    except (OSError, av.error.FFmpegError) as exc:
        raise ExportError(f"{dossier.id}: cannot be published: {exc}") from exc


def withdraw(meeting: str, public: Path) -> None:
    """Take a whole meeting off the page. Raises OSError."""
    shutil.rmtree(public / "meetings" / meeting, ignore_errors=True)


def _first_published_ms(target: Path, making: Making) -> int:
    """When residents got it first: publishing it anew gives nobody another fortnight for the captions."""
    try:
        first = datetime.fromisoformat(str(read(target / RECORD).get("published")))
    except ValueError:
        first = making.now
    return round(first.timestamp() * 1000)
