"""Triggers and templates of an account: what there is, what may be saved, and how it will read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.domain.errors import Rejected
from app.domain.ids import AccountId
from app.domain.language import LOCALES
from app.domain.outreach import Trigger
from app.domain.templates import NewTemplate, Template
from app.domain.written_hours import parse_hours
from app.services.proactive.seeds import TRIGGERS, texts_of, trigger_of
from app.services.proactive.wording import GIVEN, canonical, check, fill, values_of, variables_of
from app.store.accounts import Account, Accounts
from app.store.templates import TemplateStore

LAST_STEP = 10
SHOWN = {"name": "Maria", "seller": "Ana", "area": "—", "material": "—", "date": "15/12", "time": "14:00"}


class UnknownTrigger(Rejected):
    """There is no such trigger; the message names those there are."""

    code = "unknown_trigger"


class NoTemplate(Rejected):
    """The trigger has no text in this language; the message names those it has."""

    code = "no_template"


@dataclass(frozen=True, slots=True)
class Preview:
    """How a text will read, and what it needs."""

    text: str
    variables: tuple[str, ...]


class Texts:
    """The current texts of one trigger."""

    def __init__(self, trigger: Trigger, current: Sequence[Template]) -> None:
        self.trigger = trigger
        self._current = {(one.locale, one.step): one for one in current}

    @property
    def locales(self) -> tuple[str, ...]:
        return tuple(locale for locale in LOCALES if (locale, 0) in self._current)

    def first(self, *locales: str | None) -> Template:
        """The first message in the first of these languages that has one.

        Raises:
            NoTemplate: none has.
        """
        for locale in locales:
            if locale and (found := self._current.get((locale, 0))):
                return found
        wanted = next((locale for locale in locales if locale), "any language")
        raise NoTemplate(
            f"The trigger {self.trigger.name} has no text in {wanted}.",
            hint=f"It has: {', '.join(self.locales) or 'none'}. Save one with PUT /admin/templates.",
        )

    def step(self, locale: str, step: int) -> Template | None:
        return self._current.get((locale, step))


class Templates:
    """The words of an account. What it begins with is written down when it is first asked for."""

    def __init__(self, store: TemplateStore, accounts: Accounts, *, business: str) -> None:
        self._store = store
        self._accounts = accounts
        self._business = business

    def business_of(self, account: Account) -> str:
        """How the company calls itself to customers: a setting of the account, else of the installation."""
        return str(account.settings.get("business_name") or self._business or account.name)

    async def trigger(self, account_id: AccountId, name: str) -> Trigger:
        """A trigger by its name.

        Raises:
            UnknownTrigger: there is none.
        """
        await self._plant(account_id)
        found = await self._store.trigger(account_id, name)
        if found is None:
            known = ", ".join(one.name for one in await self._store.triggers(account_id))
            raise UnknownTrigger(f"There is no trigger {name[:40]!r}.", hint=f"There are: {known}.")
        return found

    async def texts(self, account_id: AccountId, trigger: str) -> Texts:
        return Texts(await self.trigger(account_id, trigger), await self._store.current(account_id, trigger))

    async def triggers(self, account_id: AccountId, *, after: str = "", limit: int = 200) -> list[Trigger]:
        await self._plant(account_id)
        return await self._store.triggers(account_id, after=after, limit=limit)

    async def save_trigger(self, account_id: AccountId, one: Trigger, *, who: str) -> Trigger:
        """Add or change a trigger; its hours must be hours.

        Raises:
            Rejected: something in it makes no sense.
        """
        if one.hours is not None:
            parse_hours(one.hours)
        if list(one.ladder) != sorted(set(one.ladder)) or any(step < 1 for step in one.ladder):
            raise Rejected("The ladder is minutes, each later than the one before.", hint="Such as [60, 1440, 4320].")
        if len(one.ladder) > LAST_STEP:
            raise Rejected(f"A ladder has {LAST_STEP} steps at the most.", hint="Leave some out.")
        await self._plant(account_id)
        await self._store.save_trigger(account_id, one, who=who)
        return await self.trigger(account_id, one.name)

    async def save(self, account_id: AccountId, new: NewTemplate, *, who: str) -> Template:
        """The next version of a text, its variables checked.

        Raises:
            UnknownTrigger, BadTemplate: it cannot be used.
        """
        trigger = await self.trigger(account_id, new.trigger)
        used = check(new.body, trigger.variables)
        checked = replace(new, variables=used)
        return await self._store.save(account_id, checked, who=who)

    async def listing(
        self, account_id: AccountId, trigger: str | None, *, after: tuple[str, str, int], limit: int
    ) -> list[Template]:
        await self._plant(account_id)
        return await self._store.listing(account_id, trigger, after=after, limit=limit)

    async def versions(
        self, account_id: AccountId, text: tuple[str, str, int], *, before: int, limit: int
    ) -> list[Template]:
        return await self._store.versions(account_id, text, before=before, limit=limit)

    async def preview(
        self, account_id: AccountId, trigger: str, locale: str, *, step: int, body: str | None, data: Mapping[str, str]
    ) -> Preview:
        """A text that is saved, or one that may be, as a customer will read it."""
        texts = await self.texts(account_id, trigger)
        saved = texts.step(locale, step)
        if body is None and saved is None:
            raise NoTemplate(f"There is no step {step} of {trigger} in {locale}.", hint="Give a body to preview.")
        text = body if body is not None else saved.body if saved else ""
        used = check(text, texts.trigger.variables)
        account = await self._accounts.get(account_id)
        example = {name: f"[{name}]" for name in used if name not in GIVEN}
        values = {**example, **SHOWN, "business": self.business_of(account), **values_of(data)}
        return Preview(fill(text, values), used)

    async def _plant(self, account_id: AccountId) -> None:
        if await self._store.has_triggers(account_id, [seed.name for seed in TRIGGERS]):
            return
        texts = [
            NewTemplate(seed.name, locale, step, body, variables_of(body))
            for seed in TRIGGERS
            for locale, step, body in texts_of(seed)
        ]
        await self._store.plant(account_id, [trigger_of(one) for one in TRIGGERS], texts)


def own_variables(names: Sequence[str]) -> tuple[str, ...]:
    """The variables of a trigger by their one name each."""
    return tuple(dict.fromkeys(canonical(name) for name in names))
