-- name: scene
-- What the tools of a turn need to know of its conversation.
select c.contact_id, c.lead_id, coalesce(c.locale, a.locale) as locale, a.timezone,
       coalesce(cardinality(k.open_leads), 0) as open_leads
from conversations c
join accounts a on a.id = c.account_id
left join contacts k on k.account_id = c.account_id and k.external_id = c.contact_id
where c.account_id = $1 and c.id = $2

-- name: known
-- What came of this very call before.
select ok, booking_id, epoch from tool_calls
where account_id = $1 and conversation_id = $2 and turn = $3 and tool = $4 and digest = $5

-- name: own_epoch
-- The epoch that this turn's own hand-over or pause has left behind.
select max(epoch) from tool_calls where account_id = $1 and conversation_id = $2 and turn = $3 and ok

-- name: note
-- A call and what came of it; a call that worked once has worked. Of a conversation that is gone nothing is kept.
insert into tool_calls (account_id, conversation_id, turn, tool, digest, ok, code, booking_id, epoch)
select $1, c.id, $3, $4, $5, $6, $7, $8, $9 from conversations c where c.id = $2 and c.account_id = $1
on conflict (conversation_id, turn, tool, digest) do update set
    ok = tool_calls.ok or excluded.ok,
    code = case when tool_calls.ok then tool_calls.code else excluded.code end,
    booking_id = coalesce(tool_calls.booking_id, excluded.booking_id),
    epoch = coalesce(tool_calls.epoch, excluded.epoch),
    calls = tool_calls.calls + 1,
    updated_at = now()

-- name: note_booking
-- A call that has brought a booking where it wanted it ($7), kept in the transaction that did. The same words may mean
-- a later booking the next time, and never an earlier one.
insert into tool_calls (account_id, conversation_id, turn, tool, digest, ok, booking_id)
select $1, $2, $3, $4, $5, true, a.id from agenda a where a.account_id = $1 and a.id = $6 and a.state = any($7::text[])
on conflict (conversation_id, turn, tool, digest) do update set
    ok = true,
    code = '',
    booking_id = greatest(tool_calls.booking_id, excluded.booking_id),
    calls = tool_calls.calls + 1,
    updated_at = now()

-- name: of_turns
-- What some turns of a conversation had called by a time, in order.
select turn, tool, ok, code, calls, created_at from tool_calls
where account_id = $1 and conversation_id = $2 and turn = any($3::int[]) and created_at <= $4
order by id
limit 2000

-- name: prune_tool_calls
-- Turns are over after minutes; what is this old is for nobody.
delete from tool_calls where created_at < now() - interval '90 days'
