-- name: turns
-- An account's turns of a time that came to an end, oldest first, as they were asked: answered, failed, or closed by a
-- tool that its brain had called. Not those of whom nothing that was said is kept any more: they cannot be asked again.
select t.conversation_id, t.number, t.epoch, t.rung, t.state, t.reason, t.brain, t.answers, t.settled_at,
       coalesce(t.asked_at, t.settled_at) as asked_at, t.answered_at,
       c.channel, c.origin, c.contact_id, c.lead_id, coalesce(c.locale, a.locale) as locale, a.timezone,
       coalesce(a.settings ->> 'business_name', '') as business, a.settings,
       v.external_id as seller_id, v.name as seller_name,
       (select max(m.at) from mensagens m where m.conversation_id = t.conversation_id and m.fold = any(t.answers))
           as last_customer_at
from turns t
join conversations c on c.id = t.conversation_id
join accounts a on a.id = t.account_id
left join lead_owners o on o.account_id = c.account_id and o.lead_id = c.lead_id
left join vendedores v on v.account_id = o.account_id and v.external_id = o.seller_id and v.is_active
where t.account_id = $1 and t.settled_at >= $2
  and (t.asked_at is not null and t.state in ('admitted', 'handed_over', 'failed') or t.state = 'closed' and exists (
      select from tool_calls u where u.conversation_id = t.conversation_id and u.turn = t.number and u.ok))
  and exists (
      select from mensagens m
      where m.conversation_id = t.conversation_id and m.fold = any(t.answers) and (m.text <> '' or m.media is not null))
order by t.settled_at, t.conversation_id, t.number
limit $3

-- name: before
-- What had been said before a turn's messages, newest first; the bot's own lines are on the outbox.
with burst as (
    select min(id) as id, min(at) as at from mensagens where conversation_id = $1 and fold = any ($2::int[])
)
select author, text, kind, media, at, null::bigint as media_id, null::int as seconds, null as transcript
from (
    (
        select id, author, text, kind, media, at from mensagens
        where conversation_id = $1 and id < (select id from burst)
        order by id desc
        limit $3
    )
    union all
    (
        select null, 'bot', body, 'text', null, sent_at from outbox
        where conversation_id = $1 and kind = 'message' and body <> '' and state = 'sent'
          and sent_at < (select at from burst)
        order by number desc
        limit $3
    )
) as m
order by at desc, id desc nulls first
limit $3

-- name: answered
-- What a turn's answer was, balloon by balloon, and the tags that came with it: they were written at the same moment.
select kind, body, details from outbox
where conversation_id = $1 and (
    (kind = 'message' and turn = $2)
    or (kind = 'tags' and created_at in (
        select created_at from outbox where conversation_id = $1 and turn = $2 and kind = 'message'
    ))
)
order by number
