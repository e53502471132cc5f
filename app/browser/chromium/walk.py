"""A thin interpreter: the steps of a recipe, done on one page. Every wait has a budget, and nothing sleeps.

`sent` is true from the moment in which a form's button is about to be pressed: from then on no failure is certain.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any, Final

from playwright.async_api import Dialog, Locator, Page
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from app.browser.chromium.endings import ChangedError, DownError, LoggedOutError, StaleAnswerError
from app.browser.chromium.places import any_of, any_place, locate, shown
from app.browser.chromium.racing import first_of
from app.browser.chromium.traffic import NOT_LOGGED_IN, Journal, Traffic
from app.browser.recipe import Recipe, Sign
from app.browser.steps import Choose, Click, Fill, Open, See, Step, Tick, ahead, filled_in
from app.browser.wording import plain

_ROUNDS: Final = 3  # looks at what is there, when it goes away again while it is looked at
_FORM_IS_FULL: Final = "button => !button.form || button.form.noValidate || button.form.checkValidity()"


class Walk:
    """One page, the recipe, and the values that it is to be given."""

    def __init__(
        self,
        page: Page,
        recipe: Recipe,
        base_url: str,
        *,
        journal: Journal,
        once: Callable[[], AbstractAsyncContextManager[None]],
    ) -> None:
        self.page = page
        self._once = once
        self.recipe = recipe
        self.sent = False
        self._base = base_url.rstrip("/")
        self._journal = journal
        self._budgets = recipe.budgets
        self.traffic = Traffic(page, journal)
        if recipe.dialogs == "accept":  # without a listener Playwright dismisses them
            page.on("dialog", _accept)
        self._logging_in = False
        self._found: dict[str, Locator] = {}

    def close(self) -> None:
        """Let go of the page."""
        self.traffic.close()
        if self.recipe.dialogs == "accept":
            self.page.remove_listener("dialog", _accept)

    async def go(self, steps: Sequence[Step], values: Mapping[str, str]) -> None:
        """Do these steps. Before a form is touched, all of its parts that the steps name have been found."""
        for number, step in enumerate(steps):
            match step:
                case Open(open=path):
                    await self._open(filled_in(path, values, quoted=True))
                case See(see=parts):
                    await self.find(parts)
                case Click(click=part):
                    await self._click(part)
                case Fill(fill=part, what=what):
                    await self.find(ahead(steps[number:]))
                    await self._fill(part, filled_in(what, values))
                case Choose(choose=part, what=what):
                    await self.find(ahead(steps[number:]))
                    await self._choose(part, filled_in(what, values))
                case Tick(tick=part):
                    await (await self.part(part)).check(timeout=self._budgets.act)

    async def find(self, parts: Sequence[str]) -> None:
        """All of these are there, each exactly once."""
        for part in parts:
            await self.part(part)

    async def part(self, name: str) -> Locator:
        """The one element that this part is. What was found stays found until the page is left."""
        if name not in self._found:
            self._found[name] = await self._looked_for(name)
        return self._found[name]

    async def _looked_for(self, name: str) -> Locator:
        places = self.recipe.parts[name]
        first = locate(self.page, places[0])
        if await first.count() == 1:
            return first
        await self.wait_for(any_place(self.page, places), f"{name} is not there")
        for place in places:
            found = locate(self.page, place)
            count = await found.count()
            if count == 1:
                return found
            if count > 1:
                raise ChangedError(f"{name} is there {count} times")
        raise ChangedError(f"{name} is not there")

    async def wait_for(self, wanted: Locator, otherwise: str) -> None:
        """Until it is seen; else say what is the matter."""
        if not self._logging_in and await self.is_logged_out():
            raise LoggedOutError
        waits = wanted if self._logging_in else any_of([wanted, *self._logged_out()])
        if not await self._seen(waits, self._budgets.find):
            await self._explain(otherwise)
        if not self._logging_in and await self.is_logged_out():
            raise LoggedOutError

    async def is_logged_out(self) -> bool:
        """Whether the panel shows that one has to log in."""
        return bool(await any_of(self._logged_out()).count())

    async def send(self, button: str, kinds: Mapping[str, Sequence[Sign]]) -> tuple[str, str] | None:
        """Press the button, once, and see what the panel answers: the kind of answer, and its words.

        None: no answer that the recipe knows came in time.
        """
        target = await self.part(button)
        await self._is_ready(target, kinds)
        self._journal.note("send", part=button)
        self._leave()
        async with self._once():
            self.sent = True
            await target.click(timeout=self._budgets.act)
            return await self._answer(kinds)

    async def log_in(self, values: Mapping[str, str]) -> tuple[str, str] | None:
        """The same for the login, which is sent once and writes nothing."""
        login = self.recipe.login
        self._logging_in = True
        try:
            await self.go(login.steps, values)
            return await self.send(login.send, {"success": login.success, "refused": login.refused})
        finally:
            self._logging_in = False
            self.sent = False

    async def turn(self, link: str) -> None:
        """Follow a link to the next page of a list, and be there."""
        target = await self.part(link)
        self._journal.note("turn", part=link)
        self._leave()
        try:
            async with self.page.expect_navigation(wait_until="domcontentloaded", timeout=self._budgets.open):
                await target.click(timeout=self._budgets.act)
        except PlaywrightTimeoutError:
            raise DownError("a page took too long") from None
        await self._heed()

    def _leave(self) -> None:
        """What comes is another page."""
        self.traffic.begin()
        self._found.clear()

    async def _open(self, path: str) -> None:
        self._leave()
        self._journal.note("open", path=path.partition("?")[0])
        try:
            await self._goto(f"{self._base}{path}")
        except PlaywrightTimeoutError:
            raise DownError("a page took too long") from None
        await self._heed()

    async def _goto(self, url: str) -> None:
        """A page is asked for again, once it is there, where the browser's own about a cut line comes in between."""
        how: dict[str, Any] = {"wait_until": "domcontentloaded", "timeout": self._budgets.open}
        for left in reversed(range(_ROUNDS)):
            try:
                await self.page.goto(url, **how)
            except PlaywrightError as error:
                if not left or "interrupted by another navigation" not in error.message:
                    raise
                await self.page.wait_for_load_state("domcontentloaded", timeout=self._budgets.open)
            else:
                return

    async def _heed(self) -> None:
        """What the panel said to the request itself."""
        if self.traffic.is_broken:
            raise DownError(f"it answered {self.traffic.status}" if self.traffic.status else "it did not answer")
        if not self._logging_in and (self.traffic.status == NOT_LOGGED_IN or await self.is_logged_out()):
            raise LoggedOutError
        if self.recipe.down and await any_of(shown(self.page, self.recipe, sign) for sign in self.recipe.down).count():
            raise DownError("it says that it is out of order")

    async def _click(self, name: str) -> None:
        target = await self.part(name)
        self._journal.note("click", part=name)
        self._leave()
        await target.click(timeout=self._budgets.act)

    async def _fill(self, name: str, text: str) -> None:
        """What a field does not take as it is would be written wrong."""
        target = await self.part(name)
        self._journal.note("fill", part=name)
        await target.fill(text, timeout=self._budgets.act)
        if await target.input_value(timeout=self._budgets.act) != text:
            raise ChangedError(f"{name} does not take what is put into it")

    async def _choose(self, name: str, option: str) -> None:
        target = await self.part(name)
        self._journal.note("choose", part=name)
        await target.select_option(label=option, timeout=self._budgets.act)

    async def _is_ready(self, target: Locator, kinds: Mapping[str, Sequence[Sign]]) -> None:
        """The last look before a write."""
        if not await target.evaluate(_FORM_IS_FULL, timeout=self._budgets.act):
            raise ChangedError("the form wants more than the recipe gives")
        if await self._any_shown(kinds).count():
            raise StaleAnswerError("an answer is shown before anything was sent")
        await target.click(trial=True, timeout=self._budgets.act)

    async def _answer(self, kinds: Mapping[str, Sequence[Sign]]) -> tuple[str, str] | None:
        wanted = self._any_shown(kinds)
        for _ in range(_ROUNDS):
            seen = self._seen(wanted, self._budgets.answer)
            if not await first_of(seen, self.traffic.failed.wait()) or self.traffic.is_broken:
                return None
            found = await self._kinds(kinds)
            if len(found) > 1:
                return None
            if found:
                return found[0]
        return None

    def _any_shown(self, kinds: Mapping[str, Sequence[Sign]]) -> Locator:
        return any_of(shown(self.page, self.recipe, sign) for signs in kinds.values() for sign in signs)

    async def _kinds(self, kinds: Mapping[str, Sequence[Sign]]) -> list[tuple[str, str]]:
        """Which kinds of answer are shown now. An error that is a conflict is a conflict."""
        found: list[tuple[str, str]] = []
        for kind, signs in kinds.items():
            here = any_of(shown(self.page, self.recipe, sign) for sign in signs) if signs else None
            if here is not None and await here.count() and not (kind == "error" and _has(found, "conflict")):
                found.append((kind, plain(" ".join(await here.all_inner_texts()))))
        return found

    async def _seen(self, wanted: Locator, budget: int) -> bool:
        try:
            await wanted.first.wait_for(state="visible", timeout=budget)
        except PlaywrightTimeoutError:
            return False
        return True

    def _logged_out(self) -> list[Locator]:
        return [shown(self.page, self.recipe, sign) for sign in self.recipe.logged_out]

    async def _explain(self, otherwise: str) -> None:
        """What was waited for did not come."""
        await self._heed()
        if self.traffic.is_slow:
            raise DownError("a page took too long")
        raise ChangedError(otherwise)


async def _accept(dialog: Dialog) -> None:
    """It may be gone with its page."""
    with suppress(PlaywrightError):
        await dialog.accept()


def _has(found: Sequence[tuple[str, str]], kind: str) -> bool:
    return any(kind == one for one, _ in found)
