-- name: take
-- May this process make its most urgent call now? Seconds to wait, 0: yes.
select governor_grant($1, $2, $3, $4::smallint, $5, $6, $7, $8)

-- name: leave
-- This process has nothing to call for any more.
delete from governor_bids where account_id = $1 and egress = $2 and process = $3

-- name: slow_down
-- After a 429 to our address: nobody calls for a while, and then at half the pace for a minute.
insert into governor (account_id, egress, held_until, slowed_until)
values (0, $1, now() + $2::interval, now() + $2::interval + interval '1 minute')
on conflict (account_id, egress) do update set
    held_until = greatest(governor.held_until, excluded.held_until),
    slowed_until = greatest(governor.slowed_until, excluded.slowed_until)

-- name: hold
-- After a 403 to everything, which bans our address: all lanes of all accounts wait.
insert into governor (account_id, egress, held_until) values (0, $1, $2)
on conflict (account_id, egress) do update set held_until = greatest(governor.held_until, excluded.held_until)

-- name: state
select held_until, slowed_until, next_at from governor where account_id = 0 and egress = $1
