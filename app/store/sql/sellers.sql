-- name: known_sellers
-- What we know of the CRM's users, to tell what is new. Until the transaction ends nobody else changes the team.
select external_id, name, phone, messenger_id, is_active, is_admin, groups, roles, gone_at
from vendedores where account_id = $1 and not is_local

-- name: sync_sellers
-- What the CRM says of its users. What it does not know (areas, a phone that was set here) stays.
insert into vendedores as v
    (account_id, external_id, name, phone, messenger_id, is_active, is_admin, groups, roles, synced_at)
select $1, s.external_id, s.name, s.phone, s.messenger_id, s.is_active, s.is_admin,
       array(select jsonb_array_elements_text(s.groups)), array(select jsonb_array_elements_text(s.roles)), $3
from jsonb_to_recordset($2::jsonb) as s (
    external_id text, name text, phone text, messenger_id text, is_active boolean, is_admin boolean,
    groups jsonb, roles jsonb
)
order by s.external_id
on conflict (account_id, external_id) do update set
    name = excluded.name, messenger_id = excluded.messenger_id, is_active = excluded.is_active,
    is_admin = excluded.is_admin, groups = excluded.groups, roles = excluded.roles, gone_at = null,
    phone = case when v.phone_is_ours then v.phone else excluded.phone end, synced_at = excluded.synced_at
where not v.is_local

-- name: sellers_gone
-- Users whom the CRM does not list any more: kept, for history names them, and marked.
update vendedores set gone_at = $3, is_active = false, synced_at = $3, updated_at = $3
where account_id = $1 and not is_local and gone_at is null and external_id <> all($2::text[])
returning external_id

-- name: last_sync
-- When the CRM's users were last read.
select max(synced_at) from vendedores where account_id = $1 and not is_local

-- name: seller_page
-- Salespeople in the order of their ids. $2: local ones only, or none of them; $3: active ones only, or the others.
select v.*, (
    select count(*) from handovers h left join conversations c on c.id = h.conversation_id
    where h.account_id = v.account_id and h.seller_id = v.external_id and h.ended_at is null
      and h.chosen_at > $6::timestamptz - case when c.id is null then interval '1 day' else interval '7 days' end
      and c.bot_on is not true
) as open_handovers
from vendedores v
where v.account_id = $1 and v.external_id > $4
  and ($2::boolean is null or v.is_local = $2) and ($3::boolean is null or v.is_active = $3)
order by v.external_id
limit $5

-- name: seller_one
-- One salesperson, by the CRM's id or the messenger's.
select v.*, 0 as open_handovers from vendedores v
where v.account_id = $1 and (v.external_id = $2 or (v.messenger_id <> '' and v.messenger_id = $2))
order by v.external_id <> $2
limit 1

-- name: same_phone_as
-- Another active salesperson who has this one's phone.
select o.external_id
from vendedores v
join vendedores o on o.account_id = v.account_id and o.phone = v.phone and o.is_active and o.external_id <> v.external_id
where v.account_id = $1 and v.external_id = $2 and v.phone <> '' and v.is_active
order by o.external_id
limit 1

-- name: add_local
-- A salesperson whom only we know, under the next free number.
insert into vendedores (account_id, external_id, name, phone, phone_is_ours, areas, is_local)
select $1, 'local-' || 1 + coalesce(max(substr(external_id, 7)::integer) filter (where is_local), 0), $2, $3, true, $4, true
from vendedores where account_id = $1
returning external_id

-- name: change_seller
-- Change what is named in $3.
update vendedores set
    name = coalesce($3::jsonb ->> 'name', name),
    phone = coalesce($3::jsonb ->> 'phone', phone),
    phone_is_ours = case when $3::jsonb ? 'phone' then ($3::jsonb ->> 'phone') <> '' or is_local else phone_is_ours end,
    areas = case when $3::jsonb ? 'areas' then array(select jsonb_array_elements_text($3::jsonb -> 'areas')) else areas end,
    takes_chats = coalesce(($3::jsonb ->> 'takes_chats')::boolean, takes_chats),
    is_active = coalesce(($3::jsonb ->> 'is_active')::boolean, is_active),
    updated_at = now()
where account_id = $1 and external_id = $2

-- name: log_seller
insert into event_log (account_id, who, what, why, details) values ($1, $2, $3, $4, $5)

-- name: same_phones
-- Phones that several active salespeople have: a command typed there is not clearly anybody's.
select array_agg(external_id order by external_id) as sellers from vendedores
where account_id = $1 and phone <> '' and is_active
group by phone having count(*) > 1
order by 1
limit 50

-- name: departed
-- Users of the CRM who may not work any more.
select external_id, name, gone_at is not null as is_gone from vendedores
where account_id = $1 and not is_local and not is_active
order by synced_at desc, external_id
limit $2
