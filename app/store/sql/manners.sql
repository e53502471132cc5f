-- name: manners
-- What no reply may hold.
select coalesce(settings -> 'never_promise', '[]')::text as never_promise from accounts where id = $1

-- name: has_answered
-- Whether a brain or a caller has spoken here, or is about to. A word that it takes longer, a flow's own words and a goodbye
-- are no answers: what comes after them may be the first that a program wrote.
select exists (
    select from outbox o
    left join turns t on t.conversation_id = o.conversation_id and t.number = o.turn
    where o.conversation_id = $1 and o.kind = 'message' and o.state in ('pending', 'sending', 'sent') and not o.farewell
      and (t.brain <> '' or o.idempotency_key is not null))
