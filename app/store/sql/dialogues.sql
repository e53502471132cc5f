-- name: latest_dialogues
-- The chats of an account that were last active, for a person at a terminal.
select id, chat_id, bot_on, greatest(last_customer_at, last_human_at, created_at) as at
from conversations where account_id = $1 and last_customer_at is not null
order by last_customer_at desc, id desc limit $2

-- name: dialogue
select id, chat_id, bot_on, greatest(last_customer_at, last_human_at, created_at) as at
from conversations where account_id = $1 and channel = $2 and chat_id = $3

-- name: latest_said
-- The end of a chat's history, oldest first. What the bot has said is on the outbox; a template that the messenger shows us
-- nowhere is known by the wish that sent it.
select * from (
    (
        select 'm' || id as key, author, kind, text, at from mensagens
        where conversation_id = $1 order by id desc limit $2
    )
    union all
    (
        select 'o' || id, 'bot', 'text', body, coalesce(sent_at, claimed_at) from outbox
        where conversation_id = $1 and kind = 'message' and state = 'sent' and body <> ''
        order by number desc limit $2
    )
    union all
    (
        select 'w' || o.id, 'bot', 'text', o.words, o.sent_at
        from conversations c
        join outreaches o on o.account_id = c.account_id and o.contact_ids @> array[c.contact_id]
        where c.id = $1 and o.way = 'template' and o.state = 'sent' and o.message_id is not null and o.words <> ''
        order by o.sent_at desc limit $2
    )
    order by at desc limit $2
) as newest order by at
