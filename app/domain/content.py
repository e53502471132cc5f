"""What a message carries beside plain words: answers to tap, or an attachment. Pure, and in no vendor's form.

Everything can be said in words too (`written`): so the words on the outbox are what the customer reads wherever a
channel shows no such thing, and what the history, a brain and a rule about words look at everywhere.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

# As WhatsApp has it, which is the narrowest of those that show them.
MOST_BUTTONS: Final = 3
MOST_ROWS: Final = 10
LONGEST_BUTTON: Final = 20
LONGEST_ROW: Final = 24
LONGEST_SECTION: Final = 24
LONGEST_OPENER: Final = 20
LONGEST_DESCRIPTION: Final = 72
LONGEST_ID: Final = 200
LONGEST_WORDS: Final = 1024
LONGEST_LINK: Final = 2000
LONGEST_FILE_NAME: Final = 200


class Form(StrEnum):
    """In which form a channel shows it."""

    BUTTONS = "buttons"
    LIST = "list"
    IMAGE = "image"
    DOCUMENT = "document"
    AUDIO = "audio"
    VIDEO = "video"


CHOICES: Final = frozenset({Form.BUTTONS, Form.LIST})


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer to tap. `id` comes back beside the title, where the channel brings one back."""

    title: str
    id: str = ""
    description: str = ""

    @property
    def key(self) -> str:
        """What names it: the title, where it was given no id."""
        return self.id or self.title


@dataclass(frozen=True, slots=True)
class Section:
    """Answers under one title; buttons have a single section without one."""

    title: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """One such message. `words` stand above the answers or under the attachment; an attachment may have none.

    `opener` is what is tapped to open a list. `link` and `file_name` are an attachment's.
    """

    form: Form
    words: str = ""
    sections: tuple[Section, ...] = ()
    opener: str = ""
    link: str = ""
    file_name: str = ""

    @property
    def choices(self) -> tuple[Choice, ...]:
        """All answers, in their order."""
        return tuple(choice for section in self.sections for choice in section.choices)

    @property
    def written(self) -> str:
        """The same in words: the answers numbered, the attachment as its link."""
        if self.form in CHOICES:
            return "\n\n".join((self.words, "\n".join(_numbered(self.sections))))
        named = f"{self.file_name}: {self.link}" if self.file_name else self.link
        return f"{self.words}\n{named}" if self.words else named

    def mapped(self, change: Callable[[str], str]) -> "Content":
        """With every text of it changed in the same way."""
        sections = (
            Section(
                change(one.title),
                tuple(Choice(change(c.title), change(c.id), change(c.description)) for c in one.choices),
            )
            for one in self.sections
        )
        changed = {name: change(getattr(self, name)) for name in ("words", "opener", "link", "file_name")}
        return replace(self, sections=tuple(sections), **changed)


def _numbered(sections: tuple[Section, ...]) -> Iterator[str]:
    number = 0
    for section in sections:
        if section.title:
            yield f"{section.title}:"
        for choice in section.choices:
            number += 1
            yield f"{number}. {choice.title}" + (f" - {choice.description}" if choice.description else "")


def letters(text: str) -> int:
    """How long a text is as phones count it: an emoji counts for two at the least."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
