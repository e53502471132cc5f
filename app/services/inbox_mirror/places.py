"""Where a conversation is in the mirror: its person and its chat there, each got or made once, and what is on them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from app.domain.ids import AccountId, ConversationId
from app.domain.inbox import InboxMirror, Someone
from app.domain.language import by_script
from app.services.inbox_mirror.labels import Facts, choose
from app.services.inbox_mirror.people import is_better, someone
from app.store.database import Row
from app.store.inbox_lines import InboxLines, Person, attributes_of
from app.store.inboxes import Inbox
from app.store.json_text import from_json

KEY: Final = "ponte_conversation"


class Places:
    """Finds, makes and dresses them. Whoever calls holds the inbox's turn, so nobody does the same beside it."""

    def __init__(self, lines: InboxLines) -> None:
        self._lines = lines

    async def place(self, there: InboxMirror, inbox: Inbox, row: Row) -> str | None:
        """The conversation's chat. None: its customer was erased meanwhile."""
        if row["place"] is not None and row["person_id"] is not None:
            return row["place"]
        person, number = person_of(row, self._lines.said_name(row)), ConversationId(row["id"])
        known = await self._person(there, inbox, number, person)
        if known is None:
            return None
        (person_id, is_new), connection = known, inbox.connection
        found = None if is_new else await there.find_chat(connection, person_id, str(number))
        chat_id = found or await there.open_chat(connection, person_id, str(number))
        kept: dict[str, Any] = {"identifier": person.identifier, "chat_id": chat_id}
        return chat_id if await self._lines.keep_chat(inbox.account_id, number, **kept) else None

    async def _person(
        self, there: InboxMirror, inbox: Inbox, number: ConversationId, person: Someone
    ) -> tuple[str, bool] | None:
        """Their id there, and whether they were made just now; None where they were erased meanwhile."""
        kept = await self._lines.person(inbox.account_id, person.identifier)
        if kept is not None:
            return kept[0], False
        connection = inbox.connection
        found = await there.find(connection, person)
        known = found or await there.introduce(connection, person)
        made = Person(person.identifier, known.person_id, known.name, known.twins)
        if not await self._lines.keep_person(inbox.account_id, number, made):
            return None
        return known.person_id, found is None

    async def dress(self, there: InboxMirror, inbox: Inbox, row: Row, place: str) -> None:
        """Labels, attributes and the name, where they are other than they were."""
        account_id, number = inbox.account_id, ConversationId(row["id"])
        fresh = await self._lines.scene(number)
        if fresh is None:
            return
        labels, attributes = choose(facts_of(fresh), fresh["account_locale"]), marks_of(fresh)
        before = list(fresh["labels"])
        add = [one for one in labels if one not in before]
        remove = [one for one in before if one not in labels]
        if add or remove:
            await there.label(inbox.connection, place, add=add, remove=remove)
        if attributes != attributes_of(fresh):
            await there.mark(inbox.connection, place, attributes)
        if add or remove or attributes != attributes_of(fresh):
            await self._lines.keep_marks(account_id, number, labels=labels, attributes=attributes)
        await self._improve(there, inbox, fresh)

    async def _improve(self, there: InboxMirror, inbox: Inbox, row: Row) -> None:
        """A better name, or a phone, that became known meanwhile."""
        if row["person_id"] is None:
            return
        person, number = person_of(row, self._lines.said_name(row)), ConversationId(row["id"])
        known, before = str(row["person_name"] or ""), str(row["identifier"])
        has_phone = await self._has_new_phone(inbox, row, person)
        if not (is_better(person.name, known) or has_phone):
            return
        name = person.name if is_better(person.name, known) else ""
        changed = Someone(before, name, person.phone, called=known)
        await there.improve(inbox.connection, str(row["person_id"]), changed)
        kept = Person(before, str(row["person_id"]), name or known)
        if has_phone:  # from now on the person is known by the phone
            moved, chat_id = replace(kept, identifier=person.identifier), str(row["place"])
            await self._lines.move_chat(inbox.account_id, number, moved, before=before, chat_id=chat_id)
        else:
            await self._lines.keep_person(inbox.account_id, number, kept)

    async def _has_new_phone(self, inbox: Inbox, row: Row, person: Someone) -> bool:
        """One by which nobody else is known there."""
        if not person.phone or str(row["identifier"]).endswith(person.phone):
            return False
        other = await self._lines.person(inbox.account_id, person.identifier)
        return other is None or other[0] == row["person_id"]

    async def lose(self, inbox: Inbox, row: Row) -> None:
        """It is not there any more."""
        number, identifier = ConversationId(row["id"]), person_of(row, self._lines.said_name(row)).identifier
        await self._lines.lose_place(AccountId(inbox.account_id), number, identifier)


def person_of(row: Row, said_name: str) -> Someone:
    return someone(
        account_id=row["account_id"],
        channel=row["channel"],
        chat_id=row["chat_id"],
        contact_id=row["contact_id"],
        phones=row["phones"],
        names=(row["contact_name"], said_name),
    )


def facts_of(row: Row) -> Facts:
    tags: list[Any] = from_json(row["tags"]) or []
    return Facts(
        bot_on=row["bot_on"],
        reason=row["pause_reason"] or ("opt_out" if row["opted_out"] else ""),
        flow=row["flow"] or "",
        step=row["flow_step"] or "",
        locale=by_script(" ".join(row["latest"])) or row["locale"] or row["account_locale"],
        written=row["written"],
        person_wrote=row["person_wrote"],
        latest=tuple(row["latest"]),
        tags=tuple(map(str, tags)),
    )


def marks_of(row: Row) -> Mapping[str, str]:
    """What people see beside the chat."""
    told = {
        KEY: row["id"],
        "ponte_channel": row["channel"],
        "ponte_origin": row["origin"],
        "ponte_chat": row["chat_id"],
        "ponte_bot": "on" if row["bot_on"] else "off",
        "ponte_bot_reason": row["pause_reason"],
        "ponte_flow": row["flow"],
        "ponte_step": row["flow_step"],
    }
    return {key: str(value)[:1_000] for key, value in told.items() if value is not None}
