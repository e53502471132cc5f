-- Cost: what was used that somebody bills, by month. Write your own prices into the first lines; they are examples.
with prices (what, each) as (
    values ('answer by n8n', 0.0000), ('answer by the offline brain', 0.0000), ('answer by a model', 0.0040),
           ('million tokens read by a model', 0.0000), ('million tokens written by a model', 0.0000),
           ('message sent', 0.0000), ('template sent outside the window', 0.0625), ('file kept, MiB', 0.00002)
),
used as (
    select account_id, date_trunc('month', answered_at)::date as month, count(*)::numeric as amount,
           case brain when 'n8n' then 'answer by n8n' when 'offline' then 'answer by the offline brain'
               else 'answer by a model' end as what
    from turns where answered_at is not null group by 1, 2, 4
    union all
    select t.account_id, date_trunc('month', coalesce(t.answered_at, t.asked_at, t.created_at))::date,
           sum(k.tokens) / 1000000.0, 'million tokens ' || k.what || ' by a model'
    from turns t, lateral (values ('read', t.input_tokens), ('written', t.output_tokens)) as k (what, tokens)
    where k.tokens > 0 group by 1, 2, 4
    union all
    select account_id, date_trunc('month', sent_at)::date, count(*), 'message sent'
    from outbox where kind = 'message' and state = 'sent' and sent_at is not null group by 1, 2
    union all
    select account_id, date_trunc('month', sent_at)::date, count(*), 'template sent outside the window'
    from (
        select account_id, sent_at from outreaches where way = 'template' and sent_at is not null
        union all
        select account_id, sent_at from follow_ups where way = 'template' and sent_at is not null
    ) as templates group by 1, 2
    union all
    select account_id, date_trunc('month', stored_at)::date, round(sum(size) / 1048576.0, 3), 'file kept, MiB'
    from media where state = 'stored' group by 1, 2
)
select a.name as account, u.month, u.what, u.amount, p.each, round(u.amount * p.each, 2) as cost
from used u
join accounts a on a.id = u.account_id
left join prices p on p.what = u.what
order by a.name, u.month desc, u.what;
