"""The reference at /docs in a real browser, without the internet and under its own policy."""

import os
import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.async_api import async_playwright

CHROMIUM = os.environ.get("PONTE_CHROMIUM") or shutil.which("chromium") or "none"


async def test_every_file_of_it_comes_from_here(web: httpx.AsyncClient):
    page = await web.get("/docs")
    assert "unsafe-inline" not in page.headers["content-security-policy"].partition("style-src")[0]
    assert "http" not in page.text
    for file in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        if not file.startswith("data:"):
            assert (await web.get(f"/{file}")).status_code == httpx.codes.OK, file


@pytest.mark.skipif(not Path(CHROMIUM).is_file(), reason="no Chromium here")
async def test_it_shows_the_operations_and_asks_nobody_else(web: httpx.AsyncClient):
    asked, wrong = set[str](), list[str]()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page()
        page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        await page.goto(str(web.base_url.join("/docs")))
        await page.wait_for_selector("#operations-control-bot_control")
        await browser.close()
    assert asked <= {web.base_url.netloc.decode(), ""}
    assert wrong == []
