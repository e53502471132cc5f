-- name: look
select failures, opened_at, probe_until from brain_breakers where account_id = $1 and brain = $2

-- name: begin
insert into brain_breakers (account_id, brain) values ($1, $2) on conflict (account_id, brain) do nothing

-- name: lock
select failures, opened_at, probe_until from brain_breakers where account_id = $1 and brain = $2 for update

-- name: save
update brain_breakers set failures = $3, opened_at = $4, probe_until = $5 where account_id = $1 and brain = $2

-- name: close
delete from brain_breakers where account_id = $1 and brain = $2 and opened_at is not null returning brain

-- name: log
insert into event_log (account_id, who, what, why) values ($1, 'ponte', $2, $3)
