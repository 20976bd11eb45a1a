"""A real browser, this machine's own Chromium."""

import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, async_playwright

_LOOK_MS = 60_000


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """An empty page that may play what it likes."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("not installed: chromium (Debian: apt-get install chromium)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        )
        opened = await browser.new_page()
        opened.set_default_timeout(_LOOK_MS)
        yield opened
        await browser.close()
