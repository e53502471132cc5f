-- name: sessions
-- Conversations with a plan that somebody has moved since $2, the newest first.
select c.id, c.chat_id, c.contact_id, c.channel, coalesce(k.phones[1], '') as phone, coalesce(k.name, '') as name, c.flow,
       coalesce(nullif(c.flow_state ->> 'outcome', ''), c.flow_step) as step, c.flow_state, c.flow_sealed, c.bot_on,
       c.updated_at
from conversations c
left join contacts k on k.account_id = c.account_id and k.external_id = c.contact_id
where c.account_id = $1 and c.flow is not null and c.updated_at > $2 and (c.flow_state ->> 'entered_at')::timestamptz > $2
  and c.id < $3 and ($4::text is null or coalesce(nullif(c.flow_state ->> 'outcome', ''), c.flow_step) = $4)
  and ($5::bigint is null or c.id = $5)
order by c.id desc
limit $6

-- name: session_counts
-- How many stand where, of those that somebody has moved since $2.
select flow, coalesce(nullif(flow_state ->> 'outcome', ''), flow_step) as step, count(*) as n
from conversations
where account_id = $1 and flow is not null and updated_at > $2 and (flow_state ->> 'entered_at')::timestamptz > $2
group by 1, 2
order by 1, 2

-- name: plain_flows
-- What an older release has left to be read by anybody.
select id, flow_state -> 'data' as data from conversations where flow_state -> 'data' <> '{}'::jsonb limit $1

-- name: seal_flow
-- Only if it is still as it was when it was sealed.
update conversations set flow_sealed = $2, flow_state = jsonb_set(flow_state, '{data}', '{}')
where id = $1 and flow_state -> 'data' = $3::jsonb and flow_sealed is null
returning true

-- name: log_sessions
insert into event_log (account_id, who, what, details) values ($1, $2, 'sessions_read', $3)
