"""Which labels a conversation has in the mirror: a table, and one pure function over what is known of it."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict, Field

from app.domain.inbox import NewLabel
from app.domain.language import fold
from app.domain.subjects import subjects_in

TITLE: Final = r"^[a-z0-9][a-z0-9_-]+$"  # as every inbox takes it
PORTUGUESE: Final = "pt"


class When(BaseModel):
    """What must hold; nothing said, it holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bot: bool | None = None
    reason: str = ""
    flow: str = ""
    step: str = ""
    locale: str = ""
    written: int = 0
    person: bool | None = None
    subject: str = ""
    tag: str = ""


class Label(BaseModel):
    """A row of the table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    group: str
    pt: str = Field(pattern=TITLE)
    en: str = Field(pattern=TITLE)
    about: str
    when: When

    def title(self, locale: str) -> str:
        return self.pt if locale.startswith(PORTUGUESE) else self.en


class Group(BaseModel):
    """Labels that belong together; of `one` a conversation has one at the most."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    one: bool
    color: str = Field(pattern="^#[0-9a-f]{6}$")


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    groups: dict[str, Group]
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a conversation. `latest` are the customer's last messages, `tags` what brain or flow said."""

    bot_on: bool
    reason: str = ""
    flow: str = ""
    step: str = ""
    locale: str = ""
    written: int = 0
    person_wrote: bool = False
    latest: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@cache
def table() -> Table:
    """The table, read once."""
    text = files(__package__ or "").joinpath("labels.yaml").read_text(encoding="utf-8")
    return Table.model_validate(yaml.safe_load(text))


def choose(facts: Facts, locale: str) -> list[str]:
    """The titles that hold, in the account's language. Pure."""
    chosen: list[str] = []
    taken: set[str] = set()
    said = frozenset(subjects_in(" ".join(facts.latest)))
    tags = frozenset(map(_slug, facts.tags))
    for label in table().labels:
        is_one = table().groups[label.group].one
        named = label.en in tags or label.pt in tags
        if not (is_one and label.group in taken) and (named or _holds(label.when, facts, said, tags)):
            chosen.append(label.title(locale))
            taken.add(label.group)
    return chosen


def _slug(tag: str) -> str:
    """`journey:first-contact`, as brains and flows may say it, is `journey-first-contact`."""
    return re.sub(r"[^a-z0-9_-]+", "-", fold(tag)).strip("-")


def _holds(when: When, facts: Facts, said: frozenset[str], tags: frozenset[str]) -> bool:
    return all(
        (
            when.bot is None or when.bot is facts.bot_on,
            when.reason in ("", facts.reason),
            when.flow in ("", facts.flow) or (when.flow == "any" and bool(facts.flow)),
            when.step in ("", facts.step),
            facts.locale.startswith(when.locale),
            facts.written >= when.written,
            when.person is None or when.person is facts.person_wrote,
            when.subject in ("", *said),
            when.tag in ("", *tags),
        )
    )


def ours() -> frozenset[str]:
    """All titles in all languages: what may be taken away again."""
    return frozenset(title for label in table().labels for title in (label.pt, label.en))


def all_labels(locale: str) -> list[NewLabel]:
    """The whole table as people see it in their language."""
    groups = table().groups
    return [NewLabel(label.title(locale), label.about, groups[label.group].color) for label in table().labels]
