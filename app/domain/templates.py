"""Texts for writing first, in their versions, and the approved ones of the messenger that mean the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

# What stands in an approved template for a value that nobody knows: a messenger refuses an empty one.
NOTHING: Final = "—"


@dataclass(frozen=True, slots=True)
class Approved:
    """A template that the messenger has approved, filled in: by its name there, or by the bot that holds it."""

    name: str = ""
    language: str = ""
    values: tuple[str, ...] = ()
    bot_id: int | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """One version of one text. `salesbot_id` or `approved_name`: what sends the approved one of the same meaning."""

    id: int
    trigger: str
    locale: str
    step: int
    version: int
    body: str
    variables: tuple[str, ...]
    salesbot_id: int | None
    created_by: str
    created_at: datetime
    approved_name: str | None = None

    @property
    def is_approved(self) -> bool:
        """Whether it may be said outside the messenger's window."""
        return self.salesbot_id is not None or self.approved_name is not None

    def approved(self, values: Mapping[str, str]) -> Approved | None:
        """The approved template with the values of this text's variables, in the order in which they stand in it."""
        if not self.is_approved:
            return None
        name, _, language = (self.approved_name or "").partition(":")
        filled = tuple(values.get(one) or NOTHING for one in self.variables)
        return Approved(name, language or self.locale.replace("-", "_"), filled, self.salesbot_id)


@dataclass(frozen=True, slots=True)
class NewTemplate:
    """A text to save as the next version."""

    trigger: str
    locale: str
    step: int
    body: str
    variables: tuple[str, ...] = ()
    salesbot_id: int | None = None
    approved_name: str | None = None
