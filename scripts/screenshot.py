"""Makes the README's picture of the sandbox page: a short real conversation, played in a real browser.

python scripts/screenshot.py                    starts `ponte run` on a fresh folder, plays, ends it
python scripts/screenshot.py --url URL          plays on a sandbox that is running beside a Ponte
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page, async_playwright, expect

PICTURE = Path(__file__).parents[1] / "docs" / "images" / "sandbox.png"
CHROMIUM = os.environ.get("PONTE_CHROMIUM", "/usr/bin/chromium")
CHROMIUM_ARGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
CHROMIUM_ARGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
PATIENCE_MS = 60_000


@asynccontextmanager
async def sandbox_beside_ponte() -> AsyncIterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "app.cli", "run", "--port", "0", "--ready-json", "--data", f"{folder}/data"]
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        try:
            ready = await process.stdout.readline() if process.stdout else b""
            yield json.loads(ready)["sandbox_url"]
        finally:
            if process.returncode is None:
                process.terminate()
            await process.communicate()


async def play(page: Page) -> None:
    """The customer asks, the bot answers, Ana takes over by a note and answers herself."""
    await write(page, "#phone-text", "Oi, bom dia!")
    await write(page, "#phone-text", "Qual o horário de funcionamento?")
    await arrived(page, "#feed-items .bot")
    await page.locator("[data-command='/assumir']").click()
    await arrived(page, "#bot-state.off")
    await write(page, "#phone-text", "Posso passar hoje às 15h?")
    await arrived(page, "#feed-items .customer >> nth=2")
    await write(page, "#seller-text", "Oi, Marina! Aqui é a Ana. Pode sim, te espero.")
    await arrived(page, "#feed-items .human")
    await page.locator("#seller-text").blur()


async def write(page: Page, box: str, text: str) -> None:
    await page.locator(box).fill(text)
    await page.locator(box).press("Enter")


async def arrived(page: Page, selector: str) -> None:
    await expect(page.locator(selector).first).to_be_visible(timeout=PATIENCE_MS)


async def picture(url: str, target: Path) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        page = await browser.new_page(
            viewport={"width": 1280, "height": 1050},
            locale="pt-BR",
            timezone_id="America/Sao_Paulo",
            color_scheme="light",
            reduced_motion="reduce",
        )
        await page.goto(url)
        await page.wait_for_selector("body[data-loaded=true]")
        await play(page)
        target.parent.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=target)
        await browser.close()


async def run(url: str | None, target: Path) -> None:
    if url:
        await picture(url, target)
        return
    async with sandbox_beside_ponte() as started:
        await picture(started, target)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", help="the page of a running sandbox; without it `ponte run` is started")
    parser.add_argument("--out", type=Path, default=PICTURE, help="where the picture goes")
    chosen = parser.parse_args()
    asyncio.run(run(chosen.url, chosen.out))
    print(f"wrote {chosen.out}")


if __name__ == "__main__":
    main()
