-- name: address
-- Where a conversation lives at its channel, and what its customer wrote last.
select account_id, channel, chat_id, talk_id, contact_id, lead_id, (
    select external_id from mensagens where conversation_id = $1 and fold is not null order by fold desc limit 1
) as seen
from conversations where id = $1

-- name: awaited
-- The same, while the bot may still answer this turn: it is open, the bot is on, and no person's word waits unread.
select c.account_id, c.channel, c.chat_id, c.talk_id, c.contact_id, c.lead_id, (
    select external_id from mensagens where conversation_id = $1 and fold is not null order by fold desc limit 1
) as seen
from conversations c
where c.id = $1 and c.bot_on
  and exists (select from turns t where t.conversation_id = $1 and t.number = $2 and t.state = 'open')
  and not exists (
      select from inbox i where i.conversation_id = $1 and i.folded_at is null and i.kind in ('outgoing', 'command'))
