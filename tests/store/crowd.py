"""A crowd of rows, so that a statement which reads a whole table shows. `$1` is how many conversations there are."""

CROWD = [
    """insert into accounts (name, channel, external_ref, base_url, webhook_secret_hash)
    select 'x', 'kommo', n::text, 'x', sha256(n::text::bytea) from generate_series(1, 5) n""",
    """insert into contacts (account_id, external_id, phones, open_leads)
    select 1, 'contact-' || n, array['+55' || n], array['lead-' || n] from generate_series(1, $1::int) n""",
    """insert into profiles (account_id, contact_id, phone_key, name, name_from, name_at, seen_at)
    select 1, 'contact-' || n, '55' || n, 'x', 'channel', now(), now() - n * interval '1 minute'
    from generate_series(1, $1::int) n""",
    """insert into vendedores (account_id, external_id, name, phone)
    select 1, n::text, 'x', '+55' || n from generate_series(1, 50) n""",
    """insert into conversations (account_id, channel, chat_id, talk_id, contact_id, lead_id, folds, last_customer_at,
                                  bot_on, pause_reason)
    select 1, 'kommo', 'chat-' || n, n::text, 'contact-' || n, 'lead-' || n, 3, now() - n * interval '1 minute',
           n % 1000 > 0, case when n % 1000 = 0 then 'human' end
    from generate_series(1, $1::int) n""",
    """insert into chat_names (account_id, channel, known_as, chat_id)
    select 1, 'kommo', head || n, 'chat-' || n
    from generate_series(1, $1::int) n, unnest(array['chat-', 'BR.']) head""",
    """insert into inbox (account_id, channel, external_id, conversation_id, kind, body, at, received_at, folded_at)
    select 1, 'kommo', 'event-' || n, n, 'customer', '{"text": "Oi"}', now(), now() - n * interval '1 minute',
           case when n % 1000 > 0 then now() end
    from generate_series(1, $1::int) n""",
    """insert into outbox (account_id, conversation_id, number, kind, epoch, words, state, attempt, external_id,
                           claimed_at)
    select 1, n, 1, case when n % 3 = 0 then 'note' else 'message' end, 0, 'w-' || n,
           case n % 2000 when 0 then 'pending' when 1 then 'sending' when 2 then 'held' when 3 then 'person'
               else 'sent' end, 1, case when n % 2 = 0 then 'm-' || n end, now() - interval '1 hour'
    from generate_series(1, $1::int) n""",
    """insert into timers (account_id, conversation_id, kind, due_at)
    select 1, n, 'resume', now() + n * interval '1 minute' from generate_series(1, $1::int) n""",
    """insert into mensagens (account_id, conversation_id, fold, author, kind, text, at, answered)
    select 1, n, 1, 'customer', 'text', 'Oi', now(), n % 1000 > 0 from generate_series(1, $1::int) n""",
    """insert into media (account_id, conversation_id, mensagem_id, state, place, hearing, stored_at)
    select 1, conversation_id, id, case when id % 1000 > 0 then 'stored' else 'waiting' end,
           case when id % 1000 > 0 then '1/media/' || id end,
           case id % 1000 when 0 then '' when 1 then 'waiting' when 2 then 'silent' else 'heard' end,
           case when id % 1000 > 0 then now() - id * interval '1 minute' end
    from mensagens where id <= $1::int""",
    """insert into turns (account_id, conversation_id, number, epoch, watermark, answers, state, settled_at)
    select 1, n, 1, 0, 1, '{1}', case when n % 1000 = 0 then 'open' else 'admitted' end, now() - interval '1 hour'
    from generate_series(1, $1::int) n""",
    """insert into outreaches (account_id, trigger, subject, idempotency_key, day, contact_id, due_at, state, sent_at,
        contact_ids)
    select 1, 'formulario', 'phone:' || n, 'key-' || n, current_date, 'contact-' || n, now() - interval '1 hour',
           case when n % 1000 = 0 then 'waiting' else 'sent' end, case when n % 1000 > 0 then now() end,
           array['contact-' || n]
    from generate_series(1, $1::int) n""",
    """insert into follow_ups (account_id, outreach_id, step, contact_id, due_at, state)
    select 1, n, 1, 'contact-' || n, now() - interval '1 hour', case when n % 1000 = 0 then 'pending' else 'sent' end
    from generate_series(1, $1::int) n""",
    """insert into broadcasts (account_id, message) values (1, 'x')""",
    """insert into broadcast_recipients
        (broadcast_id, account_id, conversation_id, subject, contact_id, state, begun_at)
    select 1, 1, n, 'contact:' || n, 'contact-' || n, case when n % 1000 > 0 then 'sent' else 'waiting' end,
           case when n % 1000 > 0 then now() end
    from generate_series(1, $1::int) n""",
    """insert into deliveries (account_id, channel, hash, body, state)
    select 1, 'kommo', sha256(n::text::bytea), 'x', 'decoded' from generate_series(1, $1::int) n""",
    """insert into handovers (account_id, conversation_id, lead_id, seller_id, rule, chosen_at, ended_at)
    select 1, n, 'lead-' || n, (1 + n % 50)::text, 'round_robin', now() - n * interval '1 minute',
           case when n % 500 > 0 then now() end
    from generate_series(1, $1::int) n""",
    """insert into lead_owners (account_id, lead_id, seller_id, read_at)
    select 1, 'lead-' || n, '1', now() from generate_series(1, $1::int) n""",
    """insert into notices (account_id, cause, about, round_at, told_at, delivered_at)
    select 1, 'handoff_unknown', 'lead:' || n, now(), now(), case when n % 1000 > 0 then now() end
    from generate_series(1, $1::int) n""",
    """insert into agenda (account_id, seller_id, conversation_id, contact_id, state, starts_at, ends_at, taken,
                           timezone, receipt, request_key, booked_at)
    select 1, (n % 50 + 1)::text, n, 'contact-' || n, 'booked', at, at + interval '30 minutes',
           tstzrange(at, at + interval '30 minutes'), 'UTC', 'AG-' || n, 'key-' || n, now()
    from generate_series(1, $1::int / 5) n, lateral (select now() + (n / 50 - 200) * interval '4 hours' as at) t""",
    """insert into tool_calls (account_id, conversation_id, turn, tool, digest, ok)
    select 1, n, 1, 'add_note', sha256(n::text::bytea), true from generate_series(1, $1::int) n""",
    """insert into faq_answers (account_id, locale, gist, question, balloons, brain, is_known, conversation_id, turn,
                                expires_at)
    select 1, 'pt-BR', 'gist-' || n, 'gist-' || n, '{x}', 'agent', true, n, 1, now() + interval '1 day'
    from generate_series(1, $1::int) n""",
    """insert into feedback (account_id, conversation_id, source, asked_at)
    select 1, n, 'survey', now() from generate_series(1, $1::int) n""",
    """insert into errands (account_id, conversation_id, key, kind, status)
    select 1, n, 'onboarding:1', 'provision', case when n % 1000 > 0 then 'success' end
    from generate_series(1, $1::int) n""",
    """insert into panels (account_id, recipe, base_url, admin_user, sealed_password)
    values (1, 'twin', 'https://panel.example.com', 'ana', '')""",
    """insert into panel_leases (panel, account_id, turn, held_until)
    values ('panel', 1, 1, now() + interval '1 hour')""",
    """insert into provisionings (account_id, operation, request_key, conversation, conversation_id, candidate, state,
                                 step, site, wrote_at, status, deadline, created_at, done_at)
    select 1, 'create_user', 'key-' || n, 'c-' || n, n, 'user' || n,
           case when n % 1000 > 0 then 'done' else 'waiting' end,
           case when n % 1000 > 0 then 'done' when n % 4000 = 0 then 'writing' else 'accepted' end,
           case when n % 1000 > 0 or n % 4000 = 0 then 'https://panel.example.com' else '' end,
           case when n % 1000 > 0 or n % 4000 = 0 then now() end,
           case when n % 1000 > 0 then 'success' end, now(), now() - n * interval '1 minute',
           case when n % 1000 > 0 then now() end
    from generate_series(1, $1::int) n""",
    """insert into event_log (account_id, conversation_id, who, what)
    select 1, n, 'clock', 'released' from generate_series(1, $1::int) n""",
    """insert into sheets (account_id, spreadsheet, conversation_tab, browser_tab, seen_id, horizon_id, horizon_at)
    select 1, 'a-spreadsheet', 'c', 'b', max(id) - 500, max(id) - 500, now() from event_log""",
    """insert into sheet_rows (account_id, event_id, tab, state)
    select 1, id, 'conversation', case when id % 1000 > 0 then 'done' else 'waiting' end from event_log""",
    """insert into inbox_mirrors (account_id, kind, base_url, external_ref, sealed_token)
    values (1, 'chatwoot', 'https://chat.example.com', '1:5', '')""",
    """insert into inbox_lines (account_id, conversation_id, kind, number, state)
    select 1, n, 'message', n, case when n % 1000 > 0 then 'done' else 'waiting' end
    from generate_series(1, $1::int) n on conflict do nothing""",
    """insert into inbox_chats (account_id, conversation_id, identifier, chat_id)
    select 1, n, 'ponte:' || n, n::text from generate_series(1, $1::int) n""",
    """insert into inbox_people (account_id, identifier, person_id)
    select 1, 'ponte:' || n, n::text from generate_series(1, $1::int) n""",
]
