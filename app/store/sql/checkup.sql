-- name: server
-- What the database says of itself, for the doctor: its release, its clock, and whose connection we really have.
select current_setting('server_version') as version, clock_timestamp() as now, pg_backend_pid() as backend

-- name: last_webhook
-- When the account's channel last knocked.
select received_at from deliveries where account_id = $1 order by received_at desc limit 1
