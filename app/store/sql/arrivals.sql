-- name: sent
-- A message that has left, as far as we know, or was refused when it should; where it was to go, and in `answer` all
-- that it is a part of.
select o.id, o.number, o.account_id, o.conversation_id, o.external_id, o.sent_at, o.turn, o.quiet_since,
       coalesce(o.idempotency_key, '') as key, c.channel, c.chat_id, c.talk_id, c.contact_id, c.lead_id, c.locale,
       (select string_agg(p.body, ' ' order by p.number) from outbox p
        where p.conversation_id = o.conversation_id and p.kind = 'message'
          and (p.number = o.number or p.turn = o.turn
               or regexp_replace(p.idempotency_key, '^piece:[0-9]+:', '')
                  = regexp_replace(o.idempotency_key, '^piece:[0-9]+:', ''))) as answer
from outbox o join conversations c on c.id = o.conversation_id
where o.conversation_id = $1 and o.number = $2 and o.kind = 'message' and o.state in ('sent', 'failed')

-- name: not_delivered
-- It has reached nobody. What goes on in another way ($2) is no dead message of its own.
update outbox set state = 'person', reason = 'not_delivered', discarded_at = case when $2::boolean then now() end
where id = $1 and state in ('sent', 'failed')
returning id

-- name: waits_unasked
-- Whether what a template was to ask about, by the parts' common key $3, is nobody's.
select exists (
    select from outbox
    where account_id = $1 and conversation_id = $2 and state = 'person' and reason = 'not_delivered'
      and discarded_at is not null and kind = 'message'
      and coalesce('turn:' || turn, regexp_replace(idempotency_key, '^piece:[0-9]+:', ''), 'row:' || number) = $3)

-- name: unasked
-- It goes on in no other way: a dead message like any other, until a person has looked.
update outbox set discarded_at = null
where account_id = $1 and conversation_id = $2 and state = 'person' and reason = 'not_delivered'
  and discarded_at is not null and kind = 'message'
  and coalesce('turn:' || turn, regexp_replace(idempotency_key, '^piece:[0-9]+:', ''), 'row:' || number) = $3
returning id

-- name: open_again
-- The wish whose text was not delivered: it has not been said, and what was to follow it does not. Whoever has written
-- since then is not written to in another way either.
with opened as (
    update outreaches set state = 'waiting', way = '', sent_at = null, reasons = '{not_delivered}', due_at = $3,
        quiet_since = coalesce(quiet_since, sent_at), claimed_until = '-infinity', updated_at = $3
    where account_id = $1 and id = $2 and state = 'sent' and way = 'text'
    returning id
),
gone as (
    delete from follow_ups f using opened where f.outreach_id = opened.id and f.state = 'pending'
)
select id from opened

-- name: take_down_rung
-- A rung that was not delivered has not been said, and is the last of its ladder.
update follow_ups set state = 'cancelled', reason = 'not_delivered',
    sent_at = case when step = $2 then null else sent_at end
where outreach_id = $1 and (step = $2 or state = 'pending')
