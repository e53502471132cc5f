"""The newcomer's minute: ask as the customer, take over as Ana and see silence, give back and see the answer."""

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright, expect

CHROMIUM = os.environ.get("PONTE_CHROMIUM", "/usr/bin/chromium")
CHROMIUM_ARGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
CHROMIUM_ARGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
BOT_SPEAKS_MS = 60_000  # how long we are ready to wait, not how long it may take

pytestmark = [
    pytest.mark.skipif(
        not Path(CHROMIUM).exists() and os.environ.get("CI") != "true", reason=f"no Chromium at {CHROMIUM}"
    ),
    pytest.mark.timeout(300),
]


@pytest_asyncio.fixture
async def sandbox_url(tmp_path: Path) -> AsyncIterator[str]:
    """A whole Ponte beside its sandbox, as `make run` starts it."""
    command = [sys.executable, "-m", "app.cli", "run", "--port", "0", "--ready-json", "--data", str(tmp_path / "data")]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        ready = await process.stdout.readline()
        assert ready, f"ponte run ended with {await process.wait()} before it was ready"
        yield json.loads(ready)["sandbox_url"]
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


@pytest_asyncio.fixture
async def page(sandbox_url: str) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        page = await browser.new_page(viewport={"width": 1280, "height": 800}, locale="pt-BR")
        await page.goto(sandbox_url)
        await page.wait_for_selector("body[data-loaded=true]")
        yield page
        await browser.close()


async def ask(page: Page, text: str) -> None:
    await page.locator("#phone-text").fill(text)
    await page.locator("#phone-text").press("Enter")
    await expect(page.locator("#phone-bubbles .mine").last).to_contain_text(text)


async def ask_as_another_customer(page: Page, text: str) -> None:
    await page.locator("#new-chat").click()
    await page.locator("#new-name").fill("Rafael")
    await page.locator("#new-name").press("Enter")
    await ask(page, text)


async def test_the_bot_answers_is_silent_after_assumir_and_is_back_after_liberar(page: Page):
    answers = page.locator("#feed-items .bot")
    await ask(page, "Qual o horário de funcionamento?")
    await expect(answers).to_have_count(1, timeout=BOT_SPEAKS_MS)
    await expect(page.locator("#phone-bubbles .theirs")).to_have_count(1)

    await page.locator("[data-command='/assumir']").click()
    await expect(page.locator("#bot-state")).to_have_class("bot-state off", timeout=BOT_SPEAKS_MS)
    await ask(page, "Qual é o endereço de vocês?")

    # Another customer asks the same later and is answered: had the bot wanted to speak to Marina, it would have.
    await ask_as_another_customer(page, "Qual é o endereço de vocês?")
    await expect(answers).to_have_count(1, timeout=BOT_SPEAKS_MS)
    await page.locator("#customer-pick").select_option("Marina")
    await expect(page.locator("#phone-bubbles .mine")).to_have_count(2)
    await expect(answers).to_have_count(1)

    await page.locator("[data-command='/liberar']").click()
    await expect(page.locator("#bot-state")).to_have_class("bot-state on", timeout=BOT_SPEAKS_MS)
    await expect(answers).to_have_count(2, timeout=BOT_SPEAKS_MS)
    await expect(page.locator("#steps .step.done")).to_have_count(3)
    await expect(page.locator("#phone-bubbles")).not_to_contain_text("/assumir")


async def test_the_page_speaks_as_the_account_does_and_tells_its_time_wherever_the_browser_is(
    page: Page, sandbox_url: str
):
    browser = page.context.browser
    assert browser is not None
    far = await browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-GB", timezone_id="Asia/Tokyo")
    await far.goto(sandbox_url)
    await expect(far.locator("html")).to_have_attribute("lang", "pt-BR")
    await expect(far.locator("#zone")).to_contain_text("Brasília")
    await ask(far, "Qual o horário de funcionamento?")
    await expect(page.locator("#feed-items .bot")).to_have_count(1, timeout=BOT_SPEAKS_MS)
    async with httpx.AsyncClient(base_url=sandbox_url, trust_env=False) as http:
        sent = (await http.get("/_sandbox/state", params={"account": 30100200})).json()
    at = datetime.fromtimestamp(sent["chats"][0]["messages"][0]["created_at"], ZoneInfo("America/Sao_Paulo"))
    await expect(far.locator("#feed-items .customer .facts")).to_have_text(f"{at:%H:%M}")

    await far.locator("[data-lang=en]").click()
    await far.locator("[data-command='/take']").click()
    await expect(far.locator("#bot-state-text")).to_have_text("AI paused by Ana", timeout=BOT_SPEAKS_MS)
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await page.locator("[data-lang=es]").click()
    await expect(page.locator("#bot-state-text")).to_have_text("IA pausada")


async def test_a_newcomer_switches_the_plan_on_gives_a_name_and_sees_the_user_on_the_panel(page: Page):
    step = page.locator("#steps .step").nth(3)
    await step.get_by_role("button", name="Ligar o plano").click()
    await step.get_by_role("button", name="Oi!").click()
    greeted = page.locator("#phone-bubbles .theirs", has_text="?")
    await expect(greeted.first).to_be_visible(timeout=BOT_SPEAKS_MS)
    await step.get_by_role("button", name="Me chamo Sofia Pérez").click()
    await expect(page.locator("#card .tag", has_text="USUARIO AGENDADO")).to_be_visible(timeout=2 * BOT_SPEAKS_MS)
    await expect(step).to_have_class(re.compile(r"\bdone\b"))
    async with page.context.expect_page() as opened:
        await step.get_by_role("button", name="Ver o painel").click()
    panel = await opened.value
    await panel.get_by_label("Usuario").fill("admin")
    await panel.get_by_label("Contraseña").fill("simulated-panel")
    await panel.get_by_role("button", name="Ingresar").click()
    await expect(panel.get_by_role("cell", name=re.compile(r"^sofia\S*\d{4}$"))).to_have_count(1)

    await step.get_by_role("button", name="Desligar o plano").click()
    await expect(step.get_by_role("button", name="Ligar o plano")).to_be_visible()
