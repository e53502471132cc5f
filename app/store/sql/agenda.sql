-- name: account
select timezone, locale, settings from accounts where id = $1

-- name: sellers
-- Who can be met, with the hours of each; $2 names some, null means everybody. A manager without hours takes nobody.
select v.external_id as seller_id, v.name, d.timezone, d.week, d.exceptions, d.holidays, d.slot_minutes, d.buffer_before,
    d.buffer_after
from vendedores v
left join disponibilidade d on d.account_id = v.account_id and d.seller_id = v.external_id
where v.account_id = $1 and v.is_active and v.gone_at is null and (v.takes_chats or d.seller_id is not null)
    and ($2::text[] is null or v.external_id = any($2))
order by v.external_id

-- name: seller
select v.external_id as seller_id, v.name, d.timezone, d.week, d.exceptions, d.holidays, d.slot_minutes, d.buffer_before,
    d.buffer_after
from vendedores v
left join disponibilidade d on d.account_id = v.account_id and d.seller_id = v.external_id
where v.account_id = $1 and v.external_id = $2

-- name: save_hours
insert into disponibilidade (account_id, seller_id, timezone, week, exceptions, holidays, slot_minutes, buffer_before,
    buffer_after)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (account_id, seller_id) do update set timezone = excluded.timezone, week = excluded.week,
    exceptions = excluded.exceptions, holidays = excluded.holidays, slot_minutes = excluded.slot_minutes,
    buffer_before = excluded.buffer_before, buffer_after = excluded.buffer_after, updated_at = now()

-- name: busy
-- What nobody else can have in a time. No booking with its buffers lasts a day, so the index on starts is enough.
select seller_id, lower(taken) as since, upper(taken) as until
from agenda
where account_id = $1 and starts_at > $2::timestamptz - interval '1 day' and starts_at < $3::timestamptz + interval '1 day'
    and taken && tstzrange($2, $3) and (state = 'booked' or (state = 'held' and hold_until > $4))
    and ($5::text[] is null or seller_id = any($5))
order by starts_at

-- name: load
-- How much each salesperson has around a time, and who met this contact last.
select seller_id, count(*) as coming, null::timestamptz as met from agenda
where account_id = $1 and state in ('held', 'booked') and starts_at > $2::timestamptz - interval '1 day'
    and starts_at < $2::timestamptz + interval '2 days'
group by seller_id
union all
select seller_id, 0, max(starts_at) from agenda
where account_id = $1 and contact_id = $3 and state in ('held', 'booked', 'no_show')
group by seller_id

-- name: newest
-- Of several conversations the one that was heard last.
select id, contact_id, lead_id, locale from conversations where account_id = $1 and id = any($2::bigint[])
order by last_customer_at desc nulls last, id desc limit 1

-- name: is_contact
select exists (select from contacts where account_id = $1 and external_id = $2)
    or exists (select from conversations where account_id = $1 and contact_id = $2)
    or exists (select from agenda where account_id = $1 and contact_id = $2)

-- name: is_lead
select exists (select from lead_owners where account_id = $1 and lead_id = $2)
    or exists (select from conversations where account_id = $1 and lead_id = $2)
    or exists (select from agenda where account_id = $1 and lead_id = $2)

-- name: contacts_of_lead
-- Whose lead it is, as far as they were read; of more than one it is nobody's in particular. A lead has few contacts:
-- without an order or a limit nothing tempts the planner past the index on leads.
select external_id from contacts where account_id = $1 and open_leads @> array[$2::text]

-- name: lock_chat
-- What the new row's foreign key would lock at its end, taken first: who holds a conversation may wait for the rest.
select 1 from conversations where id = $1 for key share

-- name: lock_seller
-- One hold or move at a time for each salesperson, so that two never wait for each other.
select 1 from vendedores where account_id = $1 and external_id = $2 for no key update

-- name: lock_person
-- One hold or move at a time for each person, too.
select pg_advisory_xact_lock(hashtextextended('agenda:' || $1::bigint || ':' || $2::text, 0))

-- name: lock_in_the_way
-- What is about to give way to a new time, in the order of its number, so that two never wait for each other: holds of
-- this salesperson that are over, whatever this person holds, and what is moved ($7).
select id from agenda
where id in (
    select id from agenda
    where account_id = $1 and seller_id = $2 and taken && tstzrange($3, $4) and state = 'held' and hold_until <= $5
    union all
    select id from agenda where account_id = $1 and person = $6 and state = 'held'
    union all
    select id from agenda where account_id = $1 and id = $7)
order by id for update

-- name: let_go
-- Who takes a time lets go of what they held before.
update agenda set state = case when hold_until <= $3 then 'expired' else 'cancelled' end, hold_until = null, ended_at = $3,
    updated_at = $3
where account_id = $1 and person = $2 and state = 'held'
returning id, state = 'cancelled' as was_live

-- name: end_own_holds
update agenda set state = 'expired', hold_until = null, ended_at = $3, updated_at = $3
where account_id = $1 and person = $2 and state = 'held' and hold_until <= $3

-- name: elsewhere
-- Where this person is in that time already, but for one booking.
select id from agenda
where account_id = $1 and person = $2 and state in ('held', 'booked')
    and tstzrange(starts_at, ends_at) && tstzrange($3, $4) and id is distinct from $5::bigint
order by starts_at, id limit 1

-- name: end_holds
-- What was held too long gives way to who asks for the time now.
update agenda set state = 'expired', hold_until = null, ended_at = $5, updated_at = $5
where account_id = $1 and seller_id = $2 and taken && tstzrange($3, $4) and state = 'held' and hold_until <= $5

-- name: hold
insert into agenda (account_id, seller_id, conversation_id, contact_id, lead_id, title, state, starts_at, ends_at, taken,
    timezone, hold_until, request_key, request_digest)
values ($1, $2, $3, $4, $5, $6, 'held', $7, $8, tstzrange($9, $10), $11, $12, $13, $14)
on conflict do nothing
returning id

-- name: of_request
select id, request_digest from agenda where account_id = $1 and request_key = $2

-- name: same_hold
-- The caller's own hold or booking of exactly this time; what was held too long is nobody's. The contact says whose it
-- is, where both are known, as in `is_of`: a lead or a chat may be several people's.
select id from agenda
where account_id = $1 and seller_id = $2 and starts_at = $3 and ends_at = $4
    and (state = 'booked' or (state = 'held' and hold_until > $5))
    and case when $6::text is not null and contact_id is not null then contact_id = $6
        when $7::bigint is not null and conversation_id is not null then conversation_id = $7
        else lead_id = $8 end
limit 1

-- name: same_time
-- The same with whomever it is; what was held too long is nobody's.
select id from agenda
where account_id = $1 and starts_at = $2 and (state = 'booked' or (state = 'held' and hold_until > $6))
    and case when $3::text is not null and contact_id is not null then contact_id = $3
        when $4::bigint is not null and conversation_id is not null then conversation_id = $4
        else lead_id = $5 end
order by id limit 1

-- name: booking
select a.*, v.name as seller_name, c.locale
from agenda a
join vendedores v on v.account_id = a.account_id and v.external_id = a.seller_id
left join conversations c on c.id = a.conversation_id
where a.account_id = $1 and a.id = $2

-- name: lock_booking
select id from agenda where account_id = $1 and id = $2 for update

-- name: list
select a.*, v.name as seller_name, c.locale
from agenda a
join vendedores v on v.account_id = a.account_id and v.external_id = a.seller_id
left join conversations c on c.id = a.conversation_id
where a.account_id = $1 and (a.starts_at, a.id) > ($2, $3) and a.starts_at < $4
    and ($5::text is null or a.seller_id = $5) and ($6::text is null or a.contact_id = $6)
    and ($7::text is null or a.lead_id = $7) and ($8::text[] is null or a.state = any($8))
order by a.starts_at, a.id
limit $9

-- name: confirm
update agenda set state = 'booked', receipt = $3, booked_at = $4, hold_until = null, updated_at = $4
where account_id = $1 and id = $2 and state = 'held' and hold_until > $4
returning id

-- name: expire
update agenda set state = 'expired', hold_until = null, ended_at = $3, updated_at = $3
where account_id = $1 and id = $2 and state = 'held' and hold_until <= $3

-- name: move
update agenda set seller_id = $3, starts_at = $4, ends_at = $5, taken = tstzrange($6, $7), moves = moves + 1,
    reminded = '{}', updated_at = $8
where account_id = $1 and id = $2 and (state = 'booked' or (state = 'held' and hold_until > $8))
returning id

-- name: cancel
update agenda set state = 'cancelled', hold_until = null, ended_at = $3, moves = moves + 1, updated_at = $3
where account_id = $1 and id = $2 and state in ('held', 'booked')
returning id

-- name: no_show
update agenda set state = 'no_show', ended_at = $3, updated_at = $3
where account_id = $1 and id = $2 and state = 'booked' and starts_at <= $3
returning id

-- name: log
insert into event_log (account_id, conversation_id, who, what, why, details)
values ($1, $2, $3, $4, $5, jsonb_build_object('booking', $6::bigint))

-- name: sweep_holds
-- Part of the sweep: holds whose time is over, of every account.
update agenda set state = 'expired', hold_until = null, ended_at = $1, updated_at = $1
where state = 'held' and hold_until <= $1

-- name: coming
-- Part of the sweep: bookings with a reminder that is due by the account's own numbers ($3: where it has none), soonest
-- first, of every account that is connected. What lay in the past when it was booked or moved is not due.
select a.account_id, a.id from agenda a join accounts c on c.id = a.account_id and c.state = 'live'
where a.state = 'booked' and a.starts_at > $1 and a.starts_at <= $1::timestamptz + $2::interval and exists (
    select from jsonb_array_elements_text(coalesce(c.settings #> '{agenda,reminders}', to_jsonb($3::integer[]))) as lead
    where a.starts_at - lead::integer * interval '1 minute' <= $1 and lead::integer <> all (a.reminded)
        and greatest(a.booked_at, case when a.moves > 0 then a.updated_at end)
            < a.starts_at - lead::integer * interval '1 minute')
order by a.starts_at, a.id
limit 500

-- name: reminded
-- Only for the time that was told: a booking that has been moved since begins anew.
update agenda set reminded = reminded || $4::integer[] where account_id = $1 and id = $2 and moves = $3

-- name: live_receipts
-- The receipts that a reply to this contact may quote, with the times that they stand for, and the zones of whoever may
-- tell them: the customer, the house, the salesperson.
select a.receipt, a.starts_at, a.ends_at, a.timezone, c.timezone as of_house, d.timezone as of_seller
from (
    select account_id, seller_id, receipt, starts_at, ends_at, timezone from agenda
    where account_id = $1 and contact_id = $2 and state = 'booked' and ends_at > $3::timestamptz - interval '1 day'
    union
    select account_id, seller_id, receipt, starts_at, ends_at, timezone from agenda
    where account_id = $1 and conversation_id = $4 and state = 'booked' and ends_at > $3::timestamptz - interval '1 day'
) as a
join accounts c on c.id = a.account_id
left join disponibilidade d on d.account_id = a.account_id and d.seller_id = a.seller_id
