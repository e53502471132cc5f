"""The panel in a real Chromium, by what a person sees: labels, buttons and messages."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, async_playwright, expect

from tests.sandbox.player import Player

CHROMIUM = os.environ.get("PONTE_CHROMIUM", "/usr/bin/chromium")
pytestmark = pytest.mark.skipif(
    not Path(CHROMIUM).exists() and os.environ.get("CI") != "true", reason=f"no Chromium at {CHROMIUM}"
)
expect.set_options(timeout=15_000)


@pytest_asyncio.fixture
async def page(sandbox: Player) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        page = await browser.new_page(base_url=str(sandbox.http.base_url))
        yield page
        await browser.close()


async def log_in(page: Page) -> None:
    await page.goto("/")
    await page.wait_for_selector("body[data-loaded=true]")
    async with page.expect_popup() as popped:
        await page.locator("a[href='/panel/']").click()
    opened = await popped.value
    await expect(opened.get_by_role("heading", name="Iniciar sesión")).to_be_visible()
    await page.goto("/panel/")
    await page.get_by_label("Usuario").fill("admin")
    await page.get_by_label("Contraseña").fill("simulated-panel")
    await page.get_by_role("button", name="Ingresar").click()


async def create(page: Page, name: str) -> None:
    await page.get_by_role("link", name="Crear usuario").click()
    await page.get_by_label("Nombre de usuario").fill(name)
    await page.get_by_label("Contraseña", exact=True).fill("secreta99")
    await page.get_by_label("Repetir contraseña").fill("secreta99")
    await page.get_by_role("button", name="Crear usuario").click()


async def test_a_newcomer_comes_from_the_sandbox_page_makes_a_user_and_finds_it(page: Page):
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    await log_in(page)
    await create(page, "sofia1234")
    await expect(page.get_by_role("status")).to_have_text("Usuario creado exitosamente")

    await create(page, "sofia1234")
    await expect(page.get_by_role("alert")).to_have_text("Username already exists")

    await page.get_by_role("link", name="Usuarios").click()
    await page.get_by_label("Buscar usuario").fill("sofia1234")
    await page.get_by_label("Coincidencia exacta").check()
    await page.get_by_role("button", name="Buscar").click()
    await expect(page.get_by_test_id("user-row")).to_have_count(1)

    await page.get_by_role("link", name="Ver sofia1234").click()
    await page.get_by_role("link", name="Cargar saldo").click()
    await page.get_by_label("Monto").fill("1500.50")
    await page.get_by_role("button", name="Cargar saldo").click()
    await expect(page.get_by_test_id("balance-after")).to_have_text("1500.50")
    assert complaints == []


async def test_every_page_can_be_used_by_everybody(page: Page):
    await log_in(page)
    await create(page, "sofia1234")
    for path in ("usuarios", "crear", "usuarios/sofia1234", "saldo/sofia1234", "usuarios?buscar=nadie"):
        await page.goto(f"/panel/{path}")
        found = await Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"


async def test_a_line_that_is_cut_makes_a_browser_send_the_form_once_more(page: Page, sandbox: Player):
    """What whoever drives a browser has to know: a balance may be charged twice without anybody asking for it."""
    await sandbox.steer("panel/users", {"username": "sofia1234"})
    await log_in(page)
    await page.goto("/panel/saldo/sofia1234")
    await sandbox.steer("panel/trouble", {"lost_answers": {"times": 1, "how": "cut"}})
    await page.get_by_label("Monto").fill("10.00")
    await page.get_by_role("button", name="Cargar saldo").click()

    await expect(page.get_by_test_id("balance-after")).to_have_text("20.00")
    journal = (await sandbox.http.get("/_sandbox/panel/journal")).json()
    assert [(entry["amount"], entry["answered"]) for entry in journal] == [("10.00", False), ("10.00", True)]
