-- name: server
-- What the database says of itself, for the doctor: its release, its clock, and whose connection we really have.
select current_setting('server_version') as version, clock_timestamp() as now, pg_backend_pid() as backend

-- name: last_webhook
-- When the account's channel last knocked.
select received_at from deliveries where account_id = $1 order by received_at desc limit 1

-- name: missed
-- What was found only by reading the channel since the last webhook.
select missed_since as since, missed_at as at, missed_runs as runs from accounts where id = $1 and missed_at > coalesce((
    select max(d.received_at) from deliveries d where d.account_id = $1), '-infinity')

-- name: secret_set_at
-- Since when an account has the secret that it has.
select updated_at from credentials where account_id = $1

-- name: told_at
-- When people were last told of a trouble that goes on.
select told_at from notices where account_id = $1 and cause = $2 and about = '' and is_open

-- name: fetched
-- How the asking for an account's news fares; a position that is empty is that of one that is told by webhooks,
-- and none yet that of one whose first look has not come back.
select fetched_at, failed_as, failing_since from fetch_positions where account_id = $1 and position is distinct from ''

-- name: knows_anything
-- Whether an account has been taught anything.
select exists (select from knowledge where account_id = $1)
