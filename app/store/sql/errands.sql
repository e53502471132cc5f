-- name: begin
-- What a flow wants done outside, once for its key.
insert into errands (account_id, conversation_id, key, kind, data) values ($1, $2, $3, $4, $5)
on conflict (conversation_id, key) do nothing
returning id

-- name: open
-- An errand that has not come to an end.
select account_id, conversation_id, key, kind, data from errands where id = $1 and status is null

-- name: done
-- It has come to an end; the first word counts. What it was about is not needed any more.
update errands set status = $2, data = '{}', ended_at = $3 where id = $1 and status is null
returning id

-- name: prune_errands
-- What was done this long ago is in the conversation's own history.
delete from errands where ended_at < now() - interval '90 days'

-- name: forget_phones
-- Which phone a password was for, and when it was asked for, matters for a day.
update errands set phone_hash = null, called_at = null where called_at < now() - interval '2 days'

-- name: lock_phone
-- Whoever has a password sent to a phone does so one after the other, from whichever chat.
select pg_advisory_xact_lock(hashtextextended('code:' || $1::bigint || ':' || encode($2::bytea, 'hex'), 0))

-- name: calls_about
-- When the passwords of a phone were sent since $4, or are being sent: those that ended so, and those under way.
select coalesce(ended_at, called_at) as at from errands
where account_id = $1 and phone_hash = $2 and (status is null or status = any ($3::text[]))
  and coalesce(ended_at, called_at) > $4

-- name: is_about
-- For which phone the outside is being called.
update errands set phone_hash = $3, called_at = $4 where conversation_id = $1 and key = $2

-- name: begin_call
-- Written before somebody outside is called who must not be called twice: the first run only.
update errands set data = data || '{"_called": "1"}'
where conversation_id = $1 and key = $2 and status is null and data ->> '_called' is null
returning id

-- name: withdraw_call
-- The call certainly did not begin: another run may make it.
update errands set data = data - '_called', phone_hash = null, called_at = null
where conversation_id = $1 and key = $2 and status is null

-- name: last_made
-- When an errand of a kind last ended in one of these ways, or an older one than $4 began that is still under way.
select max(coalesce(e.ended_at, e.created_at)) from errands e
where e.conversation_id = $1 and e.kind = $2 and (
    e.status = any ($3::text[])
    or (e.status is null and e.id < (select id from errands where conversation_id = $1 and key = $4)))
