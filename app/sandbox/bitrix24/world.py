"""The simulated portal: its people, its bots and their queues, the chats of its lines, a small CRM, and trouble."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal

from app.sandbox.clock import Clock

SECRET: Final = "sandboxsecret"  # noqa: S105 - of a portal that is none
APPLICATION_TOKEN: Final = "application-token-of-the-sandbox"  # noqa: S105 - the same
RITA: Final = 1
JOAO: Final = 2
BUCKET: Final = 50
DRAIN: Final = 2.0
Fault = Literal["query_limit", "rate_429", "error_500", "lost", "operation_limit", "refused", "hang"]


@dataclass(slots=True)
class Trouble:
    """The next so many calls of a method go wrong. `lost` and `hang` do what was asked, and do not say so."""

    fault: Fault
    method: str = ""
    times: int = 1
    seconds: float = 5


@dataclass(slots=True)
class User:
    id: int
    name: str
    connector: bool = False
    bot: bool = False
    phone: str = ""


@dataclass(slots=True)
class Bot:
    """A bot with its queue of events; what was acknowledged is forgotten."""

    id: int
    code: str
    token: str
    mode: str = "fetch"
    webhook_url: str = ""
    queue: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


@dataclass(slots=True)
class Message:
    id: int
    author: int
    text: str
    date: str
    files: list[int] = field(default_factory=list[int])
    at: float = 0  # as `date`, to the fraction of a second


@dataclass(slots=True)
class Chat:
    """A chat of a line. `operator` answers in the session now; 0: nobody yet."""

    id: int
    name: str
    customer: int
    connector: str
    session: int
    operator: int
    members: set[int] = field(default_factory=set[int])
    bound: dict[str, int] = field(default_factory=dict[str, int])
    messages: list[Message] = field(default_factory=list[Message])

    @property
    def entity_id(self) -> str:
        return f"{self.connector}|22|{self.id}|{self.customer}"

    @property
    def data_1(self) -> str:
        kind = "DEAL" if self.bound.get("DEAL") else "LEAD"
        ref = self.bound.get(kind, 0)
        return f"{'Y' if ref else 'N'}|{kind if ref else 'NONE'}|{ref}|N|N|{self.session}|1773682918|0|0|0"

    @property
    def data_2(self) -> str:
        return "|".join(f"{kind}|{self.bound.get(kind, 0)}" for kind in ("LEAD", "COMPANY", "CONTACT", "DEAL"))


class Portal:
    """All of it, in memory."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.tell: Callable[[Bot, dict[str, Any]], None] = lambda _bot, _event: None
        self.reset()

    def reset(self) -> None:
        """Two salespeople, no bots, no chats, nobody blocked."""
        self.users = {RITA: User(RITA, "Rita"), JOAO: User(JOAO, "João", phone="+55 11 90000-0002")}
        self.bots: dict[str, Bot] = {}
        self.chats: dict[int, Chat] = {}
        self.cards: dict[str, dict[int, dict[str, Any]]] = {"lead": {}, "deal": {}, "contact": {}}
        self.comments: list[dict[str, Any]] = []
        self.files: dict[int, bytes] = {}
        self.seen: list[dict[str, Any]] = []  # what bots showed: typing, read
        self.calls: list[dict[str, Any]] = []
        self.trouble: list[Trouble] = []
        self.operating: dict[str, float] = {}
        self.bucket = self.capacity = float(BUCKET)
        self._filled_at = self._clock.now()
        self.supervisor = 0  # who is in every chat of the lines, beside whoever answers there
        self._last = 85_000

    def number(self) -> int:
        """The next number; messages, events and cards share one row of them."""
        self._last += 1
        return self._last

    def now(self) -> str:
        return datetime.now(UTC).isoformat(timespec="seconds")

    def spend(self) -> bool:
        """One call out of the bucket; False: it is empty."""
        now = self._clock.now()
        self.bucket = min(self.capacity, self.bucket + (now - self._filled_at) * DRAIN)
        self._filled_at = now
        if not self.capacity:
            return True
        if self.bucket < 1:
            return False
        self.bucket -= 1
        return True

    def next_trouble(self, method: str) -> Trouble | None:
        for one in self.trouble:
            if one.times > 0 and one.method in ("", method):
                one.times -= 1
                return one
        return None

    def next_trouble_of_command(self, method: str) -> Trouble | None:
        """For one that travels in a batch: what is meant for its method by name and can be told without hanging up."""
        named = [one for one in self.trouble if one.times > 0 and one.method == method]
        found = next((one for one in named if one.fault not in ("lost", "hang")), None)
        if found is not None:
            found.times -= 1
        return found

    def bot_of_lines(self) -> Bot | None:
        return next(iter(self.bots.values()), None)

    def open_chat(self, name: str, *, connector: str, bound: dict[str, int]) -> Chat:
        """A customer's first message begins a session, which the line gives to its bot."""
        customer = User(500 + len(self.users), name, connector=True)
        self.users[customer.id] = customer
        chat = Chat(1_700 + len(self.chats), name, customer.id, connector, self.number(), 0, bound=bound)
        chat.members.add(customer.id)
        self.chats[chat.id] = chat
        self.begin(chat)
        return chat

    def begin(self, chat: Chat) -> None:
        bot = self.bot_of_lines()
        chat.operator = bot.id if bot else RITA
        chat.members |= {chat.operator, self.supervisor} - {0}
        if bot:
            self.fire(bot, "ONIMBOTV2JOINCHAT", {"dialogId": f"chat{chat.id}", "chat": chat_view(chat)}, RITA)

    def finish(self, chat: Chat) -> None:
        """The session is over; the next message of the customer begins another, with the bot."""
        chat.members = {chat.customer}
        chat.operator, chat.session = -1, self.number()

    def write(self, chat: Chat, author: int, text: str, files: list[int] | None = None) -> Message:
        if author == chat.customer and chat.operator == -1:
            self.begin(chat)
        if author in self.users and not self.users[author].connector and not self.users[author].bot:
            chat.operator = author  # whoever works there and writes has the chat
            chat.members.add(author)
        message = Message(self.number(), author, text, self.now(), files or [], at=self._clock.now())
        chat.messages.append(message)
        for bot in self.bots.values():
            if bot.id in chat.members and self.users[author].connector:
                data = {"message": message_view(chat, message), "chat": chat_view(chat)}
                self.fire(bot, "ONIMBOTV2MESSAGEADD", data, author)
        return message

    def fire(self, bot: Bot, kind: str, data: dict[str, Any], user: int) -> None:
        known = {"bot": {"id": bot.id, "code": bot.code}, **data, "user": user_view(self.users[user]), "language": "en"}
        event = {"eventId": self.number(), "type": kind, "date": self.now(), "data": known}
        if bot.mode == "fetch":
            bot.queue.append(event)
        else:
            self.tell(bot, event)


def user_view(user: User) -> dict[str, Any]:
    kind = "bot" if user.bot else "user" if user.connector else "employee"
    known = {"id": user.id, "active": True, "name": user.name, "firstName": user.name, "lastName": ""}
    return {**known, "bot": user.bot, "connector": user.connector, "extranet": user.connector, "type": kind}


def message_view(chat: Chat, one: Message) -> dict[str, Any]:
    params = {"FILE_ID": one.files} if one.files else {}
    known = {"id": one.id, "chatId": chat.id, "authorId": one.author, "date": one.date, "text": one.text}
    return {
        **known,
        "isSystem": one.author == 0,
        "uuid": "",
        "forward": None,
        "params": params,
        "viewedByOthers": False,
    }


def chat_view(chat: Chat) -> dict[str, Any]:
    known = {"id": chat.id, "dialogId": f"chat{chat.id}", "type": "lines", "name": chat.name, "owner": chat.operator}
    data = {"entityData1": chat.data_1, "entityData2": chat.data_2, "entityData3": "N"}
    return {**known, "entityType": "LINES", "entityId": chat.entity_id, **data}
