-- name: add
-- A failed execution, on its turn's conversation if the account has it; the first report of it counts.
insert into n8n_errors (account_id, execution_id, execution_url, workflow_id, workflow_name, node, name, message,
                        conversation_id, turn, at)
select $1, $2, $3, $4, $5, $6, $7, $8, c.id, case when c.id is not null then substring($9 from '^[0-9]+:([0-9]{1,9})$')::int end, $10
from (select case when $9 ~ '^[0-9]{1,18}:[0-9]{1,9}$' then split_part($9, ':', 1)::bigint end as number) as named
left join conversations c on c.account_id = $1 and c.id = named.number
on conflict (account_id, workflow_id, execution_id) do nothing
returning id

-- name: words
-- The newest lines of a turn's conversation.
select string_agg(text, ' ')
from (
    select m.text
    from conversations c join mensagens m on m.conversation_id = c.id
    where c.account_id = $1
      and c.id = case when $2 ~ '^[0-9]{1,18}:[0-9]{1,9}$' then split_part($2, ':', 1)::bigint end
    order by m.id desc
    limit 40
) as lately
