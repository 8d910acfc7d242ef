"""What a headless demo measured: of the wires, of the journal, and of every picture that the public got."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chamber.apps.bench_wire import summary
from chamber.apps.evidence import Open, leaked, sounds, stamps
from chamber.apps.witness import Witness
from chamber.core.domain import MeetingState
from chamber.journal import Entry, replay, verify
from drivers.ffmpeg.locate import locate
from drivers.sim.soundcode import TICK_MS

SHORT_MS = 2000
FRAMES_PER_S = 25
OTHERS_WORD = frozenset({"shot_ordered", "proposal_accepted", "phase", "presentation", "mode", "camera_lost"})
NO_REPORT_MS = {"p50": None, "p95": None, "p99": None, "n": 0}


@dataclass(frozen=True, slots=True)
class Evening:
    """Everything that was seen of one evening."""

    folder: Path
    opened: list[Open]
    witness: Witness
    measured: dict[str, Any]
    view: dict[str, Any]
    metrics: dict[str, float]


@dataclass(frozen=True, slots=True)
class Pictures:
    """What the decoded pictures said: capture times of hall pictures, how many moved, and how many were slates."""

    captured_ms: tuple[int, ...]
    moving: int
    slates: int


async def pictures(evening: Evening) -> Pictures:
    """Decode everything the witness got."""
    captured, moving, slates = list[int](), 0, 0
    async for stamp in stamps(locate().path, evening.witness.files):
        if stamp is None:
            slates += 1
            continue
        captured.append(stamp >> 4)
        moving += stamp & 1
    return Pictures(tuple(captured), moving, slates)


def short_shots(entries: Sequence[Entry]) -> int:
    """Shots under 2 s that the director ended by itself.

    The end of a public part does not count, nor what the operator ordered: a shot, a source, another phase of the
    meeting; nor that a camera was lost.
    """
    short, since = 0, None
    ordered = False
    for entry in entries:
        if entry.kind in ("meeting", "pause", "reset"):
            since = None
        elif entry.kind in OTHERS_WORD:
            ordered = True
        elif entry.kind == "cut":
            if since is not None and not ordered and entry.mono_ms - since < SHORT_MS:
                short += 1
            since, ordered = entry.mono_ms, False
    return short


async def report(evening: Evening, problems: list[str]) -> dict[str, Any]:
    """The report of `--report`; `problems` is empty when everything was as it must be."""
    seen = await pictures(evening)
    path = next(iter(sorted((evening.folder / "data" / "meetings").glob("*/journal.jsonl"))))
    entries = list(replay(path))
    leaks = leaked(seen.captured_ms, evening.opened)
    near_ms = evening.opened[0].from_ms if evening.opened else 0
    heard = await sounds(locate().path, evening.witness.files, near_ms)
    # a code stands for 40 ms: what began before the press may end after it, and the other way round at the opening
    overheard = leaked(heard, [Open(o.from_ms - TICK_MS, o.to_ms) for o in evening.opened])
    delays = evening.measured["mic_to_command_ms"]
    motion_s = seen.moving / FRAMES_PER_S
    visited = {"planned"} | {entry.fields["state"] for entry in entries if entry.kind == "meeting"}
    dropped = int(
        evening.metrics.get("chamber_mixer_late_ticks", 0) + evening.metrics.get("chamber_stream_repeated_frames", 0)
    )
    devices = {name: device["link"] for name, device in evening.view["devices"].items()}
    found = [
        *problems,
        *verify(path),
        *(f"never in state {state}" for state in MeetingState if state.value not in visited),
        *(f"{name} is {link}" for name, link in devices.items() if link != "up"),
    ]
    if leaks:
        found.append(f"{len(leaks)} pictures from outside the public parts went out")
    if overheard:
        found.append(f"{len(overheard) * TICK_MS} ms of sound from outside the public parts went out")
    if not heard:
        found.append("the public never heard the hall")
    if motion_s:
        found.append(f"a camera on air moved for {motion_s} s")
    if not seen.captured_ms:
        found.append("the public never saw the hall")
    if not seen.slates:
        found.append("the public never saw a slate")
    if not delays:
        found.append("no microphone moved a camera")
    return {
        "mic_to_command_ms": summary(delays, 0.5, 0.95, 0.99) if delays else NO_REPORT_MS,
        "cuts": sum(entry.kind == "cut" for entry in entries),
        "on_air_motion_s": motion_s,
        "short_shots": short_shots(entries),
        "parts_published": evening.witness.parts,
        "frames_dropped": dropped,
        "gate": {
            "closures": int(evening.metrics.get("chamber_stream_closures", 0)),
            "leaked_frames": len(leaks),
            "leaked_sound_ms": len(overheard) * TICK_MS,
            "live_sound_ms": len(heard) * TICK_MS,
            "live_frames_seen": len(seen.captured_ms),
            "slate_frames_seen": seen.slates,
        },
        "devices": devices,
        "problems": found,
    }
