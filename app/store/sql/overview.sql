-- name: owns
select exists (select from conversations where account_id = $1 and id = $2)

-- name: all_ids
select id from conversations where account_id = $1 order by id

-- name: active
-- The conversations in which something happened since a time, newest first.
select c.id, c.chat_id, c.talk_id, c.contact_id, c.lead_id, c.origin, c.bot_on, c.epoch, c.pause_reason, c.paused_by,
       c.paused_until, c.resting, c.opted_out, c.last_customer_at, c.last_human_at,
       (select count(*) from mensagens m where m.conversation_id = c.id and not m.answered) as unanswered
from conversations c
where c.account_id = $1 and c.last_customer_at > $2 and (c.last_customer_at, c.id) < ($3, $4)
order by c.last_customer_at desc, c.id desc
limit $5

-- name: folded_until
-- What had been folded in a conversation by a certain time, newest first.
select external_id, kind, at, received_at, folded_at, verdict, after
from inbox where conversation_id = $1 and folded_at <= $2 order by folded_at desc, id desc limit $3

-- name: unread
-- What waited in the mailbox at a certain time, without its content.
(select external_id, kind, at, received_at from inbox
 where conversation_id = $1 and folded_at is null and received_at <= $2 order by id limit 100)
union all
(select external_id, kind, at, received_at from inbox
 where conversation_id = $1 and folded_at > $2 and received_at <= $2 order by folded_at limit 100)

-- name: began
-- Since when a conversation had been off by a time ($2) for this reason ($3) and by this person ($4): the first trace
-- after the last one that shows it otherwise. A pause of the contact or lead from before the conversation is older than
-- its traces. And the command that made it so, if one lay in the mailbox.
with told as (
    select folded_at as at, 0 as rank, id, after from inbox
    where conversation_id = $1 and folded_at <= $2 and after is not null
    union all
    select at, 1, id, details -> 'after' from event_log
    where conversation_id = $1 and at <= $2 and details -> 'after' is not null
), traces as (
    select at, rank, id, not (after ->> 'bot_on')::boolean and coalesce(after ->> 'reason', '') = $3
        and coalesce(after ->> 'by', '') = $4 as same
    from told
), otherwise as (
    select at, rank, id from traces where not same order by at desc, rank desc, id desc limit 1
), first as (
    select min(t.at) as at from traces t
    where t.same and not exists (select from otherwise o where (o.at, o.rank, o.id) > (t.at, t.rank, t.id))
), standing as (
    select p.control_at as at from conversations c
    join pauses p on p.account_id = c.account_id and p.scope = $3 and p.paused_by = $4 and p.paused
        and p.external_id = case $3 when 'contact' then c.contact_id else c.lead_id end
    where c.id = $1 and p.control_at <= $2
)
select coalesce(least(first.at, (select at from standing)), first.at) as at, command.exact, command.wordless
from first left join lateral (
    select (body ->> 'exact')::boolean as exact, (body ->> 'wordless')::boolean as wordless from inbox
    where conversation_id = $1 and kind = 'command' and verdict = 'taken_over' and folded_at between first.at and $2
    order by folded_at, id limit 1
) as command on true

-- name: turns
select number, epoch, state, reason, brain, rung, received_at, settled_at, asked_at, answered_at, admitted_at, closed_at,
       delivered_at, told_at, model, input_tokens, output_tokens, stages
from turns where conversation_id = $1 and settled_at <= $2 order by number desc limit $3

-- name: line
-- The newest rows of the outbox, without their words.
select number, kind, state, epoch, attempt, way, reason, created_at, claimed_at, sent_at, not_before, farewell
from outbox where conversation_id = $1 and created_at <= $2 order by number desc limit $3

-- name: audit
select at, who, what, why, details -> 'after' as after from event_log where conversation_id = $1 and at <= $2 order by id desc limit $3

-- name: timers
select kind, due_at from timers where conversation_id = $1

-- name: head
select c.*, a.timezone, a.locale as account_locale, a.capabilities from conversations c join accounts a on a.id = c.account_id
where c.account_id = $1 and c.id = $2

-- name: name_lead
update conversations set lead_id = $3, linked_at = now() where account_id = $1 and id = $2

-- name: log
insert into event_log (account_id, conversation_id, who, what, why) values ($1, $2, $3, $4, $5)

-- name: counts
-- How much there is of everything, for an account.
select
    (select count(*) from conversations where account_id = $1) as conversations,
    (select count(*) from conversations where account_id = $1 and not bot_on) as paused,
    (select count(*) from mensagens where account_id = $1 and author = 'customer' and at > now() - interval '1 day')
        as customer_messages_24h,
    (select count(*) from outbox where account_id = $1 and kind = 'message' and state = 'sent'
        and sent_at > now() - interval '1 day') as sent_24h,
    (select count(*) from outbox where account_id = $1 and state in ('pending', 'sending')) as outbox_waiting,
    (select count(*) from outbox where account_id = $1 and state = 'held') as crm_held,
    (select count(*) from conversations where account_id = $1 and not bot_on
        and coalesce(pause_reason, '') <> 'opt_out') as with_a_person,
    (select count(*) from outbox where account_id = $1 and state in ('person', 'failed') and discarded_at is null)
        as outbox_dead,
    (select count(*) from deliveries where account_id = $1 and state = 'quarantined' and discarded_at is null) as quarantined,
    (select count(*) from inbox where account_id = $1 and folded_at is null) as unread,
    (select count(*) from outreaches where account_id = $1 and state in ('waiting', 'sending')) as outreach_waiting

-- name: turn_counts
-- After a colon a reason names its rule or its sources, which are not counted by.
select state, split_part(reason, ':', 1) as reason, count(*) as n
from turns where account_id = $1 and settled_at > now() - interval '1 day'
group by state, split_part(reason, ':', 1)

-- name: brain_counts
-- How the brains ended that were asked over the last day, on whichever rung.
select stage ->> 'brain' as brain, stage ->> 'outcome' as outcome, count(*) as n
from turns t cross join jsonb_array_elements(t.stages) as stage
where t.account_id = $1 and t.settled_at > now() - interval '1 day'
group by 1, 2
order by 1, 2

-- name: open_breakers
-- The brains that are being left alone.
select brain, opened_at from brain_breakers where account_id = $1 and opened_at is not null order by brain

-- name: refused_callbacks
-- Callbacks of the last day that were refused, by the reason.
select why as reason, count(*) as n
from event_log
where account_id = $1 and what = 'callback_refused' and at > now() - interval '1 day'
group by why
order by why

-- name: failed_executions
-- What n8n's error workflow reported of a conversation's turns by a time, newest first.
select turn, execution_id, execution_url, workflow_name, node, name, message, at
from n8n_errors where conversation_id = $1 and at <= $2 order by at desc limit $3

-- name: execution_counts
-- Failed executions of the last day, by workflow and node.
select workflow_name, node, name, count(*) as n, max(at) as last_at
from n8n_errors where account_id = $1 and at > now() - interval '1 day'
group by workflow_name, node, name
order by n desc
limit 50

-- name: latency
-- From the first word received to the first balloon accepted, and where the time went, over the last day.
select
    count(*) as turns,
    percentile_cont(array[0.5, 0.95]) within group (order by extract(epoch from delivered_at - received_at)) as total,
    percentile_cont(array[0.5, 0.95]) within group (order by extract(epoch from settled_at - received_at)) as burst_wait,
    percentile_cont(array[0.5, 0.95]) within group (order by extract(epoch from asked_at - settled_at)) as queue,
    percentile_cont(array[0.5, 0.95]) within group (order by extract(epoch from answered_at - asked_at)) as brain,
    percentile_cont(array[0.5, 0.95]) within group (order by extract(epoch from delivered_at - admitted_at)) as channel
from turns
where account_id = $1 and delivered_at is not null and settled_at > now() - interval '1 day'

-- name: queue
-- Jobs by name and state: what waits, what runs, what died. A job that is for later is not late.
select entrypoint, status::text as status, count(*) as n,
       greatest(0, extract(epoch from now() - min(greatest(created, execute_after))))::float as oldest_seconds
from queue.pgqueuer group by entrypoint, status

-- name: worker_seen
-- When a worker last showed itself: now if one is connected, else when it last ran a schedule.
select greatest(
    (select max(last_run) from queue.pgqueuer_schedules),
    (select now() from pg_stat_activity where application_name = $1 limit 1)
)

-- name: live_accounts
-- How many accounts the installation serves, and how many wait for their administrator to let it in again.
select count(*) filter (where state = 'live') as live, count(*) filter (where state = 'reconnect') as waiting from accounts

-- name: totals
-- For the metrics: an account's figures; no row once it is closed.
select a.id as account_id,
    (select count(*) from conversations c where c.account_id = a.id and not c.bot_on) as paused,
    (select count(*) from outbox o where o.account_id = a.id and o.state in ('pending', 'sending')) as waiting,
    (select count(*) from conversations c where c.account_id = a.id and not c.bot_on
        and coalesce(c.pause_reason, '') <> 'opt_out') as with_a_person,
    (select count(*) from outbox o where o.account_id = a.id and o.state in ('person', 'failed')
        and o.discarded_at is null) as outbox_dead,
    (select count(*) from inbox i where i.account_id = a.id and i.folded_at is null) as unread,
    (select count(*) from event_log e where e.account_id = a.id and e.what = 'echo_by_words') as echoes_by_words
from accounts a where a.id = $1 and a.state = 'live'
