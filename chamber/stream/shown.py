"""Published meetings as pages: the list with its search, and one meeting. Pure; the values are those of meeting.json."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from json import dumps
from typing import Any
from urllib.parse import quote

from chamber.stream.words import MONTHS, Words

Record = Mapping[str, Any]
MOST_FOUND = 200


def day(text: str | None, language: str) -> str:
    """A day in words; empty when it is none."""
    try:
        found = date.fromisoformat((text or "")[:10])
    except ValueError:
        return ""
    return f"{found.day} {MONTHS[language][found.month - 1]} {found.year}"


def clock(text: str | None) -> str:
    """A time of day as people write it; empty when it is none."""
    try:
        return datetime.fromisoformat(text or "").strftime("%H:%M")
    except ValueError:
        return ""


def when(record: Record, say: Words, language: str) -> str:
    """Day and times of a meeting."""
    found = day(record.get("opened"), language)
    start, end = clock(record.get("opened")), clock(record.get("ended"))
    if found and start and end:
        return f"{found}, {say['from_to'].format(start=start, end=end)}"
    return f"{found} {start}".strip()


# ------------------------------------------------------------------------------------------------------ the list


@dataclass(frozen=True, slots=True)
class Hit:
    """A line of a meeting that a search found: where to go, and what it says."""

    href: str
    text: str


def hits(record: Record, query: str, say: Words) -> list[Hit]:
    """Items and speakers of a meeting in which every word of the query stands."""
    wanted = query.casefold().split()
    found = []
    for item in record["items"]:
        text = f"{item['number']} {item['title']}"
        if all(word in text.casefold() for word in wanted):
            found.append(Hit(_address(record, item["clips"]), text))
    for speech in record["speeches"]:
        text = f"{speech['name']} {speech['about']}".strip()
        if not speech["interjection"] and all(word in text.casefold() for word in wanted):
            about = ", ".join(_numbers(record, speech["items"]))
            found.append(Hit(_address(record, speech["clips"]), f"{text} ({say['item']} {about})" if about else text))
    return found


def _numbers(record: Record, names: Sequence[str]) -> list[str]:
    return [item["number"] for item in record["items"] if item["id"] in names]


def _address(record: Record, clips: Sequence[Mapping[str, Any]]) -> str:
    base = f"/archive/{quote(record['id'])}/"
    return base + _hash(record, clips[0]) if clips else base


def _hash(record: Record, clip: Mapping[str, Any]) -> str:
    number = 1 + next((n for n, one in enumerate(record["media"]) if one["id"] == clip["media"]), 0)
    part = f"&deel={number}" if number > 1 else ""
    return f"#t={clip['from_s']:.1f}{part}"


def listing(records: Iterable[Record], query: str, say: Words, language: str) -> str:
    """The meetings, newest first; with a query what was found in each."""
    blocks, count = [], 0
    for record in records:
        lines = ""
        if query:
            found = hits(record, query, say)[: MOST_FOUND - count]
            if not found:
                continue
            count += len(found)
            lines = (
                "<ul>"
                + "".join(
                    f'<li><a href="{escape(_lang(hit.href, language))}">{escape(hit.text)}</a></li>' for hit in found
                )
                + "</ul>"
            )
        href = escape(_lang(f"/archive/{quote(record['id'])}/", language))
        blocks.append(
            f'<li><h2><a href="{href}">{escape(record["title"])}</a></h2>'
            f"<p>{escape(when(record, say, language))}</p>{lines}</li>"
        )
    if query:
        words = say["found"] if count else say["found_none"]
        told = f'<p role="status">{words.format(count=count, query=escape(query))}</p>'
    else:
        told = "" if blocks else f"<p>{say['no_recordings']}</p>"
    return told + (f'<ul class="meetings">{"".join(blocks)}</ul>' if blocks else "")


def _lang(href: str, language: str) -> str:
    if language == "nl":
        return href
    path, mark, rest = href.partition("#")
    return f"{path}?lang={language}{mark}{rest}"


# --------------------------------------------------------------------------------------------------- one meeting


def parts(record: Record, say: Words, language: str, today: date) -> dict[str, str]:
    """What recording.html takes, besides the words."""
    return {
        "title": escape(record["title"]),
        "when": escape(when(record, say, language)),
        "player": _player(record, say, language, today),
        "items": _items(record, say),
        "speeches": _speeches(record, say),
        "votes": _votes(record, say),
        "times": _times(record, say),
        "files": _files(record, say),
    }


def _player(record: Record, say: Words, language: str, today: date) -> str:
    if not record["media"]:
        return f'<p class="message">{say["no_media"]}</p>'
    files = [media["file"] for media in record["media"]]
    tracks = "".join(
        f'<track kind="captions" srclang="nl" label="{say["captions"]}" src="{escape(_stem(media["file"]))}.captions.vtt" '
        f'data-file="{escape(media["file"])}"{" default" if n == 0 else ""}>'
        for n, media in enumerate(record["media"])
        if media["captions"]
    )
    tracks += "".join(
        f'<track kind="chapters" srclang="nl" src="{escape(_stem(media["file"]))}.agenda.vtt" '
        f'data-file="{escape(media["file"])}">'
        for media in record["media"]
    )
    due = record["captions_due"]
    late = date.fromisoformat(due) < today
    missing = not all(media["checked"] for media in record["media"])
    kind = (
        "captions_late"
        if late
        else "captions_live"
        if all(one["captions"] for one in record["media"])
        else "captions_none"
    )
    note = say[kind].format(date=escape(day(due, language)))
    return (
        f'<div class="screen"><video id="recording" controls playsinline preload="metadata" src="{escape(files[0])}" '
        f'aria-label="{say["video_label"]}" data-files="{escape(dumps(files))}">{tracks}</video></div>'
        + (f'<p class="message">{note}</p>' if missing else "")
    )


def _stem(file: str) -> str:
    return file.rpartition(".")[0]


def _link(record: Record, clip: Mapping[str, Any], text: str) -> str:
    file = next((media["file"] for media in record["media"] if media["id"] == clip["media"]), "")
    mark = _hash(record, clip)
    return (
        f'<a href="{escape(file)}{escape(mark.split("&")[0])}" data-hash="{escape(mark)}" data-file="{escape(file)}" '
        f'data-from="{clip["from_s"]:.3f}" data-to="{clip["to_s"]:.3f}">{text}</a>'
    )


def _items(record: Record, say: Words) -> str:
    lines = []
    for item in record["items"]:
        text = escape(f"{item['number']} {item['title']}")
        notes = [say["closed"]] if item["closed"] else []
        notes += [say["withdrawn"]] if item["withdrawn"] else []
        notes += [say["with"].format(number=escape(item["with"]))] if item["with"] else []
        note = f' <span class="note">{", ".join(notes)}</span>' if notes else ""
        clips = item["clips"]
        first = _link(record, clips[0], f"{text} <time>{clock(item['at'])}</time>") if clips else text
        more = "".join(f" {_link(record, clip, _length(clip['from_s']))}" for clip in clips[1:])
        lines.append(f"<li>{first}{more}{note}</li>")
    return f"<ol>{''.join(lines)}</ol>"


def _length(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def _speeches(record: Record, say: Words) -> str:
    lines = []
    titles = {item["id"]: f"{item['number']} {item['title']}" for item in record["items"]}
    shown: str | None = None
    for speech in record["speeches"]:
        heading = titles.get(speech["items"][0], "") if speech["items"] else ""
        if heading != shown:
            shown = heading
            lines.append(f'<li class="under">{escape(heading)}</li>' if heading else "")
        about = f' <span class="note">{escape(speech["about"])}</span>' if speech["about"] else ""
        mark = f' <span class="note">{say["interjection"]}</span>' if speech["interjection"] else ""
        text = f"<time>{clock(speech['at'])}</time> {escape(speech['name'])}"
        line = _link(record, speech["clips"][0], text) if speech["clips"] else text
        lines.append(f"<li>{line}{about}{mark}</li>")
    return f'<ol class="speeches">{"".join(lines)}</ol>' if lines else ""


def _votes(record: Record, say: Words) -> str:
    blocks = []
    for vote in record["votes"]:
        item = next((one for one in record["items"] if one["id"] == vote["item"]), None)
        about = escape(f"{item['number']} {item['title']}") if item else ""
        lines = "".join(
            f"<li>{escape(side)}: {escape(', '.join(names))}</li>" for side, names in vote["choices"].items()
        )
        lines += "".join(f"<li>{escape(one['name'])}: {one['count']}</li>" for one in vote["totals"])
        blocks.append(
            f"<li><strong>{about}</strong>: {escape(vote['about'])}, {escape(vote['kind'].lower())}: "
            f"<strong>{escape(vote['result'])}</strong>{f'<ul>{lines}</ul>' if lines else ''}</li>"
        )
    if not blocks:
        return ""
    return (
        f'<section class="about" aria-labelledby="kop-stemmen"><h2 id="kop-stemmen">{say["votes"]}</h2>'
        f"<ul>{''.join(blocks)}</ul></section>"
    )


def _times(record: Record, say: Words) -> str:
    if not record["times"]:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{escape(one["group"])}</th><td>{_length(one["net_s"])}</td><td>{one["interjections"]}</td></tr>'
        for one in record["times"]
    )
    return (
        f'<section class="about" aria-labelledby="kop-tijden"><h2 id="kop-tijden">{say["times"]}</h2><table><thead><tr>'
        f'<th scope="col">{say["group"]}</th><th scope="col">{say["spoken"]}</th>'
        f'<th scope="col">{say["interjections"]}</th></tr></thead><tbody>{rows}</tbody></table></section>'
    )


def _files(record: Record, say: Words) -> str:
    several = len(record["media"]) > 1
    found = []
    for number, media in enumerate(record["media"], 1):
        part = f" {say['part'].format(number=number)}" if several else ""
        size = f" ({media['bytes'] / 1e6:.0f} MB)" if media["bytes"] else ""
        found.append((media["file"], f"{say['video_file']}{part}{size}"))
        found.append((f"{_stem(media['file'])}.agenda.vtt", f"{say['chapters']}{part}"))
        if media["captions"]:
            found.append((f"{_stem(media['file'])}.captions.vtt", f"{say['captions']}{part}"))
    found += [
        (f"{record['id']}.index.csv", say["index_sheet"]),
        (f"{record['id']}.ics", say["calendar"]),
        ("meeting.json", say["open_data"]),
        ("manifest-sha256.txt", say["checksums"]),
    ]
    return "".join(f'<li><a href="{escape(file)}">{text}</a></li>' for file, text in found)
