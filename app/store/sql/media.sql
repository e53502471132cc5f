-- name: expect
-- The attachment of the conversation's newest line, which this transaction has just written under the lock.
insert into media (account_id, conversation_id, mensagem_id)
select account_id, conversation_id, id from mensagens where conversation_id = $1 order by id desc limit 1
on conflict (mensagem_id) do nothing

-- name: waiting
-- What a conversation's attachments wait to be fetched from.
select d.id, d.account_id, d.attempts, m.kind, m.media ->> 'link' as link
from media d join mensagens m on m.id = d.mensagem_id
where d.conversation_id = $1 and d.state = 'waiting'
order by d.id limit 50

-- name: tried
-- One more attempt that brought nothing; returns how many there were.
update media set attempts = attempts + 1 where id = $1 and state = 'waiting' returning attempts

-- name: stored
-- Whether the attachment is still known: its person may have been erased meanwhile.
with kept as (
    update media set state = 'stored', reason = '', place = $2, content_type = $3, size = $4, hash = $5, stored_at = $6
    where id = $1 and state = 'waiting'
)
select exists (select from media where id = $1)

-- name: refused
update media set state = 'refused', reason = $2 where id = $1 and state = 'waiting'

-- name: unfetched
-- Conversations with attachments whose job got lost with its worker.
select distinct conversation_id from media where state = 'waiting' and created_at < now() - $1::interval limit 500

-- name: one
select d.id, d.conversation_id, d.mensagem_id, d.state, d.reason, d.place, d.content_type, d.size, d.stored_at, m.kind,
       m.media ->> 'file_name' as file_name, m.at
from media d join mensagens m on m.id = d.mensagem_id
where d.account_id = $1 and d.id = $2

-- name: page
-- An account's attachments, newest first, of one conversation or of all.
select d.id, d.conversation_id, d.mensagem_id, d.state, d.reason, d.place, d.content_type, d.size, d.stored_at, m.kind,
       m.media ->> 'file_name' as file_name, m.at
from media d join mensagens m on m.id = d.mensagem_id
where d.account_id = $1 and ($2::bigint is null or d.conversation_id = $2) and d.id < $3
order by d.id desc limit $4
