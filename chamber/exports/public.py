"""What residents may have of a meeting: its page of recordings as plain values. Pure.

Nothing that was withheld is in it, no title of a closed item, and nobody's id; names as residents read them.
"""

from datetime import timedelta
from typing import Any

from chamber.core.dossier import Dossier
from chamber.core.index.model import Handled, Span, Speech, Vote
from chamber.core.speaking_time import SpeakingTime, per_group
from chamber.exports import captions
from chamber.exports.words import (
    BLANK,
    CHOICES,
    QUESTIONS,
    VOTE_KINDS,
    affiliation,
    clean,
    in_order,
    result,
    speaker,
)

VERSION = 1
CAPTIONS_DUE = timedelta(days=14)
"""Captions stand with a recording without undue delay, in principle within this (EU 2016/2102, recital 27)."""


def record(dossier: Dossier, published_ms: int) -> dict[str, Any]:
    """The public form of a meeting.

    Args:
        dossier: the meeting, its media as they are published.
        published_ms: wall time at which it was published first: from then on it waits for checked captions.
    """
    index = dossier.index
    published = dossier.time(published_ms)
    return {
        "version": VERSION,
        "id": dossier.id,
        "title": clean(dossier.title),
        "organisation": clean(dossier.place.organisation),
        "opened": dossier.time(index.opened_ms).isoformat(timespec="seconds") if index.opened_ms else None,
        "ended": dossier.time(index.ended_ms).isoformat(timespec="seconds") if index.ended_ms else None,
        "published": published.isoformat(timespec="seconds"),
        "captions_due": (published + CAPTIONS_DUE).date().isoformat(),
        "media": [
            {
                "id": media.id,
                "file": media.file,
                "captions": bool(captions.of(dossier, media)),
                "checked": media.id in dossier.checked,
                "bytes": media.size_bytes,
            }
            for media in dossier.media
        ],
        "items": [_item(dossier, item.id, handled) for item, handled in in_order(dossier)],
        "speeches": _speeches(dossier),
        "votes": [_vote(dossier, vote) for vote in index.votes if dossier.item(vote.item) is not None],
        "times": _times(dossier),
    }


def _clips(dossier: Dossier, span: Span) -> list[dict[str, Any]]:
    return [
        {"media": media.id, "from_s": from_ms / 1000, "to_s": to_ms / 1000}
        for media in dossier.media
        for from_ms, to_ms in media.clips(span)
    ]


def _item(dossier: Dossier, name: str, handled: Handled | None) -> dict[str, Any]:
    item = next(one for one in dossier.agenda if one.id == name)
    spans = handled.spans if handled is not None and not item.closed else ()
    into = dossier.item(item.into) if item.into else None
    return {
        "id": item.id,
        "number": clean(item.number),
        "title": clean(dossier.item_title(item)),
        "closed": item.closed,
        "withdrawn": item.withdrawn,
        "with": clean(into.number) if into else None,
        "at": dossier.time(spans[0].start_ms).isoformat(timespec="seconds") if spans else None,
        "clips": [clip for span in spans for clip in _clips(dossier, span)],
    }


def _speeches(dossier: Dossier) -> list[dict[str, Any]]:
    guises = dossier.guises()
    found = []
    for speech in dossier.public_speeches():
        clips = _clips(dossier, Span(speech.fragment.start_ms, speech.fragment.end_ms))
        found.append(
            {
                "name": speaker(dossier, speech, guises),
                "about": affiliation(dossier, speech),
                "interjection": speech.fragment.label.value != "turn",
                "items": _items(dossier, speech),
                "at": dossier.time(speech.fragment.start_ms).isoformat(timespec="seconds"),
                "seconds": round(speech.fragment.length_ms / 1000),
                "clips": clips,
            }
        )
    return found


def _items(dossier: Dossier, speech: Speech) -> list[str]:
    found = [dossier.item(name) for name in speech.items]
    return [item.id for item in found if item is not None and not item.closed]


def _vote(dossier: Dossier, vote: Vote) -> dict[str, Any]:
    known, hidden = dossier.hall.people, dossier.withholding()
    sides: dict[str, list[str]] = {}
    for name, choice in vote.choices.items():
        if name in known and name not in hidden:
            sides.setdefault(CHOICES[choice], []).append(known[name].name)
    return {
        "item": vote.item,
        "about": QUESTIONS[vote.question],
        "kind": VOTE_KINDS[vote.kind],
        "result": result(vote),
        "choices": sides,
        "totals": [
            {"name": known[name].name if name in known else BLANK, "count": count}
            for name, count in vote.totals.items()
        ],
    }


def _times(dossier: Dossier) -> list[dict[str, Any]]:
    groups = dossier.hall.groups
    spoken = [speech.fragment for speech in dossier.public_speeches()]
    return [
        {"group": groups[name].name if name in groups else name, **_time(time)}
        for name, time in per_group(spoken).items()
    ]


def _time(time: SpeakingTime) -> dict[str, int]:
    return {
        "gross_s": round(time.gross_ms / 1000),
        "net_s": round(time.net_ms / 1000),
        "interjections": time.interjections,
    }
