-- name: add_broadcast
-- The first with its key wins.
insert into broadcasts (account_id, message, target_step, idempotency_key, request_digest, requested_by, due_at)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (account_id, idempotency_key) do nothing
returning *

-- name: broadcast_of_key
select * from broadcasts where account_id = $1 and idempotency_key = $2

-- name: broadcast
select * from broadcasts where account_id = $1 and id = $2

-- name: broadcasts
select * from broadcasts where account_id = $1 and id < $2 order by id desc limit $3

-- name: audience
-- Of each person who has written since $2, and whose flow stands at a step if one is named, the chat in which they wrote
-- last. A person is known by their phone, else by their contact, else by the chat.
select distinct on (subject) id, subject, contact_id
from (
    select c.id, c.contact_id, c.last_customer_at,
           coalesce('phone:' || nullif(regexp_replace(k.phones[1], '\D', '', 'g'), ''), 'contact:' || c.contact_id,
                    'chat:' || c.id) as subject
    from conversations c
    left join contacts k on k.account_id = c.account_id and k.external_id = c.contact_id
    where c.account_id = $1 and c.last_customer_at > $2
      and ($3::text is null or coalesce(nullif(c.flow_state ->> 'outcome', ''), c.flow_step) = $3)
) as written
order by subject, last_customer_at desc, id desc

-- name: add_recipients
insert into broadcast_recipients (broadcast_id, account_id, conversation_id, subject, contact_id, due_at)
select $1, $2, p.id, p.subject, p.contact_id, $6
from unnest($3::bigint[], $4::text[], $5::text[]) as p (id, subject, contact_id)

-- name: candidates
-- All that decides whether these chats may be written to now. Where a messenger knows a person by their phone alone, that
-- is the chat's and the contact's name. Their word against messages counts whichever card with this phone it was said on,
-- and a person who has any of their chats has the customer.
-- $3: messages that began something are counted since then.
select c.id, coalesce(nullif(c.flow_state ->> 'outcome', ''), c.flow_step, '') as step, c.origin,
       coalesce(k.phones[1], case when c.contact_id = c.chat_id then c.chat_id end, '') as phone,
       c.opted_out or coalesce(k.opted_out_at is not null, false) or exists (
           select from contacts p
           where p.account_id = c.account_id and p.phones && k.phones and p.opted_out_at is not null) as opted_out,
       (select s.granted from consents s
        where s.account_id = c.account_id and (s.contact_id = c.contact_id or s.phone = any (k.phones))
        order by s.id desc limit 1) as consent,
       coalesce(person.bot_on, c.bot_on) and not exists (
           select from pauses p
           where p.account_id = c.account_id and p.paused and coalesce(p.paused_until, 'infinity') > $4
             and ((p.scope = 'contact' and p.external_id = c.contact_id)
               or (p.scope = 'lead' and p.external_id = c.lead_id))) as bot_on,
       c.last_customer_at, coalesce(person.last_human_at, c.last_human_at) as last_human_at,
       (select count(*) from outreaches o
        where o.account_id = c.account_id and o.contact_id = c.contact_id and o.sent_at > $3
          and o.state not in ('duplicate', 'denied', 'failed'))
       + (select count(*) from follow_ups f
          where f.account_id = c.account_id and f.contact_id = c.contact_id and f.sent_at > $3)
       + (select count(*) from broadcast_recipients r
          where r.account_id = c.account_id and r.contact_id = c.contact_id and r.begun_at > $3) as of_contact,
       exists (select from mensagens m where m.conversation_id = c.id and not m.answered)
       or exists (select from outbox l
                  where l.conversation_id = c.id and l.kind = 'message' and l.state in ('pending', 'sending')) as is_busy
from conversations c
left join contacts k on k.account_id = c.account_id and k.external_id = c.contact_id
left join lateral (
    select bool_and(o.bot_on) as bot_on, max(o.last_human_at) as last_human_at
    from conversations o
    where o.account_id = c.account_id and (o.contact_id = c.contact_id or o.contact_id = any (array(
        select p.external_id from contacts p where p.account_id = c.account_id and p.phones && k.phones)))
) person on true
where c.account_id = $1 and c.id = any ($2::bigint[])

-- name: begun_since
-- Messages of an account that began something.
select (select count(*) from outreaches where account_id = $1 and sent_at > $2)
     + (select count(*) from follow_ups where account_id = $1 and sent_at > $2)
     + (select count(*) from broadcast_recipients where account_id = $1 and begun_at > $2)

-- name: claim_broadcast
-- One process at a time carries a broadcast on; who died with it loses it when its lease ends.
update broadcasts set claimed_until = $3::timestamptz + $4::interval, attempts = attempts + 1
where account_id = $1 and id = $2 and is_open and due_at <= $3 and claimed_until <= $3
returning *

-- name: due_broadcasts
select id from broadcasts where account_id = $1 and is_open and due_at <= $2 and claimed_until <= $2 order by due_at limit 20

-- name: rest_broadcast
-- Whoever carried it on comes back then; late news of one who lost it change nothing.
update broadcasts set claimed_until = '-infinity', due_at = $3 where id = $1 and attempts = $2

-- name: close_broadcast
-- Nobody waits and nothing is on its way any more.
update broadcasts b set is_open = false, claimed_until = '-infinity', ended_at = coalesce(ended_at, $3),
    state = case when state = 'running' then 'done' else state end
where id = $1 and attempts = $2 and is_open and not exists (
    select from broadcast_recipients r where r.broadcast_id = b.id and r.state in ('waiting', 'sending'))
returning state

-- name: cancel_broadcast
update broadcasts set state = 'cancelled', ended_at = $3, due_at = $3
where account_id = $1 and id = $2 and state = 'running'
returning id

-- name: cancel_recipients
-- Whose message has been begun meanwhile still gets it.
update broadcast_recipients set state = 'cancelled', reason = 'cancelled' where broadcast_id = $1 and state = 'waiting'

-- name: waiting_recipients
select conversation_id from broadcast_recipients
where broadcast_id = $1 and state = 'waiting' and due_at <= $2
order by due_at, conversation_id
limit $3

-- name: next_recipient
select min(due_at) from broadcast_recipients where broadcast_id = $1 and state = 'waiting'

-- name: recipients_on_their_way
select conversation_id, quiet_since from broadcast_recipients where broadcast_id = $1 and state = 'sending'

-- name: skip_recipients
update broadcast_recipients r set state = 'skipped', reason = s.reason
from unnest($2::bigint[], $3::text[]) as s (id, reason)
where r.broadcast_id = $1 and r.conversation_id = s.id and r.state = 'waiting'

-- name: put_off_recipients
update broadcast_recipients r set due_at = s.due_at, reason = s.reason
from unnest($2::bigint[], $3::text[], $4::timestamptz[]) as s (id, reason, due_at)
where r.broadcast_id = $1 and r.conversation_id = s.id and r.state = 'waiting'

-- name: begin_recipient
-- In the transaction that puts the message on the chat's line: from here on it is never put there again.
update broadcast_recipients r set state = 'sending', reason = '', begun_at = $3, quiet_since = $4
from broadcasts b
where r.broadcast_id = $1 and r.conversation_id = $2 and r.state = 'waiting' and b.id = r.broadcast_id
  and b.state = 'running'
returning r.conversation_id

-- name: end_recipient
update broadcast_recipients set state = $3, reason = $4, sent_at = $5
where broadcast_id = $1 and conversation_id = $2 and state in ('waiting', 'sending')

-- name: recipient_counts
select state, reason, count(*) as n from broadcast_recipients where broadcast_id = $1 group by state, reason

-- name: recipients
select conversation_id, contact_id, state, reason, begun_at, sent_at from broadcast_recipients
where account_id = $1 and broadcast_id = $2 and conversation_id > $3 and ($4::text is null or state = $4)
order by conversation_id
limit $5

-- name: log_broadcast
insert into event_log (account_id, who, what, why, details) values ($1, $2, $3, $4, $5)
