"""Which chat a messenger's customer has, by whichever of their names a webhook tells: a phone, or the messenger's ids.

A name that comes together with a known one leads to the same chat from then on. Where two chats are known already, the
one of the surer name (the phone) goes on, and the audit says so. Names are taken in one order and before any chat is
locked, so that two doors never wait for each other in a circle, nor make two chats of one person.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from app.store.database import Tx
from app.store.queries import statements

SQL: Final = statements("names")
CHATS: Final = statements("inbox")
Key: TypeAlias = tuple[int, str, str]
Chats: TypeAlias = dict[Key, str]


@dataclass(frozen=True, slots=True)
class Heard:
    """By which names a webhook calls somebody, the surest first. `claims`: that they are one person is to be kept."""

    account_id: int
    channel: str
    names: tuple[str, ...]
    claims: bool

    @property
    def keys(self) -> list[Key]:
        return [(self.account_id, self.channel, name) for name in self.names]


async def chats_of(tx: Tx, heard: Sequence[Heard]) -> list[str]:
    """The chat of each of them; of somebody who is new it has their surest name."""
    known = await _asked(tx, SQL["known"], {key for one in heard for key in one.keys})
    news = [one for one in heard if one.claims and not _is_settled(one, known)]
    if news:
        known |= await _settled(tx, news)
    return [next((known[key] for key in one.keys if key in known), one.names[0]) for one in heard]


def _is_settled(one: Heard, known: Mapping[Key, str]) -> bool:
    return all(key in known for key in one.keys) and len({known[key] for key in one.keys}) == 1


async def _settled(tx: Tx, news: Sequence[Heard]) -> Chats:
    """All their names lead to one chat each: taken first, so that whoever hears of one meanwhile waits."""
    keys = {key for one in news for key in one.keys}
    before = await _asked(tx, SQL["claim"], keys)
    rows = await tx.fetch(CHATS["find_conversations"], *_columns(keys - before.keys()))
    before |= {key: key[2] for key in ((row["account_id"], row["channel"], row["chat_id"]) for row in rows)}
    after = chosen(news, before)
    changed = sorted((*key, chat) for key, chat in after.items())
    await tx.execute(SQL["settle"], *map(list, zip(*changed, strict=True)))
    moved = {(*key[:2], old, after[key]) for key, old in before.items() if after[key] != old}
    if moved:
        await _join(tx, sorted(moved))
    return after


def chosen(news: Sequence[Heard], before: Mapping[Key, str]) -> Chats:
    """To which chat each name leads: where the surest that is known leads, for all that come with it. Pure."""
    after = dict(before)
    for one in news:
        chat = next((after[key] for key in one.keys if key in after), one.names[0])
        after |= dict.fromkeys(one.keys, chat)
    return after


async def _join(tx: Tx, moved: Sequence[tuple[int, str, str, str]]) -> None:
    """Two chats turn out to be one person's: an opt-out in either counts, and people are told where the other is."""
    accounts, channels, goes, stays = map(list, zip(*moved, strict=True))
    await tx.execute(SQL["join_opt_outs"], accounts, goes, stays)
    await tx.execute(SQL["tell_joined"], accounts, channels, goes, stays)


async def _asked(tx: Tx, statement: str, keys: Iterable[Key]) -> Chats:
    rows = await tx.fetch(statement, *_columns(keys))
    return {
        (row["account_id"], row["channel"], row["known_as"]): row["chat_id"]
        for row in rows
        if row["chat_id"] is not None
    }


def _columns(keys: Iterable[Key]) -> tuple[list[int], list[str], list[str]]:
    ordered = sorted(keys)
    return [key[0] for key in ordered], [key[1] for key in ordered], [key[2] for key in ordered]
