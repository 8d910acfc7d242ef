"""Chromium as residents have it, with everything it complains about noted."""

import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

ARGS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--mute-audio",
)
AUTOPLAY = "--autoplay-policy={}"
PHONE = {"width": 390, "height": 844}
SMALL = {"width": 320, "height": 640}
WIDE = {"width": 1280, "height": 900}


@asynccontextmanager
async def chromium(*, autoplay: bool = True) -> AsyncIterator[Browser]:
    """The Chromium of this machine; with `autoplay` a page may begin with sound."""
    policy = AUTOPLAY.format("no-user-gesture-required" if autoplay else "document-user-activation-required")
    path = shutil.which("chromium")
    assert path, "Chromium is needed; tests/needs.sh installs it"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=[*ARGS, policy])
        try:
            yield browser
        finally:
            await browser.close()


async def shows(page: Page, expression: str, *, timeout_s: float = 20.0) -> Any:
    """Wait until a JavaScript expression is true in the page; the page's own policy forbids it to do so itself."""
    end = time.monotonic() + timeout_s
    while not (found := await page.evaluate(f"() => {expression}")):
        assert time.monotonic() < end, (
            f"not within {timeout_s} s: {expression}; the page: {await page.inner_text('body')}"
        )
        await page.wait_for_timeout(50)
    return found


class Complaints(list[str]):
    """Errors and warnings of a page's console, scripts that failed, and answers with an error."""

    def watch(self, page: Page) -> None:
        """Note what this page complains about from now on."""
        page.on(
            "console",
            lambda said: (
                self.append(f"{said.text} ({said.location['url']})") if said.type in ("error", "warning") else None
            ),
        )
        page.on("pageerror", lambda error: self.append(str(error)))


@asynccontextmanager
async def visit(browser: Browser, url: str, **context: Any) -> AsyncIterator[tuple[Page, Complaints]]:
    """A fresh visitor on a page, and what the page complains about."""
    visitor = await browser.new_context(locale="nl-NL", **{"viewport": WIDE, **context})
    try:
        page, complaints = await visitor.new_page(), Complaints()
        complaints.watch(page)
        await page.goto(url, wait_until="domcontentloaded")
        yield page, complaints
    finally:
        await visitor.close()
