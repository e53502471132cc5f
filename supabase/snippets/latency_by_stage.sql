-- Latency by stage: where the time between a customer's words and our answer went, over the last week.
select a.name as account, v.day, v.stage, v.turns, v.p50_seconds, v.p95_seconds, v.max_seconds
from vw_latencia v
join accounts a on a.id = v.account_id
where v.day > current_date - 7
order by a.name, v.day desc,
         array_position(array['total', 'burst_wait', 'queue', 'brain', 'admission', 'channel'], v.stage);
