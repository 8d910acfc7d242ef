"""Which files a meeting becomes, by format. Pure: names and bytes, no file is touched."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from json import dumps
from typing import Any

from chamber.core.dossier import Dossier
from chamber.exports import calendar, captions, decisions, mdto, ori_a, ori_json, popolo, tables, vtt

Files = dict[str, bytes]
MANIFEST = "manifest-sha256.txt"
TYPES = {
    "xml": "application/xml",
    "json": "application/json",
    "vtt": "text/vtt",
    "csv": "text/csv",
    "md": "text/markdown",
    "html": "text/html",
    "ics": "text/calendar",
    "mp4": "video/mp4",
    "m4a": "audio/mp4",
}


@dataclass(frozen=True, slots=True)
class Making:
    """What builders need beside the meeting: when this is made, and the URL below which it will be found."""

    now: datetime
    base_url: str


def _json(value: Any) -> bytes:
    return dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


def _ori_a(dossier: Dossier, making: Making) -> Files:
    return {f"{dossier.id}.ori-a.xml": ori_a.build(dossier)}


def _ori_json(dossier: Dossier, making: Making) -> Files:
    return {f"{dossier.id}.ori.json": _json(ori_json.resources(dossier, making.base_url))}


def _vtt(dossier: Dossier, making: Making) -> Files:
    found: Files = {}
    for media in dossier.media:
        stem = media.file.rpartition(".")[0] or media.file
        found[f"{stem}.agenda.vtt"] = vtt.items(dossier, media).encode()
        found[f"{stem}.sprekers.vtt"] = vtt.speakers(dossier, media).encode()
        if lines := captions.of(dossier, media):
            found[captions.name(media)] = captions.webvtt(lines).encode()
    return found


def _csv(dossier: Dossier, making: Making) -> Files:
    return {
        f"{dossier.id}.index.csv": tables.index(dossier).encode(),
        f"{dossier.id}.spreektijden.csv": tables.speaking_times(dossier).encode(),
        f"{dossier.id}.stemmingen.csv": tables.votes(dossier).encode(),
    }


def _md(dossier: Dossier, making: Making) -> Files:
    return {
        f"{dossier.id}.besluitenlijst.md": decisions.markdown(dossier).encode(),
        f"{dossier.id}.besluitenlijst.html": decisions.html(dossier).encode(),
    }


def _popolo(dossier: Dossier, making: Making) -> Files:
    return {f"{dossier.id}.popolo.json": _json(popolo.speeches(dossier))}


def _ics(dossier: Dossier, making: Making) -> Files:
    return {f"{dossier.id}.ics": calendar.event(dossier, planned=None, stamp=making.now)}


BUILDERS: dict[str, Callable[[Dossier, Making], Files]] = {
    "ori-a": _ori_a,
    "ori-json": _ori_json,
    "vtt": _vtt,
    "csv": _csv,
    "md": _md,
    "popolo": _popolo,
    "ics": _ics,
}
"""One builder for each format that needs no recording at hand."""

FORMATS = (*BUILDERS, "mdto", "package")


def described(name: str, size_bytes: int, sha256: str, now: datetime) -> mdto.FileFacts:
    """What a sidecar says of a file; its type follows from its name."""
    return mdto.FileFacts(name, TYPES.get(name.rpartition(".")[2], "application/octet-stream"), size_bytes, sha256, now)


def sidecars(dossier: Dossier, files: tuple[mdto.FileFacts, ...]) -> Files:
    """MDTO of the meeting and of each file."""
    found = {f"{dossier.id}.mdto.xml": mdto.object_of(dossier, files)}
    for file in files:
        found[f"{file.name}.bestand.mdto.xml"] = mdto.file_of(dossier, file)
    return found


def manifest(sums: dict[str, str]) -> bytes:
    """SHA-256 of each file, as the program sha256sum reads it."""
    return "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode()
