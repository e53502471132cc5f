-- name: news
-- Whether a conversation shows something of its customer that their profile does not know yet.
select true as is_news
from conversations c
join accounts a on a.id = c.account_id and a.settings ->> 'profiles' is distinct from 'none'
left join profiles p on p.account_id = c.account_id and p.contact_id = c.contact_id
where c.id = $1 and c.contact_id is not null and c.last_customer_at is not null and (
    exists (
        select from mensagens m
        where m.conversation_id = c.id and m.id > coalesce(p.seen_line, 0) and m.author = 'customer')
    or (coalesce(c.flow_sealed, '') <> '' and c.updated_at > p.updated_at
        and (p.place = '' or coalesce(p.name_from, '') not in ('said', 'corrected'))))

-- name: hold_chat
-- Whoever erases its person waits for us, or we see that it was done.
select id from conversations where id = $1 for key share

-- name: hold_chats
select id from conversations where account_id = $1 and contact_id = $2 order by id for key share

-- name: hold_person
-- One writer at a time for what is known of a contact.
select pg_advisory_xact_lock(hashtextextended('profile:' || $1::bigint || ':' || $2::text, 0))

-- name: scene
-- What a conversation shows of its customer: the names they are known by, what a flow has taken down, their last words.
select c.account_id, c.contact_id, c.channel, c.last_customer_at, coalesce(k.name, '') as contact_name,
    coalesce(k.phones, '{}') as phones, coalesce(k.read_at = 'infinity', false) as is_forgotten,
    c.flow_state, c.flow_sealed,
    (select i.author_name from (
        select id, kind, body ->> 'author_name' as author_name from inbox
        where conversation_id = c.id and folded_at is not null order by folded_at desc limit 20) i
     where i.kind = 'customer' and i.author_name <> '' order by i.id desc limit 1) as author_name,
    newest.texts, newest.times, coalesce(newest.line, 0) as line
from conversations c
left join contacts k on k.account_id = c.account_id and k.external_id = c.contact_id
left join profiles p on p.account_id = c.account_id and p.contact_id = c.contact_id
cross join lateral (
    select coalesce(array_agg(m.text order by m.id), '{}') as texts, coalesce(array_agg(m.at order by m.id), '{}') as times,
        max(m.id) as line
    from (select id, author, text, at from mensagens where conversation_id = c.id order by id desc limit 20) m
    where m.author = 'customer' and m.id > coalesce(p.seen_line, 0)
) newest
where c.id = $1 and c.contact_id is not null and c.last_customer_at is not null

-- name: row
-- What is known of a contact, and whether anything may be.
select p.*, coalesce(k.read_at = 'infinity', false) as is_forgotten
from (select $1::bigint as account_id, $2::text as contact_id) n
left join profiles p on p.account_id = n.account_id and p.contact_id = n.contact_id
left join contacts k on k.account_id = n.account_id and k.external_id = n.contact_id

-- name: save
insert into profiles (account_id, contact_id, phone_key, name, name_from, name_at, place, place_from, place_at,
    language, language_from, language_at, topics, seen_at, seen_line)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, coalesce($14, now()), $15)
on conflict (account_id, contact_id) do update set phone_key = coalesce(excluded.phone_key, profiles.phone_key),
    name = excluded.name, name_from = excluded.name_from, name_at = excluded.name_at,
    place = excluded.place, place_from = excluded.place_from, place_at = excluded.place_at,
    language = excluded.language, language_from = excluded.language_from, language_at = excluded.language_at,
    topics = excluded.topics, seen_at = coalesce($14, profiles.seen_at),
    seen_line = greatest(excluded.seen_line, profiles.seen_line), updated_at = now()

-- name: known
-- All that is known of a contact: its own row and, where the account lets one phone be one person, those of the same
-- phone; of each what stands about being written to. Nothing where the account keeps no profiles.
with people as (
    select $2::text as contact_id
    union
    select o.contact_id
    from profiles p join profiles o on o.account_id = p.account_id and o.phone_key = p.phone_key
    where p.account_id = $1 and p.contact_id = $2
      and exists (select from accounts a where a.id = $1 and a.settings ->> 'profiles' = 'by_phone')
)
select n.contact_id as person, p.*, k.external_id is not null as is_contact, k.opted_out_at, k.opted_in_at, w.granted,
    w.created_at as word_at, w.source as word_source
from people n
join accounts a on a.id = $1 and a.settings ->> 'profiles' is distinct from 'none'
left join profiles p on p.account_id = $1 and p.contact_id = n.contact_id
left join contacts k on k.account_id = $1 and k.external_id = n.contact_id
left join lateral (
    select granted, created_at, source from consents
    where account_id = $1 and (contact_id = n.contact_id or phone = any (k.phones))
    order by id desc limit 1
) w on true
order by n.contact_id

-- name: named
-- Which contacts are meant: by their id, a conversation of theirs, or a phone in all its forms ($4, and its key $5).
select distinct found.contact_id from (
    select external_id as contact_id from contacts where account_id = $1 and external_id = $2
    union all
    select contact_id from profiles where account_id = $1 and contact_id = $2
    union all
    select contact_id from conversations where account_id = $1 and contact_id = $2
    union all
    select contact_id from conversations where account_id = $1 and id = $3
    union all
    select external_id from contacts where account_id = $1 and phones && $4::text[] and read_at is distinct from 'infinity'
    union all
    select contact_id from profiles where account_id = $1 and phone_key = $5
) found
where found.contact_id is not null
order by 1 limit 20

-- name: met
-- Which contacts of the CRM have come to Ponte. Who was erased has not, though the CRM may still have them.
select n.contact_id
from unnest($2::text[]) as n (contact_id)
left join contacts k on k.account_id = $1 and k.external_id = n.contact_id
where k.read_at is distinct from 'infinity' and (
    exists (select from conversations where account_id = $1 and contact_id = n.contact_id)
    or exists (select from profiles where account_id = $1 and contact_id = n.contact_id))
order by 1

-- name: log
insert into event_log (account_id, who, what, details) values ($1, $2, 'profile_corrected', $3)
