-- name: turns
-- An account's turns of a time that came to an end, oldest first, as they were asked.
select t.conversation_id, t.number, t.epoch, t.rung, t.state, t.reason, t.brain, t.answers, t.asked_at, t.answered_at,
       c.channel, c.origin, c.contact_id, c.lead_id, coalesce(c.locale, a.locale) as locale, a.timezone,
       coalesce(a.settings ->> 'business_name', '') as business
from turns t
join conversations c on c.id = t.conversation_id
join accounts a on a.id = t.account_id
where t.account_id = $1 and t.settled_at >= $2 and t.asked_at is not null
  and t.state in ('admitted', 'handed_over', 'failed')
order by t.settled_at, t.conversation_id, t.number
limit $3

-- name: before
-- What had been said before a turn's messages, newest first.
select author, text, kind, media, at, null::bigint as media_id
from mensagens
where conversation_id = $1 and id < (
    select min(id) from mensagens where conversation_id = $1 and fold = any ($2::int[])
)
order by id desc
limit $3

-- name: answered
-- What a turn's answer was, balloon by balloon.
select body from outbox where conversation_id = $1 and turn = $2 and kind = 'message' order by number
