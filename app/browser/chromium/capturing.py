"""What a page looked like when a visit failed: a picture, its text, and what was done. Never a password or a cookie.

Playwright's own traces hold what was typed and every header, so they are not made. What is made is masked twice: fields
are covered or emptied in the page, and the secrets that we know are struck out of what is left.
"""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final

import orjson
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator, Page

from app.browser.chromium.places import any_place
from app.browser.chromium.traffic import Journal
from app.browser.evidence import Found
from app.browser.recipe import Recipe
from app.browser.steps import secret_fields
from app.browser.wording import masked

WITHIN: Final = 5.0  # seconds
PICTURE_BUDGET: Final = 3_000  # milliseconds
_LARGEST: Final = 400_000
_SHORTEST_COOKIE: Final = 6
# Frames are of other pages, of which nothing is known.
_FIELDS: Final = "input:not([type=submit],[type=button],[type=reset]),textarea,[contenteditable],iframe"
# The page without what was typed, what is hidden, what runs, and what addresses carry behind their question mark.
_TEXT: Final = """() => {
  const copy = document.documentElement.cloneNode(true);
  copy.querySelectorAll('script,style,template,noscript,iframe,svg').forEach(node => node.remove());
  copy.querySelectorAll('[value]').forEach(node => node.removeAttribute('value'));
  copy.querySelectorAll('textarea').forEach(node => { node.textContent = ''; });
  copy.querySelectorAll('meta[content]').forEach(node => node.removeAttribute('content'));
  for (const name of ['href', 'src', 'action'])
    copy.querySelectorAll(`[${name}]`).forEach(node => node.setAttribute(name, node.getAttribute(name).split('?')[0]));
  return copy.outerHTML;
}"""


async def capture(page: Page | None, recipe: Recipe, journal: Journal, *, secrets: Sequence[str]) -> list[Found]:
    """Everything that can be had of the page now; of one that is gone, what was done."""
    found: list[Found] = []
    with suppress(PlaywrightError, TimeoutError):
        async with asyncio.timeout(WITHIN):
            if page is not None and not page.is_closed():
                hidden = [*secrets, *await _cookies(page)]
                found += [await _text(page, hidden), await _picture(page, recipe, hidden)]
    trace = orjson.dumps(journal.entries, option=orjson.OPT_INDENT_2).decode()
    return [*found, Found("trace.json", "application/json", masked(trace, secrets).encode())]


async def _picture(page: Page, recipe: Recipe, secrets: Iterable[str]) -> Found:
    body = await page.screenshot(mask=_covered(page, recipe, secrets), timeout=PICTURE_BUDGET, caret="hide")
    return Found("screenshot.png", "image/png", body)


def _covered(page: Page, recipe: Recipe, secrets: Iterable[str]) -> list[Locator]:
    """Every field that holds words, whoever put them there, and every secret that the page shows as text."""
    steps = (*recipe.login.steps, *recipe.create_user.steps)
    fields = [any_place(page, recipe.parts[name]) for name in dict.fromkeys(secret_fields(steps))]
    shown = [page.get_by_text(secret) for secret in dict.fromkeys(secrets) if secret]
    return [page.locator(f"css={_FIELDS}"), *fields, *shown]


async def _text(page: Page, secrets: Iterable[str]) -> Found:
    """Plain text, so that no page of somebody else's is ever shown as one of ours."""
    html = str(await page.evaluate(_TEXT))[:_LARGEST]
    return Found("page.txt", "text/plain; charset=utf-8", masked(html, secrets).encode())


async def _cookies(page: Page) -> list[str]:
    cookies = await page.context.cookies()
    return [value for cookie in cookies if len(value := cookie.get("value") or "") >= _SHORTEST_COOKIE]
