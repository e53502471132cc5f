-- name: add
-- A failed execution, on its turn's conversation if that is still there; the first report of it counts.
-- Of somebody who was erased, and of nobody known, no words are kept: they could not be found again.
insert into n8n_errors (account_id, execution_id, execution_url, workflow_id, workflow_name, node, name, message,
                        conversation_id, turn, at)
select $1, $2, $3, $4, $5, $6, $7,
       case when c.id is not null and k.read_at is distinct from 'infinity' then $8 else '' end,
       c.id, case when c.id is not null then $10::int end, $11
from (select $9::bigint as number) as named
left join conversations c on c.account_id = $1 and c.id = named.number
left join contacts k on k.account_id = c.account_id and k.external_id = c.contact_id
on conflict (account_id, workflow_id, execution_id) do nothing
returning id

-- name: named_turn
-- A turn that a report names, if it is one of the account's.
select t.conversation_id, t.number
from turns t join conversations c on c.id = t.conversation_id
where c.account_id = $1 and t.conversation_id = $2 and t.number = $3

-- name: failed_turn
-- The turn whose brain answered lately that this execution had failed.
select t.conversation_id, t.number
from (
    select id from conversations
    where account_id = $1 and last_customer_at > $3
    order by last_customer_at desc, id desc
    limit 500
) as lately
cross join lateral (
    select conversation_id, number, stages, asked_at from turns
    where conversation_id = lately.id
    order by number desc
    limit 3
) as t
where exists (
    select from jsonb_array_elements(t.stages) as s (stage) where right(s.stage ->> 'detail', length($2)) = $2
)
order by t.asked_at desc
limit 1

-- name: words
-- The newest lines of a conversation.
select string_agg(text, ' ')
from (
    select text from mensagens
    where account_id = $1 and conversation_id = $2
    order by id desc
    limit 40
) as lately

-- name: prune_n8n_errors
-- Who looks for a failure looks within days.
delete from n8n_errors where at < now() - interval '90 days'
