"""WebVTT: chapters of items and of speakers for one recording. Source: W3C WebVTT, sections 4.1 and 4.4."""

from html import escape

from chamber.core.dossier import Dossier, Media
from chamber.core.index.model import Span, chapters
from chamber.exports.words import affiliation, clock, numbered, speaker

SHORTEST_MS = 1000
"""A shorter cue cannot be chosen with a finger."""


def items(dossier: Dossier, media: Media) -> str:
    """A chapter for each interval of each item that the recording holds; of a closed item there is none."""
    cues = [
        (from_ms, to_ms, numbered(dossier, item))
        for span, item in chapters(dossier.index, dossier.agenda)
        if not item.closed
        for from_ms, to_ms in media.clips(span)
    ]
    return _file(cues)


def speakers(dossier: Dossier, media: Media) -> str:
    """A chapter for each public fragment: name, with fractie or role."""
    guises = dossier.guises()
    cues = []
    for speech in dossier.public_speeches():
        name, group = speaker(dossier, speech, guises), affiliation(dossier, speech)
        for from_ms, to_ms in media.clips(Span(speech.fragment.start_ms, speech.fragment.end_ms)):
            cues.append((from_ms, to_ms, f"{name} ({group})" if group else name))
    return _file(cues)


def _file(cues: list[tuple[int, int, str]]) -> str:
    lines = ["WEBVTT", ""]
    for number, (from_ms, to_ms, text) in enumerate(sorted(cues), 1):
        end_ms = max(to_ms, from_ms + SHORTEST_MS)
        lines += [str(number), f"{clock(from_ms)} --> {clock(end_ms)}", escape(text, quote=False), ""]
    return "\n".join(lines)
