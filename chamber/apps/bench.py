"""`chamber bench [NAME] [--json]`: measures on this machine; figures of one run are compared within that run."""

import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from chamber.core.errors import ConfigError


def _wire() -> Any:
    from chamber.apps.bench_wire import measure

    return asyncio.run(measure())


def _stream() -> Any:
    from chamber.apps.bench_stream import measure, ratios

    figures = asyncio.run(measure())
    for line in ratios(figures):
        print(line, file=sys.stderr)
    return figures


def _viewers() -> Any:
    from chamber.apps.bench_viewers import measure

    return measure()


BENCHES: dict[str, Callable[[], Any]] = {"wire": _wire, "stream": _stream, "viewers": _viewers}


def main(name: str | None, *, as_json: bool, options: Sequence[str]) -> int:
    """Run one benchmark, or all; prints one JSON object, or lines to read."""
    if name == "director":
        from chamber.apps.bench_director import main as director

        return int(director([*options, *(["--json"] if as_json else [])]))
    if name is not None and name not in BENCHES:
        raise ConfigError([f"bench: there is no benchmark {name}; there are: director, {', '.join(BENCHES)}"])
    if options:
        raise ConfigError([f"bench: unknown options {' '.join(options)}; only the director's benchmark takes options"])
    missing = 0
    for chosen in [name] if name else BENCHES:
        try:
            figures = BENCHES[chosen]()
        except ConfigError as exc:
            if name:
                raise
            missing = 2  # a program is not here; the others are measured all the same
            print("\n".join(exc.problems), file=sys.stderr)
            continue
        if as_json:
            print(json.dumps(figures))
        else:
            print(f"{chosen}:")
            for key, value in figures.items():
                print(f"  {key}: {value}")
    return missing
