-- Escalations: why the bot gave chats to people, and whether anybody answered them, over the last month.
select a.name as account, v.reason, count(*) as handed_over,
       count(*) filter (where l.escalated) as passed_on,
       count(*) filter (where l.unanswered) as nobody_answered
from vw_takeovers v
join accounts a on a.id = v.account_id
left join lateral (
    select bool_or(e.what = 'escalated') as escalated, bool_or(e.what = 'unanswered') as unanswered
    from event_log e
    where e.conversation_id = v.conversation_id and e.id > v.id and (v.released_at is null or e.at <= v.released_at)
) l on true
where v.kind = 'handed_over' and v.day > current_date - 31
group by a.name, v.reason
order by a.name, handed_over desc;
