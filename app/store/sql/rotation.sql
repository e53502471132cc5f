-- name: rotate_address
-- Another secret in the webhooks' address; the one that it had still counts until $4, or until somebody says for how long.
with old as (
    select id, webhook_secret_hash from accounts where id = $1 for update
), kept as (
    insert into retired_secrets (account_id, kind, old_secret_hash, retires_at)
    select id, 'address', webhook_secret_hash, $4 from old
    on conflict (account_id, kind, old_secret_hash) do update set retires_at = excluded.retires_at
), changed as (
    update accounts set webhook_secret_hash = $2 where id in (select id from old) returning id
)
insert into event_log (account_id, who, what) select id, $3, 'address_rotated' from changed returning account_id

-- name: limit_address
-- So long the addresses of before still count; one that ends sooner does.
update retired_secrets set retires_at = least(retires_at, $2)
where account_id = $1 and kind = 'address' and (retires_at is null or retires_at > $2)

-- name: finish_address
-- The addresses of before are over.
with ended as (
    update retired_secrets set retires_at = now()
    where account_id = $1 and kind = 'address' and (retires_at is null or retires_at > now())
    returning account_id
), told as (
    insert into event_log (account_id, who, what) select distinct account_id, $2, 'address_finished' from ended
)
select count(*) from ended

-- name: address_use
-- When a webhook last came by the newest address, and when one last came at all.
select case when k.by_newest_at >= a.address_set_at then k.by_newest_at end as by_newest, k.seen_at as by_any
from accounts a left join knocks k on k.account_id = a.id and k.door = 'webhook' and not k.refused
where a.id = $1

-- name: is_address
-- Whether a secret names this account, as its address or as one of before that still counts.
select exists (select from accounts where id = $1 and webhook_secret_hash = $2) or exists (
    select from retired_secrets where account_id = $1 and kind = 'address' and old_secret_hash = $2
      and (retires_at is null or retires_at > now()))

-- name: is_current_address
select exists (select from accounts where id = $1 and webhook_secret_hash = $2)

-- name: signing_now
select sealed from signing_secrets
where account_id = $1 and (retires_at is null or retires_at > now()) order by id desc

-- name: retire_signing_hash
insert into retired_secrets (account_id, kind, old_secret_hash, retires_at) values ($1, 'signing', $2, $3)
on conflict (account_id, kind, old_secret_hash) do nothing

-- name: was_signing
select exists (select from retired_secrets where account_id = $1 and kind = 'signing' and old_secret_hash = $2)

-- name: unretire_signing
-- It is what the webhooks are signed with again.
delete from retired_secrets where account_id = $1 and kind = 'signing' and old_secret_hash = $2

-- name: rotate_key
-- Another key for the same holder; the one of before opens until then.
with old as (
    update api_keys set retires_at = least(retires_at, $4)
    where account_id = $1 and id = $2 and revoked_at is null and (retires_at is null or retires_at > now())
    returning label, scopes
), added as (
    insert into api_keys (account_id, label, key_hash, scopes) select $1, label, $3, scopes from old
    returning id, label
)
insert into event_log (account_id, who, what, why, details)
select $1, $5, 'key_rotated', label, jsonb_build_object('key', $2::bigint, 'successor', id) from added
returning (details ->> 'successor')::bigint

-- name: ages
-- Since when each secret of an account is what it is, the oldest of its kind; how many there are; and which it is.
select 'address' as kind, address_set_at as since, 1::bigint as n, null::bigint as number from accounts where id = $1
union all
select 'signing', max(created_at), count(*), null from signing_secrets
where account_id = $1 and retires_at is null having count(*) > 0
union all
select 'token', updated_at, 1, null from credentials where account_id = $1 and kind = 'long_lived'
union all
select 'key', min(created_at), count(*), (array_agg(id order by created_at))[1] from api_keys
where account_id = $1 and revoked_at is null and retires_at is null having count(*) > 0
union all
select 'panel', password_at, 1, null from panels where account_id = $1
union all
select 'sheet', key_at, 1, null from sheets where account_id = $1 and sealed_key is not null
union all
select 'inbox', token_at, 1, null from inbox_mirrors where account_id = $1

-- name: overlap
-- The addresses of before that still count, and until when the last of them does; null: until somebody ends it.
select count(*) as n, case when bool_or(retires_at is null) then null else max(retires_at) end as until
from retired_secrets where account_id = $1 and kind = 'address' and (retires_at is null or retires_at > now())
