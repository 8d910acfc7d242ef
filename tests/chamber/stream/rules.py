"""Our own rules for low-latency playlists, beside those of the m3u8 package; written from draft-pantos-hls-rfc8216bis."""

import re
from dataclasses import dataclass, field
from datetime import datetime

import m3u8

ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^,]*)')


@dataclass
class Seen:
    """What one playlist said, for comparing the next one with it."""

    first_msn: int
    uris: dict[int, str] = field(default_factory=dict)
    discontinuity: dict[int, int] = field(default_factory=dict)
    parts: dict[int, list[str]] = field(default_factory=dict)
    gaps: set[int] = field(default_factory=set)
    hint: str | None = None


def _attributes(line: str) -> dict[str, str]:
    return {key: value.strip('"') for key, value in ATTRIBUTE.findall(line.partition(":")[2])}


def check(text: str, previous: Seen | None = None) -> Seen:
    """Fail when a media playlist breaks a rule, or contradicts the one before it."""
    lines = text.splitlines()
    assert lines[0] == "#EXTM3U"
    assert text.endswith("\n")
    loaded = m3u8.loads(text)
    assert loaded.is_independent_segments
    target = loaded.target_duration
    part_target = float(loaded.part_inf.part_target)
    assert float(loaded.server_control.part_hold_back) >= 3 * part_target - 1e-9
    assert loaded.server_control.can_block_reload == "YES"

    seen = Seen(int(loaded.media_sequence))
    number = int(re.search(r"DISCONTINUITY-SEQUENCE:(\d+)", text)[1])
    msn = seen.first_msn
    dated = mapped = gap = False
    parts: list[dict[str, str]] = []
    duration: float | None = None
    listed = False
    for line in lines:
        if line == "#EXT-X-DISCONTINUITY":
            assert not parts, "a discontinuity inside a segment"
            number += 1
        elif line.startswith("#EXT-X-MAP"):
            mapped = True
        elif line.startswith("#EXT-X-PROGRAM-DATE-TIME:"):
            datetime.fromisoformat(line.partition(":")[2])
            dated = True
        elif line.startswith("#EXT-X-PART:"):
            part = _attributes(line)
            assert 0 < float(part["DURATION"]) <= part_target + 1e-9
            assert mapped, "a part without MAP"
            assert dated, "a part before PROGRAM-DATE-TIME"
            if not parts:
                assert part.get("INDEPENDENT") == "YES", "a segment that does not begin with a key frame"
            parts.append(part)
            listed = True
        elif line.startswith("#EXTINF:"):
            duration = float(line[8:].rstrip(","))
        elif line == "#EXT-X-GAP":
            gap = True
        elif line.startswith("#EXT-X-PRELOAD-HINT:"):
            seen.hint = _attributes(line)["URI"]
        elif not line.startswith("#"):
            assert mapped
            assert dated
            assert duration is not None
            assert round(duration) <= target
            assert duration <= target + 1e-9
            if parts:
                assert abs(sum(float(p["DURATION"]) for p in parts) - duration) < 1e-6
                for early in parts[:-1]:
                    assert float(early["DURATION"]) >= 0.85 * part_target, "a short part inside a segment"
            else:
                assert not listed, "parts are listed, then not"
            assert all((p.get("GAP") == "YES") == gap for p in parts)
            seen.uris[msn], seen.discontinuity[msn] = line, number
            seen.parts[msn] = [p["URI"] for p in parts]
            if gap:
                seen.gaps.add(msn)
            msn += 1
            dated, gap, parts, duration = False, False, [], None
    if parts:
        seen.discontinuity[msn] = number
        seen.parts[msn] = [p["URI"] for p in parts]
    all_parts = [uri for uris in seen.parts.values() for uri in uris]
    assert len(set(all_parts)) == len(all_parts), "a name twice"
    assert seen.hint, "no preload hint"
    assert seen.hint not in all_parts, "the hint names a part that is there"
    if previous:
        _follows(seen, previous)
    return seen


def _follows(seen: Seen, previous: Seen) -> None:
    assert seen.first_msn >= previous.first_msn, "the media sequence went back"
    for msn, uri in seen.uris.items():
        assert previous.uris.get(msn, uri) == uri, "a segment changed its name"
    for msn, number in seen.discontinuity.items():
        assert previous.discontinuity.get(msn, number) == number, f"segment {msn} changed its discontinuity number"
    for msn, uris in seen.parts.items():
        before = previous.parts.get(msn, [])
        assert not uris or uris[: len(before)] == before, "parts changed"
        assert before or not uris or msn not in previous.uris, "parts that were no longer listed came back"
    for msn in previous.gaps & set(seen.uris):
        assert msn in seen.gaps, "a gap was filled"
