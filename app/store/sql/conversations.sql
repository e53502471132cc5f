-- name: lock
-- The first statement of every transaction on a conversation: take its lock, and see who it belongs to.
select c.*, a.timezone, a.locale as account_locale, a.settings as account_settings
from conversations c
join accounts a on a.id = c.account_id
where c.id = $1
for update of c

-- name: load
-- All around a locked conversation in one row, for its lock is held while we read: the mailbox in the order of its
-- folding, the customer's messages that nobody has finally answered, the open turn, what rings when, whether anything is
-- unfinished on the line, what is known of the contact, the salesperson whose own phone this chat is, and a pause of the
-- whole contact ($3) or lead ($5) that is newer than the last word about this conversation ($4).
select mailbox.*, waiting.*, clock.*, turn.*, contact.*, seller.*, standing.*,
       exists (select from outbox where conversation_id = $1 and kind = 'message' and state in ('pending', 'sending'))
           as has_line
from (
    select coalesce(array_agg(id order by id), '{}') as unread_ids,
           coalesce(array_agg(kind order by id), '{}') as unread_kinds,
           coalesce(array_agg(body::text order by id), '{}') as unread_bodies
    from (select id, kind, body from inbox where conversation_id = $1 and folded_at is null order by id limit 500) as i
) as mailbox
cross join (
    select coalesce(array_agg(fold order by fold), '{}') as folds,
           coalesce(array_agg(text order by fold), '{}') as texts,
           coalesce(array_agg(kind order by fold), '{}') as kinds,
           coalesce(array_agg(at order by fold), '{}') as times,
           coalesce(array_agg(received_at order by fold), '{}') as received
    from mensagens
    where conversation_id = $1 and not answered
) as waiting
cross join (
    select coalesce(array_agg(kind), '{}') as timer_kinds, coalesce(array_agg(due_at), '{}') as timer_dues
    from timers
    where conversation_id = $1
) as clock
left join (
    select number, epoch, watermark, answers, rung, told_at is not null as told
    from turns where conversation_id = $1 and state = 'open'
) as turn on true
left join (
    select read_at > now() - interval '1 day' as contact_is_read, opted_out_at is not null as contact_opted_out
    from contacts
    where account_id = $2 and external_id = $3
) as contact on true
left join (
    select v.name as seller
    from contacts k
    join vendedores v on v.account_id = k.account_id and v.phone <> '' and v.phone = any (k.phones) and v.is_active
    where k.account_id = $2 and k.external_id = $3
    limit 1
) as seller on true
left join lateral (
    select p.scope as standing_scope, p.paused_by as standing_by, p.paused_until as standing_until,
           p.control_at as standing_at
    from (
        select 'contact' as scope, $3::text as external_id where $3 is not null
        union all
        select 'lead', $5::text where $5 is not null
        union all
        select 'lead', unnest(k.open_leads) from contacts k where $5 is null and k.account_id = $2 and k.external_id = $3
    ) as about
    join pauses p on p.account_id = $2 and p.scope = about.scope and p.external_id = about.external_id
    where p.paused and p.control_at > $4 and coalesce(p.paused_until, 'infinity') > now()
    order by p.control_at desc
    limit 1
) as standing on true

-- name: standing
-- The same of a chat that is still to come: the pause that its first message will meet.
select p.scope as standing_scope, p.paused_by as standing_by, p.paused_until as standing_until,
       p.control_at as standing_at
from pauses p
where p.account_id = $1 and p.paused and coalesce(p.paused_until, 'infinity') > now()
  and (p.scope, p.external_id) in (
    select 'contact', $2::text
    union all
    select 'lead', $3::text
    union all
    select 'lead', unnest(k.open_leads) from contacts k where $3 is null and k.account_id = $1 and k.external_id = $2)
order by p.control_at desc
limit 1

-- name: rows
-- The line: what is unfinished, and what an echo in the mailbox ($2: ids, $3: words) may belong to. Where `load` saw nothing
-- unfinished and no echo, there is nothing to read.
select * from outbox
where conversation_id = $1 and kind = 'message' and state in ('pending', 'sending')
union
select * from outbox where conversation_id = $1 and kind = 'message' and external_id = any($2::text[])
union
select * from outbox
where conversation_id = $1 and kind = 'message' and external_id is null and attempt > 0 and words = any($3::text[])

-- name: save
-- Write the new state of the conversation.
update conversations set
    bot_on = $2, pause_reason = $3, paused_by = $4, paused_until = $5, pause_fixed = $6, epoch = $7, control_at = $8,
    released_at = $9, resting = $10, opted_out = $11, folds = $12, turns = $13, lines = $14, superseded = $15,
    escalations = $16, locale = $17, last_customer_at = $18, last_human_at = $19, other_bot_at = $20, updated_at = $21,
    flow = $22, flow_step = $23, flow_state = $24, pace = $25, flow_sealed = $26
where id = $1

-- name: remember
-- Add a line to the history.
insert into mensagens (account_id, conversation_id, fold, author, author_id, kind, text, media, external_id, at,
                       received_at, answered, choice)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)

-- name: answered
-- The customer's messages that are finally answered now: all but those that still wait ($2).
update mensagens set answered = true where conversation_id = $1 and not answered and fold <> all ($2::int[])

-- name: add_row
-- Put a message on the line: whole, for the sender may claim one in the transaction that makes it.
insert into outbox (account_id, conversation_id, number, kind, turn, epoch, answers, farewell, body, words, state, reason,
                    idempotency_key, quiet_since, not_after, attempt, way, not_before, claimed_at, content, notice)
values ($1, $2, $3, 'message', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)

-- name: save_row
-- Write what became of a message.
update outbox set state = $3, attempt = $4, way = $5, external_id = $6, reason = $7, not_before = $8, claimed_at = $9,
    sent_at = $10, absent_since = $11, refusals = $12
where conversation_id = $1 and number = $2

-- name: say_in_words
-- What a message carries cannot be shown: it is known by the whole of its text from now on.
update outbox set content = null, words = $3 where conversation_id = $1 and number = $2

-- name: add_crm
-- Queue a write to the CRM; without a sure lead it is held.
insert into outbox (account_id, conversation_id, number, kind, epoch, body, details, state)
values ($1, $2, $3, $4, $5, $6, $7, $8)

-- name: set_timer
insert into timers (account_id, conversation_id, kind, due_at) values ($1, $2, $3, $4)
on conflict (conversation_id, kind) do update set due_at = excluded.due_at

-- name: drop_timers
-- Take away all timers but these.
delete from timers where conversation_id = $1 and kind <> all ($2::text[])

-- name: open_new_turn
-- An attempt to answer begins.
insert into turns (account_id, conversation_id, number, epoch, watermark, answers, settled_at, received_at)
select $1, $2, $3, $4, $5, $6::int[], $7, min(m.received_at)
from mensagens m
where m.conversation_id = $2 and m.fold = any ($6::int[])

-- name: raise_rung
update turns set rung = $3 where conversation_id = $1 and number = $2

-- name: told
-- The customer has heard that this answer takes longer.
update turns set told_at = $3 where conversation_id = $1 and number = $2

-- name: close_turn
-- An attempt to answer is over.
update turns set state = $3, reason = $4, closed_at = $5, admitted_at = case when $3 = 'admitted' then $5::timestamptz end
where conversation_id = $1 and number = $2

-- name: delivered
-- The first balloon of a turn was accepted by the channel.
update turns set delivered_at = coalesce(delivered_at, $3) where conversation_id = $1 and number = $2

-- name: folded
-- Events that have been read, with why they did what they did and what the conversation looked like after them.
update inbox set folded_at = $1, verdict = f.verdict, after = f.after::jsonb
from unnest($2::bigint[], $3::text[], $4::text[]) as f (id, verdict, after)
where inbox.id = f.id

-- name: add_event
-- Put an event of our own into the mailbox; the first with its key wins.
insert into inbox (account_id, channel, external_id, conversation_id, kind, body, at)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (account_id, channel, external_id) do nothing
returning id

-- name: log
insert into event_log (account_id, conversation_id, who, what, why, details) values ($1, $2, $3, $4, $5, $6)

-- name: opt_out
-- The customer's own word, for every conversation of the contact to come.
insert into contacts (account_id, external_id, opted_out_at, opted_in_at)
values ($1, $2, $3, case when $3::timestamptz is null then now() end)
on conflict (account_id, external_id) do update set opted_out_at = excluded.opted_out_at, opted_in_at = excluded.opted_in_at

-- name: stop_follow_ups
-- Who wants no more messages gets none of those that were still to come.
update follow_ups set state = 'cancelled', reason = 'opted_out'
where account_id = $1 and state = 'pending' and (contact_id = $2 or outreach_id in (
    select id from outreaches where account_id = $1 and contact_ids @> array[$2::text]))

-- name: stop_outreaches
-- Nor what was to be written to them first, on whichever of their cards.
update outreaches set state = 'denied', reasons = '{opted_out}', claimed_until = '-infinity', updated_at = now()
where account_id = $1 and contact_ids @> array[$2::text] and state = 'waiting'

-- name: relink
-- The channel moved the chat to another talk.
update conversations set talk_id = $2 where id = $1
