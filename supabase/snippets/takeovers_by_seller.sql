-- Take-overs by salesperson, over the last month: how often, and for how long the bot was quiet.
select a.name as account, coalesce(v.seller, v.who) as who, count(*) as takeovers,
       count(*) filter (where v.released_at is null) as still_quiet,
       round(percentile_cont(0.5) within group (order by v.quiet_seconds)::numeric / 60, 1) as quiet_minutes_p50
from vw_takeovers v
join accounts a on a.id = v.account_id
where v.kind = 'taken' and v.day > current_date - 31
group by a.name, coalesce(v.seller, v.who)
order by a.name, takeovers desc;
