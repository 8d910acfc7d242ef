"""Captions of a meeting beside its journal.

`captions.jsonl` holds what came live, a line for each cue; `captions.json` what was checked, by recording. Both hold wall
times, so that they stay right when a part of a recording is cut out later, and both can be erased for one person.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chamber.apps.files import read, write
from chamber.core.captions import Cue, without_names

LIVE, CHECKED = "captions.jsonl", "captions.json"
MOST_LIVE = 20_000


def keep(meeting: Path, media: str, cues: Sequence[Cue]) -> None:
    """Keep the checked captions of one recording in the place of those before. Raises OSError."""
    said = read(meeting / CHECKED)
    said[media] = [[cue.start_ms, cue.end_ms, cue.text] for cue in cues]
    write(meeting / CHECKED, said)


def kept(meeting: Path) -> tuple[Cue, ...]:
    """Every cue of a meeting; lines that cannot be read are passed over."""
    found = [cue for line in _lines(meeting / LIVE)[:MOST_LIVE] if (cue := _cue(line, None)) is not None]
    for media, cues in read(meeting / CHECKED).items():
        found += [cue for one in (cues if isinstance(cues, list) else []) if (cue := _cue(one, media)) is not None]
    return tuple(found)


def add_live(meeting: Path, cue: Cue) -> None:
    """Write a cue that came live behind the others. Raises OSError."""
    with (meeting / LIVE).open("a", encoding="utf-8") as file:
        file.write(json.dumps([cue.start_ms, cue.end_ms, cue.text], ensure_ascii=False) + "\n")


def erase(meeting: Path, name: str) -> None:
    """Take a name out of every cue. Raises OSError."""
    names = [name] if name else []
    if not names:
        return
    live = [line for line in _lines(meeting / LIVE) if _cue(line, None) is not None]
    if live:
        fresh = (meeting / LIVE).with_suffix(".new")
        lines = (json.dumps([start, end, without_names(text, names)], ensure_ascii=False) for start, end, text in live)
        fresh.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        fresh.replace(meeting / LIVE)
    if said := read(meeting / CHECKED):
        write(
            meeting / CHECKED,
            {
                media: [[start, end, without_names(str(text), names)] for start, end, text in cues]
                for media, cues in said.items()
            },
        )


def _lines(path: Path) -> list[Any]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        try:
            found.append(json.loads(line))
        except ValueError:  # the last one may be torn
            continue
    return found


def _cue(said: Any, media: str | None) -> Cue | None:
    match said:
        case [int(start_ms), int(end_ms), str(text)] if start_ms < end_ms and text:
            return Cue(start_ms, end_ms, text, media)
    return None
