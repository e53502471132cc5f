-- name: insert_deliveries
-- Keep the raw bodies; returns the hashes that were new. A repeat changes nothing.
insert into deliveries (account_id, channel, hash, body, state, reason)
select account_id, channel, hash, body, state, reason
from unnest($1::bigint[], $2::text[], $3::bytea[], $4::bytea[], $5::text[], $6::text[])
    as d (account_id, channel, hash, body, state, reason)
order by account_id, hash
on conflict (account_id, hash) do nothing
returning account_id, hash, id

-- name: find_conversations
-- The conversations of these chats that exist, with what the channel last said about them.
select c.id, c.account_id, c.channel, c.chat_id, c.talk_id, c.contact_id, c.lead_id, c.linked_at
from conversations c
join unnest($1::bigint[], $2::text[], $3::text[]) as k (account_id, channel, chat_id)
    on (c.account_id, c.channel, c.chat_id) = (k.account_id, k.channel, k.chat_id)

-- name: open_conversations
-- A chat that we hear of for the first time gets its conversation.
insert into conversations (account_id, channel, chat_id, talk_id, contact_id, lead_id, origin, linked_at, opted_out, bot_on,
                           pause_reason)
select n.account_id, n.channel, n.chat_id, n.talk_id, n.contact_id, n.lead_id, n.origin, n.linked_at,
       k.opted_out_at is not null, k.opted_out_at is null, case when k.opted_out_at is not null then 'opt_out' end
from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
    as n (account_id, channel, chat_id, talk_id, contact_id, lead_id, origin, linked_at)
left join contacts k on k.account_id = n.account_id and k.external_id = n.contact_id
order by n.account_id, n.channel, n.chat_id
on conflict (account_id, channel, chat_id) do nothing

-- name: link
-- What the channel says now about a chat's talk, contact and lead, unless it has said something newer.
update conversations c set
    talk_id = coalesce(n.talk_id, c.talk_id), contact_id = coalesce(n.contact_id, c.contact_id),
    lead_id = coalesce(n.lead_id, c.lead_id), linked_at = n.linked_at
from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
    as n (id, talk_id, contact_id, lead_id, linked_at)
where c.id = n.id and c.linked_at <= n.linked_at

-- name: insert_events
-- Put events into mailboxes; returns the conversations that got something new.
insert into inbox (account_id, channel, external_id, conversation_id, kind, body, at)
select account_id, channel, external_id, conversation_id, kind, body::jsonb, at
from unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::timestamptz[])
    with ordinality as e (account_id, channel, external_id, conversation_id, kind, body, at, place)
order by account_id, channel, conversation_id, place
on conflict (account_id, channel, external_id) do nothing
returning conversation_id

-- name: insert_gestures
-- Remember by its id what was no saying: a look that finds it again finds nothing new.
insert into inbox (account_id, channel, external_id, kind, body, at, folded_at)
select account_id, channel, external_id, 'gesture', '{}', now(), now()
from unnest($1::bigint[], $2::text[], $3::text[]) as g (account_id, channel, external_id)
order by account_id, channel, external_id
on conflict (account_id, channel, external_id) do nothing

-- name: delivery
select account_id, channel, body, state from deliveries where id = $1

-- name: undecoded
-- Deliveries that nobody came to read.
select id from deliveries where state = 'raw' and body is not null and received_at < now() - $1::interval limit 500

-- name: set_delivery_state
update deliveries set state = $2, reason = $3 where id = $1

-- name: known_events
-- Which of these external ids are in the mailbox already.
select external_id from inbox where account_id = $1 and channel = $2 and external_id = any($3::text[])

-- name: drop_old_bodies
-- Bodies are kept 14 days, the hashes 30: what was dropped and comes again is still known as a repeat.
update deliveries set body = null where body is not null and received_at < now() - interval '14 days'

-- name: prune_deliveries
delete from deliveries where received_at < now() - interval '30 days'

-- name: prune_inbox
-- Folded events are kept 30 days: longer than any vendor repeats itself.
delete from inbox where folded_at < now() - interval '30 days'

-- name: stranded
-- The sweep, one of the three statements that cross accounts: conversations that wait for nobody.
select distinct conversation_id from (
    select conversation_id from inbox where folded_at is null and received_at < now() - $1::interval
    union all
    select conversation_id from timers where due_at < now() - $1::interval
) as waiting
where conversation_id is not null
limit 1000
