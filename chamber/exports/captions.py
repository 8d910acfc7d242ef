"""Captions of a recording as WebVTT: what may be shown of them, and who says it. Pure.

Source: W3C WebVTT, sections 4.1 and 4.2.2 (voice spans).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from chamber.core.captions import Cue, without_names
from chamber.core.dossier import Dossier, Media
from chamber.core.index.model import Span, Speech
from chamber.exports.words import clean, clock, speaker


@dataclass(frozen=True, slots=True)
class Line:
    """A cue of a recording: milliseconds from its beginning, the name that residents read (empty: nobody known)."""

    from_ms: int
    to_ms: int
    name: str
    text: str


def of(dossier: Dossier, media: Media) -> list[Line]:
    """Captions that residents may have with a recording: checked ones when there are any, else those that came live.

    Left out is every cue that is not wholly in the recording and in what was public, or that touches a fragment which is
    withheld; names of people who withheld theirs are taken out of the others.
    """
    names = [dossier.hall.people[one].name for one in sorted(dossier.withholding()) if one in dossier.hall.people]
    guises = dossier.guises()
    speeches = dossier.public_speeches()
    found = []
    for cue in _candidates(dossier, media):
        clips = media.clips(Span(cue.start_ms, cue.end_ms))
        if len(clips) != 1 or clips[0][1] - clips[0][0] != cue.end_ms - cue.start_ms or not _public(dossier, cue):
            continue
        speech = _speech(speeches, cue)
        who = clean(speaker(dossier, speech, guises)) if speech is not None and guises.get(speech.id) else ""
        text = "\n".join(clean(line) for line in without_names(cue.text, names).splitlines())
        found.append(Line(*clips[0], who, text))
    return sorted(found, key=lambda line: (line.from_ms, line.to_ms))


def name(media: Media) -> str:
    """The file of a recording's captions."""
    return f"{media.file.rpartition('.')[0] or media.file}.captions.vtt"


def webvtt(lines: Sequence[Line]) -> str:
    """A caption file with the speaker of each cue in a voice span."""
    parts = ["WEBVTT", ""]
    for number, line in enumerate(lines, 1):
        text = escape(line.text, quote=False)
        if line.name:
            text = f"<v {escape(line.name, quote=False)}>{text}</v>"
        parts += [str(number), f"{clock(line.from_ms)} --> {clock(line.to_ms)}", text, ""]
    return "\n".join(parts)


def _candidates(dossier: Dossier, media: Media) -> list[Cue]:
    wanted = media.id if media.id in dossier.checked else None
    return [cue for cue in dossier.captions if cue.media == wanted]


def _public(dossier: Dossier, cue: Cue) -> bool:
    inside = any(
        span.start_ms <= cue.start_ms and (span.end_ms is None or cue.end_ms <= span.end_ms)
        for span in dossier.index.public
    )
    return inside and not any(
        speech.withheld and speech.fragment.start_ms < cue.end_ms and cue.start_ms < speech.fragment.end_ms
        for speech in dossier.index.speeches
    )


def _speech(speeches: Sequence[Speech], cue: Cue) -> Speech | None:
    """Who spoke during most of a cue."""

    def common_ms(speech: Speech) -> int:
        return min(cue.end_ms, speech.fragment.end_ms) - max(cue.start_ms, speech.fragment.start_ms)

    best = max(speeches, key=common_ms, default=None)
    return best if best is not None and common_ms(best) > 0 else None
