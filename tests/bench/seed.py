"""Stored conversations by the million, with mailbox, history, line and turns for a share of them."""

import asyncpg

# Each takes: account, first number, last number.
_STATEMENTS = (
    """
    insert into conversations (account_id, channel, chat_id, talk_id, contact_id, lead_id, origin, linked_at, folds,
                               turns, lines, last_customer_at)
    select $1, 'kommo', lpad(n::text, 8, '0') || '-0000-4000-8000-000000000000', n::text, n::text, n::text, 'waba',
           now() - interval '1 day', 1, 1, 1, now() - n * interval '1 second'
    from generate_series($2::bigint, $3) as n
    """,
    """
    insert into contacts (account_id, external_id, name, read_at)
    select $1, n::text, 'Cliente ' || n, now() - interval '1 hour' from generate_series($2::bigint, $3) as n
    where n % 2 = 0
    """,
    """
    insert into inbox (account_id, channel, external_id, conversation_id, kind, body, at, received_at, folded_at,
                       verdict, after)
    select $1, 'kommo', 'seed-' || c.talk_id, c.id, 'customer', '{"text": "Oi, quanto custa?"}', now(),
           now() - interval '1 hour', now() - interval '1 hour', 'heard', '{"bot_on": true, "line": []}'
    from conversations c where c.account_id = $1 and c.talk_id::bigint between $2 and $3 and c.id % 3 = 0
        and c.chat_id = lpad(c.talk_id, 8, '0') || '-0000-4000-8000-000000000000'
    """,
    """
    insert into mensagens (account_id, conversation_id, fold, author, kind, text, external_id, at)
    select $1, c.id, 1, 'customer', 'text', 'Oi, quanto custa?', 'seed-' || c.talk_id, now()
    from conversations c where c.account_id = $1 and c.talk_id::bigint between $2 and $3 and c.id % 3 = 0
        and c.chat_id = lpad(c.talk_id, 8, '0') || '-0000-4000-8000-000000000000'
    """,
    """
    insert into turns (account_id, conversation_id, number, epoch, watermark, answers, state, settled_at)
    select $1, c.id, 1, 0, 1, '{1}', 'admitted', now() - interval '1 hour'
    from conversations c where c.account_id = $1 and c.talk_id::bigint between $2 and $3 and c.id % 3 = 0
        and c.chat_id = lpad(c.talk_id, 8, '0') || '-0000-4000-8000-000000000000'
    """,
    """
    insert into outbox (account_id, conversation_id, number, kind, turn, epoch, answers, body, words, state, attempt,
                        external_id, sent_at)
    select $1, c.id, 1, 'message', 1, 0, '{1}', 'Custa dez reais.', 'seed', 'sent', 1, 'out-' || c.talk_id, now()
    from conversations c where c.account_id = $1 and c.talk_id::bigint between $2 and $3 and c.id % 3 = 0
        and c.chat_id = lpad(c.talk_id, 8, '0') || '-0000-4000-8000-000000000000'
    """,
    """
    insert into deliveries (account_id, channel, hash, body, state, received_at)
    select $1, 'kommo', sha256(n::text::bytea), repeat('x', 700)::bytea, 'decoded', now() - interval '1 hour'
    from generate_series($2::bigint, $3) as n where n % 5 = 0
    """,
)
_TABLES = ("conversations", "contacts", "inbox", "mensagens", "turns", "outbox", "deliveries")


async def fill(dsn: str, account: int, *, first: int, last: int) -> None:
    """Store conversations `first` to `last`. Foreign keys hold by construction, so they are not checked row by row."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("set session_replication_role = replica; set synchronous_commit = off")
        for statement in _STATEMENTS:
            await connection.execute(statement, account, first, last)
        for table in _TABLES:
            await connection.execute(f"vacuum (analyze) {table}")
        await connection.execute("checkpoint")
    finally:
        await connection.close()


async def forget_load(dsn: str) -> None:
    """Take away what a measurement of the door has left to do, so that the next one finds nobody busy."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("truncate queue.pgqueuer; delete from inbox where folded_at is null")
        await connection.execute("vacuum inbox")
        await connection.execute("checkpoint")
    finally:
        await connection.close()
