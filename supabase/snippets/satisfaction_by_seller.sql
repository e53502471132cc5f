-- What customers answered after a hand-over, by salesperson, over the last month.
select a.name as account, coalesce(v.seller, nullif(v.seller_id, ''), v.brain) as about, sum(v.asked) as asked,
       sum(v.answered) as answered, round(100.0 * sum(v.answered) / nullif(sum(v.asked), 0), 1) as answered_percent,
       sum(v.thumbs_up) as thumbs_up, sum(v.thumbs_down) as thumbs_down,
       round(sum(v.score * v.scores) / nullif(sum(v.scores), 0), 2) as score
from vw_satisfacao v
join accounts a on a.id = v.account_id
where v.day > current_date - 31
group by a.name, coalesce(v.seller, nullif(v.seller_id, ''), v.brain)
order by a.name, asked desc;
