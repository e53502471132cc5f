-- name: take_turn
-- Whose turn it is to fetch an account's news: mine, unless somebody fetches now or it is to be left alone for a while.
insert into fetch_positions as f (account_id, turn, held_until) values ($1, 1, now() + $2::interval)
on conflict (account_id) do update set turn = f.turn + 1, held_until = now() + $2::interval
    where f.held_until < now() and f.not_before <= now()
returning f.turn, f.position

-- name: move_on
-- The position behind what this transaction stores; nobody who came late may say it.
update fetch_positions set position = $3, held_until = now() + $4::interval, fetched_at = now(),
    tries = 0, failing_since = null, failed_as = ''
where account_id = $1 and turn = $2
returning account_id

-- name: end_turn
-- Done for now; a success ends what was failing.
update fetch_positions set held_until = '-infinity', fetched_at = now(), tries = 0, failing_since = null, failed_as = ''
where account_id = $1 and turn = $2

-- name: fetch_failed
-- Done for now, and to be left alone for a while. Tells whether it is another failure than before.
with old as (select account_id, failed_as from fetch_positions where account_id = $1)
update fetch_positions f set held_until = '-infinity', tries = f.tries + 1, failed_as = $3,
    failing_since = coalesce(f.failing_since, now()),
    not_before = now() + greatest($4::interval, least(interval '1 second' * power(2, least(f.tries, 6)), interval '1 minute'))
from old where f.account_id = old.account_id and f.turn = $2
returning old.failed_as <> $3 as is_new
