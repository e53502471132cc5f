"""The sandbox's page in a real browser: both sides show what happened, in three languages, for everybody."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import product
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

CHROMIUM = os.environ.get("PONTE_CHROMIUM", "/usr/bin/chromium")
CHROMIUM_ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 360, "height": 780}
OpenPage = Callable[..., Awaitable[Page]]
WORDS = Path(__file__).parents[2] / "app" / "sandbox" / "page" / "words.js"

pytestmark = pytest.mark.skipif(
    not Path(CHROMIUM).exists() and os.environ.get("CI") != "true", reason=f"no Chromium at {CHROMIUM}"
)
expect.set_options(timeout=15_000)


@asynccontextmanager
async def running_sandbox() -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    command = [sys.executable, "-m", "app.sandbox", "--port", "0", "--ready-json"]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        yield json.loads(await process.stdout.readline())["sandbox_url"], process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


@pytest_asyncio.fixture(scope="module")
async def sandbox() -> AsyncIterator[str]:
    async with running_sandbox() as (url, _):
        yield url


@pytest_asyncio.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture
async def open_page(browser: Browser, sandbox: str) -> AsyncIterator[OpenPage]:
    """Opens the page of a fresh sandbox; at the end, anything the browser complained about fails the test."""
    async with httpx.AsyncClient(base_url=sandbox) as client:
        (await client.post("/_sandbox/reset", json={})).raise_for_status()
    pages: list[Page] = []
    complaints: list[str] = []

    async def opened(**options: object) -> Page:
        page = await browser.new_page(**{"viewport": WIDE, "locale": "pt-BR", **options})
        pages.append(page)
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await arrive(page, sandbox)
        return page

    yield opened
    for page in pages:
        await page.close()
    assert complaints == []


async def arrive(page: Page, url: str) -> None:
    await page.goto(url)
    await page.wait_for_selector("body[data-loaded=true]")


async def write_as_customer(page: Page, text: str) -> None:
    await page.locator("#phone-text").fill(text)
    await page.locator("#phone-text").press("Enter")


async def write_as_seller(page: Page, text: str, *, mode: str = "message") -> None:
    await page.locator(f"input[name=mode][value={mode}]").check()
    await page.locator("#seller-text").fill(text)
    await page.locator("#seller-text").press("Enter")


async def tab_to(page: Page, selector: str) -> None:
    for _ in range(60):
        if await page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
        await page.keyboard.press("Tab")
    pytest.fail(f"Tab never reaches {selector}")


@pytest.mark.parametrize(
    ("locale", "title"),
    [("pt-BR", "Celular do cliente"), ("es-MX", "Celular del cliente"), ("en-GB", "Customer's phone")],
)
async def test_the_page_opens_without_a_complaint_in_the_browsers_language(
    open_page: OpenPage, locale: str, title: str
):
    page = await open_page(locale=locale)
    await expect(page.locator("#customer-title")).to_have_text(title)
    await expect(page.locator("html")).to_have_attribute("lang", locale if locale == "pt-BR" else locale[:2])
    await expect(page.locator("#phone-empty")).to_be_visible()


async def test_what_the_customer_types_shows_on_both_sides(open_page: OpenPage):
    page = await open_page()
    await write_as_customer(page, "Bom dia!")
    await expect(page.locator("#phone-bubbles .mine")).to_contain_text("Bom dia!")
    await expect(page.locator("#feed-items .customer")).to_contain_text("Bom dia!")
    await expect(page.locator("#feed-items .customer strong")).to_have_text("Marina")
    await expect(page.locator("#chat-list [aria-current=true]")).to_contain_text("Bom dia!")
    await expect(page.locator("#phone-text")).to_have_value("")
    await expect(page.locator("#phone-text")).to_be_focused()


async def test_fragments_keep_the_order_in_which_they_were_typed(open_page: OpenPage):
    page = await open_page()
    fragments = ["oi", "queria saber", "o preço", "da consulta", "obrigada"]
    for fragment in fragments:
        await write_as_customer(page, fragment)
    await expect(page.locator("#phone-bubbles .mine .words")).to_have_text(fragments)
    await expect(page.locator("#feed-items .customer .words")).to_have_text(fragments)


async def test_shift_enter_is_a_new_line_and_an_empty_message_is_not_sent(open_page: OpenPage):
    page = await open_page()
    await page.locator("#phone-text").press("Enter")
    await page.locator("#phone-text").type("um")
    await page.locator("#phone-text").press("Shift+Enter")
    await page.locator("#phone-text").type("dois")
    await page.locator("#phone-text").press("Enter")
    await expect(page.locator("#phone-bubbles .mine .words")).to_have_text(["um\ndois"], use_inner_text=True)


async def test_a_picture_and_a_voice_message_show_as_what_they_are(open_page: OpenPage):
    page = await open_page()
    await page.locator("#send-picture").click()
    await page.locator("#send-voice").click()
    await expect(page.locator("#phone-bubbles .mine .media")).to_have_text(["Foto", "Áudio"])
    await expect(page.locator("#feed-items .customer .media")).to_have_text(["Foto", "Áudio"])


async def test_a_salespersons_message_carries_the_name_in_the_inbox_and_reaches_the_phone(open_page: OpenPage):
    page = await open_page()
    await write_as_customer(page, "Oi")
    await expect(page.locator("#seller-send")).to_be_enabled()
    await page.locator("#seller-pick").select_option(label="Bruno")
    await write_as_seller(page, "Aqui é o Bruno.")
    await expect(page.locator("#feed-items .human strong")).to_have_text("Bruno")
    await expect(page.locator("#phone-bubbles .theirs")).to_contain_text("Aqui é o Bruno.")


async def test_somebody_who_left_the_company_cannot_be_picked(open_page: OpenPage):
    page = await open_page()
    await expect(page.locator("#seller-pick option")).to_have_count(8)
    assert "Iara" not in await page.locator("#seller-pick option").all_inner_texts()


async def test_an_internal_note_stays_off_the_phone(open_page: OpenPage):
    page = await open_page()
    await write_as_customer(page, "Oi")
    await expect(page.locator("#seller-send")).to_be_enabled()
    await write_as_seller(page, "Cliente antiga, tratar bem", mode="note")
    await expect(page.locator("#feed-items .note strong")).to_have_text("Nota interna de Ana")
    await expect(page.locator("#phone-bubbles li")).to_have_count(1)


async def test_a_command_button_sends_a_note_and_a_command_in_the_chat_is_warned_about(open_page: OpenPage):
    page = await open_page()
    await expect(page.locator("[data-command='/assumir']")).to_be_disabled()
    await write_as_customer(page, "Oi")
    await page.locator("[data-command='/assumir']").click()
    await expect(page.locator("#feed-items .note .words")).to_have_text("/assumir")
    await page.locator("#seller-text").fill("/liberar")
    await expect(page.locator("#seller-hint")).to_have_class("hint risky")
    await page.locator("input[value=note]").check()
    await expect(page.locator("#seller-hint")).to_have_class("hint")


async def test_the_last_note_about_the_bot_is_the_state_shown(open_page: OpenPage):
    page = await open_page()
    await write_as_customer(page, "Oi")
    await expect(page.locator("#seller-send")).to_be_enabled()
    await expect(page.locator("#bot-state")).to_have_class("bot-state unknown")
    await write_as_seller(page, "[Ponte] IA pausada por Ana até 16:40", mode="note")
    await expect(page.locator("#bot-state-text")).to_have_text("IA pausada por Ana até 16:40")
    await expect(page.locator("#bot-state")).to_have_class("bot-state off")
    await expect(page.locator("#feed-items .ponte strong")).to_have_text("Nota da Ponte")
    await write_as_seller(page, "[Ponte] IA liberada, aguarda a próxima mensagem", mode="note")
    await expect(page.locator("#bot-state")).to_have_class("bot-state on")
    await write_as_seller(page, "[Ponte] Comandos: /assumir [id] pausa a IA", mode="note")
    await expect(page.locator("#feed-items .ponte")).to_have_count(3)
    await expect(page.locator("#bot-state")).to_have_class("bot-state on")


async def test_a_page_opened_later_shows_the_same_order_and_stands_at_the_end(open_page: OpenPage):
    page = await open_page(viewport={"width": 1280, "height": 740})
    await write_as_customer(page, "Oi")
    await expect(page.locator("#seller-send")).to_be_enabled()
    for number in range(5):
        await write_as_seller(page, f"nota {number}", mode="note")
        await expect(page.locator("#feed-items .note")).to_have_count(number + 1)
        await write_as_customer(page, f"fala {number}")
        await expect(page.locator("#feed-items .customer")).to_have_count(number + 2)
    order = ["Oi", *(f"{word} {number}" for number in range(5) for word in ("nota", "fala"))]
    later = await open_page(viewport={"width": 1280, "height": 740})
    await expect(later.locator("#feed-items .words")).to_have_text(order)
    left = "feed => feed.scrollHeight - feed.scrollTop - feed.clientHeight"
    assert await later.locator("#feed").evaluate(left) < 2


async def test_a_second_customer_has_a_chat_of_their_own(open_page: OpenPage):
    page = await open_page()
    await write_as_customer(page, "Sou a Marina")
    await page.locator("#new-chat").click()
    await page.locator("#new-name").fill("Otávio")
    await page.locator("#new-name").press("Enter")
    await expect(page.locator("#phone-text")).to_be_focused()
    await write_as_customer(page, "Sou o Otávio")
    await expect(page.locator("#phone-bubbles .mine .words")).to_have_text(["Sou o Otávio"])
    await expect(page.locator("#chat-list button")).to_have_count(2)
    await page.locator("#chat-list button", has_text="Marina").click()
    await expect(page.locator("#phone-bubbles .mine .words")).to_have_text(["Sou a Marina"])
    await expect(page.locator("#customer-pick")).to_have_value("Marina")


async def test_markup_stays_text(open_page: OpenPage):
    page = await open_page()
    hostile = "<img src=x onerror=alert(1)><b>oi</b>"
    await write_as_customer(page, hostile)
    await expect(page.locator("#feed-items .customer .words")).to_have_text(hostile)
    await expect(page.locator("#feed-items img, #phone-bubbles img, #chat-list img")).to_have_count(0)


async def test_the_switch_changes_every_word_and_is_remembered(open_page: OpenPage, sandbox: str):
    page = await open_page()
    await write_as_customer(page, "Oi")
    await page.locator("[data-lang=en]").click()
    await expect(page.locator("#seller-title")).to_have_text("The salesperson's inbox")
    await expect(page.locator("#phone-text")).to_have_attribute("placeholder", "Message")
    await arrive(page, sandbox)
    await expect(page.locator("#steps h3").first).to_contain_text("Write as the customer")
    await page.locator("[data-lang=es]").click()
    await expect(page.locator("#seller-title")).to_have_text("Bandeja del vendedor")


async def test_the_three_languages_have_the_same_words_and_every_one_is_used(open_page: OpenPage):
    page = await open_page()
    words = await page.evaluate("import('/page/words.js').then(module => module.words)")
    assert words["es"].keys() == words["pt-BR"].keys() == words["en"].keys()
    sources = [
        path.read_text("utf-8") for path in WORDS.parent.iterdir() if path.suffix in (".js", ".html") and path != WORDS
    ]
    steps = [f"step{number}{end}" for number in range(1, 5) for end in ("", "Text")]
    stems = (*steps, "sent", "delivered", "read", "error")
    unused = [key for key in words["en"] if key not in stems and not any(f'"{key}"' in source for source in sources)]
    assert unused == []


@pytest.mark.parametrize("side", ["customer", "seller"])
async def test_nothing_scrolls_sideways_on_a_small_phone(open_page: OpenPage, side: str):
    page = await open_page(viewport=NARROW)
    await write_as_customer(page, "W" * 300)
    await expect(page.locator("#phone-bubbles .mine")).to_have_count(1)
    await page.locator(f".sides [data-side={side}]").click()
    await expect(page.locator(f"#{side}")).to_be_visible()
    await expect(page.locator("#seller" if side == "customer" else "#customer")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("locale", ["pt-BR", "es", "en"])
async def test_on_a_small_phone_the_guide_is_put_away_beside_its_title_and_comes_back(open_page: OpenPage, locale: str):
    page = await open_page(viewport=NARROW, locale=locale)
    title, toggle = page.locator("#guide-title"), page.locator("#guide-toggle")
    beside = "([a, b]) => Math.abs(a.y + a.height / 2 - b.y - b.height / 2) < 4 && a.x + a.width <= b.x"
    for is_open in (True, False, True):
        await expect(toggle).to_have_attribute("aria-expanded", str(is_open).lower())
        assert await page.evaluate(beside, [await title.bounding_box(), await toggle.bounding_box()])
        await toggle.click()


async def test_alone_the_page_tells_the_browsers_time_zone(open_page: OpenPage):
    page = await open_page(timezone_id="America/Sao_Paulo")
    await expect(page.locator("#zone")).to_contain_text("Brasília")


async def test_on_a_small_phone_the_other_side_says_that_something_is_new(open_page: OpenPage):
    page = await open_page(viewport=NARROW)
    await write_as_customer(page, "Oi")
    seller = page.locator(".sides [data-side=seller]")
    await expect(seller).to_have_attribute("aria-label", "Vendedor, novidade")
    await seller.click()
    await expect(seller).to_have_attribute("aria-label", "Vendedor")
    await expect(page.locator("#feed-items .customer")).to_be_visible()


async def test_both_sides_are_played_by_keyboard_alone(open_page: OpenPage):
    page = await open_page()
    await tab_to(page, "#phone-text")
    await page.keyboard.type("Oi, sou eu")
    await page.keyboard.press("Enter")
    await expect(page.locator("#seller-send")).to_be_enabled()
    await tab_to(page, "#chat-list button")
    await tab_to(page, "input[name=mode]")
    await page.keyboard.press("ArrowDown")
    await tab_to(page, "#seller-text")
    await page.keyboard.type("só entre nós")
    await page.keyboard.press("Enter")
    await expect(page.locator("#feed-items .note .words")).to_have_text("só entre nós")
    await tab_to(page, "[data-command='/status']")
    assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    await page.keyboard.press("Space")
    await expect(page.locator("#feed-items .note .words")).to_have_text(["só entre nós", "/status"])


async def test_what_others_write_is_announced(open_page: OpenPage):
    page = await open_page()
    await write_as_customer(page, "Oi")
    await expect(page.locator("#seller-send")).to_be_enabled()
    await write_as_seller(page, "Bom dia, Marina!")
    await expect(page.locator("#announcer")).to_have_text("Ana: Bom dia, Marina!")


@pytest.mark.parametrize(
    ("scheme", "viewport", "side"),
    [*product(["light", "dark"], [NARROW], ["customer", "seller"]), *product(["light", "dark"], [WIDE], ["customer"])],
)
async def test_axe_finds_nothing_serious(open_page: OpenPage, scheme: str, viewport: dict[str, int], side: str):
    page = await open_page(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    await write_as_customer(page, "Oi")
    await page.locator("#send-voice").click()
    await expect(page.locator("#feed-items .customer")).to_have_count(2)
    await page.evaluate("import('/page/world.js').then(w => w.note('/assumir'))")
    await page.evaluate("import('/page/world.js').then(w => w.note('[Ponte] IA pausada por Ana'))")
    await page.evaluate("import('/page/world.js').then(w => w.say({text: 'Pois não?'}, {as: 'user:1'}))")
    await expect(page.locator("#feed-items > li")).to_have_count(5)
    if viewport == NARROW:
        await page.locator(f".sides [data-side={side}]").click()
    found = (await Axe().run(page)).response["violations"]
    assert [
        (rule["id"], rule["nodes"][0]["target"]) for rule in found if rule["impact"] in ("serious", "critical")
    ] == []


async def test_when_the_sandbox_goes_away_the_page_says_so_and_keeps_the_words(browser: Browser):
    async with running_sandbox() as (url, process):
        page = await browser.new_page(locale="pt-BR")
        await arrive(page, url)
        process.terminate()
        await process.wait()
        await expect(page.locator("#link-state")).to_contain_text("Sem conexão")
        await write_as_customer(page, "Alguém aí?")
        await expect(page.locator("#phone-trouble")).to_contain_text("Não foi enviado")
        await expect(page.locator("#phone-text")).to_have_value("Alguém aí?")
        await page.close()
