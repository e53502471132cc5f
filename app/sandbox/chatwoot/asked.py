"""One call, as the simulated endpoints see it, and what they take of a body: names that are not known are dropped."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, cast

from app.sandbox.chatwoot.entities import Bot, Contact, Conversation, Inbox, User
from app.sandbox.chatwoot.uploads import Upload
from app.sandbox.chatwoot.world import World, Wrong

NOT_FOUND = Wrong(404, {"error": "Resource could not be found"})
NOT_YOURS = Wrong(401, {"error": "You are not authorized to do this action"})


def group(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []


@dataclass(slots=True)
class Asked:
    """`numbers` are the ids in the path; the account's is looked at before."""

    world: World
    caller: User | Bot
    numbers: list[int]
    query: dict[str, str]
    body: dict[str, Any] = field(default_factory=dict[str, Any])
    files: list[Upload] = field(default_factory=list[Upload])

    def admin(self) -> None:
        if not isinstance(self.caller, User) or not self.caller.is_admin:
            raise NOT_YOURS

    def text(self, name: str) -> str | None:
        """A text or a number as Rails casts it; an object where a text belongs is dropped."""
        value = self.body.get(name)
        return None if value is None or isinstance(value, dict | list) else str(value)

    def number(self, name: str) -> int | None:
        value = self.text(name)
        return int(value) if value and value.isdecimal() else None

    def hash(self, name: str) -> dict[str, Any]:
        return group(self.body.get(name))

    def texts(self, value: Any) -> list[str]:
        return [str(one) for one in items(value)]

    def contact(self) -> Contact:
        found = self.world.contacts.get(self.numbers[0])
        if found is None:
            raise NOT_FOUND
        return found

    def inbox(self, number: int | None) -> Inbox:
        found = self.world.inboxes.get(number or 0)
        if found is None:
            raise NOT_FOUND
        return found

    def talk(self) -> Conversation:
        """Agents see those of their inboxes; a bot those of its own."""
        found = self.world.conversations.get(self.numbers[0])
        if found is None:
            raise NOT_FOUND
        if not self.sees(found.inbox_id):
            raise NOT_YOURS
        return found

    def sees(self, inbox_id: int) -> bool:
        if isinstance(self.caller, User):
            return self.caller.is_admin or inbox_id in self.caller.inboxes
        return True  # a bot of the account


Answer = tuple[int, Any]  # status, and what is shown; None: an empty body
Handler = Callable[[Asked], Awaitable[Answer]]
