-- name: lock
-- The conversation's lock, before its mailbox is written by the one who will fold it.
select id from conversations where id = $1 for update

-- name: question
-- An open turn with all that a brain is told about it.
select t.number, t.epoch, t.rung, t.answers, c.id as conversation_id, c.account_id, c.channel, c.contact_id, c.lead_id,
       coalesce(c.locale, a.locale) as locale, a.timezone, coalesce(a.settings ->> 'business_name', '') as business
from turns t
join conversations c on c.id = t.conversation_id
join accounts a on a.id = c.account_id
where t.conversation_id = $1 and t.number = $2 and t.state = 'open'

-- name: burst
-- The messages that a turn answers, oldest first: all of them, however long ago the first one was written.
select author, text, kind, media, at from mensagens where conversation_id = $1 and fold = any($2::int[]) order by fold

-- name: history
-- The newest other lines of a conversation, newest first.
select author, text, kind, media, at
from mensagens
where conversation_id = $1 and (fold is null or fold <> all ($3::int[]))
order by id desc
limit $2

-- name: stamp
update turns set brain = $3, asked_at = $4, answered_at = $5 where conversation_id = $1 and number = $2

-- name: unasked
-- Turns whose question got lost with its worker: open for longer than any brain may take.
select conversation_id, number, rung from turns where state = 'open' and settled_at < now() - $1::interval limit 1000
