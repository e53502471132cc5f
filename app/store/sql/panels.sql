-- name: panel
-- The panel of an account, secrets sealed.
select * from panels where account_id = $1

-- name: sharing
-- The accounts by whom the same administrator's account on the same panel is used.
select account_id from panels where base_url = $1 and recipe = $2 and admin_user = $3 order by account_id

-- name: all_panels
-- For the daily look: those at which nobody was told to stop.
select p.account_id from panels p join accounts a on a.id = p.account_id
where a.state <> 'closed' and p.stopped_at is null order by p.account_id

-- name: lock_panel
-- Whoever gives balances waits here, so that two together do not pass the cap.
select * from panels where account_id = $1 for update

-- name: set_panel
-- Whole: no fixed password means that each user gets one of its own. Whoever changes it has looked: it is no longer stopped.
insert into panels (account_id, recipe, base_url, admin_user, sealed_password, sealed_user_password, daily_cap,
                    confirm_above)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (account_id) do update set recipe = excluded.recipe, base_url = excluded.base_url,
    admin_user = excluded.admin_user, sealed_password = excluded.sealed_password,
    sealed_user_password = excluded.sealed_user_password, daily_cap = excluded.daily_cap,
    confirm_above = excluded.confirm_above, stopped_at = null, stopped_why = '', stopped_evidence = '{}',
    checked_at = null, checked_as = '', updated_at = now(),
    password_at = case when $9 then panels.password_at else now() end

-- name: stop_panel
-- Nobody goes there until an operator says so; the first reason stays.
update panels set stopped_at = now(), stopped_why = $2, stopped_evidence = $3, updated_at = now()
where account_id = $1 and stopped_at is null
returning account_id

-- name: resume_panel
update panels set stopped_at = null, stopped_why = '', stopped_evidence = '{}', updated_at = now()
where account_id = $1 and stopped_at is not null
returning account_id

-- name: checked_panel
update panels set checked_at = now(), checked_as = $2 where account_id = $1

-- name: take_lease
-- Nobody else is there, or whoever was has not shown itself in time.
insert into panel_leases as l (panel, account_id, held_until) values ($1, $2, now() + $3::interval)
on conflict (panel) do update set turn = l.turn + 1, account_id = excluded.account_id, held_until = excluded.held_until
where l.held_until < now()
returning turn

-- name: keep_lease
update panel_leases set held_until = now() + $3::interval where panel = $1 and turn = $2 and held_until > now()
returning turn

-- name: give_lease
update panel_leases set held_until = '-infinity' where panel = $1 and turn = $2

-- name: log_panel
insert into event_log (account_id, who, what, why, details) values ($1, $2, $3, $4, $5)

-- name: panels_state
-- For the health of an installation: how many panels there are, and at how many everybody was stopped.
select count(*) as panels, count(*) filter (where stopped_at is not null) as stopped from panels

-- name: browser_seen
-- When a browser process last showed itself: now if one is connected, else when it last ran its sweep.
select greatest(
    (select max(last_run) from queue.pgqueuer_schedules where entrypoint = $2),
    (select now() from pg_stat_activity where application_name = $1 limit 1)
)
