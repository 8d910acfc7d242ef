"""The pictures of the README, taken of a running hall: `python -m tests.system.pictures [FOLDER]`."""

import asyncio
import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from tests.system.browser import chromium, shows, visit
from tests.system.house import House
from tests.system.terminal import Terminal

SPEAKER, WAITING = "raad06", "raad16"
COLUMNS, ROWS = 120, 36
LARGEST_BYTES = 400_000
BAR_S = 2.0
"""The name bar comes this long after the cut, and stays for some seconds."""
THEME = TerminalTheme((13, 16, 20), (216, 222, 230), [(0, 0, 0)] * 8, [(255, 255, 255)] * 8)
PAPER = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: #0d1014; display: inline-block; padding: 14px 16px; }}
pre {{ margin: 0; font: 15px/18px "DejaVu Sans Mono", monospace; color: #d8dee6; }}
</style><pre>{code}</pre>"""


def save(png: bytes, path: Path) -> None:
    """Write a picture with as many colours as fit in a README."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in (None, 256, 64):
        out = io.BytesIO()
        fewer = picture.quantize(colours, dither=Image.Dither.NONE) if colours else picture
        fewer.save(out, "PNG", optimize=True)
        if out.tell() < LARGEST_BYTES:
            break
    path.write_bytes(out.getvalue())
    print(f"{path}: {picture.width}x{picture.height}, {out.tell() // 1000} KB")


async def drawn(browser: Browser, screen: str) -> bytes:
    """A terminal's screen, colours and all, as a picture."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi(screen), end="")
    page = await browser.new_page(device_scale_factor=1.25, viewport={"width": 1200, "height": 700})
    await page.set_content(console.export_html(theme=THEME, inline_styles=True, code_format=PAPER))
    return await page.locator("body").screenshot()


async def take(house: House, work: Path, folder: Path) -> None:
    """A debate with somebody on air: the residents' page and the operator's console at that moment."""
    command = [sys.executable, "-m", "chamber", "console", "--url", house.prepared.control_url]
    command += ["--token-file", str(house.prepared.token_file)]
    async with house.operator() as operator, chromium() as browser:
        await house.opened(operator)
        await operator.order("item.select", item="beekzicht")
        size = {"width": 1280, "height": 720}
        async with (
            Terminal(work, command, columns=COLUMNS, rows=ROWS) as console,
            visit(browser, house.prepared.public_url, viewport=size, reduced_motion="reduce") as (page, _),
        ):
            house.mic(WAITING, on=True)
            await operator.until(lambda view: view["on_air"]["seat"] == WAITING, WAITING, within_s=20)
            house.mic(SPEAKER, on=True)
            house.mic(WAITING, on=False)
            view = await operator.until(lambda view: view["on_air"]["seat"] == SPEAKER, SPEAKER, within_s=20)
            name = next(seat["name"] for seat in view["seats"] if seat["id"] == SPEAKER)
            await shows(page, f"document.getElementById('speaker').textContent === {name!r}")
            await page.wait_for_timeout(BAR_S * 1000)
            save(await page.screenshot(), folder / "page.png")
            await console.shows(name, "IN BEELD", "Bestemmingsplan Beekzicht")
            save(await drawn(browser, await console.screen(colours=True)), folder / "console.png")


def main(folder: Path) -> None:
    """Take both pictures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="raadzaal-") as temporary:
        work = Path(temporary)
        with House(work / "hall", delay_ms=500) as house:
            asyncio.run(take(house, work, folder))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images"))
