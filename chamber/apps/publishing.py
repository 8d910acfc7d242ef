"""Puts a meeting where the stream process shows it to residents: DATA/public/meetings/ID, whole or not at all.

Only what residents may have is ever written there. What is withheld afterwards is gone with the next publication: the
folder is made anew beside the old one and takes its place in one step.
"""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av

from chamber.apps.cutting import shown_after, without
from chamber.apps.dossier import write
from chamber.apps.export import ExportError, manifest_of
from chamber.core.dossier import Dossier, Media
from chamber.core.index.model import Span
from chamber.exports import tables, vtt
from chamber.exports.package import BUILDERS, MANIFEST, Making
from chamber.exports.public import record

RECORD = "meeting.json"
DOWNLOADS = ("ics", "popolo")


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
        shown = replace(dossier, media=tuple(_media(dossier, recordings, fresh)))
        captions = frozenset(_captions(shown, recordings, fresh))
        for media in shown.media:
            stem = media.file.rpartition(".")[0]
            (fresh / f"{stem}.agenda.vtt").write_text(vtt.items(shown, media), encoding="utf-8")
            (fresh / f"{stem}.sprekers.vtt").write_text(vtt.speakers(shown, media), encoding="utf-8")
        (fresh / f"{dossier.id}.index.csv").write_text(tables.index(shown), encoding="utf-8")
        for form in DOWNLOADS:
            for name, content in BUILDERS[form](shown, making).items():
                (fresh / name).write_bytes(content)
        published_ms = round(making.now.timestamp() * 1000)
        write(fresh / RECORD, record(shown, published_ms, captions))
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


def _media(dossier: Dossier, recordings: Path, fresh: Path) -> Iterator[Media]:
    """The recordings without what is withheld, in picture and sound; one of which nothing is left is not published."""
    gone = [(s.fragment.start_ms, s.fragment.end_ms) for s in dossier.index.speeches if s.withheld]
    for media in dossier.media:
        source = recordings / media.file
        cuts = [clip for start, end in gone for clip in media.clips(Span(start, end))]
        if not cuts:
            _link(source, fresh / media.file)
            yield replace(media, size_bytes=source.stat().st_size)
            continue
        cut = without(source, fresh / media.file, cuts)
        if cut.kept:
            size = (fresh / media.file).stat().st_size
            yield replace(media, spans=shown_after(media, cut), size_bytes=size, sha256="")


def _captions(dossier: Dossier, recordings: Path, fresh: Path) -> Iterator[str]:
    """Captions that were checked, of recordings of which nothing was cut out."""
    for media in dossier.media:
        name = f"{media.file.rpartition('.')[0]}.captions.vtt"
        uncut = media.sha256 != ""
        if uncut and (recordings / name).is_file():
            shutil.copyfile(recordings / name, fresh / name)
            yield media.id


def _link(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)
    target.chmod(0o644)
