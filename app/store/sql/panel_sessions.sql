-- name: load
select sealed from panel_sessions where account_id = $1 and key = $2

-- name: save
insert into panel_sessions (account_id, key, sealed) values ($1, $2, $3)
on conflict (account_id, key) do update set sealed = excluded.sealed, renewed_at = now()

-- name: forget
delete from panel_sessions where account_id = $1 and key = $2

-- name: expect_evidence
-- Before the file is there, so that no file is without its end. Nothing is kept of a run whose person was erased under it.
insert into panel_evidence (account_id, run, place, content_type, size, expires_at)
select $1, $2, $3, $4, $5, now() + $6::interval
where not exists (
    select from provisionings p
    where p.id = substring($2 from '^([0-9]{1,18})-[0-9]{1,18}$')::bigint and p.account_id = $1 and p.state = 'dropped'
      and p.run <> substring($2 from '-([0-9]{1,18})$')::bigint)
on conflict (place) do update set content_type = excluded.content_type, size = excluded.size,
    expires_at = excluded.expires_at
returning true

-- name: evidence_of_runs
select place, content_type, size from panel_evidence
where account_id = $1 and run = any ($2::text[]) and expires_at > now() order by id limit 200

-- name: one_evidence
select place, content_type, size from panel_evidence
where account_id = $1 and place = $2 and expires_at > now()

-- name: expired_evidence
-- Of all accounts, a page at a time: it is part of the pruning.
select place from panel_evidence where expires_at <= now() order by expires_at limit $1

-- name: forget_evidence
delete from panel_evidence where place = any($1::text[])
