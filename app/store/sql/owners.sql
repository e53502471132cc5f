-- name: owner
-- Who was responsible for a lead when the CRM was last asked.
select seller_id, read_at from lead_owners where account_id = $1 and lead_id = $2

-- name: save_owner
insert into lead_owners (account_id, lead_id, seller_id, read_at) values ($1, $2, $3, $4)
on conflict (account_id, lead_id) do update set seller_id = excluded.seller_id, read_at = excluded.read_at
where lead_owners.read_at <= excluded.read_at

-- name: forget_old_owners
-- Leads that nobody has asked about for a month.
delete from lead_owners where read_at < now() - interval '30 days'

-- name: contact_read
-- What is known of a contact's leads, and since when.
select open_leads, read_at from contacts where account_id = $1 and external_id = $2

-- name: wrote_last
-- The salesperson who wrote last in a chat of this contact, or in this one.
select v.external_id
from conversations c
join lateral (
    select author_id, at from mensagens where conversation_id = c.id and author = 'human' order by id desc limit 1
) as m on true
join vendedores v on v.account_id = c.account_id and v.external_id = m.author_id
where c.account_id = $1 and (c.id = $2::bigint or ($2::bigint is null and c.contact_id = $3::text))
order by m.at desc
limit 1

-- name: conversation_head
select contact_id, lead_id from conversations where account_id = $1 and id = $2
