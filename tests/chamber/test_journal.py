"""The journal keeps what happened, in order, on a real disk that fails, tears and is tampered with."""

import asyncio
import hashlib
import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.core.domain import ShotKind
from chamber.core.errors import EncodeError
from chamber.journal import BrokenJournalError, Entry, JournalFile, replay, verify
from chamber.journal import write as journal_write
from chamber.journal.entry import FIRST, at, read_line
from chamber.journal.schema import KINDS, trouble
from chamber.ports import Journal
from tests.until import until

ZONE = ZoneInfo("Europe/Amsterdam")
WALL_MS = 1_795_458_600_123  # 2026-11-23 19:30:00.123 in the hall


def opened(path: Path, told: list[str | None] | None = None) -> JournalFile:
    sink = told.append if told is not None else lambda _: None
    return JournalFile.open(path, ZONE, sink, wall_ms=WALL_MS, mono_ms=1)


def put(journal: Journal, seat: str, mono_ms: int = 2, *, sync: bool = False) -> "asyncio.Future[None] | None":
    return journal.append("mic_closed", {"seat": seat}, wall_ms=WALL_MS, mono_ms=mono_ms, sync=sync)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """The disk takes the bytes up to a length and refuses the rest, as a full one does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_entries_come_back_in_order_and_across_restarts(path: Path) -> None:
    first = opened(path)
    assert put(first, "a") is None
    first.append(
        "cut",
        {"camera": "cam1", "preset": 3, "shot": ShotKind.SPEAKER, "seat": "a", "reason": "mic"},
        wall_ms=WALL_MS + 1,
        mono_ms=3,
    )
    assert first.close() == 0
    second = opened(path)
    put(second, "b", 4)
    assert second.close() == 0
    assert [(e.seq, e.kind, dict(e.fields), e.mono_ms, e.wall_ms - WALL_MS) for e in replay(path)] == [
        (1, "mic_closed", {"seat": "a"}, 2, 0),
        (2, "cut", {"camera": "cam1", "preset": 3, "shot": "speaker", "seat": "a", "reason": "mic"}, 3, 1),
        (3, "mic_closed", {"seat": "b"}, 4, 0),
    ]
    assert verify(path) == []
    assert path.stat().st_mode & 0o077 == 0


async def test_the_line_is_what_the_document_says(path: Path) -> None:
    journal = opened(path)
    put(journal, "a")
    journal.close()
    line = path.read_text(encoding="utf-8")
    content = (
        '{"at":"2026-11-23T19:30:00.123+01:00","fields":{"seat":"a"},"kind":"mic_closed","mono_ms":2,"prev":"'
        + "0" * 64
        + '","seq":1}'
    )
    said = json.loads(line)
    assert said.pop("hash") == hashlib.sha256(content.encode()).hexdigest()
    assert said == json.loads(content)
    assert line.endswith("}\n")


async def test_a_synced_entry_is_on_disk_when_its_future_is_done(path: Path) -> None:
    journal = opened(path)
    put(journal, "before")
    done = put(journal, "a", sync=True)
    assert done is not None
    await done
    assert [entry.fields["seat"] for entry in replay(path)] == ["before", "a"]
    journal.close()


async def test_a_thousand_entries_keep_their_order(path: Path) -> None:
    journal = opened(path)
    for number in range(1000):
        put(journal, f"s{number}", number)
    assert journal.close() == 0
    assert [entry.mono_ms for entry in replay(path)] == list(range(1000))
    assert verify(path) == []


async def test_a_full_disk_is_told_once_and_everything_is_written_in_order_later(path: Path) -> None:
    told = list[str | None]()
    journal = opened(path, told)
    for number in range(1500):
        put(journal, "early", number)
    ready = put(journal, "early", 1500, sync=True)
    assert ready is not None
    await ready
    size = path.stat().st_size
    with no_file_longer_than(size + 100):
        refused = put(journal, "late", 1501, sync=True)
        assert refused is not None
        with pytest.raises(OSError, match="File too large"):
            await refused
        await until(lambda: told)
        at_once = put(journal, "late", 1502, sync=True)
        assert at_once is not None
        with pytest.raises(OSError, match="File too large"):
            await at_once
        put(journal, "late", 1503)
        assert path.stat().st_size <= size + 100
    await until(lambda: told == ["File too large", None])
    after = put(journal, "after", 1504, sync=True)
    assert after is not None
    await after
    journal.close()
    assert [entry.mono_ms for entry in replay(path)] == list(range(1505))
    assert verify(path) == []


async def test_closing_on_a_full_disk_ends_and_counts(path: Path) -> None:
    told = list[str | None]()
    journal = opened(path, told)
    for number in range(1500):
        put(journal, "early", number)
    ready = put(journal, "early", 1500, sync=True)
    assert ready is not None
    await ready
    with no_file_longer_than(path.stat().st_size):
        put(journal, "late")
        await until(lambda: told)
        put(journal, "late")
        assert await asyncio.to_thread(journal.close) == 2
    assert verify(path) == []


async def test_a_full_queue_leaves_out_and_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_write, "QUEUE_ENTRIES", 3)
    told = list[str | None]()
    journal = opened(path, told)
    with no_file_longer_than(0):
        put(journal, "first", 0)
        await until(lambda: told)
        for number in range(1, 6):
            put(journal, "more", number)
    await until(lambda: told == ["File too large", None])
    put(journal, "last", 6)
    assert journal.close() == 0
    found = [(entry.kind, dict(entry.fields), entry.mono_ms) for entry in replay(path)]
    assert [mono for kind, _, mono in found if kind == "mic_closed"] == [0, 1, 2, 3, 6]
    assert ("lost", {"entries": 2}, 6) in found
    assert verify(path) == []


async def test_a_torn_line_is_kept_aside_and_the_chain_goes_on(path: Path) -> None:
    journal = opened(path)
    put(journal, "a")
    put(journal, "b")
    journal.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    assert verify(path) == ["journal.jsonl:2: has no end: it was torn"]
    again = opened(path)
    put(again, "c")
    again.close()
    torn = len(whole) - 20 - (whole.index(b"\n") + 1)
    assert again.torn_bytes == torn
    assert again.problems == []
    assert path.with_suffix(".torn").read_bytes() == whole[whole.index(b"\n") + 1 : -20] + b"\n"
    assert [(e.kind, dict(e.fields)) for e in replay(path)] == [
        ("mic_closed", {"seat": "a"}),
        ("repaired", {"bytes": torn}),
        ("mic_closed", {"seat": "c"}),
    ]
    assert verify(path) == []


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


TAMPERING = {
    "changed": (lambda lines: [lines[0], lines[1].replace(b'"b"', b'"x"'), *lines[2:]], [
        "journal.jsonl:2: was changed: its hash does not fit its content",
    ]),
    "removed": (lambda lines: [lines[0], *lines[2:]], [
        "journal.jsonl:2: does not follow the line before it: a line was changed, removed or put in",
        "journal.jsonl:2: has number 3, 2 was due",
    ]),
    "swapped": (lambda lines: [lines[0], lines[2], lines[1], lines[3]], [
        "journal.jsonl:2: does not follow the line before it: a line was changed, removed or put in",
        "journal.jsonl:2: has number 3, 2 was due",
        "journal.jsonl:3: does not follow the line before it: a line was changed, removed or put in",
        "journal.jsonl:3: has number 2, 4 was due",
        "journal.jsonl:4: does not follow the line before it: a line was changed, removed or put in",
        "journal.jsonl:4: has number 4, 3 was due",
    ]),
    "put in": (lambda lines: [lines[0], b"{}\n", *lines[1:]], [
        "journal.jsonl:2: does not have the keys of an entry",
    ]),
    "not JSON": (lambda lines: [*lines[:3], b"\xff\x00\n", lines[3]], ["journal.jsonl:4: is not JSON"]),
    "endless": (lambda lines: [lines[0], b"x" * 20_000 + b"\n", *lines[1:]], ["journal.jsonl:2: is too long"]),
    "spaced": (lambda lines: [lines[0], lines[1].replace(b'":', b'": ', 1), *lines[2:]], [
        "journal.jsonl:2: is not in canonical form",
    ]),
}  # fmt: skip


@pytest.mark.parametrize(("tamper", "problems"), TAMPERING.values(), ids=TAMPERING)
async def test_tampering_is_reported_with_its_line_and_never_hidden(
    path: Path, tamper: Any, problems: list[str]
) -> None:
    journal = opened(path)
    for seat in "abcd":
        put(journal, seat)
    journal.close()
    path.write_bytes(b"".join(tamper(_lines(path))))
    assert verify(path) == problems
    with pytest.raises(BrokenJournalError) as caught:
        list(replay(path))
    assert str(caught.value) == problems[0]
    told = list[str]()
    assert len(list(replay(path, told.append))) >= 3
    assert told == problems
    again = opened(path)
    put(again, "e")
    again.close()
    assert again.problems == problems
    assert verify(path) == problems
    kinds = [(entry.kind, entry.fields.get("line")) for entry in replay(path, told.append)]
    assert kinds[-2:] == [("broken", int(problems[0].split(":")[1])), ("mic_closed", None)]


async def test_names_and_sentences_are_refused_and_the_refusal_is_entered(path: Path) -> None:
    told = list[str | None]()
    journal = opened(path, told)
    done = journal.append(
        "assign", {"seat": "a", "person": "Jan Jansen", "account": "griffie"}, wall_ms=WALL_MS, mono_ms=1, sync=True
    )
    assert done is not None
    with pytest.raises(EncodeError, match=r"^journal: assign.person holds what the schema does not allow$"):
        await done
    journal.append("gossip", {"text": "…"}, wall_ms=WALL_MS, mono_ms=1)
    journal.close()
    await until(lambda: len(told) == 2)
    assert told == [
        "journal entry refused: assign.person holds what the schema does not allow",
        "journal entry refused: this kind of entry is not in the schema",
    ]
    assert "Jansen" not in path.read_text()
    assert [(e.kind, dict(e.fields)) for e in replay(path)] == [
        ("unlisted", {"what": "assign"}),
        ("unlisted", {"what": "gossip"}),
    ]


async def test_what_a_device_says_is_cut_and_made_printable(path: Path) -> None:
    journal = opened(path)
    journal.append("link", {"device": "a", "up": False, "reason": "a\nb" + "x" * 300}, wall_ms=WALL_MS, mono_ms=1)
    journal.close()
    (entry,) = replay(path)
    assert entry.fields["reason"] == "a b" + "x" * 197


@pytest.mark.parametrize(
    ("kind", "fields", "told"),
    [
        ("mic_opened", {"seat": "a"}, "mic_opened lacks the field priority"),
        ("mic_closed", {"seat": "a", "name": "x"}, "mic_closed has no field name"),
        ("mic_opened", {"seat": "a", "priority": 1}, "mic_opened.priority holds what the schema does not allow"),
        ("take_back", {"seconds": True, "account": ""}, "take_back.seconds holds what the schema does not allow"),
        ("link", {"device": "a", "up": True, "reason": "x" * 201}, "link.reason holds what the schema does not allow"),
        ("link", {"device": "a", "up": True, "reason": "a\nb"}, "link.reason holds what the schema does not allow"),
        ("phase", {"phase": "party"}, "phase.phase holds what the schema does not allow"),
        ("assign", {"seat": "a", "person": None, "account": "griffie"}, None),
        ("reset", {}, None),
    ],
)
def test_the_schema(kind: str, fields: dict[str, Any], told: str | None) -> None:
    assert trouble(kind, fields) == told


def test_the_document_lists_every_kind_with_its_fields() -> None:
    text = (Path(__file__).parents[2] / "docs" / "journal.md").read_text(encoding="utf-8")
    for kind, fields in KINDS.items():
        listed = ", ".join(f"`{name}`" for name in fields) or "none"
        assert f"| `{kind}` | {listed} |" in text, kind


@given(st.binary(max_size=300))
def test_reading_noise_never_raises(raw: bytes) -> None:
    assert read_line(raw).wrong is not None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.fixed_dictionaries(
        dict.fromkeys(("seq", "at", "mono_ms", "kind", "fields", "prev", "hash"), json_values),
    )
)
def test_reading_forged_lines_never_raises(value: dict[str, Any]) -> None:
    assert read_line(json.dumps(value).encode()).wrong is not None


@given(st.integers(-(10**12), 10**13), st.integers(0, 2**40), st.sampled_from(sorted(KINDS)), st.integers(1, 10**9))
def test_an_entry_reads_back_as_it_was(wall_ms: int, mono_ms: int, kind: str, seq: int) -> None:
    entry = Entry(seq, at(wall_ms, ZONE), mono_ms, kind, {"seat": "é"}, FIRST)
    read = read_line(entry.line()[:-1])
    assert read.entry == entry
    assert read.hash == entry.hash()
    assert entry.wall_ms == wall_ms


def test_an_unreadable_journal_is_a_problem(tmp_path: Path) -> None:
    assert verify(tmp_path / "none.jsonl") == ["none.jsonl: cannot be read: No such file or directory"]
