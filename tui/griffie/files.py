"""Choosing a file on the console's own machine, read with a bound."""

import asyncio
from pathlib import Path

from tui.desk import Desk
from tui.labels import griffie as labels

MOST_BYTES = 5 * 1024 * 1024
"""As much as the controller takes for an agenda."""
ENDINGS = (".json", ".txt", ".ics")
SHOWN = 30
FOLDERS = ("~", "~/Downloads", "~/Documenten", "~/Documents")


def recent_files() -> list[Path]:
    """Files that may be an agenda, the newest first; folders that cannot be read hold none."""
    found: dict[Path, float] = {}
    for folder in FOLDERS:
        try:
            for path in Path(folder).expanduser().iterdir():
                if path.suffix.lower() in ENDINGS and path.is_file():
                    found[path.resolve()] = path.stat().st_mtime
        except (OSError, RuntimeError):
            continue
    return sorted(found, key=lambda path: found[path], reverse=True)[:SHOWN]


def read_file(path: Path) -> bytes:
    """The whole file. Raises OSError, ValueError: larger than `MOST_BYTES`."""
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(labels.FILE_TOO_LARGE)
    return content


async def ask_for_file(desk: Desk) -> bytes | None:
    """What stands in a file that the operator chose, or None."""
    files = await asyncio.to_thread(recent_files)
    choices = [(f"+{path}", f"{path.name}   ({path.parent})") for path in files]
    chosen = await desk.choose(labels.ASK_SOURCE, [*choices, ("-", labels.OTHER_FILE)])
    if chosen == "-":
        typed = await desk.write(labels.ASK_PATH, lambda t: "", limit=500)
        chosen = f"+{typed}" if typed else None
    if chosen is None:
        return None
    try:
        return await asyncio.to_thread(read_file, Path(chosen[1:]).expanduser())
    except (OSError, RuntimeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) and exc.strerror else str(exc)
        desk.say("refused", labels.NO_FILE.format(reason=reason))
    except ValueError as exc:
        desk.say("refused", str(exc))
    return None
