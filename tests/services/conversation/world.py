"""The people of one chat and the channel between them and us; each method is one step of a history.

Hooks stay out until they come: late, doubled, in any order. Every choice is the dice's, so that a seed, or hypothesis,
can play the same history again. Times are whole seconds, as Kommo tells them.
"""

import itertools
from dataclasses import dataclass, field, replace
from random import Random

from app.domain.account import Policy
from app.domain.conversation import (
    Command,
    CustomerMessage,
    Event,
    HandoffRequested,
    OutboxRow,
    OutgoingMessage,
    PauseReason,
    SendRequested,
    Verb,
)
from app.domain.ids import ExternalId
from app.domain.messages import Author, MessageKind, SeenMessage
from app.services.conversation.rules import WAYS_WITHOUT_ID
from tests.services.conversation.by_hand import minutes
from tests.services.conversation.memory import Memory
from tests.services.conversation.watch import HUMAN, PROGRAM, Watch

QUESTIONS = (
    "Quanto custa o corte?",
    "e o corte e",
    "oi",
    "Tem horário amanhã?",
    "voltar",
    "/assumir",
    "Me chamo Sofia Alves",
    "obrigado!",
    "5",
)
VERBS = (Verb.TAKE, Verb.RELEASE, Verb.RELEASE, Verb.STATUS, Verb.SKIP, Verb.RESET)
OFTEN, SELDOM, RARELY = 5, 20, 60


def one_in(number: int, dice: Random) -> bool:
    return dice.randrange(number) == number - 1


@dataclass
class World:
    """Who writes, what the channel shows and which of its hooks are still out. The engine itself is `memory`."""

    policy: Policy = field(default_factory=Policy)
    way: str = "talks"
    lag: int = 0  # how many seconds old a message is when the channel shows it to those who read back
    same_words: bool = False  # every balloon, and often the salesperson, says the same
    watch: Watch = field(default_factory=Watch)
    wire: list[tuple[str, Event]] = field(default_factory=list)
    chat: list[SeenMessage] = field(default_factory=list)
    ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.watch.ids = self.way not in WAYS_WITHOUT_ID
        self.memory = Memory(self.policy, self.way, self.watch)

    def words(self, own: str) -> str:
        """What a program says to the customer."""
        return "Até já!" if self.same_words else f"Resposta {own}"

    # --- people and programs ------------------------------------------------------------------------------------------

    def customer_writes(self, dice: Random) -> None:
        wants_in = self.memory.state.opted_out and one_in(OFTEN, dice)
        text = "voltar" if wants_in else "parar" if one_in(RARELY, dice) else dice.choice(QUESTIONS)
        kind = MessageKind.VOICE if one_in(SELDOM, dice) else MessageKind.TEXT
        seen = self._show(Author.CUSTOMER, "" if kind is MessageKind.VOICE else text)
        self._hook(CustomerMessage(seen.text, kind, seen.at, seen.at, seen.external_id))

    def salesperson_writes(self, dice: Random) -> None:
        """To the customer; now and then the very words of one of our messages."""
        ours = [row.text for row in self.memory.archive.values()]
        text = dice.choice(ours) if ours and one_in(2 if self.same_words else SELDOM, dice) else "Oi, aqui é a Ana."
        self.watch.twin |= text in ours
        self._outgoing(self._show(Author.HUMAN, text), HUMAN)

    def other_bot_writes(self, _: Random) -> None:
        self._outgoing(self._show(Author.BOT, "Olá! Sou um robô."), PROGRAM)

    def salesperson_commands(self, dice: Random) -> None:
        """As a note, which a hook tells, or through the API, which stores it at once."""
        verb = dice.choice(VERBS)
        until = self.memory.now + minutes(2) if verb is Verb.TAKE and one_in(OFTEN, dice) else None
        command = Command(verb, "Ana", self.memory.now, exact=one_in(2, dice), until=until)
        if command.exact:
            self.memory.arrive(f"api{next(self.ids)}", command)
        else:
            self._hook(command)

    def caller_speaks(self, _: Random) -> None:
        key = f"key{next(self.ids)}"
        self.memory.process(SendRequested(self.words(key), key))

    def caller_hands_over(self, _: Random) -> None:
        self.memory.process(HandoffRequested(PauseReason.ASKED, "n8n"))

    # --- the channel --------------------------------------------------------------------------------------------------

    def hook_comes(self, dice: Random) -> None:
        """Any of those that are out; one that will come again stays out."""
        if self.wire:
            self.deliver(dice.choice(self.wire), again=one_in(OFTEN, dice))

    def deliver(self, hook: tuple[str, Event], *, again: bool) -> None:
        key, event = hook
        if isinstance(event, CustomerMessage):
            event = replace(event, received_at=self.memory.now)
        self.memory.arrive(key, event)
        if not again:
            self.wire.remove(hook)

    def accept(self, row: OutboxRow) -> ExternalId:
        """The channel carries one of our messages to the customer, and will echo it."""
        self.watch.delivered(row, self.memory.archive, self.memory.now)
        seen = self._show(Author.HUMAN, row.text)
        self._outgoing(seen, row.number)
        return seen.external_id

    def _show(self, author: Author, text: str) -> SeenMessage:
        seen = SeenMessage(ExternalId(f"x{next(self.ids)}"), author, text, self.memory.now)
        self.chat.append(seen)
        return seen

    def _hook(self, event: Event) -> None:
        self.wire.append((f"hook{next(self.ids)}", event))

    def _outgoing(self, seen: SeenMessage, truth: int) -> None:
        self.watch.truth[seen.external_id] = truth
        self._hook(OutgoingMessage(seen.text, MessageKind.TEXT, seen.at, seen.external_id, seen.author, "1", "Ana"))
