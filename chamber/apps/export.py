"""`chamber export MEETING --format F --out DIR`: archive and index files of one meeting."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import av

from chamber.apps.cutting import shown_media, shown_times
from chamber.apps.dossier import load
from chamber.core.dossier import Dossier
from chamber.core.errors import ChamberError
from chamber.exports import ori_a
from chamber.exports.package import BUILDERS, MANIFEST, Files, Making, described, manifest, sidecars

CHUNK_BYTES = 1 << 20


class ExportError(ChamberError):
    """A meeting cannot be written out; the message says why and what to do."""


def main(meeting: Path, form: str, out: Path, base_url: str) -> int:
    """Write the files of one format and name each; returns 0."""
    dossier = load(meeting)
    making = Making(datetime.now(UTC), base_url.rstrip("/") or f"https://raad.invalid/{dossier.id}")
    written = write(dossier, meeting / "recording", form, out, making)
    for path in written:
        print(path)
    if not written:
        raise ExportError(f"{meeting}: nothing to write as {form}: there is no recording of this meeting")
    return 0


def write(dossier: Dossier, recordings: Path, form: str, out: Path, making: Making) -> list[Path]:
    """Write one format to a directory and return the paths.

    Args:
        dossier: the meeting.
        recordings: directory of its recordings.
        form: one of `chamber.exports.package.FORMATS`.
        out: is made when it is not there; files of the same name are replaced.
        making: when it is made and where it will be found.

    Raises:
        ExportError: the directory cannot be written, or the references of an ORI-A document point nowhere.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        if form in BUILDERS:
            shown = replace(dossier, media=tuple(shown_times(dossier, recordings)))
            return _put(out, _checked(BUILDERS[form](shown, making)))
        shown = replace(dossier, media=tuple(shown_media(dossier, recordings, out)))
        files: Files = {}
        if form == "package":
            for build in BUILDERS.values():
                files |= _checked(build(shown, making))
        written = _put(out, files)
        written += [out / media.file for media in shown.media]
        facts = tuple(described(path.name, path.stat().st_size, _sha256(path), making.now) for path in sorted(written))
        written += _put(out, sidecars(dossier, facts))
        if form == "package":
            written += _put(out, {MANIFEST: manifest({path.name: _sha256(path) for path in written})})
        return written
    except OSError as exc:
        raise ExportError(f"{exc.filename or out}: {exc.strerror}; choose another directory with --out") from exc
    except av.error.FFmpegError as exc:
        raise ExportError(f"{dossier.id}: a recording cannot be read: {exc}") from exc


def _checked(files: Files) -> Files:
    for name, content in files.items():
        if name.endswith(".ori-a.xml") and (wrong := ori_a.problems(content)):
            raise ExportError(f"{name}: {'; '.join(wrong)}; run chamber verify on the meeting")
    return files


def _put(out: Path, files: Files) -> list[Path]:
    written = []
    for name, content in files.items():
        fresh = out / f".{name}.new"
        fresh.write_bytes(content)
        fresh.replace(out / name)
        written.append(out / name)
    return written


def _sha256(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            found.update(chunk)
    return found.hexdigest()


def manifest_of(folder: Path) -> bytes:
    """A manifest of every file in a folder. Raises OSError."""
    return manifest({path.name: _sha256(path) for path in folder.iterdir() if path.is_file()})


def manifest_problems(folder: Path) -> list[str]:
    """What is wrong with a package, one line each: files that are missing, changed, or in no manifest."""
    path = folder / MANIFEST
    found, listed = [], set()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        digest, _, name = line.partition("  ")
        if not name or "/" in name:
            found.append(f"{path}:{number}: is no line of a manifest")
            continue
        listed.add(name)
        if not (folder / name).is_file():
            found.append(f"{folder / name}: is missing")
        elif _sha256(folder / name) != digest:
            found.append(f"{folder / name}: was changed since the package was made")
    strangers = {one.name for one in folder.iterdir() if one.is_file()} - listed - {MANIFEST}
    return found + [f"{folder / name}: is not in the manifest" for name in sorted(strangers)]
