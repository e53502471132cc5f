-- name: address
-- Where a conversation lives at its channel.
select account_id, channel, chat_id, talk_id, contact_id, lead_id from conversations where id = $1
