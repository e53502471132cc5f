"""Leaves a trace of a person in every text column of every table, and looks for what is left of it."""

from collections.abc import Iterator
from typing import Any

import orjson

from app.store.database import Database

MARK = "Filomena-da-Silva-zq31"

# Tables in which nothing is ever about a customer.
OURS = {
    "accounts": "the company's own settings",
    "account_members": "the company's own people",
    "api_keys": "the company's own keys",
    "broadcasts": "the company's own words to many, and ids",
    "brain_breakers": "the names of our brains, and times",
    "faq_days": "counts",
    "credentials": "sealed tokens of the company",
    "disponibilidade": "the hours of salespeople",
    "erased_phones": "keyed hashes, and that is what stays",
    "erasure_keys": "the sealed key of those hashes",
    "erasures": "counts and a signature, and that is what stays",
    "fetch_positions": "how far the news of a channel have been fetched",
    "inbox_mirrors": "the company's own second inbox, its tokens sealed",
    "governor": "call slots",
    "governor_bids": "call slots",
    "grants": "sealed tokens of the company",
    "signing_secrets": "sealed secrets of the company",
    "knocks": "whole networks, and which of the company's lists refused them",
    "retired_secrets": "hashes of the company's old secrets",
    "knowledge": "what the company tells its customers",
    "knowledge_vectors": "the same, as numbers",
    "oauth_codes": "the company's own grant on its way",
    "oauth_states": "the company's own grant on its way",
    "outreach_breakers": "counts",
    "panel_evidence": "names of files that show why a panel failed; those that may show a person go with the erasure",
    "panel_leases": "who is at the company's panel",
    "panels": "the company's own panel, its passwords sealed",
    "panel_sessions": "sealed sessions of the company's administrators",
    "proactive_triggers": "the company's own rules",
    "rate_buckets": "hashes of addresses at the public doors",
    "sheet_rows": "the numbers of lines on their way into a sheet",
    "sheets": "the company's own spreadsheet, its key sealed",
    "templates": "the company's own texts",
    "vendedores": "the company's own people",
}
# What stays of a person, and why.
KEPT = {
    ("contacts", "external_id"): "the CRM's number, so that what comes later meets the opt-out",
    ("conversations", "contact_id"): "the same",
    ("conversations", "chat_id"): "the channel's number, for the same reason",
    ("chat_names", "known_as"): "the messenger's other ids of whoever has the chat, for the same reason",
    ("chat_names", "chat_id"): "the same",
    ("inbox", "external_id"): "the event's number knows a repeat; pruned after 30 days",
    ("outbox", "external_id"): "the message's number knows its own late echo",
    ("deliveries", "hash"): "knows a repeat; pruned after 30 days",
}
# Columns that hold words of ours from a closed list, or name somebody of the company.
CLOSED = {
    "channel", "kind", "state", "verdict", "scope", "author", "way", "locale", "timezone", "pause_reason", "brain",
    "rule", "trigger", "seller_id", "paused_by", "who", "what", "cause", "entrypoint", "status", "created_by",
    "requested_by", "content_type", "considered", "sent", "reminded", "source", "area", "area_rule", "written_by",
    "operation", "step", "site", "pace", "hearing", "thumb",
}  # fmt: skip
# By these a person is found: they keep their values, and are looked for as they are.
LINKS = {
    "account_id", "conversation_id", "contact_id", "lead_id", "talk_id", "chat_id", "external_id", "subject", "phone",
    "phone_key", "name_from", "place_from", "language_from",
    "phones", "open_leads", "hash", "return_url", "receipt", "place", "person_id",
}  # fmt: skip
# Each row's mark is its own, for some columns are unique.
TEXTUAL = {
    "text": "'{mark}' || ctid::text",
    "jsonb": '\'{{"said": "{mark}"}}\'',
    "ARRAY": "array['{mark}']",
    "bytea": "convert_to('{mark}' || ctid::text, 'UTF8')",
}


# A row about a person in the tables that a chat by itself does not fill.
FILLS = """
insert into pauses (account_id, scope, external_id, paused, paused_by, control_at)
    values ({account}, 'contact', '{contact}', false, 'Ana', now());
insert into chat_names (account_id, channel, known_as, chat_id) values ({account}, 'kommo', 'BR.1', '{chat}');
insert into timers (account_id, conversation_id, kind, due_at)
    values ({account}, {chat}, 'resume', now() + interval '1 hour');
insert into n8n_errors (account_id, conversation_id, turn, execution_id, at)
    values ({account}, {chat}, 1, '231', now());
insert into tool_calls (account_id, conversation_id, turn, tool, digest, ok)
    values ({account}, {chat}, 1, 'add_note', sha256('Filomena'), true);
insert into faq_answers (account_id, locale, gist, question, balloons, brain, is_known, conversation_id, turn,
        expires_at)
    values ({account}, 'pt-BR', 'Filomena', 'Filomena', '{{Filomena}}', 'agent', true, {chat}, 1, now());
insert into feedback (account_id, conversation_id, source, thumb, score, given_by)
    values ({account}, {chat}, 'api', 'up', 5, 'Filomena');
update conversations set survey = '{{"seller": "Filomena"}}' where id = {chat};
insert into errands (account_id, conversation_id, key, kind, data)
    values ({account}, {chat}, 'onboarding:1', 'provision', '{{"name": "Filomena"}}');
update conversations set flow = 'onboarding', flow_step = 'name', flow_state = jsonb_build_object(
    'flow', 'onboarding', 'step', 'name', 'started_at', now(), 'entered_at', now(), 'data',
    jsonb_build_object('name', 'Filomena')) where id = {chat};
insert into event_log (account_id, conversation_id, who, what) values ({account}, {chat}, 'Ana', 'paused');
insert into provisionings (account_id, operation, request_key, conversation_id, captured_name, candidate, deadline)
    values ({account}, 'create_user', '{contact}', {chat}, 'Filomena', 'filomena1234', now());
insert into handovers (account_id, conversation_id, lead_id, seller_id, rule, chosen_at)
    values ({account}, {chat}, '{lead}', '{seller}', 'area', now());
insert into lead_owners (account_id, lead_id, seller_id, read_at) values ({account}, '{lead}', '{seller}', now());
insert into notices (account_id, cause, conversation_id, told_at, round_at)
    values ({account}, 'handover', {chat}, now(), now());
insert into continuations (account_id, lead_id, return_url, expires_at)
    values ({account}, '{lead}', 'https://crm.example.com', now());
insert into media (account_id, conversation_id, mensagem_id, state)
    select {account}, {chat}, min(id), 'refused' from mensagens where conversation_id = {chat};
insert into agenda (account_id, seller_id, conversation_id, contact_id, lead_id, state, starts_at, ends_at, taken,
        timezone, receipt, booked_at)
    values ({account}, '{seller}', {chat}, '{contact}', '{lead}', 'booked', now() + interval '1 hour',
        now() + interval '2 hours', tstzrange(now() + interval '1 hour', now() + interval '2 hours'), 'UTC', 'R-1',
        now());
insert into outreaches (account_id, trigger, subject, day, phone, contact_id, lead_id, conversation_id, due_at)
    values ({account}, 'formulario', 'phone:{phone}', current_date, '{phone}', '{contact}', '{lead}', {chat}, now());
insert into follow_ups (account_id, outreach_id, step, contact_id, due_at)
    select {account}, id, 1, '{contact}', now() from outreaches;
insert into broadcasts (account_id, message, target_step) values ({account}, 'Oferta', 'name');
insert into broadcast_recipients (broadcast_id, account_id, conversation_id, subject, contact_id)
    select id, {account}, {chat}, 'phone:{phone}', '{contact}' from broadcasts;
insert into consents (account_id, phone, granted, source) values ({account}, '{phone}', true, 'form');
insert into profiles (account_id, contact_id, phone_key, name, name_from, name_at, place)
    values ({account}, '{contact}', '{digits}', 'Filomena', 'said', now(), 'Filomena')
    on conflict (account_id, contact_id) do update set place = excluded.place;
insert into card_claims (account_id, subject, contact_id) values ({account}, 'phone:{phone}', '{contact}');
insert into deliveries (account_id, channel, hash, body, state)
    values ({account}, 'kommo', 'known', convert_to('x[contact_id]={contact}&x[text]=Filomena', 'UTF8'), 'decoded');
insert into inbox (account_id, channel, external_id, kind, body, at, folded_at)
    values ({account}, 'kommo', 'api:1:contact:{contact}', 'command', '{{}}', now(), now());
insert into inbox_mirrors (account_id, kind, base_url, external_ref, sealed_token)
    values ({account}, 'chatwoot', 'https://chat.example.com', '1:5', '');
insert into inbox_people (account_id, identifier, person_id, name) values ({account}, 'Filomena', '9', 'Filomena');
insert into inbox_chats (account_id, conversation_id, identifier, chat_id) values ({account}, {chat}, 'Filomena', '7');
insert into inbox_lines (account_id, conversation_id, kind, number) values ({account}, {chat}, 'event', 1000);
insert into contacts (account_id, external_id, name, phones, open_leads)
    values ({account}, '{contact}', 'Filomena', array['{phone}'], array['{lead}'])
    on conflict (account_id, external_id) do update
    set name = excluded.name, phones = excluded.phones, open_leads = excluded.open_leads
"""


async def fill(database: Database, **values: object) -> None:
    """The rows of FILLS, about one person."""
    values["digits"] = str(values["phone"]).removeprefix("+")
    for order in FILLS.split(";"):
        await database.execute(order.format(**values))


async def tables(database: Database) -> list[str]:
    """Every table of an account, but those in which nothing is about customers."""
    rows = await database.fetch(
        """select distinct c.table_name from information_schema.columns c
        join information_schema.tables t using (table_schema, table_name)
        where c.table_schema = 'public' and c.column_name = 'account_id' and t.table_type = 'BASE TABLE' order by 1"""
    )
    return [row["table_name"] for row in rows if row["table_name"] not in OURS]


async def mark_everything(database: Database) -> set[tuple[str, str]]:
    """Write the mark into every text column that is neither a link nor of a closed list; returns the columns."""
    await database.execute("alter table event_log disable trigger user")
    marked: set[tuple[str, str]] = set()
    for table in await tables(database):
        for column in await database.fetch(
            """select column_name as name, data_type as type, udt_name as element from information_schema.columns
            where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER'""",
            table,
        ):
            name, shape = column["name"], TEXTUAL.get(column["type"])
            if shape is None or name in CLOSED | LINKS or column["element"] in ("_int4", "_int8"):
                continue
            await database.execute(f"update {table} set {name} = {shape.format(mark=MARK)}")
            marked.add((table, name))
    await database.execute("alter table event_log enable trigger user")
    return marked


async def empty_tables(database: Database) -> list[str]:
    """Tables of which nothing can be shown, because nothing is in them."""
    return [
        table for table in await tables(database) if not await database.fetchval(f"select exists (select from {table})")
    ]


async def traces(database: Database, *sought: str) -> set[tuple[str, str]]:
    """Where any of these still stands, in all tables, the queue's too."""
    every = [f"public.{table}" for table in [*await tables(database), *OURS]]
    every += [f"queue.{table}" for table in ("pgqueuer", "pgqueuer_log")]
    found: set[tuple[str, str]] = set()
    for table in every:
        for row in await database.fetch(f"select to_jsonb(t)::text as body from {table} t"):
            for column, value in orjson.loads(row["body"]).items():
                if any(one in text for text in _texts(value) for one in sought):
                    found.add((table.removeprefix("public."), column))
    return found


def _texts(value: Any) -> Iterator[str]:
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    yield text
    if text.startswith("\\x"):
        yield bytes.fromhex(text[2:]).decode(errors="replace")
