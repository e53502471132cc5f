-- name: prune_queue_log
-- The queue's log grows by some rows a job; the figures are kept in its statistics.
delete from queue.pgqueuer_log where aggregated and created < now() - interval '2 days'

-- name: prune_queue_statistics
delete from queue.pgqueuer_statistics where created < now() - interval '30 days'

-- name: unsent
-- Conversations whose next message waits for a sender.
select distinct conversation_id from outbox
where kind = 'message' and state = 'pending' and coalesce(not_before, created_at) < now() - $1::interval
limit 500

-- name: queued
-- Which of these jobs are in the queue and due soon. One that is due later, a timer's, stands for nothing now.
select distinct entrypoint, payload from queue.pgqueuer
where status = 'queued' and execute_after < now() + interval '1 minute'
  and (entrypoint, payload) in (select * from unnest($1::text[], $2::bytea[]))

-- name: note_missed
-- Customers' messages were found by reading the channel. $2: when the newest of them was written; one that is older than
-- the webhooks' address could not have come by it. A webhook since the last such finding begins the count anew.
update accounts a set
    missed_since = case when n.is_new then now() else a.missed_since end,
    missed_runs = case when n.is_new then 1 else a.missed_runs + 1 end,
    missed_at = now()
from (
    select m.id, m.missed_at is null or coalesce(m.missed_at <= (
        select max(d.received_at) from deliveries d where d.account_id = m.id), false) as is_new
    from accounts m where m.id = $1
) n
where a.id = n.id and a.address_set_at < $2

-- name: active_chats
-- Chats in which something happened lately, for the poll.
select chat_id, talk_id, contact_id, lead_id,
       coalesce(greatest(last_human_at, created_at), created_at) - interval '5 seconds' as since
from conversations where account_id = $1 and (last_customer_at > $2 or last_human_at > $2)
order by greatest(last_customer_at, last_human_at) desc limit 200

-- name: left_chats
-- The chats whose turn to be looked into came between $2 and $3, of those that moved since $4: every minute at first, and
-- the more seldom the longer nothing happened there, about thirty times in their age. A look that is late leaves none out.
-- The beat is a power of two in minutes, so that a chat's turns stay where they are while it ages.
with moved as (
    (select id from conversations
     where account_id = $1 and last_customer_at > $4 order by last_customer_at desc, id desc limit 1000)
    union
    (select id from conversations
     where account_id = $1 and last_human_at is not null and last_human_at > $4 order by last_human_at desc limit 500)
), beating as (
    select c.*, 60 * power(2, floor(greatest(log(2.0, greatest(
        extract(epoch from $3::timestamptz - greatest(c.last_customer_at, c.last_human_at)), 1) / 1800), 0))) as beat
    from conversations c join moved using (id)
    where c.talk_id is not null
)
select chat_id, talk_id, contact_id, lead_id,
       greatest(created_at - interval '5 seconds', $4) as since
from beating
where floor((extract(epoch from $3::timestamptz) + id * 7919) / beat)
    > floor((extract(epoch from $2::timestamptz) + id * 7919) / beat)
order by greatest(last_customer_at, last_human_at) desc
