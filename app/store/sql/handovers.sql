-- name: lock_team
-- Who chooses waits for whoever is choosing in this account, so that two chats at once do not meet the same figures.
select pg_advisory_xact_lock(hashtextextended('team:' || $1::bigint, 0))

-- name: close_done
-- Hand-overs that are over: the bot is on again there, the customer wants nothing more, nobody came back in a week, or a
-- lead without a chat in a day.
update handovers set ended_at = $2
where id in (
    select h.id
    from handovers h left join conversations c on c.id = h.conversation_id
    where h.account_id = $1 and h.ended_at is null and (
        c.bot_on or c.pause_reason = 'opt_out' or h.chosen_at < $2::timestamptz - case when c.id is null then interval '1 day' else interval '7 days' end
    )
)

-- name: candidates
-- The salespeople of an account with what the choice needs: chats that wait at each, and who was asked last.
select v.external_id, v.name, v.phone, v.messenger_id, v.is_active, v.is_admin, v.areas, v.is_local, v.takes_chats,
       (
           select count(*) from handovers h
           where h.account_id = v.account_id and h.seller_id = v.external_id and h.ended_at is null
       ) as open_handovers,
       (
           select h.chosen_at from handovers h
           where h.account_id = v.account_id and h.seller_id = v.external_id
           order by h.chosen_at desc
           limit 1
       ) as last_chosen_at
from vendedores v
where v.account_id = $1 and v.gone_at is null and (not v.is_local or $2::boolean)
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
insert into handovers (account_id, conversation_id, lead_id, seller_id, rule, considered, chosen_at, area, area_rule)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: area_clues
-- What may tell the area of a chat: what the customer was last written to first about, in the past month and not on another
-- lead; and what the company deals with.
select array(select jsonb_array_elements_text(coalesce(a.settings -> 'areas', '[]'))) as areas, t.area as trigger
from accounts a
left join conversations c on c.account_id = a.id and c.id = $2
left join lateral (
    select coalesce(o.data ->> 'area', o.data ->> 'interesse', o.data ->> 'interes',
                    case when cardinality(p.areas) = 1 then p.areas[1] end) as area
    from outreaches o
    left join proactive_triggers p on p.account_id = o.account_id and p.name = o.trigger
    where o.account_id = a.id and o.contact_ids @> array[c.contact_id] and o.state in ('sending', 'sent', 'tasked')
      and coalesce(o.lead_id, $3::text) = $3::text and o.created_at > now() - interval '30 days'
    order by o.created_at desc, o.id desc
    limit 1
) t on true
where a.id = $1

-- name: conversation_of_lead
-- The chat in which the lead's customer wrote last.
select id from conversations where account_id = $1 and lead_id = $2 order by last_customer_at desc nulls last limit 1

-- name: forsaken
-- A customer whom nobody answered, while free times are being looked for, and who was told of it last.
select c.account_id, c.contact_id, c.lead_id, coalesce(c.locale, a.locale) as locale, a.timezone,
       coalesce(k.phones, '{}') as phones, (
           select h.seller_id from handovers h where h.conversation_id = c.id and h.ended_at is null order by h.id desc limit 1
       ) as seller_id
from conversations c
join timers t on t.conversation_id = c.id and t.kind = 'offer'
join accounts a on a.id = c.account_id
left join contacts k on k.account_id = c.account_id and k.external_id = c.contact_id
where c.id = $1
