-- Replies per day: what came in and who answered, over the last month.
select a.name as account, v.day, v.customer_messages, v.bot_messages, v.human_messages, v.conversations,
       round(100.0 * v.bot_messages / nullif(v.bot_messages + v.human_messages, 0), 1) as bot_percent
from vw_atendimento_diario v
join accounts a on a.id = v.account_id
where v.day > current_date - 31
order by a.name, v.day desc;
