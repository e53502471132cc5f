-- name: address
-- Where a conversation lives at its channel, and what its customer wrote last.
select account_id, channel, chat_id, talk_id, contact_id, lead_id, (
    select external_id from mensagens where conversation_id = $1 and fold is not null order by fold desc limit 1
) as seen
from conversations where id = $1
