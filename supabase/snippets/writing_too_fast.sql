-- Customers who wrote more than their account's limits, over the last month: answered slowly, or given to a person.
select a.name as account, (l.at at time zone a.timezone)::date as day,
       count(*) filter (where l.what = 'slowed') as slowed,
       count(*) filter (where l.what = 'handed_over') as handed_over,
       count(distinct l.conversation_id) as conversations
from event_log l
join accounts a on a.id = l.account_id
where (l.what = 'slowed' or (l.what = 'handed_over' and l.why = 'flood')) and l.at > now() - interval '31 days'
group by a.name, day
order by a.name, day;
