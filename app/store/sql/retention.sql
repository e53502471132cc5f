-- name: chats
-- An account's next conversations in the order of their chats, beyond ($2, $3), that are older than $4; and whether one
-- of them is not to be touched: a turn is open, something in its mailbox is unread, or an appointment of theirs stands.
select c.id, c.channel, c.chat_id,
    exists (select from turns t where t.conversation_id = c.id and t.state = 'open')
    or exists (select from inbox i where i.conversation_id = c.id and i.folded_at is null)
    or exists (
        select from agenda g where g.account_id = c.account_id and g.conversation_id = c.id
          and g.state in ('held', 'booked') and g.ends_at > now())
    or exists (
        select from agenda g where g.account_id = c.account_id and g.contact_id = c.contact_id
          and g.state in ('held', 'booked') and g.ends_at > now()) as is_open
from conversations c
where c.account_id = $1 and (c.channel, c.chat_id) > ($2, $3) and c.created_at < $4
order by c.channel, c.chat_id
limit $5

-- name: lock_chats
select id from conversations where id = any ($1::bigint[]) order by id for update

-- name: old_words
-- What was said before $2 and is finally answered: who wrote when stays, the words go ($3: really). Not what is still on
-- its way into a second inbox, nor what an attachment is still fetched by.
with due as (
    select m.id from mensagens m
    where m.conversation_id = any ($1::bigint[]) and m.at < $2 and m.answered
      and (m.text <> '' or m.media is not null or m.choice <> '')
      and not exists (select from media d where d.mensagem_id = m.id and 'waiting' in (d.state, d.hearing))
      and not exists (
          select from inbox_lines l where l.conversation_id = m.conversation_id and l.kind = 'message' and l.number = m.id
            and l.state in ('waiting', 'sending'))
), gone as (
    update mensagens m set text = '', media = null, choice = '' from due where m.id = due.id and $3::boolean
)
select count(*) from due

-- name: old_transcripts
-- What was heard in voice messages goes with their lines.
with due as (
    select d.id from media d join mensagens m on m.id = d.mensagem_id
    where d.conversation_id = any ($1::bigint[]) and m.at < $2 and m.answered and d.transcript <> '' and d.hearing <> 'waiting'
), gone as (
    update media d set transcript = '' from due where d.id = due.id and $3::boolean
)
select count(*) from due

-- name: old_answers
-- The same of what the bot said and wrote on the card, where it has left or never will. Not what a person must look at.
with due as (
    select o.id from outbox o
    where o.conversation_id = any ($1::bigint[]) and coalesce(o.sent_at, o.created_at) < $2
      and o.state in ('sent', 'cancelled')
      and (o.body <> '' or o.words <> '' or o.content is not null or (o.kind in ('note', 'field') and o.details <> '{}'))
      and not exists (
          select from inbox_lines l where l.conversation_id = o.conversation_id and l.kind = 'sent' and l.number = o.id
            and l.state in ('waiting', 'sending'))
), gone as (
    update outbox o set body = '', words = '', content = null,
        details = case when kind in ('note', 'field') then '{}' else details end
    from due where o.id = due.id and $3::boolean
)
select count(*) from due

-- name: old_mail
-- The same of what lies read in the mailbox; its number stays and knows a repeat, until the house forgets it.
with due as (
    select i.id from inbox i
    where i.conversation_id = any ($1::bigint[]) and i.folded_at < $2 and (i.body <> '{}' or i.words is not null)
), gone as (
    update inbox i set body = '{}', words = null from due where i.id = due.id and $3::boolean
)
select count(*) from due

-- name: old_first_words
-- The same of what was written first, where it is over and no follow-up is to come.
with due as (
    select o.id from outreaches o
    where o.account_id = $1 and o.updated_at < $2 and o.state in ('sent', 'tasked', 'denied', 'duplicate')
      and (o.words is not null or o.data <> '{}')
      and not exists (select from follow_ups f where f.outreach_id = o.id and f.state in ('pending', 'sending'))
    order by o.id limit $4
), gone as (
    update outreaches o set words = null, data = '{}' from due where o.id = due.id and $3::boolean
)
select count(*) from due

-- name: old_media
-- Attachments that were kept before $2, beyond $3: what they came with is answered, and no appointment of theirs stands.
select d.id, d.place from media d
join mensagens m on m.id = d.mensagem_id
join conversations c on c.id = d.conversation_id
where d.account_id = $1 and d.state = 'stored' and d.stored_at < $2 and d.id > $3 and m.answered
  and d.hearing <> 'waiting'
  and not exists (
      select from agenda g where g.account_id = $1 and g.state in ('held', 'booked') and g.ends_at > now()
        and (g.conversation_id = d.conversation_id or g.contact_id = c.contact_id))
order by d.id
limit $4

-- name: drop_media
-- Their files are gone. That something was sent stays, and nobody need look at it.
update media set state = 'refused', reason = 'retention', place = null, hash = null, discarded_at = now()
where id = any ($1::bigint[]) and state = 'stored'

-- name: old_profiles
-- Who has not written since $2 is not known any more; nor is anybody whose account keeps no profiles. Not while they wait
-- for an answer or an appointment of theirs stands.
with due as (
    select p.contact_id from profiles p
    where p.account_id = $1 and p.seen_at < $2
      and not exists (
          select from agenda g where g.account_id = $1 and g.contact_id = p.contact_id
            and g.state in ('held', 'booked') and g.ends_at > now())
      and not exists (
          select from conversations c join mensagens m on m.conversation_id = c.id and not m.answered
          where c.account_id = $1 and c.contact_id = p.contact_id)
    order by p.seen_at limit $4
), gone as (
    delete from profiles p using due where p.account_id = $1 and p.contact_id = due.contact_id and $3::boolean
)
select count(*) from due

-- name: old_feedback
-- Thumbs and scores as old as the words that they are about.
with due as (
    select f.id from feedback f
    where f.account_id = $1 and f.created_at < $2
      and greatest(f.created_at, f.asked_at, f.given_at, f.reacted_at) < $2
    order by f.id limit $4
), gone as (
    delete from feedback f using due where f.id = due.id and $3::boolean
)
select count(*) from due

-- name: old_faq_answers
-- Answers, with a customer's question, that have ceased to hold by $2; the house keeps them for a month more.
with due as (
    select f.id from faq_answers f where f.account_id = $1 and f.expires_at < $2 order by f.id limit $4
), gone as (
    delete from faq_answers f using due where f.id = due.id and $3::boolean
)
select count(*) from due

-- name: old_events
-- One page of the audit beyond $2: what it tells besides who did what when, of what was done with people before $3. What
-- the bot's state was after it stays, for the dashboards. Not what a sheet or a second inbox has not been told yet.
with page as materialized (
    select e.id, e.at, e.why, e.details, e.what, e.conversation_id from event_log e
    where e.account_id = $1 and e.id > $2 order by e.id limit $5
), due as (
    select e.id from page e
    where e.at < $3 and (e.why <> '' or e.details - 'after' <> '{}')
      and (e.conversation_id is not null or e.what in ('poll', 'reconcile', 'reconcile_given_up')
        or e.details ?| array['contact', 'lead', 'conversation', 'outreach'])
      and not exists (select from sheet_rows r where r.account_id = $1 and r.event_id = e.id and r.state <> 'done')
      and not exists (select from sheets s where s.account_id = $1 and e.id > s.seen_id)
      and not exists (
          select from inbox_lines l where l.conversation_id = e.conversation_id and l.kind = 'event' and l.number = e.id
            and l.state in ('waiting', 'sending'))
), gone as (
    update event_log e set why = '', details = case
        when e.details ? 'after' then jsonb_build_object('after', e.details -> 'after') else '{}' end
    from due where e.id = due.id and $4::boolean
)
select (select count(*) from due) as due, max(id) as last, coalesce(max(at) >= $3, true) as is_last from page

-- name: log
insert into event_log (account_id, who, what, details) values ($1, $2, 'purged', $3)
