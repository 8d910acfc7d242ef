"""The public pages for everybody: no violation that axe-core finds, by keyboard alone, light on a slow line."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.system.browser import PHONE, WIDE, chromium, shows, visit
from tests.system.house import House

pytestmark = [pytest.mark.system, pytest.mark.browser, pytest.mark.timeout(150)]

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}"
PAGE_BYTES = 500_000
FIRST_S = 1.0
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
WEIGHT = """performance.getEntriesByType('resource').filter((r) => !r.name.includes('/live/'))
  .reduce((sum, r) => sum + r.transferSize, performance.getEntriesByType('navigation')[0].transferSize)"""
SLOW_LINE = {"offline": False, "latency": 40, "downloadThroughput": 1_000_000 / 8, "uploadThroughput": 250_000 / 8}


async def violations(browser: Browser, url: str, **context: Any) -> list[tuple[str, list[Any]]]:
    """What axe-core finds in a page as it stands; its own script needs the page's policy out of the way."""
    async with visit(browser, url, bypass_csp=True, **context) as (page, complaints):
        await page.wait_for_timeout(500)
        await page.evaluate(AXE.read_text(encoding="utf-8"))
        found = (await page.evaluate(f"axe.run(document, {RULES})"))["violations"]
        assert complaints == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= (context["viewport"]["width"])
        return [(one["id"], [node["target"] for node in one["nodes"]]) for one in found]


async def test_axe_finds_nothing_on_any_page_in_any_state(house: House) -> None:
    assert AXE.is_file(), "axe-core is needed; make test installs it"
    async with house.operator() as operator, chromium() as browser:
        base = house.prepared.public_url

        async def audit(*paths: str) -> None:
            for path in paths:
                for viewport, scheme in ((WIDE, "light"), (PHONE, "dark")):
                    found = await violations(browser, f"{base}{path}", viewport=viewport, color_scheme=scheme)
                    assert found == [], (path, scheme)

        await house.opened(operator)
        house.mic("raad03", on=True)
        await operator.until(lambda view: view["speakers"], "somebody speaks", within_s=10)
        await asyncio.sleep(2)
        await audit("", "?lang=en")
        house.mic("raad03", on=False)
        await operator.order("meeting.suspend", resumes_at="21:15")
        await audit("")
        await operator.order("meeting.close")
        await audit("")
        await operator.order("meeting.reopen_doors")
        await asyncio.sleep(1.1)
        await operator.order("meeting.open")
        await operator.order("vote.record", kind="show_of_hands", outcome="adopted", for_count=12, against_count=7)
        await operator.order("meeting.end")
        await operator.order("meeting.publish")
        meeting = (await operator.state())["meeting"]["id"]
        async with visit(browser, base) as (page, _):
            address = f"{base}archive/{meeting}/"
            for _ in range(60):
                answer = await page.request.get(address)
                if answer.ok:
                    break
                await asyncio.sleep(0.25)
            assert answer.ok, "the meeting is published"
        await audit("", "archive/", f"archive/{meeting}/", f"archive/{meeting}/?lang=en", "archive/?q=opening")


async def test_everything_can_be_reached_by_keyboard(house: House) -> None:
    async with house.operator() as operator, chromium() as browser:
        await house.opened(operator)
        house.mic("raad12", on=True)
        async with visit(browser, house.prepared.public_url) as (page, _):
            await shows(page, "document.querySelectorAll('#index button').length > 0")
            reached: list[str] = []
            for _ in range(25):
                await page.keyboard.press("Tab")
                reached.append(
                    await page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")
                )
            for name in ("Naar wat er nu gebeurt", "Live", "Opnames", "English", "video", "sound-only"):
                assert name in reached, reached
            assert any("Opening" in one for one in reached), reached
            await page.keyboard.press("Home")
            await page.locator("#sound-only").focus()
            await page.keyboard.press("Enter")
            assert await page.locator("#sound-only").get_attribute("aria-pressed") == "true"
        house.mic("raad12", on=False)


async def test_it_is_light_and_says_the_state_at_once_on_a_slow_line(house: House) -> None:
    async with house.operator() as operator, chromium() as browser:
        await house.opened(operator)
        first_ms, weight = [], []
        for _ in range(3):  # the machine may be busy with something else
            context = await browser.new_context(viewport=PHONE, locale="nl-NL")
            page = await context.new_page()
            line = await context.new_cdp_session(page)
            await line.send("Network.enable")
            await line.send("Network.emulateNetworkConditions", SLOW_LINE)
            await page.goto(house.prepared.public_url, wait_until="domcontentloaded")
            first_ms.append(await shows(page, PAINTED))
            assert await page.locator("#state").text_content() == "Openbaar – de vergadering is bezig"
            await page.wait_for_load_state("load")
            weight.append(await page.evaluate(WEIGHT))
            await context.close()
        print(f"first paint {min(first_ms):.0f} ms at 1 Mbit/s; page {max(weight)} bytes without media")
        assert max(weight) < PAGE_BYTES
        assert min(first_ms) < FIRST_S * 1000
