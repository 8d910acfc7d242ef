"""What the technician's pages point to exists: tests by file and name, and each other."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted((ROOT / "docs" / "devices").glob("*.md"))
_TEST = re.compile(r"`(tests/[\w./*-]+)(?:::(\w+))?")
_LINK = re.compile(r"\]\(([\w-]+\.md)\)")


@cache
def defined(path: Path) -> frozenset[str]:
    """The names of a file's functions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_names_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for path, name in _TEST.findall(text):
        files = list(ROOT.glob(path.rstrip("/")))
        assert files, f"{page.name}: no {path}"
        assert not name or name in defined(files[0]), f"{page.name}: no {name} in {path}"
    for link in _LINK.findall(text):
        assert (page.parent / link).is_file(), f"{page.name}: no page {link}"
