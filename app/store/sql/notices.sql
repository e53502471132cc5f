-- name: tell
-- Something needs a person: a new telling where there was none within the hour. Who was told lately costs no lock.
insert into notices as n
    (account_id, cause, about, seller_id, lead_id, conversation_id, details, round_at, told_at)
select $1::bigint, $2::text, $3::text, $4::text, $5::text, $6::bigint, $7::jsonb, $8::timestamptz, $8::timestamptz
where not exists (
    select from notices
    where account_id = $1::bigint and cause = $2::text and about = $3::text
      and told_at > $8::timestamptz - interval '1 hour'
)
on conflict (account_id, cause, about) do update set
    seller_id = excluded.seller_id, lead_id = excluded.lead_id, conversation_id = excluded.conversation_id,
    details = excluded.details, round = n.round + 1, round_at = excluded.round_at, told_at = excluded.told_at,
    is_open = true, sent = '{}', delivered_at = null
where n.told_at <= excluded.told_at - interval '1 hour'
returning id, round

-- name: told_of_chat
-- Whether the operators have heard of this very chat's hand-over within the hour.
select exists (
    select from notices
    where conversation_id = $2 and account_id = $1 and seller_id is null and cause like 'handoff\_%'
      and told_at > $3::timestamptz - interval '1 hour'
)

-- name: well
-- What was told is over: one more telling, unless it was never told or taken back already.
update notices set is_open = false, round = round + 1, sent = '{}', delivered_at = null, round_at = $4
where account_id = $1 and cause = $2 and about = $3 and is_open
returning id, round

-- name: notice
-- One telling, with all that is needed to say it.
select n.*, a.name as account_name, a.locale, a.timezone, a.channel, a.state as account_state
from notices n join accounts a on a.id = n.account_id
where n.id = $1 and n.round = $2 and n.delivered_at is null

-- name: sent_by
-- This way is done with this round.
update notices set sent = sent || $3::text where id = $1 and round = $2 and not $3::text = any(sent)

-- name: delivered_notice
update notices set delivered_at = $3 where id = $1 and round = $2

-- name: undeliverable
-- A way that refuses for good: the audit keeps it, for nobody else will tell.
insert into event_log (account_id, who, what, why) values ($1, 'ponte', 'alert_undeliverable', $2)

-- name: untold
-- Tellings that are not through, whatever became of their job.
select id, round from notices
where delivered_at is null and round_at < $1::timestamptz - interval '30 seconds'
order by round_at
limit 100
