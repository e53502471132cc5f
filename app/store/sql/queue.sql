-- name: line
-- Who waits to be asked: where the line begins, and where this account's part of it ends. Places are priorities, which
-- fall along the line. The newest of a long line are enough, for an account's last one is its lowest.
select (
    select priority from queue.pgqueuer
    where entrypoint = 'ask' and status = 'queued' order by priority desc, id limit 1
) as first, (
    select min(q.priority)
    from (
        select priority, payload from queue.pgqueuer
        where entrypoint = 'ask' and status = 'queued' order by priority, id desc limit 300
    ) as q
    join conversations c on c.id = (convert_from(q.payload, 'UTF8')::jsonb ->> 'conversation')::bigint
    where c.account_id = $1
) as own

-- name: under_way
-- How many brains are being asked now, by all workers.
select count(*) from queue.pgqueuer where entrypoint = 'ask' and status = 'picked'

-- name: due_in
-- How long until the first job of these kinds is due; zero or less: one is now; nothing: none waits.
select min(first.execute_after) - now() as due_in
from unnest($1::text[]) as kind
cross join lateral (
    select execute_after from queue.pgqueuer
    where entrypoint = kind and status = 'queued' order by execute_after limit 1
) as first
