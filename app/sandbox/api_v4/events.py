"""The account's events, newest first: who wrote when, never what."""

from typing import Any

from app.sandbox.api_v4.paging import page_of
from app.sandbox.entities import Event
from app.sandbox.errors import invalid
from app.sandbox.exchange import Answer, Call
from app.sandbox.validation import numbers, span, texts
from app.sandbox.world import World

LARGEST_PAGE = 100
MOST_IDS = 10


def list_events(world: World, call: Call) -> Answer:
    del world
    recent = span(call, "filter[created_at]")
    types, writers, cards = texts(call, "filter[type]"), numbers(call, "filter[created_by]"), cards_asked(call)
    found = [
        event
        for event in reversed(call.account.events)
        if (not types or event.type in types)
        and (not writers or event.created_by in writers)
        and (not cards or event.contact_id in cards)
        and recent(event.created_at)
    ]
    return page_of(call, found, name="events", show=lambda event: event_view(call, event), most=LARGEST_PAGE)


def cards_asked(call: Call) -> list[int]:
    """Chat events are found by contact, although they come back under the lead."""
    kinds, ids = texts(call, "filter[entity]"), numbers(call, "filter[entity_id]")
    if ids and len(kinds) != 1:
        raise invalid("NotSupportedChoice", "filter.entity", "One entity type is needed with entity_id.")
    if len(ids) > MOST_IDS:
        raise invalid("TooMany", "filter.entity_id", "This collection should contain 10 elements or less.")
    if kinds and kinds != ["contact"]:
        return [-1]
    return ids


def event_view(call: Call, event: Event) -> dict[str, Any]:
    is_lead = event.lead_id is not None
    body: dict[str, Any] = {
        "id": event.id,
        "type": event.type,
        "entity_id": event.lead_id if is_lead else event.contact_id,
        "entity_type": "lead" if is_lead else "contact",
        "created_by": event.created_by,
        "created_at": event.created_at,
        "value_after": value_after(event),
        "value_before": [],
        "account_id": call.account.id,
        "_links": call.href(f"events/{event.id}"),
    }
    kind, card = ("leads", event.lead_id) if is_lead else ("contacts", event.contact_id)
    entity = {"id": card, "_links": call.href(f"{kind}/{card}")}
    entity |= {"linked_talk_contact_id": event.contact_id} if is_lead else {}
    return body | {"_embedded": {"entity": entity}}


def value_after(event: Event) -> list[dict[str, Any]]:
    if event.message_id is None:
        return [{"talk": {"id": event.talk_id}}]
    return [{"message": {"id": event.message_id, "talk_id": event.talk_id, "origin": event.origin}}]
