-- name: let_in
-- Somebody was let in at a door: the last one is kept. $5: since when the address by which they came is what it is; one
-- that another took the place of meanwhile is the newest no more.
insert into knocks as k (account_id, door, refused, network, by_old_address, by_newest_at)
select $1, $2, false, $3, $4, (select now() from accounts where id = $1 and address_set_at = $5::timestamptz)
on conflict (account_id, door, refused) do update set network = excluded.network,
    by_old_address = excluded.by_old_address, seen_at = now(),
    by_newest_at = coalesce(excluded.by_newest_at, k.by_newest_at)

-- name: turn_away
-- Somebody was refused at a door. The audit hears of the first of an hour, however many there are.
with refused as (
    insert into knocks as k (account_id, door, refused, network) values ($1, $2, true, $3)
    on conflict (account_id, door, refused) do update set network = excluded.network, times = k.times + 1,
        seen_at = now(), told_at = case when k.told_at < now() - interval '1 hour' then now() else k.told_at end
    returning account_id, times, told_at = now() as is_news
)
insert into event_log (account_id, who, what, why, details)
select account_id, 'stranger', 'call_refused', 'not_on_the_list',
       jsonb_build_object('door', $2::text, 'network', $3::text, 'times', times)
from refused where is_news

-- name: last_knocks
select door, refused, network, by_old_address, times, seen_at from knocks where account_id = $1
