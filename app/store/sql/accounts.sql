-- name: all_live
-- One of the three statements that cross accounts: the list of those to look after.
select * from accounts where state = 'live' order by id

-- name: all_open
-- For the operator's list: also those whose grant is lost.
select * from accounts where state <> 'closed' order by id

-- name: get
select * from accounts where id = $1

-- name: by_ref
select a.*, array(
    select s.sealed from signing_secrets s
    where s.account_id = a.id and (s.retires_at is null or s.retires_at > now())
    order by s.id desc
) as signing
from accounts a
where a.channel = $1 and a.external_ref = $2

-- name: by_secret
-- By the address that the account has, or by one of before that still counts.
select a.*, a.webhook_secret_hash <> $2 as by_old_address, array(
    select s.sealed from signing_secrets s
    where s.account_id = a.id and (s.retires_at is null or s.retires_at > now())
    order by s.id desc
) as signing
from accounts a
where a.channel = $1 and a.state <> 'closed' and a.id = coalesce(
    (select id from accounts where webhook_secret_hash = $2),
    (select o.account_id from retired_secrets o where o.old_secret_hash = $2 and o.kind = 'address'
        and (o.retires_at is null or o.retires_at > now()) order by o.id desc limit 1))

-- name: connection
select a.channel, a.external_ref, a.base_url, a.capabilities, a.salesbot_id, a.salesbot_field_id, c.secret,
    a.about ? 'widget' as has_widget
from accounts a join credentials c on c.account_id = a.id
where a.id = $1

-- name: give_up_secret
-- A webhook secret names one account. Who had it before (the simulated one, when a real one takes its place) is closed.
update accounts set webhook_secret_hash = sha256(gen_random_uuid()::text::bytea), state = 'closed'
where webhook_secret_hash = $1 and (channel, external_ref) <> ($2, $3)

-- name: connect
-- One that is known keeps its number, and uses up none of the sequence: people go by these numbers.
insert into accounts (
    id, name, channel, external_ref, base_url, webhook_secret_hash, salesbot_id, salesbot_field_id, settings
) overriding system value
values (
    coalesce(
        (select known.id from accounts known where known.channel = $2 and known.external_ref = $3),
        nextval(pg_get_serial_sequence('accounts', 'id'))
    ), $1, $2, $3, $4, $5, $6, $7, $8)
on conflict (channel, external_ref) do update set name = excluded.name, base_url = excluded.base_url,
    -- An address that another has taken the place of stays over, whatever the settings still say.
    webhook_secret_hash = case when exists (
        select from retired_secrets o where o.account_id = accounts.id and o.kind = 'address'
          and o.old_secret_hash = excluded.webhook_secret_hash
    ) then accounts.webhook_secret_hash else excluded.webhook_secret_hash end, state = 'live',
    salesbot_id = coalesce(excluded.salesbot_id, accounts.salesbot_id),
    salesbot_field_id = coalesce(excluded.salesbot_field_id, accounts.salesbot_field_id),
    settings = accounts.settings || excluded.settings
returning id

-- name: set_credentials
insert into credentials (account_id, kind, secret) values ($1, $2, $3)
on conflict (account_id) do update set kind = excluded.kind, secret = excluded.secret, updated_at = now()

-- name: retire_signing
-- What the webhooks were signed with so far is taken until then and no longer; what has retired goes.
with gone as (delete from signing_secrets where account_id = $1 and retires_at <= now())
update signing_secrets set retires_at = least(retires_at, $2)
where account_id = $1 and (retires_at is null or retires_at > now())

-- name: add_signing
insert into signing_secrets (account_id, sealed) values ($1, $2)

-- name: set_capabilities
-- What the account can do now; when it lost a way of sending is remembered beside it.
update accounts set capabilities = $2::jsonb || jsonb_build_object('lost', coalesce(capabilities -> 'lost', '{}'))
where id = $1

-- name: lose_way
-- The vendor refused a way of sending: it is not tried for a while, and the audit tells the operator.
with lost as (
    update accounts set capabilities = capabilities || jsonb_build_object(
        'ways', coalesce(capabilities -> 'ways', '[]') - $2::text,
        'lost', coalesce(capabilities -> 'lost', '{}') || jsonb_build_object($2::text, now()))
    where id = $1
    returning id
)
insert into event_log (account_id, who, what, why) select id, 'ponte', 'alert', 'way_lost_' || $2::text from lost
returning at

-- name: lost_ways
-- The ways of sending that were refused lately.
select way.key as way from accounts a, jsonb_each_text(coalesce(a.capabilities -> 'lost', '{}')) as way
where a.id = $1 and way.value::timestamptz > now() - $2::interval

-- name: add_key
-- A key that is there already stays as it is, revoked or not; only that of an account that was closed moves on.
with added as (
    insert into api_keys (account_id, label, key_hash, scopes) values ($1, $2, $3, $4)
    on conflict (key_hash) do update set account_id = excluded.account_id
    where api_keys.revoked_at is null
      and exists (select from accounts a where a.id = api_keys.account_id and a.state = 'closed')
    returning id, account_id, label
)
insert into event_log (account_id, who, what, why, details)
select account_id, $5, 'key_added', label, jsonb_build_object('key', id) from added
returning (details ->> 'key')::bigint

-- name: free_keys
-- A key that was revoked stays where it is, and over.
with freed as (
    delete from api_keys k using accounts a
    where a.id = k.account_id and a.webhook_secret_hash = $1 and k.key_hash = any($2::bytea[]) and k.revoked_at is null
    returning k.id, k.account_id, k.label
)
insert into event_log (account_id, who, what, why, details)
select account_id, 'operator', 'key_freed', label, jsonb_build_object('key', id) from freed

-- name: keys
select id, label, scopes, created_at, revoked_at, retires_at from api_keys where account_id = $1 and id > $2 order by id limit $3

-- name: revoke_key
-- From now on nobody gets in with it.
with revoked as (
    update api_keys set revoked_at = now() where account_id = $1 and id = $2 and revoked_at is null
    returning id, account_id, label
)
insert into event_log (account_id, who, what, why, details)
select account_id, $3, 'key_revoked', label, jsonb_build_object('key', id) from revoked
returning id

-- name: salesbot
select salesbot_id, salesbot_field_id from accounts where id = $1

-- name: change
-- Change the columns that are named in $2, and in settings what it holds under that name.
with changed as (
    update accounts set
        locale = coalesce($2::jsonb ->> 'locale', locale),
        timezone = coalesce($2::jsonb ->> 'timezone', timezone),
        accepts_bare_webhook = coalesce(($2::jsonb ->> 'accepts_bare_webhook')::boolean, accepts_bare_webhook),
        salesbot_id = coalesce(($2::jsonb ->> 'salesbot_id')::bigint, salesbot_id),
        salesbot_field_id = coalesce(($2::jsonb ->> 'salesbot_field_id')::bigint, salesbot_field_id),
        settings = settings || coalesce($2::jsonb -> 'settings', '{}')
    where id = $1
    returning id
)
insert into event_log (account_id, who, what, details) select id, $3, 'account_changed', $2::jsonb from changed

-- name: caller
select k.account_id, k.label, k.scopes, a.settings -> 'api_networks' as networks
from api_keys k join accounts a on a.id = k.account_id
where k.key_hash = $1 and k.revoked_at is null and (k.retires_at is null or k.retires_at > now())

-- name: reconciled_until
select reconciled_until from accounts where id = $1

-- name: set_reconciled_until
update accounts set reconciled_until = greatest(reconciled_until, $2) where id = $1
