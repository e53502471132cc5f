-- name: dead
-- What will not happen by itself any more in an account ($1), of one kind ($2) or of all, newest first, beyond a place
-- ($3 to $5). Ids and codes only. A job belongs to the account of whatever it names.
with jobs as (
    select j.id, j.entrypoint, j.attempts, j.updated, convert_from(j.payload, 'UTF8')::jsonb as ids
    from queue.pgqueuer j where j.status = 'failed' and j.payload is not null
),
owned as (
    select j.*, coalesce(
        (select a.id from accounts a where a.id = (j.ids ->> 'account')::bigint),
        (select c.account_id from conversations c where c.id = (j.ids ->> 'conversation')::bigint),
        (select o.account_id from outbox o where o.id = (j.ids ->> 'outbox')::bigint),
        (select d.account_id from deliveries d where d.id = (j.ids ->> 'delivery')::bigint),
        (select n.account_id from notices n where n.id = (j.ids ->> 'notice')::bigint),
        (select g.account_id from oauth_codes g where g.id = (j.ids ->> 'code')::bigint)
    ) as account_id
    from jobs j
),
things as (
    select 'job' as kind, id as number, entrypoint as what, 'failed' as state, '' as reason, attempts, updated as since,
           (ids ->> 'conversation')::bigint as conversation_id
    from owned where account_id = $1
    union all
    select case kind when 'message' then 'message' else 'write' end, id, kind, state, reason, attempt,
           coalesce(claimed_at, created_at), conversation_id
    from outbox where account_id = $1 and state in ('person', 'failed') and discarded_at is null
    union all
    select 'delivery', id, channel, state, reason, 0, received_at, null
    from deliveries where account_id = $1 and state = 'quarantined' and discarded_at is null
    union all
    select 'media', id, 'media', state, reason, attempts, created_at, conversation_id
    from media where account_id = $1 and state = 'refused' and discarded_at is null
    union all
    select 'notice', id, cause, 'untold', '', round, round_at, conversation_id
    from notices where account_id = $1 and delivered_at is null and round_at < now() - interval '15 minutes'
    union all
    select 'outreach', id, trigger, state, array_to_string(reasons, ' '), attempts, updated_at, conversation_id
    from outreaches o
    where account_id = $1 and state in ('failed', 'doubt') and not reasons && '{replayed,discarded}'
      and subject not like 'erased:%'
      and not exists (
          select from outbox b where b.account_id = o.account_id and b.state in ('pending', 'sending', 'sent')
            and b.idempotency_key = 'send:' || o.conversation_id || ':outreach:' || o.id)
    union all
    select 'provisioning', id, operation, step, detail, tries, updated_at, conversation_id
    from provisionings where account_id = $1 and state = 'dead'
)
select * from things
where ($2::text is null or kind = $2) and (since, kind, number) < ($3, $4, $5)
order by since desc, kind desc, number desc
limit $6

-- name: conversation_of
-- Whose line a dead message stands in.
select conversation_id from outbox
where account_id = $1 and id = $2 and kind = 'message' and state in ('person', 'failed') and discarded_at is null

-- name: bot_on
select bot_on from conversations where id = $1

-- name: replay_message
-- Into the line again, under the epoch that holds now: the fence decides about it as about any other.
update outbox o set state = 'pending', epoch = c.epoch, reason = 'replayed', not_before = null, claimed_at = null,
    absent_since = null, refusals = 0
from conversations c
where o.account_id = $1 and o.id = $2 and o.kind = 'message' and o.state in ('person', 'failed')
  and o.discarded_at is null and c.id = o.conversation_id
returning o.conversation_id

-- name: replay_write
update outbox set state = 'pending', reason = 'replayed', not_before = null, claimed_at = null, attempt = 0
where account_id = $1 and id = $2 and kind <> 'message' and state in ('person', 'failed') and discarded_at is null
returning conversation_id

-- name: replay_delivery
-- Its bytes are kept for 14 days; without them there is nothing to read.
update deliveries set state = 'raw', reason = ''
where account_id = $1 and id = $2 and state = 'quarantined' and body is not null and discarded_at is null
returning id

-- name: replay_media
update media set state = 'waiting', reason = '', attempts = 0
where account_id = $1 and id = $2 and state = 'refused' and discarded_at is null
returning conversation_id

-- name: replay_notice
-- Younger ones are being told just now.
select round from notices
where account_id = $1 and id = $2 and delivered_at is null and round_at < now() - interval '15 minutes'

-- name: dead_outreach
-- A wish that nobody tries again: it has failed, or nobody can tell whether its message left. Not one whose text a
-- person has put into its line again, nor one that was looked at before, nor one of somebody who was erased.
select id, idempotency_key from outreaches o
where account_id = $1 and id = $2 and state in ('failed', 'doubt') and not reasons && '{replayed,discarded}'
  and subject not like 'erased:%'
  and not exists (
      select from outbox b where b.account_id = o.account_id and b.state in ('pending', 'sending', 'sent')
        and b.idempotency_key = 'send:' || o.conversation_id || ':outreach:' || o.id)
for update of o

-- name: replace_outreach
-- It makes room for the wish that takes its place.
update outreaches set state = 'failed', reasons = reasons || '{replayed}', idempotency_key = null, updated_at = now()
where account_id = $1 and id = $2

-- name: replay_outreach
-- The same wish once more, judged anew, written anew, and under a number of its own: what fenced the first does not
-- stop this one. The caller's key, if there was one ($3), finds it. Null: another wish stands in its place already.
insert into outreaches (account_id, trigger, subject, idempotency_key, request_digest, day, phone, contact_id,
                        contact_ids, lead_id, locale, data, due_at, requested_by)
select account_id, trigger, subject, $3, request_digest, day, phone, contact_id, contact_ids, lead_id, locale, data,
       now(), requested_by
from outreaches where account_id = $1 and id = $2
on conflict do nothing
returning id

-- name: drop_text_of_outreach
-- What was said in its name is no dead message of its own any more.
update outbox b set discarded_at = now()
from outreaches o
where o.account_id = $1 and o.id = $2 and b.account_id = o.account_id and b.state in ('person', 'failed')
  and b.discarded_at is null and b.idempotency_key = 'send:' || o.conversation_id || ':outreach:' || o.id

-- name: discard_outreach
update outreaches set reasons = reasons || '{discarded}', updated_at = now()
where account_id = $1 and id = $2 and state in ('failed', 'doubt') and not reasons && '{replayed,discarded}'
  and subject not like 'erased:%'
returning id

-- name: discard_outbox
update outbox set discarded_at = now()
where account_id = $1 and id = $2 and (kind = 'message') = $3 and state in ('person', 'failed') and discarded_at is null
returning id

-- name: discard_delivery
update deliveries set discarded_at = now(), body = null
where account_id = $1 and id = $2 and state = 'quarantined' and discarded_at is null
returning id

-- name: discard_media
update media set discarded_at = now()
where account_id = $1 and id = $2 and state = 'refused' and discarded_at is null
returning id

-- name: discard_notice
update notices set delivered_at = now()
where account_id = $1 and id = $2 and delivered_at is null and round_at < now() - interval '15 minutes'
returning id

-- name: log
insert into event_log (account_id, conversation_id, who, what, why, details) values ($1, $2, $3, $4, $5, $6)

-- name: dead_job
-- A job that has failed for good, if it is this account's.
select j.entrypoint, j.payload from queue.pgqueuer j
where j.id = $2 and j.status = 'failed' and exists (
    select from jsonb_each_text(convert_from(j.payload, 'UTF8')::jsonb) as named (what, number)
    where (what = 'account' and number::bigint = $1)
       or (what = 'conversation' and exists (select from conversations where id = number::bigint and account_id = $1))
       or (what = 'outbox' and exists (select from outbox where id = number::bigint and account_id = $1))
       or (what = 'delivery' and exists (select from deliveries where id = number::bigint and account_id = $1))
       or (what = 'notice' and exists (select from notices where id = number::bigint and account_id = $1))
       or (what = 'code' and exists (select from oauth_codes where id = number::bigint and account_id = $1))
)

-- name: dead_provisioning
select operation, conversation_id, conversation, amount, site, step from provisionings
where account_id = $1 and id = $2 and state = 'dead'

-- name: made_besides
-- Another user that was made for the same conversation, is being made, or may have been: for one of ours any ($3), for a
-- caller's own one ($4) that was asked for later.
select id from provisionings
where account_id = $1 and id <> $2 and operation = 'create_user'
  and (conversation_id = $3 or ($3 is null and conversation = $4 and conversation <> '' and id > $2))
  and (status = 'success' or state in ('waiting', 'running') or (state = 'dead' and step in ('writing', 'written')))
order by id desc limit 1

-- name: given_besides
-- What else was given today, or may have been, in the account's zone.
select coalesce(sum(p.amount), 0) from accounts a join provisionings p on p.account_id = a.id
where a.id = $1 and p.id <> $2 and p.operation = 'assign_balance'
  and p.reserved_at >= date_trunc('day', now() at time zone a.timezone) at time zone a.timezone
  and (p.state in ('waiting', 'running') or p.status = 'success' or p.step in ('writing', 'written'))

-- name: replay_provisioning
-- From the step where it stands: what was begun is looked at first. A person who replays a balance that was left
-- unchanged lets it be given once more. Its deadline begins anew, and its sum counts on this day.
update provisionings set state = 'waiting', status = null, done_at = null, detail = '', evidence = '{}', tries = 0,
    may_repeat = true, not_before = now(), deadline = now() + interval '15 minutes', called_back_at = null,
    reserved_at = now(), updated_at = now()
where account_id = $1 and id = $2 and state = 'dead'
returning id

-- name: discard_provisioning
update provisionings set state = 'dropped', updated_at = now()
where account_id = $1 and id = $2 and state = 'dead'
returning id
