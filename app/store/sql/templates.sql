-- name: add_trigger
-- A trigger that every account has; one that is there stays as it is.
insert into proactive_triggers (account_id, name, variables, ladder) values ($1, $2, $3, $4) on conflict do nothing

-- name: add_first_template
-- The wording that Ponte brings along; a language and step that has one of any version stays as it is.
insert into templates (account_id, trigger, locale, step, version, body, variables, created_by)
values ($1, $2, $3, $4, 1, $5, $6, 'ponte')
on conflict do nothing

-- name: has_triggers
-- Whether the account has all of these: a newer Ponte may bring one more.
select count(*) = cardinality($2::text[]) from proactive_triggers where account_id = $1 and name = any ($2::text[])

-- name: triggers
select * from proactive_triggers where account_id = $1 and name > $2 order by name limit $3

-- name: trigger
select * from proactive_triggers where account_id = $1 and name = $2

-- name: save_trigger
insert into proactive_triggers (account_id, name, enabled, consent, areas, variables, ladder, hours, quiet_from,
                                quiet_until, per_contact, per_day, outside_window)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
on conflict (account_id, name) do update set enabled = excluded.enabled, consent = excluded.consent,
    areas = excluded.areas, variables = excluded.variables, ladder = excluded.ladder, hours = excluded.hours,
    quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until, per_contact = excluded.per_contact,
    per_day = excluded.per_day, outside_window = excluded.outside_window, updated_at = now()

-- name: save_template
-- A new version; the ones before stay. Of two who save at once the second collides and tries again.
insert into templates (account_id, trigger, locale, step, version, body, variables, salesbot_id, created_by,
                       approved_name)
select $1::bigint, $2::text, $3::text, $4::smallint, 1 + coalesce(max(version), 0), $5::text, $6::text[], $7::bigint,
       $8::text, $9::text
from templates
where account_id = $1 and trigger = $2 and locale = $3 and step = $4
returning *

-- name: lock_trigger
-- Who changes a trigger's words waits for whoever is at it.
select name from proactive_triggers where account_id = $1 and name = $2 for update

-- name: current
-- The newest version of each text of a trigger.
select distinct on (locale, step) * from templates
where account_id = $1 and trigger = $2
order by locale, step, version desc

-- name: templates
-- The newest version of each text, trigger by trigger.
select * from (
    select distinct on (trigger, locale, step) * from templates
    where account_id = $1 and ($2::text is null or trigger = $2)
    order by trigger, locale, step, version desc
) as newest
where (trigger, locale, step) > ($3::text, $4::text, $5::smallint)
order by trigger, locale, step
limit $6

-- name: versions
-- Every version of one text, newest first.
select * from templates
where account_id = $1 and trigger = $2 and locale = $3 and step = $4 and version < $5
order by version desc
limit $6

-- name: log
insert into event_log (account_id, who, what, why, details) values ($1, $2, $3, $4, $5)
