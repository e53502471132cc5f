-- name: lock
-- The conversation's lock, before its mailbox is written by the one who will fold it.
select id from conversations where id = $1 for update

-- name: post_answer
-- What came of asking, into the mailbox; the first with its key wins. Of a turn that nobody waits for any more it is kept
-- without its words ($8).
insert into inbox (account_id, channel, external_id, conversation_id, kind, body, at)
select $1, $2, $3, $4, $6, case when exists (
    select from turns where conversation_id = $4 and number = $5 and state = 'open'
) then $7::jsonb else $8::jsonb end, $9
on conflict (account_id, channel, external_id) do nothing
returning id

-- name: question
-- An open turn with all that a brain is told about it.
select t.number, t.epoch, t.rung, t.answers, t.settled_at, c.id as conversation_id, c.account_id, c.channel, c.contact_id, c.lead_id,
       c.origin, c.last_customer_at, coalesce(c.locale, a.locale) as locale, a.timezone, a.settings,
       a.capabilities, coalesce(a.settings ->> 'business_name', '') as business, v.external_id as seller_id,
       v.name as seller_name
from turns t
join conversations c on c.id = t.conversation_id
join accounts a on a.id = c.account_id
left join lead_owners o on o.account_id = c.account_id and o.lead_id = c.lead_id
left join vendedores v on v.account_id = o.account_id and v.external_id = o.seller_id and v.is_active
where t.conversation_id = $1 and t.number = $2 and t.state = 'open'

-- name: burst
-- The messages that a turn answers, oldest first: all of them, however long ago the first one was written.
select m.author, m.text, m.kind, m.media, m.at, m.choice, x.id as media_id, x.seconds, x.transcript
from mensagens m
left join media x on x.mensagem_id = m.id and x.state = 'stored'
where m.conversation_id = $1 and m.fold = any($2::int[])
order by m.fold

-- name: history
-- The newest other lines of a conversation, newest first. The bot's own are on the outbox: what has left there, as far as
-- anybody knows. An approved template that a messenger took from us, and shows us nowhere, is known by the wish that sent it.
select m.author, m.text, m.kind, m.media, m.at, x.id as media_id, x.seconds, x.transcript
from (
    (
        select id, author, text, kind, media, at from mensagens
        where conversation_id = $1 and (fold is null or fold <> all ($3::int[]))
          and (text <> '' or media is not null or kind <> 'text')
        order by id desc
        limit $2
    )
    union all
    (
        select null, 'bot', body, 'text', null, coalesce(sent_at, claimed_at) from outbox
        where conversation_id = $1 and kind = 'message' and body <> ''
          and (state = 'sent' or (state = 'sending' and reason = 'accepted'))
        order by number desc
        limit $2
    )
    union all
    (
        select null, 'bot', o.words, 'text', null, o.sent_at
        from conversations c
        join outreaches o on o.account_id = c.account_id and o.contact_ids @> array[c.contact_id]
        where c.id = $1 and o.way = 'template' and o.state = 'sent' and o.message_id is not null and o.words <> ''
        order by o.sent_at desc
        limit $2
    )
) as m
left join media x on x.mensagem_id = m.id and x.state = 'stored'
order by m.at desc, m.id desc nulls first
limit $2

-- name: stamp
-- How a brain ended, while the turn still waits for it.
update turns set brain = $4, asked_at = $5, answered_at = $6, stages = stages || $7::jsonb, model = coalesce($8, model),
    input_tokens = coalesce($9, input_tokens), output_tokens = coalesce($10, output_tokens)
where conversation_id = $1 and number = $2 and state = 'open' and rung = $3
returning true

-- name: stamp_late
-- How a brain ended that nobody waited for any more, because the turn was over before it: kept beside the others, once.
update turns set stages = stages || $4::jsonb, model = coalesce($5, model),
    input_tokens = coalesce($6, input_tokens), output_tokens = coalesce($7, output_tokens)
where conversation_id = $1 and number = $2 and state <> 'open'
  and not stages @> jsonb_build_array(jsonb_build_object('rung', $3::int))
returning true

-- name: overdue
-- A callback that was promised and has not come.
update turns set stages = jsonb_set(stages, array[(jsonb_array_length(stages) - 1)::text, 'outcome'], '"too_late"')
where conversation_id = $1 and number = $2 and stages -> -1 ->> 'outcome' = 'later'
returning stages -> -1 ->> 'brain'

-- name: vetoed
-- An answer that was stamped as one, and was then not let through.
update turns set stages = jsonb_set(
    stages, array[(jsonb_array_length(stages) - 1)::text, 'outcome'], to_jsonb($3::text))
where conversation_id = $1 and number = $2 and stages -> -1 ->> 'outcome' = 'answered'

-- name: called_back
-- What became of an answer that came by callback, and which brain had promised it.
update turns set answered_at = $3, model = coalesce($5, model), input_tokens = coalesce($6, input_tokens),
    output_tokens = coalesce($7, output_tokens),
    stages = case
        when stages -> -1 ->> 'outcome' = 'later' then jsonb_set(
            jsonb_set(stages, array[(jsonb_array_length(stages) - 1)::text, 'outcome'], to_jsonb($4::text)),
            array[(jsonb_array_length(stages) - 1)::text, 'seconds'],
            to_jsonb(round(extract(epoch from $3 - asked_at), 3)))
        else stages || jsonb_build_array(jsonb_build_object('rung', rung, 'brain', 'callback', 'outcome', $4::text))
    end
where conversation_id = $1 and number = $2
returning stages -> -1 ->> 'brain'

-- name: waiting
-- Turns whose customers have waited for so long and have not been told that it takes longer.
select conversation_id, number, rung from turns
where state = 'open' and told_at is null and settled_at < now() - $1::interval
order by settled_at
limit 500

-- name: unasked
-- Turns whose question got lost with its worker: open for longer than any brain may take, and promised no callback.
select conversation_id, number, rung
from turns t
where state = 'open' and settled_at < now() - $1::interval
  and not exists (select from timers r where r.conversation_id = t.conversation_id and r.kind = 'reply')
limit 1000
