"""What the client makes of answers that no simulated Kommo gives: strange shapes, foreign hosts, endless lists."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.channels.http import CALL_BUDGET
from app.channels.kommo.adapter import KommoChannel
from app.channels.kommo.client import SEND_BUDGET, FieldsRefused, KommoClient, Turn
from app.domain.account import Connection, Lane
from app.domain.errors import (
    AppError,
    Conflict,
    NeedsHuman,
    NotFound,
    NotStarted,
    OutcomeUnknown,
    Rejected,
    Retryable,
    WayLost,
)
from app.domain.messages import Address
from app.domain.ports import Slot

TO = Address(chat_id="c-1", talk_id="7", contact_id="5", lead_id="9")
HTML = ("<html>sorry</html>", "text/html")
PROBLEM = "application/problem+json"


async def told_by_a_read(client: KommoClient, connection: Connection) -> type[AppError]:
    with pytest.raises(AppError) as told:
        await client.account(connection)
    return type(told.value)


async def told_by_a_send(channel: KommoChannel, connection: Connection, slot: Slot) -> AppError:
    with pytest.raises(AppError) as told:
        await channel.send(connection, TO, "Olá, Maria!", way="talks", slot=slot)
    return told.value


@pytest.mark.parametrize(
    ("answer", "read", "sent"),
    [
        ((400, "{}", PROBLEM), Rejected, Rejected),
        ((401, "{}", PROBLEM), NeedsHuman, NeedsHuman),
        ((402, '{"detail":"Over chat API limit"}', PROBLEM), NeedsHuman, WayLost),
        ((403, '{"detail":"Invalid scope"}', PROBLEM), NeedsHuman, WayLost),
        ((403, *HTML), NotStarted, NotStarted),
        ((403, ""), NotStarted, NotStarted),
        ((403, '{"detail":"Forbidden"}', PROBLEM), NotStarted, NotStarted),
        ((405, ""), Rejected, Rejected),
        ((429, ""), NotStarted, NotStarted),
        ((500, "{}", PROBLEM), Retryable, OutcomeUnknown),
        ((502, *HTML), Retryable, OutcomeUnknown),
        ((200, *HTML), Retryable, OutcomeUnknown),
        ((200, "{}"), Retryable, OutcomeUnknown),
        ((200, '{"id": {"not": "an id"}}'), Retryable, OutcomeUnknown),
        ((301, ""), NeedsHuman, NeedsHuman),
    ],
)
async def test_what_an_answer_means_to_a_read_and_to_a_send(
    *,
    vendor: Any,
    said: Any,
    canned: Connection,
    client: KommoClient,
    channel: KommoChannel,
    slot: Slot,
    answer: tuple[Any, ...],
    read: type[AppError],
    sent: type[AppError],
):
    vendor.says(said(*answer))
    assert await told_by_a_read(client, canned) is read
    assert type(await told_by_a_send(channel, canned, slot)) is sent


async def test_a_read_is_tried_three_times_and_a_write_once(
    vendor: Any, said: Any, canned: Connection, client: KommoClient, governor: Any
):
    vendor.says(said(502))
    assert await told_by_a_read(client, canned) is Retryable
    assert len(vendor.heard) == len(governor.lanes) == 3  # each try takes a slot of its own
    with pytest.raises(OutcomeUnknown):
        await client.add_note(canned, on=("leads", "9"), text="oi")
    assert len(vendor.heard) == 4


async def test_a_read_that_fails_once_succeeds(vendor: Any, said: Any, canned: Connection, client: KommoClient):
    vendor.says(b"", said(200, '{"id": 30100200}'))
    assert (await client.account(canned)).id == "30100200"


async def test_a_read_that_was_told_to_wait_is_not_tried_again_here(
    vendor: Any, said: Any, canned: Connection, client: KommoClient, governor: Any
):
    vendor.says(said(429, '{"retry_after": 300}', PROBLEM))
    assert await told_by_a_read(client, canned) is NotStarted
    assert len(vendor.heard) == 1
    assert governor.slowed == [timedelta(seconds=300)]


@pytest.mark.parametrize("answer", [('{"detail":"Forbidden"}', PROBLEM), HTML])
async def test_a_403_about_one_message_stops_that_message_and_nothing_else(
    *,
    vendor: Any,
    said: Any,
    canned: Connection,
    channel: KommoChannel,
    slot: Slot,
    governor: Any,
    answer: tuple[str, str],
):
    vendor.says(said(403, *answer), said(200, '{"id": 30100200}'))
    assert type(await told_by_a_send(channel, canned, slot)) is Rejected
    assert vendor.lines[1].startswith("GET /api/v4/account")
    assert governor.held == []


async def test_a_403_that_the_account_gets_too_holds_every_call(
    vendor: Any, said: Any, canned: Connection, channel: KommoChannel, slot: Slot, governor: Any
):
    vendor.says(said(403, '{"detail":"Forbidden"}', PROBLEM))
    assert type(await told_by_a_send(channel, canned, slot)) is NotStarted
    assert len(governor.held) == 1


async def test_a_403_to_an_admins_call_is_a_missing_right_and_no_ban(
    vendor: Any, said: Any, canned: Connection, client: KommoClient, governor: Any
):
    vendor.says(said(403, '{"detail":"Forbidden"}', PROBLEM))
    with pytest.raises(NeedsHuman):
        [user async for user in client.users(canned)]
    assert governor.held == []


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [(400, '{"validation-errors": [{"errors": [{"path": "a.0.b"}]}]}', FieldsRefused), (422, "{}", Conflict)],
)
async def test_a_refused_change_names_the_fields_where_kommo_does(
    vendor: Any, said: Any, canned: Connection, client: KommoClient, *, status: int, body: str, error: type[AppError]
):
    vendor.says(said(status, body, PROBLEM))
    with pytest.raises(error):
        await client.patch_lead(canned, lead_id="9", change={"name": "x"})


async def test_no_error_repeats_what_was_sent_or_what_kommo_said_about_it(
    vendor: Any, said: Any, canned: Connection, channel: KommoChannel, slot: Slot
):
    for status in (400, 402, 403, 422, 429, 500):
        body = '{"detail": "Olá, Maria! scope", "validation-errors": [{"errors": [{"path": "Olá, Maria!"}]}]}'
        vendor.says(said(status, body, PROBLEM))
        error = await told_by_a_send(channel, canned, slot)
        assert "Maria" not in f"{error!r} {error.hint}"
        assert canned.token not in f"{error!r} {error.hint} {canned!r}"


@pytest.mark.parametrize(
    "url",
    [
        "https://examplestore.example.com",
        "https://kommo.com.example.com",
        "https://evilkommo.com",
        "http://examplestore.kommo.com",
        "https://examplestore.kommo.com:8443",
        "https://user:secret@examplestore.kommo.com",
        "https://examplestore.kommo.com/elsewhere",
        "https://examplestore.kommo.com?x=1",
        "http://10.0.0.1",
        "http://[broken",
        "ftp://127.0.0.1",
        "",
    ],
)
async def test_the_token_travels_to_kommo_or_loopback_only(
    canned: Connection, client: KommoClient, governor: Any, url: str
):
    with pytest.raises(NeedsHuman) as told:
        await client.account(replace(canned, base_url=url))
    assert "secret" not in str(told.value)
    assert governor.lanes == []


async def test_a_call_carries_the_token_in_its_header_and_ids_cannot_leave_their_step(
    vendor: Any, canned: Connection, client: KommoClient
):
    with pytest.raises(NotFound):
        await client.lead(canned, lead_id="../users?x=1#y")
    assert vendor.lines == ["GET /api/v4/leads/..%2Fusers%3Fx%3D1%23y"]
    assert "authorization: bearer made-up-token" in vendor.heard[0].lower()
    with pytest.raises(Rejected):
        await client.lead(canned, lead_id="..")


async def test_an_empty_list_is_204(vendor: Any, canned: Connection, client: KommoClient):
    since = datetime(2026, 1, 1, tzinfo=UTC)
    events = client.events(canned, types=["a", "b"], since=since)
    assert [event async for event in events] == []
    line = "GET /api/v4/events?filter%5Btype%5D=a%2Cb&filter%5Bcreated_at%5D%5Bfrom%5D=1767225600&page=1&limit=100"
    assert vendor.lines == [line]


async def test_a_list_that_never_ends_is_given_up(vendor: Any, said: Any, canned: Connection, client: KommoClient):
    page = '{"_embedded": {"users": [{"id": 1}]}, "_links": {"next": {"href": "x"}}}'
    vendor.says(said(200, page))
    with pytest.raises(Retryable):
        [user async for user in client.users(canned)]
    assert len(vendor.heard) == 200


@pytest.mark.parametrize("body", ["[]", '{"_embedded": {"talks": 5}}', '{"_embedded": {"talks": [{"no": "id"}]}}'])
async def test_a_list_in_a_strange_shape_is_no_empty_list(
    vendor: Any, said: Any, canned: Connection, client: KommoClient, body: str
):
    vendor.says(said(200, body))
    with pytest.raises(Retryable):
        [talk async for talk in client.talks(canned, contact_ids=["5"], lane=Lane.SYNC)]


async def test_what_kommo_leaves_out_or_writes_as_null_is_none(
    vendor: Any, said: Any, canned: Connection, client: KommoClient
):
    talk = '{"talk_id": 7, "chat_id": null, "contact_id": 0, "entity_id": null, "entity_type": null, "origin": null}'
    vendor.says(said(200, talk))
    found = await client.talk(canned, talk_id="7", lane=Lane.SYNC)
    assert (found.talk_id, found.chat_id, found.contact_id, found.lead_id) == ("7", "", None, None)


async def test_an_event_that_names_no_talk_is_followed_by_its_contact(
    vendor: Any, said: Any, canned: Connection, channel: KommoChannel
):
    event = (
        '{"id": "e", "value_after": [{"message": {"id": "m-1"}}], "entity_type": "lead", "entity_id": 9, "_embedded": '
    )
    event += '{"entity": {"linked_talk_contact_id": 5}}}'
    events = f'{{"_embedded": {{"events": [{event}]}}}}'
    talks = '{"_embedded": {"talks": [{"talk_id": 7, "chat_id": "c-1", "contact_id": 5, "updated_at": 1790000000}]}}'
    message = '{"id": "m-1", "type": "incoming", "text": "o\\u0000i", "author": {"type": "external"}, "created_at": 1}'
    vendor.says(said(200, events), said(200, talks), said(200, f'{{"_embedded": {{"messages": [{message}]}}}}'))
    (talk,) = [talk async for talk in channel.missed(canned, since=datetime(2026, 1, 1, tzinfo=UTC))]
    (found,) = talk.events
    assert (found.external_id, found.text, found.chat_id, found.lead_id) == ("m-1", "oi", "c-1", None)


async def test_a_talk_that_is_gone_hides_no_other(vendor: Any, said: Any, canned: Connection, channel: KommoChannel):
    events = '{"_embedded": {"events": [{"id": "e", "value_after": [{"message": {"talk_id": 7}}]}]}}'
    vendor.says(said(200, events), said(404))
    assert [talk async for talk in channel.missed(canned, since=datetime(2026, 1, 1, tzinfo=UTC))] == []


async def test_a_422_of_an_open_talk_is_not_taken_for_a_closed_one(
    vendor: Any, said: Any, canned: Connection, channel: KommoChannel, slot: Slot
):
    talks = '{"_embedded": {"talks": [{"talk_id": 7, "chat_id": "c-1", "is_in_work": true}]}}'
    vendor.says(said(422, "{}", PROBLEM), said(200, talks))
    assert type(await told_by_a_send(channel, canned, slot)) is Conflict
    assert len(vendor.heard) == 2


@pytest.mark.parametrize(
    "other", ['"chat_id": "c-2", "is_in_work": true', '"chat_id": "c-1", "is_in_work": false', '"chat_id": null']
)
async def test_no_other_chat_of_the_contact_and_no_closed_talk_is_written_into(
    vendor: Any, said: Any, canned: Connection, channel: KommoChannel, *, slot: Slot, other: str
):
    vendor.says(said(422, "{}", PROBLEM), said(200, f'{{"_embedded": {{"talks": [{{"talk_id": 8, {other}}}]}}}}'))
    assert (await told_by_a_send(channel, canned, slot)).code == "no_open_talk"
    assert len(vendor.heard) == 2


async def test_a_read_back_leaves_out_the_contacts_other_chats(
    vendor: Any, said: Any, canned: Connection, channel: KommoChannel
):
    other = '{"_embedded": {"talks": [{"talk_id": 8, "chat_id": "c-2", "updated_at": 1790000000}]}}'
    vendor.says(said(200, '{"talk_id": 7, "chat_id": "c-1"}'), said(200, other), said(204))
    assert (await channel.read_back(canned, TO, since=datetime(2026, 1, 1, tzinfo=UTC))).complete
    assert not any("talks/8" in line for line in vendor.lines)


async def test_an_open_talk_that_cannot_be_looked_for_leaves_the_send_not_started(
    vendor: Any, said: Any, canned: Connection, channel: KommoChannel, slot: Slot
):
    vendor.says(said(422, "{}", PROBLEM), said(502))
    assert type(await told_by_a_send(channel, canned, slot)) is NotStarted


async def test_a_governor_that_grants_too_late_starts_nothing(
    vendor: Any, canned: Connection, client: KommoClient, governor: Any
):
    governor.good_for = -1.0
    with pytest.raises(NotStarted):
        await client.add_note(canned, on=("leads", "9"), text="oi")
    assert vendor.heard == []


async def test_a_subscription_that_kommo_refuses_without_naming_a_code_falls_back_to_the_least(
    vendor: Any, said: Any, canned: Connection, channel: KommoChannel
):
    hook = '{"destination": "https://a.example/webhooks/kommo/x", "settings": ["add_message"]}'
    vendor.says(said(422, "{}", PROBLEM), said(201, hook))
    assert await channel.subscribe(canned, "https://a.example/webhooks/kommo/x") == ["add_message"]
    vendor.says(said(422, "{}", PROBLEM))
    with pytest.raises(Conflict):
        await channel.subscribe(canned, "https://a.example/webhooks/kommo/x")


async def test_a_code_that_is_refused_by_name_is_left_out(
    vendor: Any, said: Any, canned: Connection, channel: KommoChannel
):
    wrong = '{"validation-errors": [{"errors": [{"path": "settings", "detail": "unknown code add_talk"}]}]}'
    vendor.says(said(400, wrong, PROBLEM), said(201, "{}"))
    assert "add_talk" not in await channel.subscribe(canned, "https://a.example/webhooks/kommo/x")
    assert '"add_talk"' not in vendor.heard[1]


async def test_a_send_whose_time_is_over_starts_nothing(
    vendor: Any, canned: Connection, client: KommoClient, slot: Slot
):
    with pytest.raises(NotStarted):
        await client.send_message(canned, talk_id="7", text="oi", turn=Turn(slot, within=timedelta(0)))
    assert vendor.heard == []


async def test_the_calls_of_one_send_share_its_time(vendor: Any, canned: Connection, client: KommoClient, slot: Slot):
    vendor.says(b"HANG")
    with pytest.raises(OutcomeUnknown):
        await client.send_message(canned, talk_id="7", text="oi", turn=Turn(slot, within=timedelta(seconds=0.05)))


async def test_a_slot_that_does_not_come_in_time_leaves_the_send_not_started(
    vendor: Any, canned: Connection, impatient: httpx.AsyncClient, slot: Slot, busy: Any
):
    turn = Turn(slot, within=timedelta(seconds=0.05))
    turn.take_slot()
    with pytest.raises(NotStarted):
        await KommoClient(impatient, busy).send_message(canned, talk_id="7", text="oi", turn=turn)
    assert vendor.heard == []


def test_a_whole_send_fits_into_one_calls_budget():
    assert SEND_BUDGET <= CALL_BUDGET
