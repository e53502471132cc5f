"""Chatwoot as the inbox in which other channels' conversations are shown.

Its phone has no unique index and its conversations no key, so a person is known by an identifier of ours, which is
unique there, and a conversation by an attribute. Labels go by a call that merges; attributes are read, merged, written.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from app.channels.chatwoot.adapter import card
from app.channels.chatwoot.adapter.people import source_in
from app.channels.chatwoot.client import ChatwootClient, Invalid, reference_of
from app.channels.chatwoot.client.api import whole
from app.channels.chatwoot.payloads import API_INBOX, LONGEST_NAME, LONGEST_TEXT, PersonShape, tokens_of
from app.domain.account import Connection, Lane
from app.domain.errors import AppError, NeedsHuman, NotFound, OutcomeUnknown
from app.domain.inbox import By, InboxMirror, Known, Line, NewLabel, Someone
from app.domain.phones import forms

KEY: Final = "ponte_conversation"
PAGES_LOOKED_AT: Final = 5
_LANE: Final = Lane.SYNC


class ChatwootMirror(InboxMirror):
    """One for all accounts of a process."""

    kind: str = "chatwoot"

    def __init__(self, client: ChatwootClient) -> None:
        self._client = client

    async def check(self, inbox: Connection) -> str:
        """Only an API inbox without a messenger behind it takes what customers wrote, and sends nothing on."""
        found = await self._client.inbox(inbox)
        if found.channel_type != API_INBOX:
            hint = "Make an inbox of the type API in Chatwoot, without a webhook, and name its number."
            raise NeedsHuman("This inbox has a messenger: what is shown there would be sent.", hint=hint)
        if found.webhook_url:
            hint = "Take the webhook out of the inbox, or make another one of the type API for this."
            raise NeedsHuman("This inbox has a webhook: what is shown there may be sent to customers.", hint=hint)
        if not tokens_of(inbox.token).bot:
            raise NeedsHuman("A bot's token is needed, so that the bot's words are shown as its own.")
        return found.name

    def reference(self, inbox: Connection) -> str:
        return reference_of(inbox)

    async def find(self, inbox: Connection, someone: Someone) -> Known | None:
        equal = [("identifier", one) for one in (someone.identifier, *someone.also)]
        phones = [f"+{digits}" for digits in sorted(forms(someone.phone))] if someone.phone else []
        equal += [("phone_number", phone) for phone in phones]
        found = await self._client.filter_contacts(inbox, equal=equal, lane=_LANE)
        wanted = {one.casefold() for one in (someone.identifier, *someone.also)}
        same = [one for one in found if one.identifier.casefold() in wanted or one.phone_number in phones]
        same.sort(key=lambda one: (one.identifier.casefold() != someone.identifier.casefold(), whole(one.id)))
        return Known(same[0].id, same[0].name, len(same) - 1) if same else None

    async def introduce(self, inbox: Connection, someone: Someone) -> Known:
        """Two who make the same one meet at the identifier: 422, or 500 where the server rescues nothing."""
        new: dict[str, Any] = {"name": someone.name[:LONGEST_NAME], "identifier": someone.identifier}
        new |= {"phone_number": someone.phone} if someone.phone else {}
        new |= {"custom_attributes": dict(someone.attributes)} if someone.attributes else {}
        try:
            made = await self._client.add_contact(inbox, new=new, lane=_LANE)
        except (Invalid, OutcomeUnknown) as error:
            return await self._whoever_is_there(inbox, someone, error)
        return Known(made.id, made.name)

    async def _whoever_is_there(self, inbox: Connection, someone: Someone, error: AppError) -> Known:
        found = await self.find(inbox, someone)
        if found is None:
            raise error
        return found

    async def improve(self, inbox: Connection, person_id: str, someone: Someone) -> None:
        """The phone only where none is there: another's would make the whole record invalid."""
        there = await self._client.contact(inbox, contact_id=person_id, lane=_LANE)
        change = _better(there, someone)
        try:
            if change:
                await self._client.change_contact(inbox, contact_id=person_id, change=change)
        except Invalid:
            change.pop("phone_number", None)
            change.pop("identifier", None)
            await self._client.change_contact(inbox, contact_id=person_id, change=change)

    async def find_chat(self, inbox: Connection, person_id: str, key: str) -> str | None:
        found = await self._client.conversations_of(inbox, contact_id=person_id, lane=_LANE)
        return next((one.id for one in found if str(one.custom_attributes.get(KEY, "")) == key), None)

    async def open_chat(self, inbox: Connection, person_id: str, key: str) -> str:
        person = await self._client.contact(inbox, contact_id=person_id, lane=_LANE)
        source_id = await source_in(self._client, inbox, person, wished=f"ponte-{inbox.account_id}-{person_id}")
        new = {"source_id": source_id, "contact_id": whole(person_id), "custom_attributes": {KEY: key}}
        made = await self._client.add_conversation(inbox, new=new, lane=_LANE)
        if str(made.custom_attributes.get(KEY, "")) != key:  # the inbox has one conversation for each contact
            await card.fill(self._client, inbox, made.id, {KEY: key})
        return made.id

    async def show(self, inbox: Connection, chat_id: str, line: Line) -> None:
        new = {"content": line.text[:LONGEST_TEXT], "source_id": line.key, "private": line.is_note}
        new["message_type"] = "incoming" if line.by is By.CUSTOMER and not line.is_note else "outgoing"
        say = self._client.say if line.by is By.BOT or line.is_note else self._client.say_as_person
        await say(inbox, number=chat_id, new=new, lane=_LANE)

    async def shown(self, inbox: Connection, chat_id: str, keys: Collection[str]) -> set[str]:
        found: set[str] = set()
        before: str | None = None
        for _ in range(PAGES_LOOKED_AT):
            some = await self._client.messages(inbox, number=chat_id, lane=_LANE, before=before)
            found |= {one.source_id for one in some} & set(keys)
            if not some or found == set(keys):
                break
            before = min(some, key=lambda one: whole(one.id)).id
        return found

    async def label(self, inbox: Connection, chat_id: str, *, add: Sequence[str], remove: Sequence[str]) -> None:
        await card.label(self._client, inbox, chat_id, add=list(add), remove=list(remove))

    async def mark(self, inbox: Connection, chat_id: str, attributes: Mapping[str, str]) -> None:
        await card.fill(self._client, inbox, chat_id, dict(attributes))

    async def forget(self, inbox: Connection, person_id: str) -> None:
        try:
            await self._client.drop_contact(inbox, contact_id=person_id)
        except NotFound:
            return

    async def make_labels(self, inbox: Connection, labels: Sequence[NewLabel]) -> list[str]:
        """Needs an administrator's token. Account labels are read first, for a title is there only once."""
        there = {one.title for one in await self._client.labels(inbox)}
        missing = [one for one in labels if one.title not in there]
        for one in missing:
            shown = {"title": one.title, "description": one.description, "color": one.color, "show_on_sidebar": True}
            await self._client.add_label(inbox, new=shown)
        return [one.title for one in missing]


def _better(there: PersonShape, someone: Someone) -> dict[str, Any]:
    """What is to be changed of a person, and nothing that people have written better. Pure."""
    change: dict[str, Any] = {}
    is_ours = there.name in ("", someone.called[:LONGEST_NAME])
    if someone.name and someone.name != there.name and is_ours:
        change["name"] = someone.name[:LONGEST_NAME]
    if someone.phone and not there.phone_number:
        change["phone_number"] = someone.phone
    if not there.identifier:
        change["identifier"] = someone.identifier
    new = {key: value for key, value in someone.attributes.items() if there.custom_attributes.get(key) != value}
    return change | ({"custom_attributes": new} if new else {})
