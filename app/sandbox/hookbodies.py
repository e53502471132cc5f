"""Webhook bodies, field by field in the order of the recorded ones: bracket keys, every value a string."""

from datetime import UTC, datetime
from html import escape

import orjson

from app.sandbox.account import Account
from app.sandbox.entities import Contact, Lead, Message, Note, Tag, Talk
from app.sandbox.world import Pairs

NOTE_NUMBERS = {
    "common": 4,
    "attachment": 5,
    "call_in": 10,
    "call_out": 11,
    "message_cashier": 17,
    "geolocation": 21,
    "service_message": 25,
    "extended_service_message": 25,
    "sms_in": 102,
    "sms_out": 103,
}


def account_block(account: Account) -> Pairs:
    """The links name another host than the API's, as recorded: nobody should derive one from the other."""
    return [
        ("account[subdomain]", account.subdomain),
        ("account[id]", str(account.id)),
        ("account[_links][self]", f"https://{account.subdomain}.amocrm.com"),
    ]


def under(prefix: str, values: list[tuple[str, object]]) -> Pairs:
    return [(f"{prefix}[{key}]", as_text(value)) for key, value in values]


def as_text(value: object) -> str:
    if value is None or value is False:
        return "" if value is None else "0"
    return "1" if value is True else str(value)


def message_head(account: Account, message: Message, talk: Talk, *, prefix: str) -> Pairs:
    pairs = account_block(account)
    pairs += under(
        prefix,
        [
            ("id", message.id),
            ("chat_id", message.chat_id),
            ("talk_id", talk.id),
            ("contact_id", talk.contact_id),
            ("text", message.text),
            ("created_at", message.created_at),
            ("message_type", message.message_type),
        ],
    )
    if message.attachment is not None:
        one = message.attachment
        pairs += under(f"{prefix}[attachment]", [("type", one.type), ("link", one.link), ("file_name", one.file_name)])
    return pairs


def incoming_message(account: Account, message: Message, talk: Talk) -> Pairs:
    prefix = "message[add][0]"
    pairs = message_head(account, message, talk, prefix=prefix)
    if talk.lead_id is not None:
        pairs += under(prefix, [("element_type", 2), ("entity_type", "lead")])
        pairs += under(prefix, [("element_id", talk.lead_id), ("entity_id", talk.lead_id)])
    pairs += under(prefix, [("type", "incoming")])
    author = message.author
    pairs += under(f"{prefix}[author]", [("id", author.id), ("type", author.type), ("name", author.name)])
    return [*pairs, (f"{prefix}[origin]", talk.origin)]


def outgoing_message(account: Account, message: Message, talk: Talk, *, recipient: Contact) -> Pairs:
    prefix = "outgoing_message[add][0]"
    pairs = message_head(account, message, talk, prefix=prefix)
    pairs += under(prefix, [("type", "outgoing")])
    author = message.author
    pairs += under(f"{prefix}[author]", [("id", author.id), ("type", author.type)])
    if author.user_id is not None:
        pairs += under(f"{prefix}[author]", [("user_id", author.user_id)])
    pairs += under(f"{prefix}[author]", [("name", author.name)])
    pairs += under(
        f"{prefix}[recipient]", [("id", recipient.author_id), ("type", "external"), ("name", recipient.name)]
    )
    return pairs + under(prefix, [("origin", talk.origin), ("source_id", 19_600_001)])


def talk_event(account: Account, talk: Talk, *, action: str) -> Pairs:
    pairs = under(
        f"talk[{action}][0]",
        [
            ("talk_id", talk.id),
            ("created_at", talk.created_at),
            ("updated_at", talk.updated_at),
            ("rate", 0),
            ("contact_id", talk.contact_id),
            ("chat_id", talk.chat_id),
            *([] if talk.lead_id is None else [("entity_id", talk.lead_id), ("entity_type", "lead")]),
            ("is_in_work", not talk.is_closed),
            ("is_read", talk.is_read),
            ("origin", talk.origin),
        ],
    )
    return pairs + account_block(account)


def lead_event(account: Account, lead: Lead, *, action: str, was: list[tuple[str, object]] | None = None) -> Pairs:
    prefix = f"leads[{action}][0]"
    pairs = under(
        prefix,
        [
            ("id", lead.id),
            ("name", lead.name),
            ("status_id", lead.status_id),
            *(was or []),
            ("price", lead.price),
            ("responsible_user_id", lead.responsible_user_id),
            ("last_modified", lead.updated_at),
            ("modified_user_id", lead.updated_by),
            ("created_user_id", lead.created_by),
            ("date_create", lead.created_at),
            ("pipeline_id", lead.pipeline_id),
            ("account_id", account.id),
        ],
    )
    pairs += field_pairs(account, lead, prefix=prefix) + tag_pairs(lead.tags, prefix=prefix)
    pairs += under(prefix, [("created_at", lead.created_at), ("updated_at", lead.updated_at)])
    return pairs + account_block(account)


def field_pairs(account: Account, lead: Lead, *, prefix: str) -> Pairs:
    pairs: Pairs = []
    for n, (field_id, values) in enumerate(lead.fields.items()):
        at = f"{prefix}[custom_fields][{n}]"
        pairs += under(at, [("id", field_id), ("name", account.fields[field_id].name)])
        for m, value in enumerate(values):
            known: list[tuple[str, object]] = [("value", value["value"])] + (
                [("enum", value["enum_id"])] if "enum_id" in value else []
            )
            pairs += under(f"{at}[values][{m}]", known)
    return pairs


def tag_pairs(tags: list[Tag], *, prefix: str) -> Pairs:
    pairs: Pairs = []
    for n, tag in enumerate(tags):
        pairs += under(f"{prefix}[tags][{n}]", [("id", tag.id), ("name", tag.name)])
    return pairs


def contact_event(account: Account, contact: Contact, *, action: str) -> Pairs:
    prefix = f"contacts[{action}][0]"
    pairs = under(
        prefix,
        [
            ("id", contact.id),
            ("name", contact.name),
            ("responsible_user_id", contact.responsible_user_id),
            ("date_create", contact.created_at),
            ("last_modified", contact.updated_at),
            ("created_user_id", 0),
            ("modified_user_id", 0),
            ("account_id", account.id),
        ],
    )
    phone = f"{prefix}[custom_fields][0]"
    pairs += under(phone, [("id", 570_001), ("name", "Telefone"), ("code", "PHONE")])
    pairs += under(f"{phone}[values][0]", [("value", contact.phone), ("enum", 570_011)])
    pairs += [(f"{prefix}[linked_leads_id][{lead_id}][ID]", str(lead_id)) for lead_id in contact.lead_ids]
    pairs += under(
        prefix, [("created_at", contact.created_at), ("updated_at", contact.updated_at), ("type", "contact")]
    )
    return pairs + account_block(account)


def unsorted_event(account: Account, message: Message, talk: Talk, *, contact: Contact) -> Pairs:
    prefix, source = "unsorted[add][0]", f"{talk.origin}:{account.amojo_id}"
    data, uid = f"{prefix}[source_data]", f"amojo:{talk.origin}:{talk.chat_id}"
    pairs = account_block(account)
    pairs += under(prefix, [("uid", message.id.replace("-", "") + "0" * 26), ("source", source), ("source_uid", uid)])
    pairs += under(prefix, [("category", "chats")])
    pairs += under(data, [("from", contact.name), ("name", contact.name), ("to", account.amojo_id)])
    pairs += under(data, [("date", message.created_at), ("service", talk.origin), ("site", "WhatsApp")])
    pairs += under(f"{data}[client]", [("name", contact.name), ("id", contact.author_id)])
    pairs += under(f"{data}[origin]", [("provider", "amojo"), ("chat_id", talk.chat_id)])
    first: list[tuple[str, object]] = [
        ("id", message.id),
        ("manager", 0),
        ("date", message.created_at),
        ("text", message.text),
    ]
    pairs += under(f"{data}[data][0]", first)
    pairs += under(data, [("source_uid", uid), ("source", source), ("source_name", "WhatsApp")])
    pairs += under(prefix, [("date_create", message.created_at)])
    pairs += under(f"{prefix}[data][contacts][0]", [("id", contact.id)])
    pairs += under(prefix, [("pipeline_id", account.pipeline_id), ("account_id", account.id)])
    pairs += under(prefix, [("source_id", 22_594_646), ("lead_id", talk.lead_id), ("created_at", message.created_at)])
    return pairs


def escaped(text: str) -> str:
    """Note texts arrive HTML-escaped, the apostrophe in PHP's way."""
    return escape(text, quote=True).replace("&#x27;", "&#039;")


def note_event(account: Account, note: Note) -> Pairs:
    moment = datetime.fromtimestamp(note.created_at, UTC).strftime("%Y-%m-%d %H:%M:%S")
    pairs = under(
        f"{note.entity}[note][0][note]",
        [
            ("element_type", 2 if note.entity == "leads" else 1),
            ("element_id", note.entity_id),
            ("note_type", NOTE_NUMBERS[note.note_type]),
            ("text", escaped(str(note.params.get("text", "")))),
            ("account_id", account.id),
            ("date_create", moment),
            ("timestamp_x", moment),
            ("created_by", note.created_by),
            ("modified_by", note.created_by),
            ("main_user_id", note.responsible_user_id),
            ("group_id", 258_124),
            ("id", note.id),
            ("created_at", note.created_at),
            ("updated_at", note.updated_at),
            ("metadata", orjson.dumps({"event_source": note.source}).decode()),
        ],
    )
    return pairs + account_block(account)
