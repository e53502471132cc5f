-- name: lock_team
-- Who chooses waits for whoever is choosing in this account, so that two chats at once do not meet the same figures.
select pg_advisory_xact_lock(hashtextextended('team:' || $1::bigint, 0))

-- name: candidates
-- The salespeople of an account with what the choice needs: chats that wait at each, and who was asked last.
-- A hand-over is open while nobody else got the chat and the bot is off there; a week at most.
select v.external_id, v.name, v.phone, v.messenger_id, v.is_active, v.is_admin, v.areas, v.is_local, v.takes_chats,
       coalesce(h.open_handovers, 0) as open_handovers, h.last_chosen_at
from vendedores v
left join lateral (
    select count(*) filter (
               where h.ended_at is null and h.chosen_at > $2::timestamptz - interval '7 days'
                 and not coalesce(c.bot_on, h.chosen_at < $2::timestamptz - interval '1 day')
           ) as open_handovers,
           max(h.chosen_at) as last_chosen_at
    from handovers h left join conversations c on c.id = h.conversation_id
    where h.account_id = v.account_id and h.seller_id = v.external_id
      and h.chosen_at > $2::timestamptz - interval '30 days'
) as h on true
where v.account_id = $1 and v.gone_at is null and (not v.is_local or $3::boolean)
order by v.external_id

-- name: holder_of
-- Who was given this chat last and still has it.
select seller_id from handovers
where account_id = $1 and ended_at is null
  and (conversation_id = $2::bigint or ($2::bigint is null and lead_id = $3::text))
order by id desc
limit 1

-- name: end_handovers
-- The chat goes to somebody else.
update handovers set ended_at = $4
where account_id = $1 and ended_at is null
  and (conversation_id = $2::bigint or ($2::bigint is null and lead_id = $3::text))

-- name: add_handover
insert into handovers (account_id, conversation_id, lead_id, seller_id, rule, considered, chosen_at)
values ($1, $2, $3, $4, $5, $6, $7)

-- name: conversation_of_lead
-- The chat in which the lead's customer wrote last.
select id from conversations where account_id = $1 and lead_id = $2 order by last_customer_at desc nulls last limit 1
