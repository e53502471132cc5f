"""A month of an account's work, made up by a seed: written into the tables, and kept here to be counted in Python."""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from app.store.database import Database

ZONE = ZoneInfo("America/Sao_Paulo")
BEGIN = datetime(2026, 9, 15, 3, 0, tzinfo=UTC)
DAYS = 31
SELLERS = {"11": "Ana", "12": "Bia", "13": "=HYPERLINK(Caio)"}
WEEK = {"mon": ["09:00-12:00", "13:00-18:00"], "wed": ["09:00-12:00"], "sat": ["09:30-13:15"]}
EXCEPTIONS = {"2026-09-21": [], "2026-09-22": ["22:00-24:00"]}


def day_of(at: datetime) -> date:
    """The account's day."""
    return at.astimezone(ZONE).date()


@dataclass
class Month:
    """All that happened, table by table."""

    chance: random.Random
    account: int
    conversations: dict[int, datetime] = field(default_factory=dict[int, datetime])
    messages: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    sends: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    turns: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    log: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    handovers: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    agenda: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    feedback: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def moment(self) -> datetime:
        return BEGIN + timedelta(seconds=self.chance.uniform(0, DAYS * 86400 - 7200))

    def seconds(self, mean: float) -> timedelta:
        return timedelta(microseconds=round(self.chance.expovariate(1 / mean) * 1e6))


async def a_month(database: Database, account: int, *, seed: int = 7, conversations: int = 60) -> Month:
    """Fill the account's tables with a month."""
    month = Month(random.Random(seed), account)
    await _people(database, account)
    for number in range(conversations):
        await _conversation(database, month, number)
    for seller in ("11", "12"):
        await _visits(database, month, seller)
    await _waiting(database, month)
    await _judged(database, month)
    return month


async def _people(database: Database, account: int) -> None:
    for external_id, name in SELLERS.items():
        await database.execute(
            "insert into vendedores (account_id, external_id, name) values ($1, $2, $3)", account, external_id, name
        )
    await database.execute(
        """insert into disponibilidade (account_id, seller_id, timezone, week, exceptions)
        values ($1, '11', 'America/Sao_Paulo', $2, $3)""",
        *(account, orjson.dumps(WEEK).decode(), orjson.dumps(EXCEPTIONS).decode()),
    )


async def _conversation(database: Database, month: Month, number: int) -> None:
    born = month.moment()
    conversation = await database.fetchval(
        """insert into conversations (account_id, channel, chat_id, created_at)
        values ($1, 'kommo', $2, $3) returning id""",
        *(month.account, f"chat-{number}", born),
    )
    month.conversations[conversation] = born
    at = born
    for place in range(month.chance.randint(1, 12)):
        at = min(at + month.seconds(3600 * 8), BEGIN + timedelta(days=DAYS))
        await _message(database, month, conversation, at)
        if month.chance.random() < 0.6:
            await _turn(database, month, conversation, number=place + 1, at=at)
        if month.chance.random() < 0.25:
            await _gone_quiet(database, month, conversation, at + timedelta(seconds=1))


async def _message(database: Database, month: Month, conversation: int, at: datetime) -> None:
    author = month.chance.choice(["customer", "customer", "human", "bot"])
    seller = month.chance.choice(list(SELLERS)) if author == "human" else ""
    month.messages.append({"conversation": conversation, "author": author, "seller": seller, "at": at})
    await database.execute(
        """insert into mensagens (account_id, conversation_id, author, author_id, kind, text, at)
        values ($1, $2, $3, $4, 'text', 'x', $5)""",
        *(month.account, conversation, author, seller, at),
    )


async def _turn(database: Database, month: Month, conversation: int, *, number: int, at: datetime) -> None:
    stamps = [at]
    for mean in (2, 0.05, 3, 0.02, 0.8):
        stamps.append(stamps[-1] + month.seconds(mean))
    names = ("received_at", "settled_at", "asked_at", "answered_at", "admitted_at", "delivered_at")
    turn: dict[str, Any] = dict(zip(names, stamps, strict=True))
    if month.chance.random() < 0.2:
        turn |= {"admitted_at": None, "delivered_at": None}
    month.turns.append(turn)
    await database.execute(
        """insert into turns (account_id, conversation_id, number, epoch, watermark, answers, state, brain, received_at,
            settled_at, asked_at, answered_at, admitted_at, delivered_at)
        values ($1, $2, $3, 0, 1, '{1}', 'admitted', 'offline', $4, $5, $6, $7, $8, $9)""",
        *(month.account, conversation, number, *(turn[name] for name in names)),
    )
    state = "sent" if turn["delivered_at"] else month.chance.choice(["cancelled", "failed"])
    month.sends.append({"conversation": conversation, "state": state, "at": turn["delivered_at"]})
    await database.execute(
        """insert into outbox (account_id, conversation_id, number, kind, epoch, state, sent_at, created_at)
        values ($1, $2, $3, 'message', 0, $4, $5, $6)""",
        *(month.account, conversation, number, state, turn["delivered_at"], at),
    )


async def _gone_quiet(database: Database, month: Month, conversation: int, at: datetime) -> None:
    """A salesperson takes the chat, or the bot gives it away; most of the time it comes back."""
    seller = month.chance.choice(list(SELLERS))
    what, who, reason = month.chance.choice(
        [
            ("paused", f"user:{seller}", "human"),
            ("paused", SELLERS[seller], "command"),
            ("paused", "n8n", "command"),
            ("handed_over", "bot", "unknown"),
            ("opted_out", "customer", "opt_out"),
        ]
    )
    await _logged(database, month, {"conversation": conversation, "at": at, "what": what, "who": who, "reason": reason})
    if what == "handed_over":
        month.handovers.append({"conversation": conversation, "seller": seller, "at": at})
        await database.execute(
            """insert into handovers (account_id, conversation_id, seller_id, rule, chosen_at)
            values ($1, $2, $3, 'round_robin', $4)""",
            *(month.account, conversation, seller, at),
        )
    if month.chance.random() < 0.7:
        back = {"at": at + month.seconds(1800), "what": "released", "who": "clock", "reason": None}
        await _logged(database, month, {"conversation": conversation, **back})


async def _logged(database: Database, month: Month, line: dict[str, Any]) -> None:
    number = await database.fetchval(
        """insert into event_log (account_id, conversation_id, at, who, what, details)
        values ($1, $2, $3, $4, $5, $6) returning id""",
        *(month.account, line["conversation"], line["at"], line["who"], line["what"]),
        orjson.dumps({"after": {"reason": line["reason"]}}).decode(),
    )
    month.log.append({**line, "id": number})


async def _visits(database: Database, month: Month, seller: str) -> None:
    """One booking a day at most, so that none overlaps."""
    for day in range(DAYS):
        if month.chance.random() < 0.5:
            continue
        start = BEGIN + timedelta(days=day, hours=12)
        state = month.chance.choice(["booked", "booked", "cancelled", "no_show", "expired"])
        visit: dict[str, Any] = {
            "seller": seller,
            "state": state,
            "start": start,
            "minutes": month.chance.choice([30, 45, 60]),
            "booked_at": None if state == "expired" else start - timedelta(days=2),
        }
        month.agenda.append(visit)
        await database.execute(
            """insert into agenda (account_id, seller_id, state, starts_at, ends_at, taken, timezone, receipt,
                booked_at)
            values ($1, $2, $3, $4, $4::timestamptz + $5::interval,
                tstzrange($4, $4::timestamptz + $5::interval), 'UTC', $6, $7)""",
            *(month.account, seller, state, start, timedelta(minutes=visit["minutes"])),
            *(f"R{seller}-{day}", visit["booked_at"]),
        )


async def _judged(database: Database, month: Month) -> None:
    """What customers said when they were asked, and questions whose answers were known."""
    for place, conversation in enumerate(month.conversations):
        at, seller = month.moment(), month.chance.choice(list(SELLERS))
        score = month.chance.choice([None, 1, 3, 5])
        thumb = {1: "down", 5: "up"}.get(score or 0)
        month.feedback.append({"seller": seller, "score": score, "thumb": thumb, "at": at})
        await database.execute(
            """insert into feedback (account_id, conversation_id, source, seller_id, score, thumb, asked_at, given_at)
            values ($1, $2, 'survey', $3, $4, $5, $6, case when $4::smallint is not null then $6::timestamptz end)""",
            *(month.account, conversation, seller, score, thumb, at),
        )
        if place < DAYS:
            day = day_of(BEGIN + timedelta(days=place))
            await database.execute(
                "insert into faq_days (account_id, day, exact, near, missed) values ($1, $2, $3, $4, $5)",
                *(month.account, day, place, 2 * place, 10 if place % 3 else 0),
            )
            await database.execute(
                "insert into profiles (account_id, contact_id, language, topics, seen_at) values ($1, $2, $3, $4, $5)",
                *(month.account, f"person-{place}", "pt-BR", '{"price": "2026-09-20T12:00:00Z"}', at),
            )


async def _waiting(database: Database, month: Month) -> None:
    """What waits and what died."""
    at = BEGIN + timedelta(days=3, hours=5)
    conversation = next(iter(month.conversations))
    for number, state in enumerate(["unread", "unread"]):
        await database.execute(
            """insert into inbox (account_id, channel, external_id, conversation_id, kind, body, at, received_at)
            values ($1, 'kommo', $2, $3, 'customer', '{}', $4, $4)""",
            *(month.account, f"{state}-{number}", conversation, at),
        )
    await database.execute(
        """insert into deliveries (account_id, channel, hash, state, received_at)
        values ($1, 'kommo', $2, 'quarantined', $3)""",
        *(month.account, b"q" * 32, at),
    )
