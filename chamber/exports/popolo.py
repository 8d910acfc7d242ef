"""Popolo speeches (JSON) for reuse by civic sites. Source: Popolo, class Speech, popoloproject.com/specs/speech.html."""

from typing import Any

from chamber.core.dossier import Dossier
from chamber.core.index.model import Span
from chamber.exports.words import affiliation, numbered, speaker


def speeches(dossier: Dossier) -> dict[str, Any]:
    """The meeting as an event with the speeches held in it, in the order of time."""
    guises = dossier.guises()
    found = []
    for position, speech in enumerate(dossier.public_speeches(), 1):
        fragment = speech.fragment
        items = [item for name in speech.items if (item := dossier.item(name)) is not None and not item.closed]
        found.append(
            {
                "id": speech.id,
                "type": "speech" if fragment.label.value == "turn" else "interjection",
                "creator": {"name": speaker(dossier, speech, guises)},
                "role": affiliation(dossier, speech),
                "position": position,
                "title": ", ".join(numbered(dossier, item) for item in items),
                "event_id": dossier.id,
                "start_date": dossier.time(fragment.start_ms).isoformat(timespec="milliseconds"),
                "end_date": dossier.time(fragment.end_ms).isoformat(timespec="milliseconds"),
                "video": [
                    f"{media.file}#t={from_ms / 1000:.3f},{to_ms / 1000:.3f}"
                    for media in dossier.media
                    for from_ms, to_ms in media.clips(Span(fragment.start_ms, fragment.end_ms))
                ],
            }
        )
    opened_ms, ended_ms = dossier.index.opened_ms, dossier.index.ended_ms
    return {
        "events": [
            {
                "id": dossier.id,
                "name": dossier.title,
                "location": dossier.hall.name,
                "start_date": dossier.time(opened_ms).isoformat() if opened_ms is not None else None,
                "end_date": dossier.time(ended_ms).isoformat() if ended_ms is not None else None,
            }
        ],
        "speeches": found,
    }
