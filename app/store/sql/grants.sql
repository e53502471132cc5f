-- name: connect
-- An account whose administrator has granted access. One that is known keeps its settings and its webhook secret.
insert into accounts (name, channel, external_ref, base_url, webhook_secret_hash, settings)
values ($1, $2, $3, $4, $5, $6)
on conflict (channel, external_ref) do update set base_url = excluded.base_url, state = 'live'
returning id

-- name: set_credentials
insert into credentials (account_id, kind, secret, expires_at) values ($1, 'oauth', $2, $3)
on conflict (account_id) do update
    set kind = 'oauth', secret = excluded.secret, expires_at = excluded.expires_at, updated_at = now()

-- name: set_grant
insert into grants (account_id, client_id, refresh_token) values ($1, $2, $3)
on conflict (account_id) do update set client_id = excluded.client_id, refresh_token = excluded.refresh_token,
    version = grants.version + 1, refreshed_at = now(), lease_by = null, lease_until = null, lost_at = null

-- name: held
-- The pair of an account that has one. A long-lived token is none.
select a.base_url, c.secret, c.expires_at, g.client_id, g.refresh_token, g.version, g.lost_at
from grants g join credentials c on c.account_id = g.account_id and c.kind = 'oauth'
join accounts a on a.id = g.account_id
where g.account_id = $1

-- name: lease
-- One process at a time goes to the token endpoint. This single statement holds the row's lock for as long as it runs;
-- the lease then stands for it while the network is waited for. Who read an older pair gets nothing.
update grants set lease_by = $3, lease_until = now() + $4::interval
where account_id = $1 and version = $2 and (lease_until is null or lease_until < now())
  and (lost_at is null or lost_at < now() - $5::interval)
returning true

-- name: give_back
update grants set lease_by = null, lease_until = null where account_id = $1 and lease_by = $2

-- name: renew
-- The new pair takes the place of the one that it was got for, and of no other.
update grants set refresh_token = $3, version = version + 1, refreshed_at = now(), lease_by = null, lease_until = null,
    lost_at = null
where account_id = $1 and version = $2
returning version

-- name: renew_credentials
update credentials set secret = $2, expires_at = $3, updated_at = now() where account_id = $1 and kind = 'oauth'

-- name: found_again
update accounts set state = 'live' where id = $1 and state = 'reconnect'

-- name: lose
-- The vendor refused the pair: nobody tries it for a while, the account waits for its administrator, and the operator
-- is told. Once: what was lost before is not told again.
with before as (
    select lost_at from grants where account_id = $1 and version = $2
), lost as (
    update grants set lost_at = now(), lease_by = null, lease_until = null where account_id = $1 and version = $2
    returning account_id
), waiting as (
    update accounts set state = 'reconnect' where id in (select account_id from lost) and state = 'live'
), told as (
    insert into event_log (account_id, who, what, why)
    select account_id, 'ponte', 'alert', 'grant_lost' from lost where (select lost_at from before) is null
)
select (select lost_at from before) is null as is_news from lost

-- name: due
-- Those of these accounts whose access token ends soon, or whose pair is old.
select g.account_id from grants g join credentials c on c.account_id = g.account_id and c.kind = 'oauth'
where g.account_id = any($1::bigint[]) and g.lost_at is null
  and (c.expires_at < now() + $2::interval or g.refreshed_at < now() - $3::interval)
order by c.expires_at

-- name: add_state
insert into oauth_states (nonce_hash, expires_at) values ($1, now() + $2::interval)

-- name: use_state
-- Once, and in time.
update oauth_states set used_at = now() where nonce_hash = $1 and used_at is null and expires_at > now() returning true

-- name: add_code
insert into oauth_codes (base_url, sealed, expires_at, came_as) values ($1, $2, now() + $3::interval, $4) returning id

-- name: came_before
-- The code that the very same callback brought a moment ago. The table holds the codes of 30 days, few.
select id from oauth_codes where came_as = $1 and created_at > now() - $2::interval order by id desc limit 1

-- name: claim_code
-- One process at a time redeems a code.
update oauth_codes set lease_until = now() + $2::interval
where id = $1 and stage in ('code', 'pair') and (lease_until is null or lease_until < now())
returning base_url, sealed, stage, expires_at

-- name: keep_pair
update oauth_codes set stage = 'pair', sealed = $2 where id = $1

-- name: end_code
-- What was sealed is forgotten.
update oauth_codes set stage = $2, reason = $3, account_id = $4, sealed = null, lease_until = null where id = $1

-- name: has_lapsed
select expires_at + case stage when 'pair' then interval '24 hours' else interval '0' end < now()
from oauth_codes where id = $1

-- name: free_code
update oauth_codes set lease_until = null where id = $1

-- name: outcome
select stage, reason, account_id from oauth_codes where id = $1

-- name: set_hook_secret
update accounts set webhook_secret_hash = $2 where id = $1

-- name: has_hook_secret
select webhook_secret_hash = $2 from accounts where id = $1

-- name: set_about
update accounts set about = about || $2::jsonb where id = $1

-- name: close
-- The integration was taken out: nobody gets in by this account's webhook any more, and its tokens are forgotten.
with closed as (
    update accounts set state = 'closed' where id = $1 and state <> 'closed' returning id
), gone as (
    delete from grants where account_id in (select id from closed)
), forgotten as (
    delete from credentials where account_id in (select id from closed)
)
insert into event_log (account_id, who, what, why) select id, 'kommo', 'account_closed', $2 from closed

-- name: log
insert into event_log (account_id, who, what, why, details) values ($1, $2, $3, $4, $5)

-- name: sealed
-- Everything that is sealed, to be sealed anew with the first key.
select 'credentials' as place, account_id as id, secret as sealed from credentials
union all select 'grants', account_id, refresh_token from grants
union all select 'oauth_codes', id, sealed from oauth_codes where sealed is not null
union all select 'erasure_keys', account_id, sealed from erasure_keys
union all select 'signing_secrets', id, sealed from signing_secrets
union all select 'sheets', account_id, sealed_key from sheets where sealed_key is not null
union all select 'panels', account_id, sealed_password from panels
union all select 'panel_users', account_id, sealed_user_password from panels where sealed_user_password is not null
union all select 'provisionings', id, sealed_password from provisionings where sealed_password is not null
union all select 'panel_sessions', account_id, sealed from panel_sessions
union all select 'inbox_mirrors', account_id, sealed_token from inbox_mirrors
union all select 'conversations', id, flow_sealed from conversations where flow_sealed is not null
union all select 'errands', id, data ->> 'sealed' from errands where data ->> 'sealed' is not null

-- name: seal_credentials
update credentials set secret = $3 where account_id = $1 and secret = $2 returning true

-- name: seal_grants
update grants set refresh_token = $3 where account_id = $1 and refresh_token = $2 returning true

-- name: seal_oauth_codes
update oauth_codes set sealed = $3 where id = $1 and sealed = $2 returning true

-- name: seal_erasure_keys
update erasure_keys set sealed = $3 where account_id = $1 and sealed = $2 returning true

-- name: knock
-- The bucket of an address at a public door: filled evenly, emptied by one. The per-IP bucket crosses accounts, for
-- these callers belong to none. Returns how many knocks are left; below 0 this one came too soon.
insert into rate_buckets as b (door, address_hash, tokens) values ($1, $2, $3::double precision - 1)
on conflict (door, address_hash) do update set filled_at = clock_timestamp(), tokens = greatest(-1, least(
    $3::double precision, b.tokens + extract(epoch from clock_timestamp() - b.filled_at) * $4::double precision) - 1)
returning tokens

-- name: prune_states
delete from oauth_states where expires_at < now() - interval '1 day'

-- name: prune_codes
delete from oauth_codes where expires_at < now() - interval '30 days'

-- name: prune_buckets
delete from rate_buckets where filled_at < now() - interval '1 hour'

-- name: prune_continuations
delete from continuations where expires_at < now()

-- name: keep_continuation
-- A bot that stopped at our step on this lead before has ended: only the last one waits.
insert into continuations (account_id, lead_id, return_url, expires_at) values ($1, $2, $3, now() + $4::interval)
on conflict (account_id, lead_id) do update
    set return_url = excluded.return_url, expires_at = excluded.expires_at, created_at = now()

-- name: take_continuation
delete from continuations where account_id = $1 and lead_id = $2 and expires_at > now() returning return_url

-- name: seal_panels
update panels set sealed_password = $3 where account_id = $1 and sealed_password = $2 returning true

-- name: seal_panel_users
update panels set sealed_user_password = $3 where account_id = $1 and sealed_user_password = $2 returning true

-- name: seal_provisionings
update provisionings set sealed_password = $3 where id = $1 and sealed_password = $2 returning true

-- name: seal_panel_sessions
-- An account may have several; what is sealed tells them apart.
update panel_sessions set sealed = $3 where account_id = $1 and sealed = $2 returning true

-- name: seal_signing_secrets
update signing_secrets set sealed = $3 where id = $1 and sealed = $2 returning true

-- name: seal_sheets
update sheets set sealed_key = $3 where account_id = $1 and sealed_key = $2 returning true

-- name: seal_inbox_mirrors
update inbox_mirrors set sealed_token = $3 where account_id = $1 and sealed_token = $2 returning true

-- name: seal_conversations
update conversations set flow_sealed = $3 where id = $1 and flow_sealed = $2 returning true

-- name: seal_errands
update errands set data = jsonb_set(data, '{sealed}', to_jsonb($3::text)) where id = $1 and data ->> 'sealed' = $2
returning true
