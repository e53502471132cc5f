-- name: turn
-- The turn that a token names, and the messenger of its conversation.
select c.channel, c.origin
from turns t join conversations c on c.id = t.conversation_id
where t.conversation_id = $2 and t.number = $3 and c.account_id = $1

-- name: is_same
select body = $4::jsonb from inbox where account_id = $1 and channel = $2 and external_id = $3

-- name: log
-- A callback that was refused.
insert into event_log (account_id, conversation_id, who, what, why, details)
values ($1, $2, 'callback', 'callback_refused', $4, jsonb_build_object('turn', $3::int))

-- name: log_stranger
-- A callback that could not show that it was asked: on the conversation that it named, if the account has it.
insert into event_log (account_id, conversation_id, who, what, why)
select $1,
       (select id from conversations
        where account_id = $1 and id = case when $2 ~ '^[0-9]{1,18}:[0-9]{1,9}$' then split_part($2, ':', 1)::bigint end),
       'callback', 'callback_refused', $3
