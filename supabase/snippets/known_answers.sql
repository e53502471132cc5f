-- First questions whose answer was known, day by day over the last month.
select a.name as account, v.day, v.exact, v.near, v.missed, round(100 * v.hit_rate, 1) as known_percent
from vw_faq v
join accounts a on a.id = v.account_id
where v.day > current_date - 31
order by a.name, v.day desc;
