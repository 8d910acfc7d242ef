"""`chamber captions MEETING FILE`: reads checked captions in for one recording."""

from collections.abc import Sequence
from pathlib import Path

from chamber.apps.captions_kept import keep
from chamber.apps.dossier import load
from chamber.core.captions import Cue
from chamber.core.dossier import Dossier, Media
from chamber.core.errors import ChamberError
from chamber.imports.captions import Caption, read_captions
from chamber.imports.model import MOST_BYTES, ImportFailedError


class CaptionError(ChamberError):
    """Captions cannot be read in; the message says why and what to do."""


def main(meeting: Path, file: Path, recording: str | None, shift_ms: int) -> int:
    """Read checked captions in for one recording of a meeting, and say where they went; returns 0."""
    dossier = load(meeting)
    media = chosen(dossier, recording)
    try:
        with file.open("rb") as source:
            found = read_captions(source.read(MOST_BYTES + 1))
    except OSError as exc:
        raise CaptionError(f"{file}: {exc.strerror}") from exc
    except ImportFailedError as exc:
        raise CaptionError(f"{file}: {exc}") from exc
    cues = placed(media, found, shift_ms)
    try:
        keep(meeting, media.id, cues)
    except OSError as exc:
        raise CaptionError(f"{meeting}: {exc.strerror}") from exc
    print(f"{media.file}: {len(cues)} captions from {file.name}; a published meeting shows them within a minute")
    if left := len(found) - len(cues):
        print(f"{left} lie outside the recording and were left out: is it the right one, and was it shifted right?")
    return 0


def chosen(dossier: Dossier, recording: str | None) -> Media:
    """The recording that is meant: by its id or file, or the only one. Raises CaptionError."""
    names = ", ".join(media.id for media in dossier.media)
    if not dossier.media:
        raise CaptionError(f"{dossier.id}: there is no finished recording to put captions to")
    if recording is None and len(dossier.media) > 1:
        raise CaptionError(f"{dossier.id}: there are several recordings; say which one: {names}")
    found = next((one for one in dossier.media if recording in (None, one.id, one.file)), None)
    if found is None:
        raise CaptionError(f"{dossier.id}: there is no recording {recording}; there are: {names}")
    return found


def placed(media: Media, found: Sequence[Caption], shift_ms: int) -> list[Cue]:
    """Cues of a file with the wall time of their words; those outside the recording, or across a cut in it, are left out.

    Args:
        media: the recording that the captions were made of, as it was before anything was withheld.
        found: times from its beginning.
        shift_ms: is added to each.
    """
    cues = []
    for one in found:
        start_ms, end_ms = media.wall_ms(one.from_ms + shift_ms), media.wall_ms(one.to_ms + shift_ms, ending=True)
        if start_ms is not None and end_ms is not None and end_ms - start_ms == one.to_ms - one.from_ms:
            cues.append(Cue(start_ms, end_ms, one.text, media.id))
    return cues
