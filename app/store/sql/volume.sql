-- name: lock_volume
-- One message of an account is counted and begun at a time, so that two never take the same last place.
select pg_advisory_xact_lock(hashtextextended('outreach', $1::bigint))

-- name: volume_begun
-- Messages of the last day, with those that have been begun and are not counted as sent yet.
select count(*) filter (where contact_id = any ($2::text[])) + (
           select count(*) from broadcast_recipients
           where account_id = $1 and contact_id = any ($2::text[]) and begun_at > $3) as of_contact,
       count(*) as of_day,
       count(*) filter (where at > $4) as since_reset
from (
    select sent_at as at, contact_id from outreaches where account_id = $1 and sent_at > $3
    union all
    select sent_at, contact_id from follow_ups where account_id = $1 and sent_at > $3
    union all
    select 'infinity', contact_id from outreaches
    where account_id = $1 and state = 'sending' and way <> 'task' and sent_at is null
    union all
    select 'infinity', contact_id from follow_ups where account_id = $1 and state = 'sending' and sent_at is null
) as said

-- name: volume
-- Messages that began something: of the contact and of all since $3, and in the two weeks before, with the days they took.
select count(*) filter (where at > $3 and contact_id = any ($2::text[])) + (
           select count(*) from broadcast_recipients
           where account_id = $1 and contact_id = any ($2::text[]) and begun_at > $3) as of_contact,
       count(*) filter (where at > $3) as of_day,
       count(*) filter (where at > $4) as since_reset,
       count(*) filter (where at <= $3) as before,
       least(14, greatest(1, extract(epoch from $3::timestamptz - min(at)) / 86400))::float as days
from (
    select sent_at as at, contact_id from outreaches where account_id = $1 and sent_at > $3::timestamptz - interval '14 days'
    union all
    select sent_at, contact_id from follow_ups where account_id = $1 and sent_at > $3::timestamptz - interval '14 days'
) as said

-- name: breaker
select floor, tripped_at, tripped_count, usual, reset_at, reset_by from outreach_breakers where account_id = $1

-- name: trip
-- Latches: once tripped it stays so.
with tripped as (
    insert into outreach_breakers (account_id, tripped_at, tripped_count, usual) values ($1, $2, $3, $4)
    on conflict (account_id) do update set tripped_at = excluded.tripped_at, tripped_count = excluded.tripped_count,
        usual = excluded.usual
    where outreach_breakers.tripped_at is null
    returning account_id
)
insert into event_log (account_id, who, what, why) select account_id, 'ponte', 'alert', 'outreach_breaker' from tripped
returning id

-- name: reset_breaker
with opened as (
    insert into outreach_breakers (account_id, reset_at, reset_by, floor) values ($1, $2, $3, coalesce($4, 100))
    on conflict (account_id) do update set tripped_at = null, reset_at = excluded.reset_at, reset_by = excluded.reset_by,
        floor = coalesce($4, outreach_breakers.floor)
    returning account_id
)
insert into event_log (account_id, who, what) select account_id, $3, 'breaker_reset' from opened
