"""A wish to write first with all that is known around it, and what follows from that. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.hours import WeeklyHours, next_opening
from app.domain.outreach import ChatSeen, Outreach, Trigger
from app.domain.people import Contact
from app.domain.phones import NoPhone, Phone, country_of, understand
from app.domain.written_hours import parse_hours
from app.services.proactive.eligibility import Facts, Rules
from app.services.proactive.signing import Signature, first_name
from app.services.proactive.templates import Texts
from app.services.proactive.wording import MissingVariable, missing, values_of
from app.store.accounts import Account


@dataclass(frozen=True, slots=True)
class Case:
    """A wish with all that is known around it."""

    one: Outreach
    account: Account
    texts: Texts
    phone: Phone | None
    contact: Contact | None = None
    chat: ChatSeen | None = None
    business: str = ""

    @property
    def trigger(self) -> Trigger:
        return self.texts.trigger

    @property
    def values(self) -> dict[str, str]:
        return values_of(self.one.data)


def own_values(case: Case, signature: Signature) -> dict[str, str]:
    """The variables that Ponte knows itself."""
    company = case.business or case.account.name
    known = (case.contact.name if case.contact else "", case.chat.name if case.chat else "")
    name = next((first_name(one) for one in known if one and not has_digit(one)), "")
    return {"name": name, "seller": signature.name or company, "business": company}


def values_for(case: Case, signature: Signature) -> dict[str, str]:
    """All variables: ours, and the caller's. A web form is anybody's, so who signs is never taken from there."""
    own = own_values(case, signature)
    return {**own, **case.values, "seller": own["seller"], "business": own["business"]}


def has_digit(name: str) -> bool:
    """A contact that is called by its phone has no name to be greeted by."""
    return any(mark.isdigit() for mark in name)


def locales_of(case: Case) -> tuple[str, ...]:
    """The languages to try: the one that was asked for alone; else the chat's, then the account's.

    Only those whose text can be filled in with what the caller gave, unless none can.
    """
    if case.one.locale:
        return (case.one.locale,)
    wished = [locale for locale in (case.chat.locale if case.chat else None, case.account.locale) if locale]
    known = [locale for locale in (*wished, *case.texts.locales) if case.texts.step(locale, 0)]
    ready = [locale for locale in known if not missing(case.texts.first(locale).body, case.values)]
    return tuple(dict.fromkeys(ready or known or wished))


def check_words(case: Case) -> None:
    """Whether the first message can be written with what the caller gave.

    Raises:
        NoTemplate, MissingVariable: it cannot; the message names what is allowed.
    """
    body = case.texts.first(*locales_of(case)).body
    gone = missing(body, case.values)
    if gone:
        raise MissingVariable(f"The template needs {', '.join(gone)}.", hint="Give it in data.")


def rules_of(trigger: Trigger, account: Account) -> Rules:
    """What the trigger allows; where it names no areas, the account's count."""
    areas = trigger.areas or tuple(str(area) for area in account.settings.get("areas") or ())
    return Rules(
        enabled=trigger.enabled,
        needs_consent=trigger.consent == "required",
        areas=areas,
        quiet_from=trigger.quiet_from,
        quiet_until=trigger.quiet_until,
        per_contact=trigger.per_contact,
        per_day=trigger.per_day,
        window=account.policy.window,
    )


def with_chat(facts: Facts, chat: ChatSeen) -> Facts:
    """What the chat adds to what is known: that free text may go there, and until when."""
    return replace(facts, has_chat=True, last_customer_at=chat.last_customer_at)


def phone_of(contact: Contact, account: Account) -> Phone | None:
    """The first phone of a contact that is one."""
    country = country_of(account.settings, account.timezone)
    for typed in contact.phones:
        try:
            return understand(typed, country)
        except NoPhone:
            continue
    return None


def ladder_of(case: Case, sent_at: datetime) -> list[datetime]:
    """When the follow-ups are due."""
    return rungs(case.trigger.ladder, sent_at, follow_up_hours(case.trigger, case.account), case.account.timezone)


def rungs(ladder: Sequence[int], sent_at: datetime, hours: WeeklyHours, zone: str) -> list[datetime]:
    """Each at its minutes after the first message, or when the hours next begin; never nearer to the one before. Pure.

    Hours that never begin mean no follow-ups.
    """
    dues: list[datetime] = []
    waited, at = 0, sent_at
    for minutes in ladder:
        wished = max(sent_at + timedelta(minutes=minutes), at + timedelta(minutes=minutes - waited))
        opens = next_opening(hours, wished, zone)
        if opens is None:
            break
        dues.append(opens)
        waited, at = minutes, opens
    return dues


def follow_up_hours(trigger: Trigger, account: Account) -> WeeklyHours:
    """The trigger's own hours, else the account's."""
    return parse_hours(trigger.hours) if trigger.hours is not None else account.policy.hours
