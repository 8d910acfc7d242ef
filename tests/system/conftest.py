"""Real programs, real ports, a real browser: one hall for the tests of a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.house import House


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A hall at work, with barcodes in its pictures; every test brings its meeting where it wants it."""
    folder: Path = tmp_path_factory.mktemp("hall")
    with House(folder, barcode=True, delay_ms=500) as running:
        yield running
        assert running.ended() == []
