-- name: targets
-- What an id that a person typed may mean: a conversation of ours, a contact or a lead of the CRM.
select 'conversation' as scope, id::text as ref, id as conversation_id
from conversations where account_id = $1 and id = case when $2 ~ '^[1-9][0-9]{0,17}$' then $2::bigint end
union all
select 'conversation', chat_id, id from conversations where account_id = $1 and chat_id = $2
union all
select 'contact', contact_id, id from conversations where account_id = $1 and contact_id = $2
union all
select 'lead', lead_id, id from conversations where account_id = $1 and lead_id = $2
union all
select 'lead', $2, c.id
from contacts k join conversations c on c.account_id = k.account_id and c.contact_id = k.external_id and c.lead_id is null
where k.account_id = $1 and k.open_leads @> array[$2]

-- name: lock_all
-- Before their mailboxes are written by one who will fold them: the locks, lowest first.
select id from conversations where id = any($1::bigint[]) order by id for update

-- name: of_contact
select id from conversations where account_id = $1 and contact_id = $2 order by id

-- name: of_lead
-- Also those that do not know their lead yet, where it may be this one: silence is guessed, the CRM writes never are.
select id from conversations where account_id = $1 and lead_id = $2
union all
select c.id
from contacts k join conversations c on c.account_id = k.account_id and c.contact_id = k.external_id and c.lead_id is null
where k.account_id = $1 and k.open_leads @> array[$2]
order by id

-- name: remember_order
-- An order that lies in nobody's mailbox, and is read already: the first with its key wins.
insert into inbox (account_id, channel, external_id, kind, body, at, folded_at, verdict)
values ($1, $2, $3, $4, $5, $6, now(), 'standing')
on conflict (account_id, channel, external_id) do nothing
returning id

-- name: set_pause
-- The newest word about a whole contact or lead; an older one that arrives late changes nothing, a tie pauses.
insert into pauses (account_id, scope, external_id, paused, paused_by, reason, paused_until, control_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (account_id, scope, external_id) do update set paused = excluded.paused, paused_by = excluded.paused_by,
    reason = excluded.reason, paused_until = excluded.paused_until, control_at = excluded.control_at
where excluded.control_at > pauses.control_at or (excluded.control_at = pauses.control_at and excluded.paused)
returning external_id

-- name: lift_ended
-- Pauses of contacts and leads whose time is over.
delete from pauses where paused and paused_until < now()

-- name: seller_name
select name from vendedores where account_id = $1 and (external_id = $2 or (messenger_id <> '' and messenger_id = $2))
limit 1

-- name: lift_all
delete from pauses where account_id = $1 and paused

-- name: origin
-- The messenger behind a conversation, as its channel calls it.
select origin from conversations where account_id = $1 and id = $2

-- name: fate
-- What became of an event of a caller's with this key, and whether it was this text; no row: it is new. The line
-- remembers longer than the mailbox.
(select case when folded_at is null then 'queued' else verdict end as verdict,
        coalesce(body ->> 'text' = $4, true) as is_same
 from inbox where account_id = $1 and channel = $2 and external_id = $3)
union all
(select 'admitted',
        body = $4 or starts_with(btrim($4, E' \t\r\n'), body) and exists (
            select from outbox where account_id = $1 and idempotency_key = 'piece:2:' || $3)
 from outbox where account_id = $1 and idempotency_key = $3)
limit 1
