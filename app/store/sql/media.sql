-- name: expect
-- The attachment of the conversation's newest line, which this transaction has just written under the lock.
insert into media (account_id, conversation_id, mensagem_id)
select account_id, conversation_id, id from mensagens where conversation_id = $1 order by id desc limit 1
on conflict (mensagem_id) do nothing

-- name: waiting
-- What a conversation's attachments wait to be fetched from.
select d.id, d.account_id, d.attempts, d.not_before, m.kind, m.media ->> 'link' as link
from media d join mensagens m on m.id = d.mensagem_id
where d.conversation_id = $1 and d.state = 'waiting'
order by d.id limit 50

-- name: tried
-- One more attempt that brought nothing; returns how many there were. No other before then.
update media set attempts = attempts + 1, not_before = $2 where id = $1 and state = 'waiting' returning attempts

-- name: stored
-- Whether the attachment is still known: its person may have been erased meanwhile. And whether it was stored just now.
with kept as (
    update media set state = 'stored', reason = '', place = $2, content_type = $3, size = $4, hash = $5, stored_at = $6,
        seconds = $7, hearing = $8
    where id = $1 and state = 'waiting'
    returning id
)
select exists (select from media where id = $1) as is_known, exists (select from kept) as is_new

-- name: refused
update media set state = 'refused', reason = $2 where id = $1 and state = 'waiting'

-- name: unfetched
-- Conversations with attachments whose job got lost with its worker.
select distinct conversation_id from media where state = 'waiting' and created_at < now() - $1::interval limit 500

-- name: one
select d.id, d.conversation_id, d.mensagem_id, d.state, d.reason, d.place, d.content_type, d.size, d.stored_at, d.seconds,
       d.hearing, d.transcript, m.kind, m.media ->> 'file_name' as file_name, m.at
from media d join mensagens m on m.id = d.mensagem_id
where d.account_id = $1 and d.id = $2

-- name: page
-- An account's attachments, newest first, of one conversation or of all.
select d.id, d.conversation_id, d.mensagem_id, d.state, d.reason, d.place, d.content_type, d.size, d.stored_at, d.seconds,
       d.hearing, d.transcript, m.kind, m.media ->> 'file_name' as file_name, m.at
from media d join mensagens m on m.id = d.mensagem_id
where d.account_id = $1 and ($2::bigint is null or d.conversation_id = $2) and d.id < $3
order by d.id desc limit $4

-- name: take_recording
-- Whoever hears a recording has so long for it ($2); nobody else hears it meanwhile.
update media set hearing_tries = hearing_tries + 1, hearing_until = now() + $2::interval
where id = $1 and hearing = 'waiting' and (hearing_until is null or hearing_until < now())
returning conversation_id, place, content_type, size, seconds, hearing_tries as tries

-- name: heard
-- What was said, into the attachment and into its line of the history, under the conversation's lock. The words are late
-- where a brain has been asked without them: its turn is over, or was opened before $5.
with known as (
    update media set hearing = $2, transcript = $3, hearing_reason = '', hearing_until = null, heard_at = $4
    where id = $1 and hearing = 'waiting'
    returning mensagem_id
)
update mensagens m set text = case when m.text = '' or $3 = '' then m.text || $3 else m.text || E'\n' || $3 end
from known
where m.id = known.mensagem_id
returning m.fold, exists (
    select from turns t
    where t.conversation_id = m.conversation_id and m.fold = any (t.answers)
      and (t.state <> 'open' or t.settled_at < $5)
) as is_late

-- name: came_late
update media set heard_late = true where id = $1

-- name: not_heard
-- An attempt that brought no words; the last one ends it ($3).
update media set hearing = $3, hearing_reason = $2, hearing_until = null where id = $1 and hearing = 'waiting'

-- name: words_to_come
-- Whether a turn answers a voice whose words may come at once: it is being fetched or heard for the first time.
select exists (
    select from turns t
    join mensagens m on m.conversation_id = t.conversation_id and m.fold = any (t.answers)
    join media d on d.mensagem_id = m.id
    where t.conversation_id = $1 and t.number = $2 and m.kind in ('voice', 'audio')
      and (d.state = 'waiting' and d.attempts = 0 or d.hearing = 'waiting' and d.hearing_reason = '')
)

-- name: unheard
-- Recordings whose job got lost with its worker.
select id from media
where hearing = 'waiting' and stored_at < now() - $1::interval and (hearing_until is null or hearing_until < now())
limit 500

-- name: hearing_counts
-- What became of the voices of the last day; late ones are counted as such, whatever is in them.
select case when heard_late then 'late' else hearing end as outcome, count(*) as n
from media where account_id = $1 and hearing <> '' and stored_at > now() - interval '1 day'
group by 1
order by 1
